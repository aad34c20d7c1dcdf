// All that probes may ask about one target. Owned by one thread; no locks. It resolves once per name, asks the
// AddressGuard at every hop, memoises GETs (failures too), spaces requests through the HostGate, charges every exchange
// to the target's budget, and appends each one to the transcript.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/url.h"
#include "model/run.h"
#include "model/target.h"
#include "net/depth.h"
#include "net/limits.h"
#include "net/tls_hello.h"
#include "net/transport.h"
#include "proto/html.h"
#include "proto/js_config.h"
#include "proto/robots.h"

namespace meetlat {

class HostGate;

// How servers of that kind are approached, by what their users' programs do.
TlsApproach approach_to(Service service);

struct Hop {
  Url url;
  int status = 0;
  std::string location;  // as sent
};

// A GET and everything that led to its answer. Immutable once made; shared by all who ask for the same URL.
struct Exchange {
  Url url;                // asked for
  Url final_url;          // after redirects
  std::vector<Hop> hops;  // the redirects that were followed, in order
  int status = 0;
  std::vector<Header> headers;  // of the final answer
  std::string body;
  bool truncated = false;
  bool certificate_verified = false;
  std::string peer;
  Instant at{};

  // First header of that lower-case name, or nullptr.
  const std::string* header(std::string_view name) const noexcept;
  // All headers of that name, in order.
  std::vector<std::string> all_headers(std::string_view name) const;
  // Media type without parameters, lower case; "" when there is none.
  std::string media_type() const;
};
using ExchangePtr = std::shared_ptr<const Exchange>;

struct GetOptions {
  bool follow = true;        // redirects; each hop passes guard, gate and budget
  bool guessed = false;      // not linked by anybody: robots.txt of that origin applies (kRobotsDisallowed)
  std::size_t max_body = 0;  // 0: Limits::max_body
  bool large = false;        // Limits::max_large_body instead: one of the client's own files
};

struct PostOptions {
  std::string content_type;
  std::string what;          // for the transcript, in which bodies are never kept: "session request"
  std::size_t max_body = 0;  // of the answer; 0: Limits::max_body
};

struct WsOptions {
  std::string subprotocol;
  std::string origin;
  std::size_t max_message = std::size_t{512} << 10;
};

// One question of a HelloPlan.
struct HelloStep {
  int id = 0;  // the plan's own
  ClientHello hello;
  bool repeat = true;     // silence or a reset is asked about once more, after a pause
  bool repeated = false;  // this is that repetition
};

// What a probe wants to learn by raw hellos, where answers decide what is asked next.
class HelloPlan {
 public:
  virtual ~HelloPlan() = default;
  // The next question; nullopt: nothing before an awaited answer, and nothing at all when none is awaited.
  virtual std::optional<HelloStep> next() = 0;
  // Every step that next() gave ends here, also one that was not sent: kBudgetExhausted, or why nothing more is sent.
  virtual void answered(const HelloStep& step, const HelloResult& result) = 0;
};

// The landing page: what the instance answers at its base URL.
struct Landing {
  ExchangePtr exchange;
  HtmlDocument html;  // of exchange->body
};

// config.js as the client would see it: the inlined copy, then the separate file.
struct Configuration {
  JsConfig config;  // window.config after all assignments that could be evaluated
  JsConfig interface_config;
  std::vector<std::string> sources;  // "https://host/ (inlined)", "https://host/config.js"
  bool readable = false;             // at least one source had an evaluable config object
  Error why_not{};                   // set when !readable
};

class Session {
 public:
  // `gate` and `clock` outlive the session. The deadline is now + limits.per_host.
  Session(const Target& target, std::unique_ptr<Transport> transport, class AddressGuard const& guard, HostGate& gate,
          const Limits& limits, const Clock& clock, std::stop_token stop, const Depth& depth = {});
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const Target& target() const noexcept { return target_; }
  const Depth& depth() const noexcept { return depth_; }
  Instant now() const { return clock_.now(); }

  // Memoised. Errors of Transport::resolve; kUnsupported: a proxy looks up names, so DNS is not measured (get() works).
  const Result<Resolved>& resolve(const std::string& host);
  // Those of resolve() that the guard accepts, IPv4 first: results should not depend on how well IPv6 works on this
  // side. kAddressRefused when it refuses all of them.
  Result<std::vector<Address>> addresses(const std::string& host);

  // Memoised. See Transport::reverse; at most 12 addresses of one target are asked about (kBudgetExhausted).
  const Result<std::vector<std::string>>& reverse(const Address& address);
  // See Transport::texts. Not memoised.
  Result<std::vector<std::string>> texts(const std::string& name);
  // Several records at once, validated; see Transport::records. Not memoised; at most 40 questions are asked about one
  // target (kBudgetExhausted).
  std::vector<Result<DnsRecords>> records(std::span<const DnsQuestion> questions);
  // Do the certificates that handshake() saw agree with these TLSA records (RDATA)? Its errors, and those of
  // Transport::dane.
  Result<DaneCheck> dane(std::span<const std::string> tlsa);
  // See Transport::hsts_place. Local, and so free.
  Result<HstsPlace> hsts_place(const std::string& host) const { return transport_->hsts_place(host); }
  // See Transport::place. Local, and so free.
  Result<Place> place(const Address& address) const { return transport_->place(address, clock_.now()); }

