#include "proto/tls_hello.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace meetlat {

namespace {

// Extension numbers of IANA's registry "TLS ExtensionType Values".
enum Extension : std::uint16_t {
  kServerName = 0,
  kSupportedGroups = 10,
  kPointFormats = 11,
  kSignatureAlgorithms = 13,
  kHeartbeat = 15,
  kAlpn = 16,
  kPadding = 21,
  kExtendedMasterSecret = 23,
  kSessionTicket = 35,
  kSupportedVersions = 43,
  kKeyShare = 51,
  kRenegotiationInfo = 0xff01,
};

// RFC 8701, 2: one of the reserved values; which one does not matter, since all are to be ignored.
constexpr std::uint16_t kGrease = 0x2a2a;

void put8(std::string& out, std::size_t value) {
  out += static_cast<char>(value & 0xff);
}
void put16(std::string& out, std::size_t value) {
  put8(out, value >> 8);
  put8(out, value);
}
void put24(std::string& out, std::size_t value) {
  put8(out, value >> 16);
  put16(out, value);
}
std::string with_length16(std::string_view body) {
  std::string out;
  put16(out, body.size());
  out += body;
  return out;
}
std::string with_length8(std::string_view body) {
  std::string out;
  put8(out, body.size());
  out += body;
  return out;
}
std::string list16(const std::vector<std::uint16_t>& values) {
  std::string out;
  for (const std::uint16_t value : values) put16(out, value);
  return out;
}

void add(std::string& out, std::uint16_t number, std::string_view body) {
  put16(out, number);
  out += with_length16(body);
}

std::string server_name_list(const std::string& name) {
  std::string entry;
  put8(entry, 0);  // host_name
  entry += with_length16(name);
  return with_length16(entry);
}

std::string extensions_of(const ClientHello& hello) {
  std::string out;
  if (hello.grease) add(out, kGrease, {});
  if (!hello.server_name.empty()) add(out, kServerName, server_name_list(hello.server_name));
  if (hello.renegotiation_info) add(out, kRenegotiationInfo, std::string_view("\0", 1));
  if (!hello.groups.empty()) {
    std::vector<std::uint16_t> groups = hello.groups;
    if (hello.grease) groups.insert(groups.begin(), kGrease);
    add(out, kSupportedGroups, with_length16(list16(groups)));
  }
  if (hello.point_formats) add(out, kPointFormats, with_length8(std::string_view("\0", 1)));  // uncompressed
  if (hello.session_ticket) add(out, kSessionTicket, {});
  if (!hello.alpn.empty()) {
    std::string names;
    for (const std::string& name : hello.alpn) names += with_length8(name);
    add(out, kAlpn, with_length16(names));
  }
  if (!hello.signatures.empty()) add(out, kSignatureAlgorithms, with_length16(list16(hello.signatures)));
  if (hello.extended_master_secret) add(out, kExtendedMasterSecret, {});
  if (hello.heartbeat) add(out, kHeartbeat, std::string_view("\x01", 1));  // peer_allowed_to_send
  if (!hello.versions.empty()) add(out, kSupportedVersions, with_length8(list16(hello.versions)));
  if (hello.empty_key_share) add(out, kKeyShare, with_length16({}));
  return out;
}

// SSL 2.0, section 2.5 of its specification: CLIENT-HELLO with the seven kinds of cipher.
std::string encode_ssl2(const ClientHello& hello) {
  std::string body;
  put8(body, 1);  // CLIENT-HELLO
  put16(body, kSsl2);
  constexpr std::array<std::uint32_t, 7> kKinds = {0x010080, 0x020080, 0x030080, 0x040080,
                                                   0x050080, 0x060040, 0x0700c0};
  constexpr std::size_t kChallenge = 16;
  put16(body, kKinds.size() * 3);
  put16(body, 0);  // no session
  put16(body, kChallenge);
  for (const std::uint32_t kind : kKinds) put24(body, kind);
  for (std::size_t i = 0; i < kChallenge; ++i) put8(body, hello.random[i]);
  std::string record;
  put16(record, 0x8000 | body.size());
  return record + body;
}

}  // namespace

bool ClientHello::has_extensions() const noexcept {
  return !versions.empty() || !groups.empty() || !signatures.empty() || !server_name.empty() || !alpn.empty() ||
         empty_key_share || point_formats || extended_master_secret || renegotiation_info || session_ticket ||
         heartbeat || grease;
}

std::uint16_t ClientHello::highest() const noexcept {
  if (ssl2) return kSsl2;
  return versions.empty() ? version : *std::ranges::max_element(versions);
}

