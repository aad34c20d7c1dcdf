// The facts of the TLS probe and what its parts share: tls.cpp (one full handshake), tls_certificate.cpp.
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
    FactSpec{"tls.legacy_only", "bool", "nothing above TLS 1.1 is spoken"},
    FactSpec{"tls.recheck.trusted", "bool", "the same as tls.certificate.trusted, seen again at the end of the run"},
    FactSpec{"tls.recheck.legacy_only", "bool", "the same as tls.legacy_only, seen again at the end of the run"},
};
using TlsWriter = FactWriter<kTlsFacts>;

// How to see a handshake with the target by hand; `more` are further options, with a blank before.
std::string s_client(const Url& base, std::string_view more = {});

// Facts of the certificate that a handshake showed.
void put_certificate_facts(const TlsHandshake& tls, const Target& target, Session& session, TlsWriter& out);

}  // namespace meetlat::probes
