#include "net/session.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "net/host_gate.h"
#include "net/redact.h"
#include "net/session_memo.h"

namespace meetlat {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr seconds kShortPause{10};               // a Retry-After up to this is waited for
constexpr seconds kPauseUnsaid{5};               // for 429 without Retry-After
constexpr seconds kLongestPause{600};            // what others of the same address are held back at most
constexpr seconds kConnectWhenMore{5};           // for one address when there is another one to try
constexpr std::size_t kMaxWays = 4;              // addresses of one host that are tried
constexpr std::size_t kRobotsBytes = 500 << 10;  // RFC 9309 section 2.5

bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

const std::string* find_header(const std::vector<Header>& headers, std::string_view name) noexcept {
  const auto found = std::ranges::find(headers, name, &Header::name);
  return found == headers.end() ? nullptr : &found->value;
}

// nullopt: the answer asks for no pause.
std::optional<seconds> retry_after(const HttpAnswer& answer, Instant now) {
  const std::string* value = find_header(answer.headers, "retry-after");
  if (answer.status != 429 && (answer.status != 503 || value == nullptr)) return std::nullopt;
  if (value == nullptr) return kPauseUnsaid;
  long number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error == std::errc::result_out_of_range) return kLongestPause;
  if (error == std::errc{} && end == value->data() + value->size()) {
    return seconds(std::clamp<long>(number, 0, kLongestPause.count()));
  }
  const std::time_t date = curl_getdate(value->c_str(), nullptr);
  if (date < 0) return kPauseUnsaid;
  const auto wait = std::chrono::ceil<seconds>(Instant(seconds(date)) - now);
  return std::clamp<seconds>(wait, seconds{0}, kLongestPause);
}

std::string random_hex() {
  std::array<unsigned char, 8> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    // Never seen on Linux for eight bytes; the time is unlikely enough as a path.
    const auto ticks = std::chrono::steady_clock::now().time_since_epoch().count();
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(ticks >> (8 * i));
  }
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

// Without a digest where the body may hold a secret that somebody could guess.
std::string answer_text(const HttpAnswer& answer, bool digest) {
  const std::string* type = find_header(answer.headers, "content-type");
  std::string text =
      fmt::format("{} {} {} bytes", answer.status, type == nullptr ? "-" : excerpt(*type, 60), answer.body.size());
  if (digest) text += " sha256:" + sha256_hex(answer.body);
  if (answer.truncated) text += " (cut)";
  const std::string* location = find_header(answer.headers, "location");
  if (is_redirect(answer.status) && location != nullptr) text += " -> " + excerpt(redact_url(*location), 300);
  return text;
}

}  // namespace

const std::string* Exchange::header(std::string_view name) const noexcept {
  return find_header(headers, name);
}

std::vector<std::string> Exchange::all_headers(std::string_view name) const {
  std::vector<std::string> values;
  for (const Header& one : headers) {
    if (one.name == name) values.push_back(one.value);
  }
  return values;
}

std::string Exchange::media_type() const {
  const std::string* value = header("content-type");
  if (value == nullptr) return {};
  return to_lower(trim(std::string_view(*value).substr(0, value->find(';'))));
}

Session::Session(const Target& target, std::unique_ptr<Transport> transport, const AddressGuard& guard, HostGate& gate,
                 const Limits& limits, const Clock& clock, std::stop_token stop, const Depth& depth)
    : target_(target),
      transport_(std::move(transport)),
      guard_(guard),
      gate_(gate),
      limits_(limits),
      clock_(clock),
      stop_(std::move(stop)),
      depth_(depth),
      deadline_(std::chrono::steady_clock::now() + limits.per_host),
      memo_(std::make_unique<Memo>()) {}

Session::~Session() = default;

void Session::record(std::string kind, std::string request, std::string answer, std::string peer, std::uint64_t bytes,
                     Ticks started, Instant at) {
  const auto took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - started);
  transcript_.push_back({at, std::move(kind), std::move(request), std::move(answer), std::move(peer),
                         static_cast<std::int64_t>(bytes), took.count()});
}

Ticks Session::request_deadline() const {
  return std::min(deadline_, std::chrono::steady_clock::now() + limits_.per_request);
}

milliseconds Session::connect_timeout(bool more_ways) const {
  if (!more_ways) return milliseconds{0};
  return std::max<milliseconds>(milliseconds{1}, std::min<milliseconds>(kConnectWhenMore, limits_.per_request / 2));
}

