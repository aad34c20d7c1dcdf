// The facts of the TLS probe and what its parts share: tls.cpp (one full handshake), tls_certificate.cpp,
// tls_chain.cpp.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "net/session.h"
#include "probes/fact_writer.h"

namespace meetlat::probes {

inline constexpr std::array kTlsFacts{
    FactSpec{"tls.version", "string", "protocol version that was agreed on, as \"TLSv1.3\""},
    FactSpec{"tls.cipher_suite", "string", "IANA name of the agreed cipher suite"},
    FactSpec{"tls.group", "string", "key exchange group; \"\" for RSA key exchange"},
    FactSpec{"tls.alpn", "string", "application protocol, \"h2\", \"http/1.1\" or \"\""},
    FactSpec{"tls.certificate.trusted", "bool", "chain to a trusted CA, in time, right name"},
    FactSpec{"tls.certificate.trust_error", "string", "why it is not trusted; \"\" when it is"},
    FactSpec{"tls.certificate.name_matches", "bool", "the certificate names the host"},
    FactSpec{"tls.certificate.names", "strings", "subject alternative names"},
    FactSpec{"tls.certificate.subject", "string", "subject, RFC 2253"},
    FactSpec{"tls.certificate.issuer", "string", "issuer, RFC 2253"},
    FactSpec{"tls.certificate.not_before", "string", "start of validity, RFC 3339"},
    FactSpec{"tls.certificate.not_after", "string", "end of validity, RFC 3339"},
    FactSpec{"tls.certificate.days_left", "int", "whole days until the end of validity, when it was measured"},
    FactSpec{"tls.certificate.key", "string", "kind and size of the key, \"EC P-256\""},
    FactSpec{"tls.certificate.key_type", "string", "\"RSA\", \"EC\", \"Ed25519\""},
    FactSpec{"tls.certificate.key_bits", "int", "size of the key in bits"},
    FactSpec{"tls.certificate.signature", "string", "signature algorithm"},
    FactSpec{"tls.certificate.chain", "strings", "subjects of the chain as sent, leaf first"},
    FactSpec{"tls.certificate.sha256", "string", "SHA-256 of the certificate, hexadecimal"},
    // --- the certificate in depth, the chain, who logged it, revocation, tickets: tls_chain.cpp
    FactSpec{"tls.certificate.self_signed", "bool", "the certificate is its own issuer"},
    FactSpec{
        "tls.certificate.validation", "string",
        "what the authority checked, by policy identifier: \"DV\", \"OV\", \"IV\", \"EV\"; \"\": it does not say, as "
        "those of private authorities"},
    FactSpec{"tls.certificate.issuer_organisation", "string", "organisation of the issuer; \"\": not named"},
    FactSpec{"tls.certificate.issuer_country", "string", "country of the issuer as it stands there; \"\": not named"},
    FactSpec{"tls.certificate.lifetime_days", "int", "days from the start to the end of validity, begun ones count"},
    FactSpec{"tls.certificate.lifetime_excess", "int",
             "days that are more than public authorities were allowed on the day of issue; 0: within"},
    FactSpec{"tls.certificate.must_staple", "bool", "the certificate demands a stapled OCSP answer (RFC 7633)"},
    FactSpec{"tls.certificate.ocsp_urls", "strings", "where OCSP answers about it are; nobody was asked"},
    FactSpec{"tls.certificate.crl_urls", "strings", "where its authority lists what is revoked; nobody was asked"},
    FactSpec{"tls.chain.anchor", "string",
             "where the chain leads: \"known root\", \"unknown root\" (it was sent), \"self-signed\", \"not sent\" (an "
             "issuer "
             "is missing)"},
    FactSpec{"tls.chain.missing_issuer", "string", "the issuer that was neither sent nor is known; \"\": none"},
    FactSpec{"tls.chain.certificates", "strings", "what was sent, leaf first: subject, issuer, key, signature, end"},
    FactSpec{"tls.chain.ordered", "bool", "each certificate is followed by its issuer (RFC 5246, 7.4.2)"},
    FactSpec{"tls.chain.root_sent", "bool", "a root was sent, which clients have or do not trust"},
    FactSpec{"tls.chain.superfluous", "strings", "certificates sent that certify nothing here, or twice"},
    FactSpec{"tls.chain.key_strength", "int", "bits of security of the weakest key below the root; RSA 2048 is 112"},
    FactSpec{"tls.chain.weakest_key", "string", "that key and whose it is"},
    FactSpec{"tls.chain.signature_strength", "int",
             "bits of security of the weakest signature below the root; SHA-256 is 128, SHA-1 less than 80"},
    FactSpec{"tls.chain.weakest_signature", "string", "that signature's algorithm and whose it is"},
    FactSpec{"tls.chain.days_left", "int", "whole days until the first certificate of the chain ends"},
    FactSpec{"tls.chain.first_to_end", "string", "which one that is, and when"},
    FactSpec{"tls.sct.list", "strings",
             "certificate timestamps: how they came, log, operator, when, and if they are valid"},
    FactSpec{"tls.sct.operators", "strings", "operators of the accepted logs that signed valid timestamps"},
    FactSpec{"tls.sct.operator_count", "int", "how many these are; not measured when unknown logs could change it"},
    FactSpec{"tls.sct.invalid", "int", "timestamps whose signature is wrong, or that are dated in the future"},
    FactSpec{"tls.staple.status", "string",
             "stapled OCSP answer: \"none\", \"good\", \"revoked\", \"unknown\", \"invalid\""},
    FactSpec{"tls.staple.reason", "string", "why it is not good; \"\": it is, or there is none"},
    FactSpec{"tls.staple.this_update", "string", "when it was true, RFC 3339; \"\": it does not say"},
    FactSpec{"tls.staple.next_update", "string", "until when it holds, RFC 3339; \"\": it does not say"},
    FactSpec{"tls.session.tickets", "bool", "the server gave session tickets"},
    FactSpec{"tls.session.ticket_lifetime", "int", "the longest ticket's lifetime, seconds; 0: none, or not said"},
    FactSpec{"tls.session.early_data", "bool", "tickets allow data before the handshake is over (0-RTT)"},
    FactSpec{"tls.session.extended_master_secret", "bool",
             "keys are bound to the handshake (RFC 7627; TLS 1.3 always)"},
    // ---
    FactSpec{"tls.legacy_only", "bool", "nothing above TLS 1.1 is spoken"},
    FactSpec{"tls.recheck.trusted", "bool", "the same as tls.certificate.trusted, seen again at the end of the run"},
    FactSpec{"tls.recheck.legacy_only", "bool", "the same as tls.legacy_only, seen again at the end of the run"},
    FactSpec{"tls.recheck.revoked", "bool",
             "at the end of the run the stapled answer again says that the certificate is revoked"},
    // Raw hellos (tls_hellos.h)
    FactSpec{"tls.offers.tls13", "bool", "TLS 1.3 is spoken"},
    FactSpec{"tls.offers.tls12", "bool", "TLS 1.2 is spoken"},
    FactSpec{"tls.offers.legacy", "bool", "SSL 3.0, TLS 1.0 or TLS 1.1 is spoken; with --tls full also SSL 2.0"},
    FactSpec{"tls.offers.versions", "strings", "all versions that are spoken, oldest first"},
    FactSpec{"tls.offers.post_quantum", "bool", "a post-quantum key exchange group is accepted"},
    FactSpec{"tls.offers.ecdhe_aead", "bool", "TLS 1.2 with ECDHE and an AEAD cipher is accepted"},
    FactSpec{"tls.offers.suites", "strings", "versions with their cipher suites, in the order they were chosen"},
    FactSpec{"tls.offers.order", "strings", "versions with who decides the order, \"server\" or \"client\""},
    FactSpec{"tls.offers.groups", "strings",
             "versions with their key exchange groups, as far as they can be told apart"},
    FactSpec{"tls.offers.signature_algorithms", "strings",
             "TLS 1.2 with the algorithms that sign its key exchange, strong ones first; TLS 1.3 hides its own"},
    FactSpec{"tls.legacy.version", "string", "the highest version below TLS 1.2; \"\": none"},
    FactSpec{"tls.legacy.suite", "string", "the suite that was chosen there; \"\": none"},
    FactSpec{"tls.accepts.other_suite", "string", "what TLS 1.2 chose of all suites but ECDHE with AEAD; \"\": none"},
    FactSpec{"tls.accepts.weak", "bool", "a suite is accepted that is broken or has no forward secrecy"},
    FactSpec{"tls.accepts.weak_suite", "string", "such a suite; \"\": none"},
    FactSpec{"tls.accepts.broken", "bool",
             "a suite is accepted with RC4, 3DES, NULL, export, no authentication or MD5"},
    FactSpec{"tls.accepts.sha1_signature", "bool", "key exchanges are signed with SHA-1 or MD5 when that is all"},
    FactSpec{"tls.dh.bits", "int",
             "bits of the prime of finite-field Diffie-Hellman in TLS 1.2 or older; 0: not accepted"},
    FactSpec{"tls.dh.prime", "string", "whose prime that is; \"\": none that is known to be shared"},
    FactSpec{"tls.extended_master_secret", "bool", "RFC 7627 is confirmed in TLS 1.2 or older"},
    FactSpec{"tls.secure_renegotiation", "bool", "RFC 5746 is confirmed in TLS 1.2 or older"},
    FactSpec{"tls.heartbeat", "bool", "RFC 6520 is confirmed in TLS 1.2 or older"},
    FactSpec{"tls.session_ticket", "bool", "session tickets (RFC 5077) are confirmed in TLS 1.2 or older"},
    FactSpec{"tls.compression", "bool", "TLS compression was chosen"},
    FactSpec{"tls.fallback_scsv", "bool", "a lower version with the signal of RFC 7507 is refused"},
};
using TlsWriter = FactWriter<kTlsFacts>;

// Does this fact come from raw hellos?
constexpr bool is_hello_fact(std::string_view path) noexcept {
  constexpr std::string_view kFirst = "tls.offers.tls13";
  constexpr std::string_view kLast = "tls.fallback_scsv";
  bool inside = false;
  for (const FactSpec& spec : kTlsFacts) {
    inside = inside || spec.path == kFirst;
    if (spec.path == path) return inside;
    inside = inside && spec.path != kLast;
  }
  return false;
}

// "EC P-256", "RSA 2048"
std::string key_text(const CertificateInfo& certificate);

// How to see a handshake with the target by hand; `more` are further options, with a blank before.
std::string s_client(const Target& target, std::string_view more = {});

// What the whole chain, timestamps, staple and tickets of a handshake show; its `chain` is not empty.
void put_chain_facts(const TlsHandshake& tls, const Target& target, Session& session, TlsWriter& out);

// Facts of the certificate that a handshake showed, and those of put_chain_facts().
void put_certificate_facts(const TlsHandshake& tls, const Target& target, Session& session, TlsWriter& out);

// Asks by raw hellos and writes what they tell.
void put_hello_facts(const Target& target, Session& session, TlsWriter& out);

}  // namespace meetlat::probes
