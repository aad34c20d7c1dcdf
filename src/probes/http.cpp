// The web side of the instance: status, redirect, headers, cookies, and who stands in front of it.
#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <ctime>
#include <optional>
#include <set>

#include "base/text.h"
#include "probes/hosting_data.h"
#include "probes/http_facts.h"
#include "probes/marks.h"
#include "probes/registry.h"
#include "probes/support.h"

namespace meetlat {

namespace {

using Writer = probes::HttpWriter;

struct Hsts {
  std::int64_t max_age = 0;
  bool include_subdomains = false;
  bool preload = false;
};

// RFC 6797, 6.1: directives in any order and letter case, none twice, max-age perhaps quoted; anything malformed counts
// as absent.
Hsts parse_hsts(std::string_view value) {
  Hsts hsts;
  bool have_age = false;
  std::set<std::string> names;
  for (const std::string& part : split(value.substr(0, 1000), ';')) {
    const std::size_t equals = part.find('=');
    const std::string_view name = trim(std::string_view(part).substr(0, equals));
    if (!name.empty() && !names.insert(to_lower(name)).second) return {};
    if (iequals(name, "includesubdomains")) {
      hsts.include_subdomains = true;
    } else if (iequals(name, "preload")) {
      hsts.preload = true;
    } else if (iequals(name, "max-age") && equals != std::string::npos) {
      std::string_view number = trim(std::string_view(part).substr(equals + 1));
      if (number.size() >= 2 && number.front() == '"' && number.back() == '"') {
        number = number.substr(1, number.size() - 2);
      }
      std::int64_t seconds = 0;
      const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), seconds);
      const bool too_big = error == std::errc::result_out_of_range;
      if ((error != std::errc{} && !too_big) || end != number.data() + number.size() || seconds < 0) return {};
      hsts.max_age = too_big ? INT64_C(1) << 40 : seconds;
      have_age = true;
    }
  }
  return have_age && hsts.max_age > 0 ? hsts : Hsts{};
}

struct Cookie {
  std::string name;
  std::string text;  // name and attributes
  bool secure = false;
  std::int64_t seconds = 0;  // for which it is kept; 0: as long as the browser's session, or it is taken back
  bool taken_back = false;
};

// RFC 6265, 5.2.2: nullopt when it is no number, and then the attribute counts as absent. Browsers keep none for longer
// than 400 days, so what a number too large for us means makes no difference.
std::optional<std::int64_t> max_age(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return text.front() == '-' ? 0 : INT64_C(1) << 40;
  if (error != std::errc{}) return std::nullopt;
  return std::clamp<std::int64_t>(seconds, 0, INT64_C(1) << 40);
}

// RFC 6265, 5.3: Max-Age goes before Expires, whatever their order. 0: the browser shall forget it; nullopt: it goes
// with the browser's session.
std::optional<std::int64_t> kept_for(const std::vector<std::string>& attributes, Instant now) {
  std::optional<std::int64_t> age;
  std::optional<std::int64_t> until;
  for (const std::string& attribute : attributes) {
    const std::string_view part = trim(attribute);
    if (starts_with_i(part, "max-age=")) {
      if (const auto seconds = max_age(trim(part.substr(8)))) age = seconds;
    } else if (starts_with_i(part, "expires=")) {
      const std::time_t date = curl_getdate(std::string(trim(part.substr(8))).c_str(), nullptr);
      if (date < 0) continue;
      const auto left = std::chrono::ceil<std::chrono::seconds>(Instant(std::chrono::seconds(date)) - now).count();
      until = std::max<std::int64_t>(0, left);
    }
  }
  return age ? age : until;
}

