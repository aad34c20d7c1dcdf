#include "lists/list_fetch.h"

#include <curl/curl.h>
#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "net/redact.h"

namespace meetlat {
namespace {

constexpr int kMaxRedirects = 8;
constexpr std::size_t kMaxHeaders = std::size_t{64} << 10;

const std::string* header(const HttpAnswer& answer, std::string_view name) {
  const auto found =
      std::find_if(answer.headers.begin(), answer.headers.end(), [&](const Header& h) { return h.name == name; });
  return found == answer.headers.end() ? nullptr : &found->value;
}

std::string header_text(const HttpAnswer& answer, std::string_view name) {
  const std::string* value = header(answer, name);
  return value == nullptr ? std::string{} : *value;
}

// Addresses that the guard accepts; one empty address with `by_name` when a proxy resolves.
Result<std::vector<HttpRequest>> ways_to(const Url& url, Transport& transport, const AddressGuard& guard,
                                         Ticks deadline) {
  HttpRequest request;
  request.url = url;
  const auto resolved = transport.resolve(url.host(), deadline);
  if (!resolved) {
    if (resolved.error().code != ErrorCode::kUnsupported) return fail(resolved.error());
    request.by_name = true;
    return std::vector<HttpRequest>{request};
  }
  std::vector<HttpRequest> out;
  std::optional<Error> refused;
  for (const auto* list : {&resolved->v4, &resolved->v6}) {
    for (const Address& address : *list) {
      if (auto allowed = guard.check(url.host(), address); !allowed) {
        if (!refused) refused = allowed.error();
      } else if (transport.can_reach(address)) {
        request.address = address;
        out.push_back(request);
      }
    }
  }
  if (!out.empty()) return out;
  if (refused) return fail(*refused);
  return fail(ErrorCode::kNoAddress, url.host());
}

Result<HttpAnswer> one_hop(const Url& url, const std::vector<Header>& headers, std::size_t max_bytes, Network& network,
                           Transport& transport, Ticks deadline, const std::stop_token& stop) {
  auto ways = ways_to(url, transport, network.guard(), deadline);
  if (!ways) return fail(ways.error());
  Result<HttpAnswer> answer = fail(ErrorCode::kUnreachable, url.host());
  ways->resize(std::min<std::size_t>(ways->size(), 4));
  for (HttpRequest& request : *ways) {
    request.headers = headers;
    request.max_body = max_bytes;
    request.max_headers = kMaxHeaders;
    request.verify = true;
    const std::string key = request.by_name ? url.host() : request.address.str();
    auto turn = network.gate().enter(key, registrable_domain(url.host()), HostGate::Kind::kPage, deadline, stop);
    if (!turn) return fail(turn.error());
    answer = transport.exchange(request, deadline);
    if (answer) return answer;
    const ErrorCode code = answer.error().code;
    if (code != ErrorCode::kConnectionRefused && code != ErrorCode::kUnreachable) break;
  }
  return answer;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

Result<ListFetch> fetch_list(const Url& url, const std::string& etag, const std::string& last_modified,
                             std::size_t max_bytes, Network& network, Ticks deadline, const std::stop_token& stop) {
  const std::unique_ptr<Transport> transport = network.open(stop);
  std::vector<Header> headers;
  if (!etag.empty()) headers.push_back({"if-none-match", etag});
  if (!last_modified.empty()) headers.push_back({"if-modified-since", last_modified});
  Url current = url;
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    auto answer = one_hop(current, headers, max_bytes, network, *transport, deadline, stop);
    if (!answer) return fail(answer.error());
    const std::string shown = redact_url(current.str());
    if (is_redirect(answer->status) && header(*answer, "location") != nullptr) {
      const auto next = current.resolve(*header(*answer, "location"));
      if (!next || (current.is_https() && !next->is_https())) {
        return fail(ErrorCode::kRedirectRefused,
                    fmt::format("{} redirects to {}", shown, excerpt(*header(*answer, "location"), 120)));
      }
      current = *next;
      continue;
    }
    ListFetch out;
    out.final_url = current;
    if (answer->status == 304 && !headers.empty()) {
      out.not_modified = true;
      return out;
    }
    if (answer->status != 200) {
      return fail(ErrorCode::kHttpStatus, fmt::format("{} answered with status {}", shown, answer->status));
    }
    if (answer->truncated) {
      return fail(ErrorCode::kTooLarge, fmt::format("{} has more than {} MiB", shown, max_bytes >> 20));
    }
    out.etag = header_text(*answer, "etag");
    out.last_modified = header_text(*answer, "last-modified");
    out.body = std::move(answer->body);
    return out;
  }
  return fail(ErrorCode::kTooManyRedirects, fmt::format("{}: more than {}", redact_url(url.str()), kMaxRedirects));
}

std::string date_of_http(const std::string& http_date) {
  if (http_date.empty()) return {};
  const std::time_t seconds = curl_getdate(http_date.c_str(), nullptr);
  if (seconds < 0) return {};
  return format_date(Instant(std::chrono::seconds(seconds)));
}

}  // namespace meetlat
