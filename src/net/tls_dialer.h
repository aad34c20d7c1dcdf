// One TLS handshake with OpenSSL, for what it shows. Two contexts per process: a modern one (TLS 1.2 and 1.3), and a
// legacy one (1.0 and 1.1) that is tried only after the modern offer was refused for its version or parameters. Both
// allow every cipher that OpenSSL still has, since a refusal by ourselves would look like the server's weakness. The
// same handshake asks for a stapled OCSP answer and for certificate timestamps, and waits for the tickets of TLS 1.3:
// until the server hangs up after our good-bye, which is one round trip, and for 0.6 seconds at most.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "net/address.h"
#include "net/transport.h"
#include "net/trust_store.h"

namespace meetlat {

class CtLogs;

class TlsDialer {
 public:
  // Shares the store, which may be destroyed afterwards. Without `logs` no certificate timestamp is known. kIo when
  // OpenSSL cannot make its contexts.
  static Result<std::unique_ptr<TlsDialer>> create(const TrustStore& trust, std::shared_ptr<const CtLogs> logs = {});
  ~TlsDialer();
  TlsDialer(const TlsDialer&) = delete;
  TlsDialer& operator=(const TlsDialer&) = delete;

  // Of a web server, as browsers do it.
  Result<TlsHandshake> dial(const std::string& host, std::uint16_t port, const Address& address, Ticks deadline,
                            const std::stop_token& stop) const {
    return dial(TlsApproach{false, {"h2", "http/1.1"}, false}, host, port, address, deadline, stop);
  }
  // Thread-safe; asks no guard. Never fails for an untrusted certificate. kConnectionRefused, kUnreachable,
  // kConnectionReset, kTimedOut, kCancelled, kTlsFailed.
  Result<TlsHandshake> dial(const TlsApproach& approach, const std::string& host, std::uint16_t port,
                            const Address& address, Ticks deadline, const std::stop_token& stop) const;

 private:
  struct Contexts;
  explicit TlsDialer(std::unique_ptr<Contexts> contexts);
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace meetlat
