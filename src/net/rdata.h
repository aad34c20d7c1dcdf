// Reads what a name server answers beside addresses: RDATA of PTR, NS, TXT, CAA, TLSA and HTTPS, uncompressed as
// libunbound hands it out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/address.h"

namespace meetlat {

// "1.2.0.192.in-addr.arpa", or the nibbles of an IPv6 address under ip6.arpa.
std::string reverse_name(const Address& address);
// The name in a PTR or NS record, lower case, without the last dot. nullopt when it is malformed or no host name
// (letters, digits, hyphens and underscores in two labels or more, at most 253 bytes).
std::optional<std::string> name_in_rdata(std::string_view bytes);
// The addresses in A records, or in AAAA records; those of another length are left out.
std::vector<Address> addresses_in(const std::vector<std::string>& records, bool v6);
// The strings of a TXT record joined, raw bytes; what is malformed ends it. At most 1 KiB.
std::string text_in_rdata(std::string_view bytes);

// RFC 8659. Critical: an issuer that does not understand the property must not issue.
struct CaaRecord {
  bool critical = false;
  std::string tag;    // lower case, letters and digits: "issue"
  std::string value;  // raw bytes, at most 2 KiB: "ca.example; account=7"
};
// nullopt when it is malformed.
std::optional<CaaRecord> caa_in_rdata(std::string_view bytes);
// "0 issue \"ca.example\"", printable.
std::string to_string(const CaaRecord& record);

// RFC 6698.
struct TlsaRecord {
  std::uint8_t usage = 0;     // 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE
  std::uint8_t selector = 0;  // 0 certificate, 1 its public key
  std::uint8_t matching = 0;  // 0 the thing itself, 1 SHA-256, 2 SHA-512
  std::string data;           // bytes
};
// nullopt when it is malformed (no data). Numbers that nobody defined are kept.
std::optional<TlsaRecord> tlsa_in_rdata(std::string_view bytes);
// "3 1 1 0a1b2c...", at most 64 bytes of the data.
std::string to_string(const TlsaRecord& record);

// An HTTPS record (RFC 9460) as dig shows it, printable, at most 500 bytes: "1 . alpn=h2,h3 ipv4hint=192.0.2.1 ech=44
// bytes"; "" when it is malformed.
std::string https_in_rdata(std::string_view bytes);

}  // namespace meetlat
