// The name server of the reference server's hosts: UDP only, since no answer needs more.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "refserver/core.h"
#include "refserver/zones.h"

namespace meetlat {

// The zones of all hosts: addresses, and what each persona's `dns` says. `https_port` is in the names of TLSA records;
// `ipv6`: hosts with IPv6 have the loopback address.
Result<std::unique_ptr<Zones>> zones_of(Core& core, const NameServer& server, std::uint16_t https_port, bool ipv6);

class NameService {
 public:
  // Listens at that address, at any free port. `context` outlives it. kIo.
  static Result<std::unique_ptr<NameService>> start(boost::asio::io_context& context, const std::string& address,
                                                    std::unique_ptr<Zones> zones);
  ~NameService();
  NameService(const NameService&) = delete;
  NameService& operator=(const NameService&) = delete;

  std::string resolver() const;  // for --resolver: "127.77.255.53@40000"
  const std::string& trust_anchor() const noexcept;

 private:
  struct Impl;
  explicit NameService(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace meetlat
