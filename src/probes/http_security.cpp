// What the web server's headers forbid and allow, on the page and on another file of it, and security.txt.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.h"
#include "net/redact.h"
#include "probes/csp.h"
#include "probes/http_facts.h"
#include "probes/jitsi_page.h"
#include "probes/permissions_policy.h"
#include "probes/security_txt.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kSecurityTxtBytes = std::size_t{32} << 10;
constexpr int kSeparateWorker = 5073;  // from this release on the worker is a file of its own

struct Named {
  HttpWriter::Ref fact;
  std::string_view name;  // of a header or feature
};

// Provenance of something that the page's headers say.
class AtPage {
 public:
  explicit AtPage(const Exchange& exchange) : exchange_(exchange), check_(curl_headers(exchange.final_url)) {}
  Provenance operator()(std::string_view text) const {
    return seen(exchange_.final_url.str(), text, check_, exchange_.at);
  }

 private:
  const Exchange& exchange_;
  const std::string check_;
};

void put_framing(const Exchange& exchange, const std::string& header, const AtPage& at_page, HttpWriter& out) {
  // frame-ancestors takes the place of X-Frame-Options (CSP 3, 6.4.2).
  std::vector<std::string> sources;
  std::string framing = "anybody";
  std::string seen_at = header;
  if (csp_frame_ancestors(parse_csp(header), sources)) {
    const auto has = [&sources](std::string_view word) { return std::ranges::find(sources, word) != sources.end(); };
    if (sources.empty() || (sources.size() == 1 && has("'none'"))) {
      framing = "nobody";
    } else if (sources.size() == 1 && has("'self'")) {
      framing = "same-origin";
    } else if (!has("*") && !has("https:") && !has("http:")) {
      framing = "listed";
    }
  } else {
    seen_at = header_or_empty(exchange, "x-frame-options");
    if (iequals(trim(seen_at), "deny")) framing = "nobody";
    if (iequals(trim(seen_at), "sameorigin")) framing = "same-origin";
  }
  for (std::string& source : sources) source = excerpt(source, 120);
  if (sources.size() > 20) sources.resize(20);
  out.put("http.framing", framing, at_page(seen_at));
  out.put("http.framing.origins", std::move(sources), at_page(seen_at));
}

// A policy in the page counts like one in a header, but cannot speak of frames (CSP 3, 3.3).
void put_csp(const Landing& landing, const AtPage& at_page, HttpWriter& out) {
  const Exchange& exchange = *landing.exchange;
  std::vector<std::string> values = exchange.all_headers("content-security-policy");
  const std::string header = join(values, ", ");
  if (!landing.html.csp.empty()) values.push_back(landing.html.csp);
  const std::string all = join(values, ", ");
  const std::vector<CspPolicy> policies = parse_csp(all);
  out.put("http.csp.scripts", csp_scripts(policies), at_page(policies.empty() ? "no policy" : all));
  out.put("http.csp.report_only", exchange.header("content-security-policy-report-only") != nullptr,
          at_page(header_or_empty(exchange, "content-security-policy-report-only")));
  if (policies.empty()) {
    out.missing("http.csp.open", Error{ErrorCode::kNotAttempted, "there is no policy"});
  } else {
    out.put("http.csp.open", csp_open(policies), at_page(all));
  }
  put_framing(exchange, header, at_page, out);
}

std::string permission_word(const std::optional<Allowlist>& list) {
  if (!list) return "default";
  if (list->everybody) return "everybody";
  if (!list->origins.empty()) return "others";
  return list->self ? "self" : "nobody";
}

void put_permissions(const Exchange& exchange, const AtPage& at_page, HttpWriter& out) {
  const std::string header = join(exchange.all_headers("permissions-policy"), ", ");
  const std::array<Named, 3> features{{{"http.permissions.camera", "camera"},
                                       {"http.permissions.microphone", "microphone"},
                                       {"http.permissions.display_capture", "display-capture"}}};
  std::vector<std::string> origins;
  for (const auto& [fact, feature] : features) {
    const std::optional<Allowlist> list = permission_for(header, feature);
    out.put(fact, permission_word(list), at_page(header));
    if (list) origins.insert(origins.end(), list->origins.begin(), list->origins.end());
  }
  sort_unique(origins);
  out.put("http.permissions.origins", std::move(origins), at_page(header));
}

// "nginx/1.22.1": a digit, a dot and a digit.
bool shows_version(std::string_view value) {
  const auto digit = [&value](std::size_t at) { return at < value.size() && value[at] >= '0' && value[at] <= '9'; };
  for (std::size_t i = 1; i + 1 < value.size(); ++i) {
    if (value[i] == '.' && digit(i - 1) && digit(i + 1)) return true;
  }
  return false;
}

void put_versions(const Exchange& exchange, const AtPage& at_page, HttpWriter& out) {
  std::vector<std::string> shown;
  for (const char* name : {"server", "x-powered-by", "x-aspnet-version", "x-generator"}) {
    for (const std::string& value : exchange.all_headers(name)) {
      if (shows_version(value) && shown.size() < 10) shown.push_back(fmt::format("{}: {}", name, excerpt(value, 100)));
    }
  }
  sort_unique(shown);
  const std::string text = join(shown, ", ");
  out.put("http.versions_shown", std::move(shown), at_page(text));
}

// What protects every file, and what nginx drops where a location has add_header lines of its own.
std::set<std::string> protections(const Exchange& exchange) {
  std::set<std::string> found;
  if (exchange.header("strict-transport-security") != nullptr) found.insert("strict-transport-security");
  if (is_nosniff(exchange)) found.insert("x-content-type-options");
  return found;
}