// A Set-Cookie header without its value.
std::optional<Cookie> parse_cookie(std::string_view header, Instant now) {
  const std::vector<std::string> parts = split(header.substr(0, 8000), ';');
  const std::size_t equals = parts.front().find('=');
  if (equals == std::string::npos) return std::nullopt;
  Cookie cookie;
  cookie.name = excerpt(trim(std::string_view(parts.front()).substr(0, equals)), 64);
  if (cookie.name.empty()) return std::nullopt;
  cookie.text = cookie.name;
  const std::optional<std::int64_t> kept = kept_for(parts, now);
  cookie.seconds = kept.value_or(0);
  cookie.taken_back = kept == 0;
  std::string same_site_rule;
  std::string lifetime;
  bool http_only = false;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const std::string_view part = trim(parts[i]);
    if (iequals(part, "secure")) cookie.secure = true;
    if (iequals(part, "httponly")) http_only = true;
    if (starts_with_i(part, "samesite=")) same_site_rule = excerpt(trim(part.substr(9)), 10);
    if (starts_with_i(part, "max-age=")) lifetime = "Max-Age=" + excerpt(trim(part.substr(8)), 20);
    if (starts_with_i(part, "expires=") && lifetime.empty()) lifetime = "Expires=" + excerpt(trim(part.substr(8)), 40);
  }
  if (cookie.secure) cookie.text += "; Secure";
  if (http_only) cookie.text += "; HttpOnly";
  if (!same_site_rule.empty()) cookie.text += "; SameSite=" + same_site_rule;
  if (!lifetime.empty()) cookie.text += "; " + lifetime;
  return cookie;
}

void put_cookies(const Exchange& exchange, Writer& out) {
  std::vector<std::string> all;
  std::vector<std::string> insecure;
  Cookie longest;
  for (const std::string& header : exchange.all_headers("set-cookie")) {
    const std::optional<Cookie> cookie = parse_cookie(header, exchange.at);
    if (!cookie || all.size() == 50) continue;
    all.push_back(cookie->text);
    if (cookie->seconds > longest.seconds) longest = *cookie;
    if (!cookie->secure && !cookie->taken_back) insecure.push_back(cookie->name);
  }
  probes::sort_unique(all);
  probes::sort_unique(insecure);
  const std::string where = exchange.final_url.str();
  const std::string check = probes::curl_headers(exchange.final_url);
  Provenance seen_all = probes::seen(where, join(all, " | "), check, exchange.at);
  Provenance seen_insecure = probes::seen(where, join(insecure, ", "), check, exchange.at);
  out.put("http.cookies", std::move(all), std::move(seen_all));
  out.put("http.cookies.insecure", std::move(insecure), std::move(seen_insecure));
  constexpr std::int64_t kDay = 86400;
  out.put("http.cookies.longest_days", (longest.seconds + kDay - 1) / kDay,
          probes::seen(where, longest.text, check, exchange.at));
  out.put("http.cookies.longest", longest.name, probes::seen(where, longest.text, check, exchange.at));
}

void put_headers(const Exchange& exchange, Writer& out) {
  const std::string where = exchange.final_url.str();
  const std::string check = probes::curl_headers(exchange.final_url);
  const auto at_page = [&](std::string_view text) { return probes::seen(where, text, check, exchange.at); };
  // Only the first header counts, and only over https (RFC 6797 8.1).
  const std::string* sts = exchange.header("strict-transport-security");
  const std::string sts_text = sts == nullptr || !exchange.final_url.is_https() ? std::string() : *sts;
  const Hsts hsts = parse_hsts(sts_text);
  out.put("http.hsts.max_age", hsts.max_age, at_page(sts_text));
  out.put("http.hsts.include_subdomains", hsts.include_subdomains, at_page(sts_text));
  out.put("http.hsts.preload", hsts.preload, at_page(sts_text));
  out.put("http.nosniff", probes::is_nosniff(exchange),
          at_page(probes::header_or_empty(exchange, "x-content-type-options")));
  const std::string csp = probes::header_or_empty(exchange, "content-security-policy");
  out.put("http.csp", csp, at_page(csp));
  const std::string referrer = probes::header_or_empty(exchange, "referrer-policy");
  out.put("http.referrer_policy", referrer, at_page(referrer));
  const std::string permissions = probes::header_or_empty(exchange, "permissions-policy");
  out.put("http.permissions_policy", permissions, at_page(permissions));
  const std::string frames = probes::header_or_empty(exchange, "x-frame-options");
  out.put("http.frame_options", frames, at_page(frames));
  const std::string server = excerpt(probes::header_or_empty(exchange, "server"), 200);
  out.put("http.server", server, at_page(server));
  put_cookies(exchange, out);
}

void put_preloaded(Session& session, Writer& out) {
  const std::string& host = session.target().base.host();
  const Result<HstsPlace> place = session.hsts_place(host);
  if (!place) return out.missing("http.hsts.preloaded", place.error());
  out.put("http.hsts.preloaded", place->listed,
          probes::seen(place->source, host, fmt::format("grep -F {} LIST", probes::shell_quote(host))));
}