// One more exchange of this target, if it may have it.
Result<void> Session::charge(std::string_view what) {
  if (stop_.stop_requested()) return fail(ErrorCode::kCancelled, std::string(what));
  if (std::chrono::steady_clock::now() >= deadline_) {
    return fail(ErrorCode::kBudgetExhausted, fmt::format("{}: the time for {} is used up", what, target_.id));
  }
  if (requests_ >= limits_.max_requests) {
    return fail(ErrorCode::kBudgetExhausted,
                fmt::format("{}: {} requests to {} are enough", what, requests_, target_.id));
  }
  // Small answers that unpack to large ones use up memory, not the line: both count.
  if (const std::uint64_t most = std::max<std::uint64_t>(bytes_, memo_->kept_bytes); most >= limits_.max_host_bytes) {
    return fail(ErrorCode::kBudgetExhausted, fmt::format("{}: {} bytes from {} are enough", what, most, target_.id));
  }
  ++requests_;
  return {};
}

const Result<Resolved>& Session::resolve(const std::string& host) {
  const auto known = memo_->names.find(host);
  if (known != memo_->names.end()) return known->second;
  const Ticks started = std::chrono::steady_clock::now();
  const Instant at = clock_.now();
  Result<Resolved> result = transport_->resolve(host, request_deadline());
  std::string answer;
  if (result) {
    std::vector<std::string> texts;
    for (const Address& address : result->v4) texts.push_back(address.str());
    for (const Address& address : result->v6) texts.push_back(address.str());
    answer = join(texts, ", ") + (result->from_hosts_file ? " (hosts file)" : "");
  } else {
    answer = describe(result.error());
  }
  record("dns", fmt::format("A, AAAA {}", host), std::move(answer), {}, 0, started, at);
  return memo_->names.emplace(host, std::move(result)).first->second;
}

Result<std::vector<Address>> Session::addresses(const std::string& host) {
  const Result<Resolved>& resolved = resolve(host);
  if (!resolved) return fail(resolved.error());
  std::vector<Address> accepted;
  std::optional<Error> refused;
  for (const std::vector<Address>* list : {&resolved->v4, &resolved->v6}) {
    for (const Address& address : *list) {
      if (Result<void> allowed = guard_.check(host, address); allowed) {
        accepted.push_back(address);
      } else if (!refused) {
        refused = allowed.error();
      }
    }
  }
  if (accepted.empty() && refused) return fail(*std::move(refused));
  if (accepted.empty()) return fail(ErrorCode::kNoAddress, host);
  return accepted;
}

Result<std::vector<Session::Way>> Session::ways_to(const std::string& host) {
  Result<std::vector<Address>> all = addresses(host);
  if (!all && all.error().code == ErrorCode::kUnsupported) {
    // The proxy's own machine is as private as ours.
    if (host == "localhost" || host.ends_with(".localhost")) {
      if (Result<void> allowed = guard_.check(host, Address{false, {127, 0, 0, 1}}); !allowed) {
        return fail(allowed.error());
      }
    }
    return std::vector<Way>{{{}, true, host}};
  }
  if (!all) return fail(all.error());
  std::vector<Way> ways;
  for (const Address& address : *all) {
    if (transport_->can_reach(address)) ways.push_back({address, false, address.str()});
  }
  if (ways.empty()) {
    return fail(ErrorCode::kUnreachable, fmt::format("{} has only IPv6 addresses, and this machine has no IPv6", host));
  }
  // The address that answered before goes first.
  const auto good = memo_->good_address.find(host);
  if (good != memo_->good_address.end()) {
    const auto first = std::ranges::find(ways, good->second, &Way::address);
    if (first != ways.end()) std::rotate(ways.begin(), first, first + 1);
  }
  ways.resize(std::min(ways.size(), kMaxWays));
  return ways;
}

// One request over one way, with gate, budget and transcript.
Result<HttpAnswer> Session::try_way(const Ask& ask, const Way& way, bool more_ways) {
  const Url& url = ask.url;
  const std::string shown = redact_url(url.str());
  const std::string domain = registrable_domain(url.host());
  if (Result<void> turn = gate_.enter(way.gate_key, domain, HostGate::Kind::kPage, deadline_, stop_); !turn) {
    return fail(turn.error());
  }
  if (Result<void> charged = charge(shown); !charged) return fail(charged.error());
  HttpRequest request;
  request.url = url;
  request.address = way.address;
  request.by_name = way.by_name;
  request.max_body = ask.max_body;
  if (ask.body != nullptr) {
    request.body = *ask.body;
    request.headers.push_back({"Content-Type", ask.content_type});
  }
  request.max_headers = limits_.max_headers;
  request.verify = url.host() != target_.base.host();
  request.connect_timeout = connect_timeout(more_ways);
  const Ticks started = std::chrono::steady_clock::now();
  const Instant at = clock_.now();
  Result<HttpAnswer> answer = transport_->exchange(request, request_deadline());
  const std::string what = ask.body == nullptr ? "GET " + shown : fmt::format("POST {} ({})", shown, ask.what);
  if (answer) {
    bytes_ += answer->wire_bytes;
    record("http", what, answer_text(*answer, ask.body == nullptr), answer->peer, answer->wire_bytes, started, at);
  } else {
    record("http", what, describe(answer.error()), {}, 0, started, at);
  }
  return answer;
}

