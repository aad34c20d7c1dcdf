// What one full handshake shows, as plain data: certificates, the chain they make, signed certificate timestamps, the
// stapled OCSP answer, session tickets. Made by TlsDialer; nothing here is judged by a rule's measure yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace meetlat {

struct CertificateInfo {
  std::string subject;  // RFC 2253
  std::string issuer;
  std::vector<std::string> names;  // subjectAltName DNS and IP entries
  Instant not_before{};
  Instant not_after{};
  std::string key_type;  // "RSA", "EC", "Ed25519"
  int key_bits = 0;
  std::string key_group;  // "P-256" for EC
  std::string signature;  // "ecdsa-with-SHA256"
  std::string sha256;     // of the DER
  std::string der;        // the certificate itself, for checks that need all of it

  std::string issuer_organisation;  // O of the issuer's name; "" when it has none
  std::string issuer_country;       // C of the issuer's name, as it stands there
  // By the policy identifiers of the CA/Browser Forum (Baseline Requirements 7.1.6.1): "DV", "OV", "IV", "EV"; "" when
  // it has none of them, as those of private authorities.
  std::string validation;
  std::vector<std::string> ocsp_urls;
  std::vector<std::string> crl_urls;
  bool must_staple = false;  // RFC 7633: status_request is demanded
  bool self_signed = false;  // names itself as its issuer
  int key_strength = 0;  // bits of security (NIST SP 800-57 part 1, table 2): RSA 2048 is 112, P-256 128; 0: unknown
  int signature_strength = 0;  // of the digest that was signed, or of the whole scheme where it is one; SHA-1 is 63
};

// How the certificates that a server sent hang together.
struct ChainInfo {
  enum class Anchor {
    kKnownRoot,    // leads to a root of the trust store
    kUnknownRoot,  // leads to a root that was sent and that the trust store lacks
    kSelfSigned,   // the leaf is its own issuer
    kNotSent,      // some certificate's issuer was neither sent nor is a known root
    kUnclear,      // could not be told
  };
  Anchor anchor = Anchor::kUnclear;
  std::string missing_issuer;  // kNotSent: name of the issuer that is missing, RFC 2253
  // Each certificate is followed by its issuer (RFC 5246, 7.4.2; RFC 8446, 4.4.2 only asks for the leaf first), those
  // that belong to no path left out.
  bool ordered = true;
  bool root_sent = false;                // clients have it already, or do not trust it
  std::vector<std::string> superfluous;  // subjects of what certifies nothing that was sent, and of repetitions
  // Leaf first, as the local trust store completes it: also what was not sent. The signature of a self-signed
  // certificate at its end proves nothing and does not count.
  std::vector<CertificateInfo> path;
};
std::string_view to_string(ChainInfo::Anchor anchor) noexcept;  // "known root", "unknown root", "self-signed", ...

// One signed certificate timestamp (RFC 6962, 3.2).
struct SctInfo {
  enum class Source { kCertificate, kTlsExtension, kStaple };
  enum class Status {
    kValid,        // signed by a known log
    kInvalid,      // by a known log's name, but not by its key, or for something else
    kFuture,       // dated after this moment
    kUnknownLog,   // the table lacks the log; nobody can say more
    kUnsupported,  // another version than 1
    kUnchecked,    // the issuer's certificate or the table is missing
  };
  Source source = Source::kCertificate;
  Status status = Status::kUnchecked;
  std::string log_id;        // base64
  std::string log;           // as the table describes it; "" when it lacks it
  std::string log_operator;  // likewise
  Instant at{};              // when the log took it
  bool accepted = false;     // browsers take what this log signed then
};
std::string_view to_string(SctInfo::Source source) noexcept;  // "certificate", "TLS extension", "staple"
std::string_view to_string(SctInfo::Status status) noexcept;  // "valid", "invalid", "future", "unknown log", ...

// What a table of logs could say about all timestamps of a handshake.
struct SctReport {
  std::vector<SctInfo> all;  // at most 30; further ones are not looked at
  std::size_t left_out = 0;
  std::string malformed;  // a source whose list could not be read, with the reason; "" when all could
  // Why nothing could be said about logs: no table, or an outdated one; "" when there is one.
  std::string no_table;
  std::string table_date;  // "2026-08-12"
};

// The stapled OCSP answer (RFC 6066, 8; RFC 6960), which the handshake asked for.
struct StapleInfo {
  enum class Status {
    kNone,       // none was sent
    kGood,       // signed for this certificate, in time, and good
    kRevoked,    // the same, and revoked
    kUnknown,    // the same, and the responder does not know the certificate
    kInvalid,    // unreadable, out of time, for another certificate, or not signed by whom it must be
    kUnchecked,  // the issuer's certificate is not known, so nobody can say
  };
  Status status = Status::kNone;
  std::string reason;     // in words for kRevoked, kInvalid and kUnchecked
  Instant this_update{};  // the epoch when there is none
  Instant next_update{};
};
std::string_view to_string(StapleInfo::Status status) noexcept;  // "none", "good", "revoked", "unknown", "invalid", ...

// Session tickets of this connection (RFC 5077; RFC 8446, 4.6.1).
struct TicketInfo {
  int count = 0;                     // seen; there may be more of them
  std::int64_t lifetime = 0;         // the longest, seconds; 0 in TLS 1.2 leaves it to the client
  std::uint32_t max_early_data = 0;  // the largest, bytes; TLS 1.3 only
};

}  // namespace meetlat
