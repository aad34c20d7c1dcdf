// One TCP connection, with TLS or without, for protocols that libcurl does not speak. The guard is asked by the
// function that opens the socket; every operation has a deadline and ends at a stop request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "net/address.h"
#include "net/trust_store.h"

namespace meetlat {

struct StreamOptions {
  std::string host;  // asked of the guard, sent as SNI, looked for in the certificate
  std::uint16_t port = 0;
  Address address;
  bool tls = true;
  bool verify = true;  // false: an untrusted certificate is only noted
  const TrustStore* trust = nullptr;
  const AddressGuard* guard = nullptr;
};

// For one thread. `trust` and `guard` outlive connect() and the stream.
class GuardedStream {
 public:
  // kAddressRefused, kConnectionRefused, kUnreachable, kConnectionReset, kTimedOut, kCancelled, kTlsFailed,
  // kTlsUntrusted, kIo.
  static Result<std::unique_ptr<GuardedStream>> connect(const StreamOptions& options, Ticks deadline,
                                                        std::stop_token stop);
  ~GuardedStream();
  GuardedStream(const GuardedStream&) = delete;
  GuardedStream& operator=(const GuardedStream&) = delete;

  // At least one byte; 0: the peer has closed.
  Result<std::size_t> read_some(char* data, std::size_t size, Ticks deadline);
  // All of it.
  Result<void> write(std::string_view data, Ticks deadline);
  // A polite end of TLS; nobody waits for the answer.
  void shut_down(Ticks deadline);

  bool certificate_verified() const noexcept;
  const std::string& peer() const noexcept;       // "192.0.2.1:443"
  std::uint64_t received_bytes() const noexcept;  // on the wire

 private:
  struct Impl;
  explicit GuardedStream(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace meetlat