// The first way that answers. `gate_key` becomes that way's.
Result<HttpAnswer> Session::try_ways(const Ask& ask, const std::vector<Way>& ways, std::string& gate_key) {
  std::optional<Error> first_error;
  for (std::size_t i = 0; i < ways.size(); ++i) {
    const bool more = i + 1 < ways.size();
    Result<HttpAnswer> answer = try_way(ask, ways[i], more);
    if (answer) {
      gate_key = ways[i].gate_key;
      if (!ways[i].by_name) memo_->good_address[ask.url.host()] = ways[i].address;
      return answer;
    }
    const ErrorCode code = answer.error().code;
    if (!first_error) first_error = answer.error();
    const bool next =
        code == ErrorCode::kConnectionRefused || code == ErrorCode::kUnreachable || code == ErrorCode::kTimedOut;
    if (!next || !more || std::chrono::steady_clock::now() >= deadline_) {
      // A budget that ends between two addresses must not hide what the first one said.
      return fail(*first_error);
    }
  }
  return fail(ErrorCode::kUnreachable, ask.url.host());
}

// Tells the gate when the host asked for a pause; true when it is short enough to ask again after it.
bool Session::pause_for(const HttpAnswer& answer, const std::string& gate_key, const std::string& host) {
  const std::optional<seconds> pause = retry_after(answer, clock_.now());
  if (!pause) return false;
  gate_.pause(gate_key, registrable_domain(host), *pause);
  return *pause <= kShortPause && std::chrono::steady_clock::now() + *pause < deadline_;
}

Result<HttpAnswer> Session::one_exchange(const Ask& ask) {
  const Url& url = ask.url;
  if (const Result<void> web = is_web(); !web) return fail(web.error());
  const Result<std::vector<Way>> ways = ways_to(url.host());
  if (!ways) return fail(ways.error());
  std::string gate_key;
  Result<HttpAnswer> answer = try_ways(ask, *ways, gate_key);
  if (!answer && answer.error().code == ErrorCode::kConnectionReset && memo_->answered.contains(url.origin())) {
    // Most likely a kept connection that the server had closed meanwhile.
    answer = try_ways(ask, *ways, gate_key);
  }
  if (!answer) return answer;
  memo_->answered.insert(url.origin());
  if (!pause_for(*answer, gate_key, url.host())) return answer;
  // When there is no turn or budget for a second try, the first answer stands.
  Result<HttpAnswer> again = try_ways(ask, *ways, gate_key);
  if (!again) return answer;
  pause_for(*again, gate_key, url.host());
  return again;
}

ExchangePtr Session::to_exchange(const Url& url, Instant at, HttpAnswer answer) {
  auto exchange = std::make_shared<Exchange>();
  exchange->url = exchange->final_url = url;
  exchange->status = answer.status;
  exchange->headers = std::move(answer.headers);
  exchange->body = std::move(answer.body);
  exchange->truncated = answer.truncated;
  exchange->certificate_verified = answer.certificate_verified;
  exchange->peer = std::move(answer.peer);
  exchange->at = at;
  return exchange;
}

// One exchange without following redirects; memoised.
Result<ExchangePtr> Session::single(const Url& url, std::size_t max_body) {
  const auto key = std::make_pair(url, max_body);
  const auto known = memo_->singles.find(key);
  if (known != memo_->singles.end()) return known->second;
  const Instant at = clock_.now();
  Ask ask;
  ask.url = url;
  ask.max_body = max_body;
  Result<HttpAnswer> answer = one_exchange(ask);
  Result<ExchangePtr> result = fail(ErrorCode::kNotAttempted, {});
  if (answer) {
    result = to_exchange(url, at, *std::move(answer));
    memo_->kept_bytes += (*result)->body.size();
  } else {
    result = fail(answer.error());
  }
  return memo_->singles.emplace(key, std::move(result)).first->second;
}

