// Full handshakes of a Session, and how servers that are no web servers are approached.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "net/host_gate.h"
#include "net/session.h"
#include "net/session_memo.h"

namespace meetlat {

namespace {

using std::chrono::milliseconds;

std::string handshake_text(const TlsHandshake& shake) {
  return fmt::format("{} {} {}{}", shake.version, shake.cipher_suite,
                     shake.trusted ? "trusted" : "not trusted: " + shake.trust_error,
                     shake.legacy_only ? " (TLS 1.2 was refused)" : "");
}

}  // namespace

TlsApproach approach_to(Service service) {
  switch (service) {
    case Service::kXmpp:
      return {true, {}, true};
    case Service::kXmpps:
      return {false, {"xmpp-client"}, true};  // XEP-0368
    case Service::kTurns:
      // Clients name none, and the fronts of Jitsi's packages take what names none for TURN.
      return {false, {}, false};
    case Service::kInstance:
      break;
  }
  return {false, {"h2", "http/1.1"}, false};
}

Result<void> Session::is_web() const {
  if (target_.is_instance()) return {};
  return fail(ErrorCode::kNotAttempted, fmt::format("{} is no web server", target_.id));
}

Result<TlsHandshake> Session::dial(std::uint16_t port, const Address& address, Ticks deadline) {
  const std::string& host = target_.base.host();
  if (target_.is_instance()) return transport_->handshake(host, port, address, deadline);
  return transport_->handshake_as(approach_to(target_.service), host, port, address, deadline);
}

const Result<TlsHandshake>& Session::handshake() {
  if (!memo_->handshake) memo_->handshake = shake_hands();
  return *memo_->handshake;
}

Result<TlsHandshake> Session::shake_hands() {
  const std::string& host = target_.base.host();
  std::uint16_t port = target_.base.port();
  if (!target_.base.is_https()) {
    if (port != 80) return fail(ErrorCode::kNotAttempted, fmt::format("{} is no https URL", target_.base.str()));
    port = 443;
  }
  const Result<std::vector<Way>> ways = ways_to(host);
  if (!ways) return fail(ways.error());
  if (ways->front().by_name) return fail(resolve(host).error());
  std::optional<Error> first_error;
  for (std::size_t i = 0; i < ways->size(); ++i) {
    const Way& way = (*ways)[i];
    const std::string what = fmt::format("hello {} port {} {}", way.gate_key, port, host);
    Result<void> may = gate_.enter(way.gate_key, registrable_domain(host), HostGate::Kind::kHello, deadline_, stop_);
    if (may) may = charge(what);
    if (!may) return fail(first_error ? *first_error : may.error());
    const milliseconds limit = connect_timeout(i + 1 < ways->size());
    Ticks deadline = request_deadline();
    if (limit > milliseconds{0}) deadline = std::min(deadline, std::chrono::steady_clock::now() + limit);
    const Ticks started = std::chrono::steady_clock::now();
    const Instant at = clock_.now();
    Result<TlsHandshake> shake = dial(port, way.address, deadline);
    record("tls", what, shake ? handshake_text(*shake) : describe(shake.error()), shake ? shake->peer : std::string{},
           0, started, at);
    if (shake) {
      memo_->good_address[host] = way.address;
      return shake;
    }
    if (!first_error) first_error = shake.error();
    const ErrorCode code = shake.error().code;
    if (code != ErrorCode::kConnectionRefused && code != ErrorCode::kUnreachable && code != ErrorCode::kTimedOut) break;
  }
  return fail(*first_error);
}

Result<TlsHandshake> Session::handshake_at(const Address& address) {
  const std::string& host = target_.base.host();
  const std::uint16_t port = target_.base.is_https() ? target_.base.port() : 443;
  const Result<TlsHandshake>& known = handshake();
  const std::string shown = address.v6 ? "[" + address.str() + "]" : address.str();
  if (known && known->peer.starts_with(shown + ":")) return known;
  if (Result<void> allowed = guard_.check(host, address); !allowed) return fail(allowed.error());
  if (!transport_->can_reach(address)) {
    return fail(ErrorCode::kNotAttempted, fmt::format("{}: this machine has no IPv6", address.str()));
  }
  const std::string what = fmt::format("hello {} port {} {}", address.str(), port, host);
  Result<void> may = gate_.enter(address.str(), registrable_domain(host), HostGate::Kind::kHello, deadline_, stop_);
  if (may) may = charge(what);
  if (!may) return fail(may.error());
  const Ticks started = std::chrono::steady_clock::now();
  const Instant at = clock_.now();
  Result<TlsHandshake> shake = dial(port, address, request_deadline());
  record("tls", what, shake ? shake->version : describe(shake.error()), shake ? shake->peer : std::string{}, 0, started,
         at);
  return shake;
}

}  // namespace meetlat