  // Memoised by URL and options. The target's own host may have an untrusted certificate (it is recorded), other hosts
  // may not (kTlsUntrusted). A short Retry-After is waited for once, a longer one is the caller's to see. Besides
  // Transport's errors: kBudgetExhausted, kTooManyRedirects, kRedirectRefused, kRobotsDisallowed, kCancelled, kTimedOut
  // (of the target as a whole). A status such as 404 is no error.
  Result<ExchangePtr> get(const Url& url, const GetOptions& options = {});

  // One POST: not memoised, redirects not followed. Errors as get(). Neither the body nor the answer goes to the
  // transcript, since both may hold secrets: only status, type and size do.
  Result<ExchangePtr> post(const Url& url, const std::string& body, const PostOptions& options);
  // Opens a WebSocket, which counts as one exchange; what comes through it counts as bytes of the target, and no
  // operation goes on longer than a request may, nor beyond the target's time. Errors as Transport::open_websocket and
  // get(). The Session outlives the channel.
  Result<std::unique_ptr<WsChannel>> websocket(const Url& url, const WsOptions& options);

  // One handshake with the target's host at its first address that answers; memoised.
  const Result<TlsHandshake>& handshake();

  // Asks the target's host by raw hellos at the address of handshake(), at most two open at once, spaced by the gate
  // and counted apart from requests (Limits::max_hellos). Returns the peer, "192.0.2.1:443". Errors of resolve(),
  // kUnsupported through a proxy, kAddressRefused, kCancelled, kTimedOut: what the plan did not get then is not known.
  Result<std::string> hellos(HelloPlan& plan);
  // One more handshake, at this address of the target's host. Not memoised; kNotAttempted when this machine has no IPv6
  // and the address is one of it.
  Result<TlsHandshake> handshake_at(const Address& address);

  // Memoised. Errors as get(); any final status is returned as an exchange.
  const Result<Landing>& landing();
  // Memoised. Never fails as a whole: see Configuration::readable.
  const Configuration& configuration();
  // GET of a random path that no site has: what this origin answers to anything. Memoised per origin.
  Result<ExchangePtr> random_path(const Url& base);
  // robots.txt of an origin (RFC 9309): 4xx allows everything, 5xx and unreachable forbid. Memoised.
  const Robots& robots(const Url& origin);

  bool cancelled() const noexcept { return stop_.stop_requested(); }
  int requests() const noexcept { return requests_; }
  std::uint64_t bytes() const noexcept { return bytes_; }
  const std::vector<TranscriptEntry>& transcript() const noexcept { return transcript_; }

 private:
  struct Memo;
  struct Way;  // where and how to connect for one host
  struct Ask;  // what one request wants
  friend class MeteredChannel;
  friend class PlanFeed;
  Result<ExchangePtr> fetch(const Url& url, std::size_t max_body);
  Result<ExchangePtr> single(const Url& url, std::size_t max_body);
  Result<HttpAnswer> one_exchange(const Ask& ask);
  Result<HttpAnswer> try_ways(const Ask& ask, const std::vector<Way>& ways, std::string& gate_key);
  Result<HttpAnswer> try_way(const Ask& ask, const Way& way, bool more_ways);
  ExchangePtr to_exchange(const Url& url, Instant at, HttpAnswer answer);
  Result<std::vector<Way>> ways_to(const std::string& host);
  bool pause_for(const HttpAnswer& answer, const std::string& gate_key, const std::string& host);
  Result<TlsHandshake> shake_hands();
  Result<TlsHandshake> dial(std::uint16_t port, const Address& address, Ticks deadline);
  Result<void> is_web() const;  // nothing is asked by HTTP of a server that is no instance
  Configuration read_configuration();
  Result<void> charge(std::string_view what);
  Ticks request_deadline() const;
  std::chrono::milliseconds connect_timeout(bool more_ways) const;
  void record(std::string kind, std::string request, std::string answer, std::string peer, std::uint64_t bytes,
              Ticks started, Instant at);

  const Target& target_;
  std::unique_ptr<Transport> transport_;
  const AddressGuard& guard_;
  HostGate& gate_;
  const Limits limits_;
  const Clock& clock_;
  std::stop_token stop_;
  const Depth depth_;
  Ticks deadline_;
  int requests_ = 0;
  int hellos_ = 0;
  std::uint64_t bytes_ = 0;
  std::vector<TranscriptEntry> transcript_;
  std::unique_ptr<Memo> memo_;
};

}  // namespace meetlat