// The company whose published range the answering address is in: it ends TLS for whoever stands behind it. Through a
// proxy the address is not known.
probes::MarkHit told_by_address(Session& session, const Exchange& exchange) {
  const Result<probes::NetworkTable>& networks = probes::hosting_networks();
  const Result<Resolved>& resolved = session.resolve(exchange.final_url.host());
  if (!networks || !resolved) return {};
  for (const std::vector<Address>* list : {&resolved->v4, &resolved->v6}) {
    for (const Address& address : *list) {
      const std::string text = address.v6 ? "[" + address.str() + "]:" : address.str() + ":";
      if (!exchange.peer.starts_with(text)) continue;
      const probes::OperatorHit hit = networks->ends_tls(address);
      if (hit.owner != nullptr) return {hit.owner->name, hit.what};
    }
  }
  return {};
}

void put_intermediary(Session& session, const Exchange& exchange, Writer& out) {
  const Result<probes::MarkTable>& table = probes::intermediaries();
  if (!table) {
    out.missing("http.intermediary", table.error());
    return;
  }
  probes::MarkHit hit = table->match(exchange, nullptr);
  if (hit.name.empty()) hit = told_by_address(session, exchange);
  out.put("http.intermediary", hit.name,
          probes::seen(exchange.final_url.str(), hit.what, probes::curl_headers(exchange.final_url), exchange.at));
}

void put_page_kind(const Landing& landing, const std::string& moved, Writer& out) {
  const Exchange& exchange = *landing.exchange;
  const std::string where = exchange.final_url.str();
  const std::string check = probes::curl_body(exchange.final_url);
  const Result<probes::MarkTable>& walls = probes::bot_walls();
  if (walls) {
    const probes::MarkHit wall = walls->match(exchange, &landing.html);
    out.put("http.challenge", wall.name, probes::seen(where, wall.what, check, exchange.at));
  } else {
    out.missing("http.challenge", walls.error());
  }
  const Result<probes::MarkTable>& parked = probes::parking();
  if (parked) {
    const probes::MarkHit hit = parked->match(exchange, &landing.html);
    out.put("http.parked", !hit.name.empty(),
            probes::seen(where, hit.name.empty() ? "" : hit.name + ": " + hit.what, check, exchange.at));
  } else {
    out.missing("http.parked", parked.error());
  }
  out.put("http.moved_to", moved, probes::seen(where, moved, probes::curl_headers(exchange.url), exchange.at));
}

std::string plain_kind(const Exchange& answer, const Target& target) {
  if (answer.status >= 200 && answer.status < 300) return "serves-page";
  if (answer.status < 300 || answer.status > 399) return "error";
  const std::string* location = answer.header("location");
  const Result<Url> next = location == nullptr ? Result<Url>(fail(ErrorCode::kHttpProtocol, "no Location"))
                                               : answer.final_url.resolve(*location);
  if (!next) return "error";
  if (next->is_https()) return "redirects-to-https";  // whoever's: nothing goes on in the clear
  return probes::same_owner(next->host(), target.base.host()) ? "redirects-to-http" : "elsewhere";
}

bool leads_back(const Exchange& answer, const Url& begun) {
  const Result<Url> next = answer.final_url.resolve(*answer.header("location"));
  return next && (*next == answer.final_url || *next == begun);
}

