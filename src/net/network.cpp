#include "net/network.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/resource.h>

#include <array>
#include <mutex>
#include <optional>
#include <utility>

#include "net/ct_logs.h"
#include "net/geo.h"
#include "net/hsts_list.h"
#include "net/http_client.h"
#include "net/local_names.h"
#include "net/rdata.h"
#include "net/resolver.h"
#include "net/socket_wait.h"
#include "net/tls_dialer.h"
#include "net/trust_store.h"
#include "net/validator.h"
#include "net/ws_client.h"

namespace meetlat {

namespace {

constexpr rlim_t kWantedFiles = 8192;  // about six descriptors for each of a thousand hosts in flight

void raise_open_files() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kWantedFiles) return;
  limit.rlim_cur = limit.rlim_max == RLIM_INFINITY ? kWantedFiles : std::min(limit.rlim_max, kWantedFiles);
  setrlimit(RLIMIT_NOFILE, &limit);  // when refused, a run with many jobs reports its own trouble
}

Result<void> start_libcurl() {
  static std::once_flag once;
  static CURLcode code = CURLE_OK;
  std::call_once(once, [] { code = curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (code != CURLE_OK) return fail(ErrorCode::kIo, fmt::format("libcurl: {}", curl_easy_strerror(code)));
  return {};
}

// "socks5h://[user:password@]host[:port]" and nothing else: any other form would look names up on this side.
Result<void> check_proxy(const std::string& proxy) {
  constexpr std::string_view kScheme = "socks5h://";
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  if (proxy.starts_with(kScheme) && url != nullptr &&
      curl_url_set(url.get(), CURLUPART_URL, proxy.c_str(), CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK) {
    char* host = nullptr;
    const bool named =
        curl_url_get(url.get(), CURLUPART_HOST, &host, 0) == CURLUE_OK && host != nullptr && *host != '\0';
    curl_free(host);
    if (named) return {};
  }
  return fail(ErrorCode::kInvalidArgument,
              "--proxy must look like socks5h://127.0.0.1:9050 (the proxy looks up names)");
}

class NetworkImpl;

class NetTransport : public Transport {
 public:
  NetTransport(const NetworkImpl& network, std::stop_token stop);
  Result<Resolved> resolve(const std::string& host, Ticks deadline) override;
  Result<HttpAnswer> exchange(const HttpRequest& request, Ticks deadline) override {
    return http_.exchange(request, deadline);
  }
  Result<TlsHandshake> handshake(const std::string& host, std::uint16_t port, const Address& address,
                                 Ticks deadline) override;
  Result<TlsHandshake> handshake_as(const TlsApproach& approach, const std::string& host, std::uint16_t port,
                                    const Address& address, Ticks deadline) override;
  Result<void> hellos(const HelloPlace& place, HelloFeed& feed, Ticks deadline) override;
  Result<std::unique_ptr<WsChannel>> open_websocket(const WsRequest& request, Ticks deadline) override;
  bool can_reach(const Address& address) const override;
  Result<std::vector<std::string>> reverse(const Address& address, Ticks deadline) override;
  Result<std::vector<std::string>> texts(const std::string& name, Ticks deadline) override;
  Result<Place> place(const Address& address, Instant now) const override;
  std::vector<Result<DnsRecords>> records(std::span<const DnsQuestion> questions, Ticks deadline) override;
  Result<DaneCheck> dane(const std::string& host, const TlsHandshake& shake,
                         std::span<const std::string> tlsa) const override;
  Result<HstsPlace> hsts_place(const std::string& host) const override;

 private:
  Result<Resolved> resolve_unsigned(const std::string& host, Ticks deadline);

  const NetworkImpl& network_;
  const std::stop_token stop_;
  HttpClient http_;
};

class NetworkImpl : public Network {
 public:
  NetworkImpl(const NetworkOptions& options, TrustStore trust)
      : proxy_(options.proxy),
        user_agent_(options.user_agent.empty() ? default_user_agent() : options.user_agent),
        guard_(options.hosts, options.allow_private),
        gate_(options.rates),
        local_names_(options.hosts),
        validator_options_{options.hosts, options.resolver,
                           options.anchors.empty() ? std::filesystem::path(Validator::kRootKey) : options.anchors},
        trust_(std::move(trust)) {}

  Result<void> start(const NetworkOptions& options) {
    if (!options.geo.empty()) {
      Result<std::unique_ptr<GeoTable>> table = GeoTable::load(options.geo);
      if (!table) return fail(table.error());
      geo_ = std::move(table);
    }
    if (!options.hsts.empty()) {
      Result<HstsList> list = HstsList::load(options.hsts);
      if (!list) return fail(list.error());
      hsts_ = *std::move(list);
    }
    Result<std::shared_ptr<const CtLogs>> logs = CtLogs::load(options.ct_logs);
    // Without the bundled table all is measured but who logged a certificate; a table that was asked for must be there.
    if (!logs && !options.ct_logs.empty()) return fail(logs.error());
    Result<std::unique_ptr<TlsDialer>> dialer = TlsDialer::create(trust_, logs ? *std::move(logs) : nullptr);
    if (!dialer) return fail(dialer.error());
    dialer_ = *std::move(dialer);
    if (!proxy_.empty()) return {};  // no resolver at all: nothing can leave beside the proxy
    // A resolver of the user's own may know names that no public one does.
    Result<std::unique_ptr<Resolver>> resolver =
        Resolver::create({options.hosts, options.resolver, !options.resolver.empty()});
    if (!resolver) return fail(resolver.error());
    resolver_ = *std::move(resolver);
    return check_anchors(options);
  }

  std::unique_ptr<Transport> open(std::stop_token stop) override {
    return std::make_unique<NetTransport>(*this, std::move(stop));
  }
  const AddressGuard& guard() const noexcept override { return guard_; }
  HostGate& gate() noexcept override { return gate_; }
  std::string geo_source() const override {
    const Result<std::unique_ptr<GeoTable>>& table = geo();
    return table ? (*table)->source() : std::string();
  }

  // Made when it is needed first: not every command asks for validated records, and its context takes 1 MB.
  const Result<std::unique_ptr<Validator>>& validator() const {
    std::call_once(validator_made_, [this] { validator_ = Validator::create(validator_options_); });
    return *validator_;
  }
  const std::optional<HstsList>& hsts() const noexcept { return hsts_; }
  const TrustStore& trust() const noexcept { return trust_; }
  HttpClientOptions http_options() const { return {&trust_, &guard_, proxy_, user_agent_}; }
  bool proxied() const noexcept { return !proxy_.empty(); }
  const LocalNames& local_names() const noexcept { return local_names_; }
  Resolver& resolver() const noexcept { return *resolver_; }
  const TlsDialer& dialer() const noexcept { return *dialer_; }
  // The installed table takes a moment to read, and not every command asks where something is.
  const Result<std::unique_ptr<GeoTable>>& geo() const {
    std::call_once(geo_read_, [this] {
      if (!geo_) geo_ = GeoTable::load_installed();
    });
    return *geo_;
  }

 private:
  const std::string proxy_;
  const std::string user_agent_;
  const AddressGuard guard_;
  HostGate gate_;
  // A file that the user named has to be right; without the installed one DNSSEC is not measured.
  static Result<void> check_anchors(const NetworkOptions& options) {
    if (options.anchors.empty()) return {};
    const Result<std::vector<std::string>> names = trust_anchor_names(options.anchors);
    return names ? Result<void>{} : fail(names.error());
  }

  const LocalNames local_names_;
  const ValidatorOptions validator_options_;
  const TrustStore trust_;
  std::unique_ptr<TlsDialer> dialer_;
  std::unique_ptr<Resolver> resolver_;  // none with a proxy
  std::optional<HstsList> hsts_;
  mutable std::once_flag validator_made_;
  mutable std::optional<Result<std::unique_ptr<Validator>>> validator_;
  mutable std::once_flag geo_read_;
  mutable std::optional<Result<std::unique_ptr<GeoTable>>> geo_;
};

NetTransport::NetTransport(const NetworkImpl& network, std::stop_token stop)
    : network_(network), stop_(stop), http_(network.http_options(), std::move(stop)) {}

// A resolver that validates denies every address of a name whose signatures are wrong. Such a host is described all the
// same, by the addresses that its name servers give out.
Result<Resolved> NetTransport::resolve_unsigned(const std::string& host, Ticks deadline) {
  const std::array<DnsQuestion, 2> questions{{{host, DnsType::kA}, {host, DnsType::kAaaa}}};
  const std::vector<Result<DnsRecords>> answers = records(questions, deadline);
  Resolved resolved;
  resolved.host = host;
  for (std::size_t i = 0; i < 2; ++i) {
    if (!answers[i] || answers[i]->trust != DnsTrust::kBogus) continue;
    (i == 0 ? resolved.v4 : resolved.v6) = addresses_in(answers[i]->rdata, i == 1);
  }
  if (resolved.v4.empty() && resolved.v6.empty()) return fail(ErrorCode::kNoAddress, host);
  return resolved;
}

Result<Resolved> NetTransport::resolve(const std::string& host, Ticks deadline) {
  if (!network_.proxied()) {
    Result<Resolved> resolved = network_.resolver().resolve(host, deadline, stop_);
    if (resolved || resolved.error().code != ErrorCode::kResolverFailed) return resolved;
    Result<Resolved> bogus = resolve_unsigned(host, deadline);
    return bogus ? bogus : resolved;
  }
  if (std::optional<Resolved> known = network_.local_names().find(host)) return *std::move(known);
  return fail(ErrorCode::kUnsupported, fmt::format("{}: with --proxy, the proxy looks up names", host));
}

Result<TlsHandshake> NetTransport::handshake(const std::string& host, std::uint16_t port, const Address& address,
                                             Ticks deadline) {
  return handshake_as(TlsApproach{false, {"h2", "http/1.1"}, false}, host, port, address, deadline);
}

Result<TlsHandshake> NetTransport::handshake_as(const TlsApproach& approach, const std::string& host,
                                                std::uint16_t port, const Address& address, Ticks deadline) {
  if (network_.proxied()) {
    return fail(ErrorCode::kUnsupported, fmt::format("{}: handshakes are not measured through --proxy", host));
  }
  if (Result<void> allowed = network_.guard().check(host, address); !allowed) return fail(allowed.error());
  return network_.dialer().dial(approach, host, port, address, deadline, stop_);
}

Result<void> NetTransport::hellos(const HelloPlace& place, HelloFeed& feed, Ticks deadline) {
  if (network_.proxied()) {
    return fail(ErrorCode::kUnsupported, fmt::format("{}: hellos are not measured through --proxy", place.host));
  }
  return run_hellos(place, feed, network_.guard(), {2, deadline, stop_});
}

Result<std::vector<std::string>> NetTransport::reverse(const Address& address, Ticks deadline) {
  if (!network_.proxied()) return network_.resolver().reverse(address, deadline, stop_);
  return fail(ErrorCode::kUnsupported, fmt::format("{}: names are not asked for beside --proxy", address.str()));
}

Result<std::vector<std::string>> NetTransport::texts(const std::string& name, Ticks deadline) {
  if (!network_.proxied()) return network_.resolver().texts(name, deadline, stop_);
  return fail(ErrorCode::kUnsupported, fmt::format("{}: records are not asked for beside --proxy", name));
}

std::vector<Result<DnsRecords>> NetTransport::records(std::span<const DnsQuestion> questions, Ticks deadline) {
  Error why{ErrorCode::kUnsupported, "records are not asked for beside --proxy"};
  if (!network_.proxied()) {
    const Result<std::unique_ptr<Validator>>& validator = network_.validator();
    if (validator) return (*validator)->ask(questions, deadline, stop_);
    why = validator.error();
  }
  std::vector<Result<DnsRecords>> answers;
  for (std::size_t i = 0; i < questions.size(); ++i) answers.emplace_back(fail(why));
  return answers;
}

Result<DaneCheck> NetTransport::dane(const std::string& host, const TlsHandshake& shake,
                                     std::span<const std::string> tlsa) const {
  std::vector<std::string> chain;
  for (const CertificateInfo& certificate : shake.chain) chain.push_back(certificate.der);
  return check_dane(host, chain, tlsa, network_.trust().get());
}

Result<HstsPlace> NetTransport::hsts_place(const std::string& host) const {
  const std::optional<HstsList>& list = network_.hsts();
  if (!list) return Transport::hsts_place(host);
  return HstsPlace{list->holds(host), list->source()};
}

Result<Place> NetTransport::place(const Address& address, Instant now) const {
  const Result<std::unique_ptr<GeoTable>>& table = network_.geo();
  if (!table) return fail(table.error());
  return (*table)->find(address, now);
}

Result<std::unique_ptr<WsChannel>> NetTransport::open_websocket(const WsRequest& request, Ticks deadline) {
  if (network_.proxied()) {
    return fail(ErrorCode::kUnsupported, fmt::format("{}: no WebSocket through --proxy", request.url.authority()));
  }
  const HttpClientOptions own = network_.http_options();
  return open_ws_channel(request, {own.trust, own.guard, own.user_agent}, deadline, stop_);
}

bool NetTransport::can_reach(const Address& address) const {
  return !address.v6 || network_.proxied() || !AddressGuard::special_purpose(address).empty() || has_public_ipv6();
}

}  // namespace

std::string default_user_agent() {
  return fmt::format("meetlat/{} (+{}; privacy audit of video-conferencing hosts)", MEETLAT_VERSION, kContactUrl);
}

Result<std::unique_ptr<Network>> Network::create(const NetworkOptions& options) {
  if (!options.proxy.empty()) {
    if (Result<void> proxy = check_proxy(options.proxy); !proxy) return fail(proxy.error());
  }
  raise_open_files();
  if (Result<void> curl = start_libcurl(); !curl) return fail(curl.error());
  Result<TrustStore> trust = TrustStore::load(options.ca_file);
  if (!trust) return fail(trust.error());
  auto network = std::make_unique<NetworkImpl>(options, *std::move(trust));
  if (Result<void> started = network->start(options); !started) return fail(started.error());
  return std::unique_ptr<Network>(std::move(network));
}

}  // namespace meetlat
