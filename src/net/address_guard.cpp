// The tables of the IANA special-purpose address registries. Ranges that the registries call globally reachable (AS112
// and AMT) are not here; ranges that hide an IPv4 address are refused as a whole, whatever they hide.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "net/address.h"

namespace meetlat {

namespace {

struct Range4 {
  std::array<std::uint8_t, 4> prefix;
  int bits;
  std::string_view kind;
};
struct Range6 {
  std::array<std::uint16_t, 4> prefix;  // the first 64 bits; no range but the four below needs more
  int bits;
  std::string_view kind;
};

constexpr Range4 kRanges4[] = {
    {{0, 0, 0, 0}, 8, "\"this network\" (RFC 791)"},
    {{10, 0, 0, 0}, 8, "private (RFC 1918)"},
    {{100, 64, 0, 0}, 10, "carrier-grade NAT (RFC 6598)"},
    {{127, 0, 0, 0}, 8, "loopback (RFC 1122)"},
    {{169, 254, 0, 0}, 16, "link-local (RFC 3927)"},
    {{172, 16, 0, 0}, 12, "private (RFC 1918)"},
    {{192, 0, 0, 0}, 24, "IETF protocol assignments (RFC 6890)"},
    {{192, 0, 2, 0}, 24, "documentation (RFC 5737)"},
    {{192, 88, 99, 0}, 24, "6to4 relay (RFC 7526)"},
    {{192, 168, 0, 0}, 16, "private (RFC 1918)"},
    {{198, 18, 0, 0}, 15, "benchmarking (RFC 2544)"},
    {{198, 51, 100, 0}, 24, "documentation (RFC 5737)"},
    {{203, 0, 113, 0}, 24, "documentation (RFC 5737)"},
    {{224, 0, 0, 0}, 4, "multicast (RFC 5771)"},
    {{255, 255, 255, 255}, 32, "broadcast (RFC 919)"},
    {{240, 0, 0, 0}, 4, "reserved (RFC 1112)"},
};

constexpr Range6 kRanges6[] = {
    {{0x64, 0xff9b, 0, 0}, 64, "NAT64, hides an IPv4 address (RFC 6052)"},
    {{0x64, 0xff9b, 1, 0}, 48, "NAT64, hides an IPv4 address (RFC 8215)"},
    {{0x100, 0, 0, 0}, 64, "discard-only (RFC 6666)"},
    {{0x100, 0, 0, 1}, 64, "dummy prefix (RFC 9780)"},
    {{0x2001, 0, 0, 0}, 32, "Teredo, hides an IPv4 address (RFC 4380)"},
    {{0x2001, 2, 0, 0}, 48, "benchmarking (RFC 5180)"},
    {{0x2001, 0x10, 0, 0}, 28, "ORCHID (RFC 4843)"},
    {{0x2001, 0x20, 0, 0}, 28, "ORCHID (RFC 7343)"},
    {{0x2001, 0, 0, 0}, 23, "IETF protocol assignments (RFC 2928)"},
    {{0x2001, 0xdb8, 0, 0}, 32, "documentation (RFC 3849)"},
    {{0x2002, 0, 0, 0}, 16, "6to4, hides an IPv4 address (RFC 3056)"},
    {{0x3fff, 0, 0, 0}, 20, "documentation (RFC 9637)"},
    {{0x5f00, 0, 0, 0}, 16, "segment routing (RFC 9602)"},
    {{0xfc00, 0, 0, 0}, 7, "unique-local (RFC 4193)"},
    {{0xfe80, 0, 0, 0}, 10, "link-local (RFC 4291)"},
    {{0xfec0, 0, 0, 0}, 10, "site-local (RFC 3879)"},
    {{0xff00, 0, 0, 0}, 8, "multicast (RFC 4291)"},
};

std::string_view special_v4(const Address& address) noexcept {
  const auto number = [](const std::uint8_t* b) {
    return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | std::uint32_t{b[3]};
  };
  const std::uint32_t value = number(address.bytes.data());
  for (const Range4& range : kRanges4) {
    const std::uint32_t mask = ~std::uint32_t{0} << (32 - range.bits);
    if ((value & mask) == number(range.prefix.data())) return range.kind;
  }
  return {};
}

// ::/64 holds the forms that are told apart by the second half.
std::string_view special_v6_low(std::uint64_t low) noexcept {
  if (low == 0) return "unspecified (RFC 4291)";
  if (low == 1) return "loopback (RFC 4291)";
  if (low >> 32 == 0xffff) return "IPv4-mapped (RFC 4291)";
  if (low >> 32 == 0xffff0000) return "IPv4-translated (RFC 2765)";
  if (low >> 32 == 0) return "IPv4-compatible (RFC 4291)";
  return "reserved (RFC 4291)";
}

std::string_view special_v6(const Address& address) noexcept {
  const auto number = [&address](std::size_t from) {
    std::uint64_t value = 0;
    for (std::size_t i = from; i < from + 8; ++i) value = value << 8 | address.bytes[i];
    return value;
  };
  const std::uint64_t high = number(0);
  if (high == 0) return special_v6_low(number(8));
  for (const Range6& range : kRanges6) {
    std::uint64_t prefix = 0;
    for (const std::uint16_t group : range.prefix) prefix = prefix << 16 | group;
    const std::uint64_t mask = ~std::uint64_t{0} << (64 - range.bits);
    if ((high & mask) == prefix) return range.kind;
  }
  // Only 2000::/3 has been given out as global unicast.
  if (high >> 61 != 1) return "reserved (RFC 4291)";
  return {};
}

}  // namespace

AddressGuard::AddressGuard(std::vector<HostsEntry> exempt, bool allow_private)
    : exempt_(std::move(exempt)), allow_private_(allow_private) {
  std::ranges::sort(exempt_, [](const HostsEntry& a, const HostsEntry& b) {
    return std::tie(a.host, a.address) < std::tie(b.host, b.address);
  });
}

std::string_view AddressGuard::special_purpose(const Address& address) noexcept {
  return address.v6 ? special_v6(address) : special_v4(address);
}

Result<void> AddressGuard::check(std::string_view host, const Address& address) const {
  if (allow_private_) return {};
  const std::string_view kind = special_purpose(address);
  if (kind.empty()) return {};
  for (auto at =
           std::ranges::lower_bound(exempt_, host, {}, [](const HostsEntry& e) -> std::string_view { return e.host; });
       at != exempt_.end() && at->host == host; ++at) {
    if (at->address == address) return {};
  }
  return fail(
      ErrorCode::kAddressRefused,
      fmt::format("{} is at {}, an address that is {}; to audit inside your own network, name exactly this host "
                  "and address in a --hosts-file, or give --allow-private",
                  host, address.str(), kind));
}

}  // namespace meetlat