std::string encode(const ClientHello& hello) {
  if (hello.ssl2) return encode_ssl2(hello);
  std::string body;
  put16(body, hello.version);
  body.append(reinterpret_cast<const char*>(hello.random.data()), hello.random.size());
  body += with_length8(hello.session_id);
  std::vector<std::uint16_t> suites = hello.suites;
  if (hello.grease) suites.insert(suites.begin(), kGrease);
  body += with_length16(list16(suites));
  put8(body, hello.compressions.size());
  for (const std::uint8_t method : hello.compressions) put8(body, method);
  if (hello.has_extensions()) {
    std::string extensions = extensions_of(hello);
    // RFC 7685, 4: with the four bytes of the message's header and the two of the extensions' length.
    const std::size_t length = 4 + body.size() + 2 + extensions.size();
    if (length > 0xff && length < 0x200) {
      const std::size_t gap = 0x200 - length;
      add(extensions, kPadding, std::string(gap > 4 ? gap - 4 : 1, '\0'));
    }
    body += with_length16(extensions);
  }
  std::string message;
  put8(message, 1);  // client_hello
  put24(message, body.size());
  message += body;
  std::string record;
  put8(record, 22);  // handshake
  put16(record, std::min(hello.version, kTls10));
  return record + with_length16(message);
}

std::string tls_version_name(std::uint16_t version) {
  switch (version) {
    case kSsl2:
      return "SSLv2";
    case kSsl3:
      return "SSLv3";
    case kTls10:
      return "TLSv1.0";
    case kTls11:
      return "TLSv1.1";
    case kTls12:
      return "TLSv1.2";
    case kTls13:
      return "TLSv1.3";
    default:
      return fmt::format("0x{:04x}", version);
  }
}

std::string tls_alert_name(std::uint8_t alert) {
  static constexpr std::array<std::pair<std::uint8_t, const char*>, 34> kNames = {{
      {0, "close_notify"},
      {10, "unexpected_message"},
      {20, "bad_record_mac"},
      {21, "decryption_failed"},
      {22, "record_overflow"},
      {30, "decompression_failure"},
      {40, "handshake_failure"},
      {41, "no_certificate"},
      {42, "bad_certificate"},
      {43, "unsupported_certificate"},
      {44, "certificate_revoked"},
      {45, "certificate_expired"},
      {46, "certificate_unknown"},
      {47, "illegal_parameter"},
      {48, "unknown_ca"},
      {49, "access_denied"},
      {50, "decode_error"},
      {51, "decrypt_error"},
      {60, "export_restriction"},
      {70, "protocol_version"},
      {71, "insufficient_security"},
      {80, "internal_error"},
      {86, "inappropriate_fallback"},
      {90, "user_canceled"},
      {100, "no_renegotiation"},
      {109, "missing_extension"},
      {110, "unsupported_extension"},
      {111, "certificate_unobtainable"},
      {112, "unrecognized_name"},
      {113, "bad_certificate_status_response"},
      {114, "bad_certificate_hash_value"},
      {115, "unknown_psk_identity"},
      {116, "certificate_required"},
      {120, "no_application_protocol"},
  }};
  const auto found = std::ranges::find(kNames, alert, &std::pair<std::uint8_t, const char*>::first);
  return found == kNames.end() ? fmt::format("alert {}", alert) : found->second;
}

std::string describe(const ClientHello& hello) {
  if (hello.ssl2) return "SSLv2";
  std::string text = fmt::format("{}, {} suites", tls_version_name(hello.highest()), hello.suites.size());
  if (!hello.groups.empty()) text += fmt::format(", {} groups", hello.groups.size());
  return text;
}

std::vector<std::uint16_t> common_signatures() {
  return {0x0403, 0x0503, 0x0603,          // ECDSA with SHA-256, -384, -512
          0x0807, 0x0808,                  // Ed25519, Ed448
          0x0804, 0x0805, 0x0806,          // RSA-PSS
          0x0809, 0x080a, 0x080b,          // RSA-PSS with a PSS key
          0x081a, 0x081b, 0x081c,          // ECDSA on Brainpool curves (RFC 8734)
          0x0401, 0x0501, 0x0601,          // RSA PKCS #1
          0x0303, 0x0301, 0x0302,          // with SHA-224
          0x0203, 0x0201, 0x0202,          // with SHA-1
          0x0402, 0x0502, 0x0602, 0x0101,  // DSA, RSA with MD5
          0x0708};                         // SM2 (RFC 8998)
}

}  // namespace meetlat