// Follows redirects hop by hop; each hop is an exchange of its own with guard, gate and budget.
Result<ExchangePtr> Session::fetch(const Url& url, std::size_t max_body) {
  std::vector<Hop> hops;
  std::set<Url> seen;
  Url current = url;
  while (true) {
    seen.insert(current);
    Result<ExchangePtr> got = single(current, max_body);
    if (!got) return got;
    const ExchangePtr& exchange = *got;
    const std::string* location = exchange->header("location");
    if (!is_redirect(exchange->status) || location == nullptr) {
      if (hops.empty()) return got;
      auto whole = std::make_shared<Exchange>(*exchange);
      memo_->kept_bytes += whole->body.size();
      whole->url = url;
      whole->hops = std::move(hops);
      return ExchangePtr(std::move(whole));
    }
    const std::string shown = redact_url(current.str());
    const Result<Url> next = current.resolve(*location);
    if (!next) {
      return fail(ErrorCode::kRedirectRefused,
                  fmt::format("{} redirects to {}", shown, excerpt(redact_url(*location), 200)));
    }
    hops.push_back({current, exchange->status, *location});
    if (static_cast<int>(hops.size()) > limits_.max_redirects) {
      return fail(ErrorCode::kTooManyRedirects,
                  fmt::format("{}: more than {}", redact_url(url.str()), limits_.max_redirects));
    }
    if (seen.contains(*next)) {
      return fail(ErrorCode::kTooManyRedirects, fmt::format("{} redirects in a circle", shown));
    }
    current = *next;
  }
}

Result<ExchangePtr> Session::get(const Url& url, const GetOptions& options) {
  if (options.guessed) {
    const Robots& rules = robots(url);
    const std::string path = url.query().empty() ? url.path() : url.path() + "?" + url.query();
    if (!rules.allows(path)) {
      return fail(ErrorCode::kRobotsDisallowed, rules.why().empty()
                                                    ? redact_url(url.str())
                                                    : fmt::format("{}: {}", redact_url(url.str()), rules.why()));
    }
  }
  const std::size_t most = options.large ? limits_.max_large_body : limits_.max_body;
  const std::size_t max_body = options.max_body == 0 ? most : std::min(options.max_body, most);
  if (!options.follow) return single(url, max_body);
  const auto key = std::make_pair(url, max_body);
  // No host is asked twice for one file: the beginning of an answer that was read further serves as well.
  const auto known = memo_->chains.lower_bound(key);
  if (known != memo_->chains.end() && known->first.first == url) {
    if (!known->second || (*known->second)->body.size() <= max_body) return known->second;
    auto part = std::make_shared<Exchange>(**known->second);
    part->body.resize(max_body);
    part->truncated = true;
    return memo_->chains.emplace(key, std::move(part)).first->second;
  }
  return memo_->chains.emplace(key, fetch(url, max_body)).first->second;
}

const Robots& Session::robots(const Url& origin) {
  const std::string key = origin.origin();
  const auto known = memo_->robots.find(key);
  if (known != memo_->robots.end()) return known->second;
  Robots rules = Robots::allow_all();
  GetOptions options;
  options.max_body = kRobotsBytes;
  const Result<ExchangePtr> got = get(origin.with_path("/robots.txt"), options);
  if (!got) {
    // A redirect that leads nowhere is "unavailable", which allows; a host that does not answer is "unreachable".
    const ErrorCode code = got.error().code;
    if (code != ErrorCode::kTooManyRedirects && code != ErrorCode::kRedirectRefused) {
      rules = Robots::forbid_all("robots.txt: " + describe(got.error()));
    }
  } else if (const int status = (*got)->status; status >= 500 || status == 429) {
    rules = Robots::forbid_all(fmt::format("robots.txt: status {}", status));
  } else if (status >= 200 && status < 300) {
    rules = Robots::parse((*got)->body);
  }
  return memo_->robots.emplace(key, std::move(rules)).first->second;
}

Result<ExchangePtr> Session::random_path(const Url& base) {
  const std::string key = base.origin();
  const auto known = memo_->random.find(key);
  if (known != memo_->random.end()) return known->second;
  GetOptions options;
  options.guessed = true;
  const std::string folder = base.path().substr(0, base.path().rfind('/') + 1);
  Result<ExchangePtr> got = get(base.with_path(folder + random_hex()), options);
  return memo_->random.emplace(key, std::move(got)).first->second;
}

const Result<Landing>& Session::landing() {
  if (memo_->landing) return *memo_->landing;
  Result<ExchangePtr> got = get(target_.base);
  if (!got) {
    memo_->landing = fail(got.error());
    return *memo_->landing;
  }
  Result<HtmlDocument> html = parse_html((*got)->body);
  if (html) {
    memo_->landing = Landing{*std::move(got), *std::move(html)};
  } else {
    memo_->landing = fail(html.error().code, fmt::format("{}: {}", target_.base.str(), html.error().context));
  }
  return *memo_->landing;
}

const Configuration& Session::configuration() {
  if (!memo_->configuration) memo_->configuration = read_configuration();
  return *memo_->configuration;
}

}  // namespace meetlat
