// IP addresses and the guard that keeps a hostile list from aiming this tool at the user's own network.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace meetlat {

struct Address {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  // IPv4 in the first four

  static Result<Address> parse(std::string_view text);
  std::string str() const;
  // clang-tidy 14 takes the 0 inside a defaulted comparison for a null pointer.
  friend auto operator<=>(const Address&, const Address&) = default;  // NOLINT(modernize-use-nullptr)
};

// A host-and-address pair that --hosts-file names.
struct HostsEntry {
  std::string host;  // normalised
  Address address;
};

// hosts(5) form: address, then names; '#' comments. kParse names file and line.
Result<std::vector<HostsEntry>> parse_hosts_file(std::string_view bytes, std::string_view file_name);

// Refuses what is not globally routable (IANA special-purpose registries, RFC 6890 and updates): private, loopback,
// link-local, CGNAT, multicast, documentation, benchmarking, reserved, unique-local, and IPv6 forms that hide an
// IPv4 address (mapped, NAT64 64:ff9b::/96 and 64:ff9b:1::/48, 6to4, Teredo, compatible).
class AddressGuard {
 public:
  AddressGuard() = default;
  AddressGuard(std::vector<HostsEntry> exempt, bool allow_private);

  // Is this address acceptable for this host? kAddressRefused says what kind of address it is and names the flag
  // (--allow-private, or --hosts-file) that an administrator inside that network needs.
  Result<void> check(std::string_view host, const Address& address) const;

  // "private (RFC 1918)", "loopback", ... or "" for a public address.
  static std::string_view special_purpose(const Address& address) noexcept;

 private:
  std::vector<HostsEntry> exempt_;  // sorted
  bool allow_private_ = false;
};

}  // namespace meetlat
