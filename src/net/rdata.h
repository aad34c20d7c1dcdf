// Reads what a name server answers beside addresses: RDATA of PTR and TXT, uncompressed as libunbound hands it out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/address.h"

namespace meetlat {

// "1.2.0.192.in-addr.arpa", or the nibbles of an IPv6 address under ip6.arpa.
std::string reverse_name(const Address& address);
// The name in a PTR record, lower case, without the last dot. nullopt when it is malformed or no host name (letters,
// digits, hyphens and underscores in two labels or more, at most 253 bytes).
std::optional<std::string> name_in_rdata(std::string_view bytes);
// The strings of a TXT record joined, raw bytes; what is malformed ends it. At most 1 KiB.
std::string text_in_rdata(std::string_view bytes);

}  // namespace meetlat