// Plain http, without letting the Session follow: the question is what the first answers are.
void put_plain(const Target& target, Session& session, Writer& out) {
  Url url = target.base.with_scheme(false);
  const Subject subject = Subject::origin(url.origin());
  Result<ExchangePtr> answer = session.get(url, {.follow = false, .guessed = false, .max_body = 4096});
  std::string kind = answer ? plain_kind(**answer, target) : std::string();
  std::vector<std::string> steps;
  const auto note = [&] {
    if (const std::string* to = answer ? (*answer)->header("location") : nullptr) {
      steps.push_back(probes::redirect_text((*answer)->status, (*answer)->url, *to));
    }
  };
  note();
  // "www." or a trailing slash may come first: one more step is given.
  if (kind == "redirects-to-http") {
    const Result<Url> next = url.resolve(*(*answer)->header("location"));
    answer = session.get(*next, {.follow = false, .guessed = false, .max_body = 4096});
    note();
    kind = answer ? plain_kind(**answer, target) : std::string();
    // Round in a circle, or on to where nobody looked.
    if (kind == "redirects-to-http") kind = leads_back(**answer, url) ? "loops" : "error";
  }
  const std::string check = probes::curl_headers(url);
  if (!answer) {
    const ErrorCode code = answer.error().code;
    const bool refused = code == ErrorCode::kConnectionRefused;
    const bool broken = code == ErrorCode::kConnectionReset || code == ErrorCode::kHttpProtocol;
    const Provenance provenance = probes::seen(url.str(), answer.error().context, check);
    if (refused || broken) {
      out.put_about("http.plain.status", subject, Value(std::string(refused ? "refused" : "error")), provenance);
    } else {
      out.missing_about("http.plain.status", subject, answer.error(), provenance);
    }
    out.missing_about("http.redirects_to_https", subject, answer.error(), provenance);
    out.missing_about("http.plain.redirects", subject, answer.error(), provenance);
    return;
  }
  const std::string* location = (*answer)->header("location");
  const Provenance provenance = probes::seen(
      url.str(), fmt::format("{} {}", (*answer)->status, location == nullptr ? "" : *location), check, (*answer)->at);
  out.put_about("http.plain.status", subject, Value(kind), provenance);
  out.put_about("http.plain.redirects", subject, Value(std::move(steps)), provenance);
  if (kind == "error") {
    out.missing_about("http.redirects_to_https", subject,
                      Error{ErrorCode::kHttpStatus, fmt::format("{}: status {}", url.str(), (*answer)->status)},
                      provenance);
  } else {
    out.put_about("http.redirects_to_https", subject, Value(kind == "redirects-to-https"), provenance);
  }
}

class HttpProbe : public Probe {
 public:
  const ProbeInfo& info() const noexcept override {
    // The landing page with up to 8 redirects, two plain requests, config.js and interface_config.js, security.txt.
    static constexpr ProbeInfo kInfo{"http", "Web server", probes::kHttpFacts, {}, 14};
    return kInfo;
  }

  void collect(const Target& target, Session& session, Evidence& evidence) const override {
    Writer out(evidence, Subject::origin(target.base.origin()), session.now());
    const Result<Landing>& landing = session.landing();
    // A host that does not answer at all is not asked on a second port.
    if (!landing &&
        (landing.error().code == ErrorCode::kNameNotFound || landing.error().code == ErrorCode::kNoAddress ||
         landing.error().code == ErrorCode::kAddressRefused)) {
      out.rest_missing(landing.error());
      return;
    }
    std::optional<Error> rest = landing ? put_landing(session, *landing, out) : landing.error();
    put_plain(target, session, out);
    if (rest) out.rest_missing(*rest);
  }

 private:
  // Why the facts that were not put are not measured; nothing when all were.
  static std::optional<Error> put_landing(Session& session, const Landing& landing, Writer& out) {
    const Exchange& exchange = *landing.exchange;
    const std::string where = exchange.final_url.str();
    out.put("http.status", exchange.status,
            probes::seen(where, fmt::format("status {}", exchange.status), probes::curl_headers(exchange.final_url),
                         exchange.at));
    out.put("http.final_url", where,
            probes::seen(exchange.url.str(), fmt::format("{} redirects", exchange.hops.size()),
                         "curl -sIL " + probes::shell_quote(exchange.url.str()), exchange.at));
    probes::put_redirects(exchange, out);
    const std::string moved = probes::moved_to(session, landing);
    put_page_kind(landing, moved, out);
    if (!moved.empty() && !probes::same_owner(exchange.final_url.host(), session.target().base.host())) {
      // What another domain sends says nothing about this host.
      return Error{ErrorCode::kNotAttempted, "the landing page is now at " + excerpt(moved)};
    }
    put_intermediary(session, exchange, out);
    put_preloaded(session, out);
    // Many servers add headers to good answers only, as nginx does unless told "always".
    if (exchange.status >= 400) {
      return Error{ErrorCode::kHttpStatus,
                   fmt::format("status {}: an error page may lack what others have", exchange.status)};
    }
    put_headers(exchange, out);
    probes::put_policies(landing, out);
    probes::put_other_file(session, landing, out);
    probes::put_security_txt(session, exchange, out);
    return std::nullopt;
  }
};

}  // namespace

const Probe& http_probe() noexcept {
  static const HttpProbe probe;
  return probe;
}

}  // namespace meetlat
