// Names of cipher suites, groups, primes and signature algorithms of TLS, read from data/tls, and what a suite is good
// for.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace meetlat {

// What follows from a suite's name (RFC 8447 names them key exchange, authentication, cipher, mode, hash).
struct TlsSuite {
  std::uint16_t value = 0;
  std::string name;                // IANA's
  bool tls13 = false;              // of TLS 1.3, where suites name no key exchange
  bool ecdhe = false;              // a ServerKeyExchange with a curve
  bool dhe = false;                // a ServerKeyExchange with a prime
  bool forward_secret = false;     // the key exchange is thrown away; always so in TLS 1.3
  bool anonymous = false;          // nobody proves who the server is
  bool needs_credentials = false;  // PSK, SRP, Kerberos, password: nothing for strangers
  bool aead = false;               // GCM, CCM, Poly1305, MGM
  int bits = 0;                    // strength of the cipher; 0: nothing is encrypted (or only integrity is kept)
  // No encryption, no authentication, an export cipher, RC4, RC2, a block of 64 bits (DES, 3DES, IDEA, Magma), or MD5.
  bool broken = false;
};
// Of a name in IANA's form.
TlsSuite suite_from_name(std::uint16_t value, std::string_view name);

enum class GroupKind { kCurve, kFiniteField, kPostQuantum, kPostQuantumDraft };

struct TlsGroup {
  std::uint16_t value = 0;
  std::string name;
  GroupKind kind = GroupKind::kCurve;
};

struct DhPrime {
  int bits = 0;
  std::string name;  // "ffdhe2048 (RFC 7919)", "Apache 2.2"
};

// Immutable once made.
class TlsRegistry {
 public:
  // Of the tables: kSchema with table and line for what is not in their form. Without `signatures` none has a name.
  static Result<TlsRegistry> parse(std::string_view suites, std::string_view groups, std::string_view primes,
                                   std::string_view signatures = {});

  const std::vector<TlsSuite>& suites() const noexcept { return suites_; }  // by value, ascending
  const std::vector<TlsGroup>& groups() const noexcept { return groups_; }
  const TlsSuite* suite(std::uint16_t value) const noexcept;  // nullptr: not known
  const TlsGroup* group(std::uint16_t value) const noexcept;
  // By SHA-256 of the prime, lower-case hexadecimal; nullptr: none that is known to be shared.
  const DhPrime* prime(const std::string& sha256) const noexcept;
  // The name, or "0x1a2b" when there is none.
  std::string suite_name(std::uint16_t value) const;
  std::string group_name(std::uint16_t value) const;
  std::string signature_name(std::uint16_t value) const;

 private:
  std::vector<TlsSuite> suites_;
  std::vector<TlsGroup> groups_;
  std::map<std::string, DhPrime> primes_;
  std::map<std::uint16_t, std::string> signatures_;
};

}  // namespace meetlat
