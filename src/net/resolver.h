// A and AAAA of a name by one libunbound context for all threads, used asynchronously (a context per thread would cost
// 1 MB and 0.6 ms a name). It forwards to the name servers of resolv.conf and resolves by itself when there are none.
// Answers are not validated with DNSSEC: no fact speaks of it yet, and behind a forwarder that drops signatures
// validation would make every name fail.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/address.h"
#include "net/transport.h"

namespace meetlat {

struct ResolverOptions {
  std::vector<HostsEntry> hosts;     // never looked up elsewhere
  std::string forward_to;            // "192.0.2.53@5353" instead of resolv.conf's servers
  bool query_special_names = false;  // ask for special-use names too (a test's own name server knows them)
};

class Resolver {
 public:
  // kIo when libunbound cannot start.
  static Result<std::unique_ptr<Resolver>> create(const ResolverOptions& options);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Thread-safe. kNameNotFound, kNoAddress, kResolverFailed, kTimedOut, kCancelled. Both questions are asked at once;
  // when one is answered with addresses, the other is waited for a few seconds more and is unknown after that. At most
  // 16 addresses of each kind.
  Result<Resolved> resolve(const std::string& host, Ticks deadline, const std::stop_token& stop);

 private:
  struct Impl;
  explicit Resolver(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace meetlat
