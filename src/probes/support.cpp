#include "probes/support.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "probes/marks.h"

namespace meetlat::probes {

std::string shell_quote(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += "'\\''";
    } else if (static_cast<unsigned char>(c) >= 0x20 && c != '\x7f') {
      quoted += c;
    }
  }
  quoted += '\'';
  return quoted;
}

std::string curl_headers(const Url& url) {
  return "curl -s -o /dev/null -D - " + shell_quote(url.str());
}

std::string curl_body(const Url& url) {
  return "curl -s " + shell_quote(url.str());
}

Provenance seen(std::string where, std::string_view text, std::string check, Instant at) {
  return Provenance{std::move(where), excerpt(text, 200), std::move(check), at};
}

std::string host_of(std::string_view url_like) {
  const std::string_view text = trim(url_like);
  std::size_t start = text.find("//");
  if (start == std::string_view::npos) return {};
  const std::string_view scheme = text.substr(0, start);
  if (!scheme.empty() && (scheme.back() != ':' || scheme.size() > 16 || scheme.find('/') != std::string_view::npos)) {
    return {};
  }
  start += 2;
  const std::size_t end = text.find_first_of("/?#\\", start);
  std::string_view authority = text.substr(start, end == std::string_view::npos ? end : end - start);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  const Result<Url> url = Url::parse(fmt::format("https://{}/", authority));
  return url ? url->host() : std::string();
}

void sort_unique(std::vector<std::string>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

std::string ice_server_host(std::string_view text) {
  for (const std::string_view scheme : {"stun:", "stuns:", "turn:", "turns:"}) {
    if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  }
  text = text.substr(0, text.find('/'));
  if (text.starts_with('[')) return std::string(text.substr(1, text.find(']') - 1));
  if (is_ip_literal(text)) return std::string(text);
  return std::string(text.substr(0, text.find(':')));
}

std::vector<std::string> third_parties(const std::vector<std::string>& hosts, std::string_view own) {
  std::vector<std::string> result;
  for (const std::string& host : hosts) {
    if (!host.empty() && !same_owner(host, own)) result.push_back(host);
  }
  sort_unique(result);
  return result;
}

std::vector<std::string> own_addresses(Session& session) {
  std::vector<std::string> texts;
  if (const Result<Resolved>& resolved = session.resolve(session.target().base.host()); resolved) {
    for (const Address& address : resolved->v4) texts.push_back(address.str());
    for (const Address& address : resolved->v6) texts.push_back(address.str());
  }
  return texts;
}

Result<void> landing_usable(Session& session) {
  const Result<Landing>& landing = session.landing();
  if (!landing) return fail(landing.error());
  const Exchange& exchange = *landing->exchange;
  const Result<MarkTable>& walls = bot_walls();
  if (walls) {
    const MarkHit wall = walls->match(exchange, &landing->html);
    if (!wall.name.empty()) return fail(ErrorCode::kChallenged, fmt::format("{} ({})", wall.name, wall.what));
  }
  const std::string where = exchange.final_url.str();
  if (exchange.status == 429) return fail(ErrorCode::kRateLimited, where + ": status 429");
  if (exchange.status < 200 || exchange.status > 299) {
    return fail(ErrorCode::kHttpStatus, fmt::format("{}: status {}", where, exchange.status));
  }
  return {};
}

std::string moved_to(const Session& session, const Landing& landing) {
  const Url& end = landing.exchange->final_url;
  if (!same_site(end.host(), session.target().base.host())) return end.str();
  // A page without text of its own that only sends the browser elsewhere has moved as well.
  if (!landing.html.meta_refresh.empty()) {
    const Result<Url> refresh = end.resolve(landing.html.meta_refresh);
    if (refresh && !same_site(refresh->host(), session.target().base.host())) return refresh->str();
  }
  return {};
}

}  // namespace meetlat::probes
