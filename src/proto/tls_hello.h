// The first message of a TLS client, as bytes: RFC 8446 (TLS 1.3), RFC 5246 (1.2), RFC 6101 (SSL 3.0), and the hello of
// SSL 2.0. Only what a server needs in order to answer; no keys are made, so no handshake can be completed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace meetlat {

// Versions as on the wire (RFC 8446, 4.2.1; SSL 2.0 has 0x0002).
inline constexpr std::uint16_t kSsl2 = 0x0002;
inline constexpr std::uint16_t kSsl3 = 0x0300;
inline constexpr std::uint16_t kTls10 = 0x0301;
inline constexpr std::uint16_t kTls11 = 0x0302;
inline constexpr std::uint16_t kTls12 = 0x0303;
inline constexpr std::uint16_t kTls13 = 0x0304;

// "TLSv1.3", "SSLv3", as OpenSSL names them; "0x7f1c" for others.
std::string tls_version_name(std::uint16_t version);
// "handshake_failure" (RFC 8446, 6); "alert 200" for others.
std::string tls_alert_name(std::uint8_t alert);

// Suites that are signals (RFC 5746, 3.3; RFC 7507, 2).
inline constexpr std::uint16_t kRenegotiationScsv = 0x00ff;
inline constexpr std::uint16_t kFallbackScsv = 0x5600;

// Plain data; what is empty or false is not sent.
struct ClientHello {
  std::uint16_t version = kTls12;         // of the message; the record carries at most TLS 1.0, as RFC 8446, 5.1 wants
  std::vector<std::uint16_t> versions;    // supported_versions (RFC 8446, 4.2.1): needed for TLS 1.3
  std::vector<std::uint16_t> suites;      // in order of preference
  std::vector<std::uint16_t> groups;      // supported_groups (RFC 7919, RFC 8446, 4.2.7)
  std::vector<std::uint16_t> signatures;  // signature_algorithms (RFC 8446, 4.2.3)
  std::string server_name;                // RFC 6066, 3; never an address
  std::vector<std::string> alpn;          // RFC 7301
  std::vector<std::uint8_t> compressions{0};  // RFC 3749: 1 is DEFLATE
  bool empty_key_share = false;               // RFC 8446, 4.2.8: asks for a HelloRetryRequest
  bool point_formats = false;                 // RFC 8422, 5.1.2
  bool extended_master_secret = false;        // RFC 7627
  bool renegotiation_info = false;            // RFC 5746
  bool session_ticket = false;                // RFC 5077, empty
  bool heartbeat = false;                     // RFC 6520: only whether the server confirms it; none is ever sent
  bool grease = false;                        // RFC 8701: a suite, an extension and a group that nobody may choose
  bool ssl2 = false;                          // an SSL 2.0 hello with its seven kinds of cipher; all above is left out
  std::array<std::uint8_t, 32> random{};
  std::string session_id;  // at most 32 bytes

  bool has_extensions() const noexcept;
  // The highest version that the server may agree on.
  std::uint16_t highest() const noexcept;
};

// One record with the message in it. A message of 256 to 511 bytes is padded to 512 (RFC 7685), because some servers
// stumble over such lengths. Precondition: less than 16 KB of it.
std::string encode(const ClientHello& hello);

// What was offered, for a transcript: "TLSv1.3, 5 suites, 3 groups".
std::string describe(const ClientHello& hello);

// Well-known values that hellos are made of.
std::vector<std::uint16_t> common_signatures();  // of RFC 8446, 4.2.3, and those of TLS 1.2 that servers still have

}  // namespace meetlat
