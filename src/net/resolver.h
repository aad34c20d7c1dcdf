// A and AAAA of a name, PTR of an address and TXT of a name, by one DnsContext for all threads. Answers are not
// validated with DNSSEC: behind a forwarder that drops signatures every name would fail. Whether a name is signed is
// asked of the Validator, whose word changes no address.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/address.h"
#include "net/dns_context.h"
#include "net/local_names.h"
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

  // Thread-safe. kNameNotFound, kNoAddress, kResolverFailed, kTimedOut, kCancelled. Both questions are asked at once;
  // when one is answered with addresses, the other is waited for a few seconds more and is unknown after that. At most
  // 16 addresses of each kind.
  Result<Resolved> resolve(const std::string& host, Ticks deadline, const std::stop_token& stop);

  // The names that the holder of the address block gives to an address (PTR): host names in lower case, sorted, at most
  // kMaxNames; anything that is no host name is left out. Empty: there are none. An address of the hosts file has the
  // first name that stands there; other special-purpose addresses are not asked about (kNotAttempted), since no public
  // name server knows them. kResolverFailed, kTimedOut, kCancelled. Thread-safe.
  static constexpr std::size_t kMaxNames = 4;
  Result<std::vector<std::string>> reverse(const Address& address, Ticks deadline, const std::stop_token& stop);

  // TXT records of a name, each with its strings joined, raw bytes, at most 16 of 1 KiB. Empty: none, or no such name.
  // Special-use names have none. kResolverFailed, kTimedOut, kCancelled. Thread-safe.
  Result<std::vector<std::string>> texts(const std::string& name, Ticks deadline, const std::stop_token& stop);

 private:
  Resolver(const ResolverOptions& options, std::unique_ptr<DnsContext> context);
  Result<std::vector<std::string>> records(const std::string& name, int type, Ticks deadline,
                                           const std::stop_token& stop);

  const LocalNames names_;
  const bool query_special_;
  const std::unique_ptr<DnsContext> context_;
};

}  // namespace meetlat