// A file of the client that the audit fetches anyway; nullptr with the reason when there is none.
Result<ExchangePtr> other_file(Session& session, const Landing& landing) {
  const Url& page = landing.exchange->final_url;
  const JitsiMarks marks = jitsi_marks(landing.html, page);
  if (!marks.client) return fail(ErrorCode::kNotAttempted, "the page is no Jitsi client, so no file of it is known");
  for (const std::string& source : session.configuration().sources) {
    const Result<Url> url = Url::parse(source);
    if (url && url->origin() == page.origin()) return session.get(*url);
  }
  const bool separate = !build_knowledge(marks.version_text).surely_before(kSeparateWorker);
  if (!separate || marks.libs.host().empty() || marks.libs.origin() != page.origin()) {
    return fail(ErrorCode::kNotAttempted, "no other file of the page's own host is asked for");
  }
  return session.get(marks.libs.with_path(marks.libs.path() + "lib-jitsi-meet.e2ee-worker.js"),
                     {.follow = true, .guessed = false, .max_body = kWorkerBeginning});
}

}  // namespace

std::string header_or_empty(const Exchange& exchange, std::string_view name) {
  return excerpt(join(exchange.all_headers(name), ", "), 4000);
}

bool is_nosniff(const Exchange& exchange) {
  const std::string all = header_or_empty(exchange, "x-content-type-options");
  return iequals(trim(std::string_view(all).substr(0, all.find(','))), "nosniff");
}

std::string redirect_text(int status, const Url& from, std::string_view location) {
  return fmt::format("{} {} -> {}", status, excerpt(redact_url(from.str()), 200), excerpt(redact_url(location), 200));
}

void put_redirects(const Exchange& exchange, HttpWriter& out) {
  std::vector<std::string> steps;
  for (const Hop& hop : exchange.hops) steps.push_back(redirect_text(hop.status, hop.url, hop.location));
  const std::string text = steps.empty() ? "none" : join(steps, ", ");
  out.put("http.redirects", std::move(steps),
          seen(exchange.url.str(), text, "curl -sIL " + shell_quote(exchange.url.str()), exchange.at));
}

void put_policies(const Landing& landing, HttpWriter& out) {
  const Exchange& exchange = *landing.exchange;
  const AtPage at_page(exchange);
  put_csp(landing, at_page, out);
  put_permissions(exchange, at_page, out);
  put_versions(exchange, at_page, out);
  const std::array<Named, 3> headers{{{"http.coop", "cross-origin-opener-policy"},
                                      {"http.coep", "cross-origin-embedder-policy"},
                                      {"http.corp", "cross-origin-resource-policy"}}};
  for (const auto& [fact, name] : headers) {
    const std::string value = excerpt(header_or_empty(exchange, name), 200);
    out.put(fact, value, at_page(value));
  }
  const std::string services = header_or_empty(exchange, "alt-svc");
  out.put("http.http3", services.find("h3=") != std::string::npos || services.find("h3-") != std::string::npos,
          at_page(services));
}

void put_other_file(Session& session, const Landing& landing, HttpWriter& out) {
  const Result<ExchangePtr> file = other_file(session, landing);
  if (!file) return out.missing("http.headers_lost", file.error());
  const Exchange& other = **file;
  const std::string where = other.final_url.str();
  // nginx adds headers to good answers only, unless told "always"; and another host has headers of its own.
  if (other.status != 200 || other.final_url.origin() != landing.exchange->final_url.origin()) {
    return out.missing("http.headers_lost",
                       Error{ErrorCode::kHttpStatus, fmt::format("{}: status {}", redact_url(where), other.status)});
  }
  std::vector<std::string> lost;
  const std::set<std::string> there = protections(other);
  for (const std::string& name : protections(*landing.exchange)) {
    if (!there.contains(name)) lost.push_back(name);
  }
  const std::string text = lost.empty() ? "the same protections as the page" : "without " + join(lost, ", ");
  out.put("http.headers_lost", std::move(lost), seen(redact_url(where), text, curl_headers(other.final_url), other.at));
}

void put_security_txt(Session& session, const Exchange& landing, HttpWriter& out) {
  const auto missing = [&out](const Error& why) {
    out.missing("http.security_txt", why);
    out.missing("http.security_txt.expires", why);
  };
  if (landing.status < 200 || landing.status > 299) {
    return missing(Error{ErrorCode::kHttpStatus, fmt::format("the page has status {}", landing.status)});
  }
  const Url url = session.target().base.with_path("/.well-known/security.txt");
  const Result<ExchangePtr> got = session.get(url, {.follow = true, .guessed = false, .max_body = kSecurityTxtBytes});
  if (!got) return missing(got.error());
  const Exchange& file = **got;
  const Provenance at =
      seen(url.str(), fmt::format("{} {}", file.status, excerpt(file.media_type(), 60)), curl_body(url), file.at);
  if (file.status >= 500 || file.status == 429 || file.status == 401 || file.status == 403) {
    return missing(Error{ErrorCode::kHttpStatus, fmt::format("{}: status {}", url.str(), file.status)});
  }
  // Jitsi Meet answers any path with its page.
  if (file.status != 200 || file.media_type() != "text/plain") {
    out.put("http.security_txt", "none", at);
    out.put("http.security_txt.expires", "", at);
    return;
  }
  const SecurityTxt text = parse_security_txt(file.body);
  out.put("http.security_txt", security_txt_state(text, session.now()), at);
  out.put("http.security_txt.expires", text.expires == Instant{} ? "" : format_date(text.expires), at);
}

}  // namespace meetlat::probes
