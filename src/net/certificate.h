// X.509 certificates as facts, and what is thought of a chain. OpenSSL's types are only named here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/tls_info.h"

struct x509_st;            // X509
struct x509_store_ctx_st;  // X509_STORE_CTX
struct ssl_ctx_st;         // SSL_CTX
struct ssl_st;             // SSL

namespace meetlat {

CertificateInfo describe_certificate(const x509_st* certificate);

// By its subjectAltName only, as browsers do; `host` is a name or an address literal.
bool certificate_names(x509_st* certificate, const std::string& host);

// The same by the forms that XMPP adds: an SRVName of the client service (RFC 4985) or an XmppAddr (RFC
// 6120, 13.7.1.4), for exactly this domain.
bool certificate_names_xmpp(x509_st* certificate, const std::string& domain);

// "certificate is for a.test, b.test, not for meet.test"
std::string name_mismatch(const x509_st* certificate, const std::string& host);

// One complaint about a chain, as OpenSSL found it.
struct ChainProblem {
  int code = 0;   // X509_V_ERR_...
  int depth = 0;  // 0 = leaf
  std::string words;
};
// In words for people, with dates and names from the certificate.
ChainProblem chain_problem(int code, int depth, const x509_st* certificate);
std::string join_problems(const std::vector<ChainProblem>& problems);

// Makes connections of `context` judge chains at one fixed strength (80 bits, no SHA-1), whatever weak ciphers the
// handshake itself allows, and go on when SSL_VERIFY_NONE is set.
void judge_chains(ssl_ctx_st* context);
// Where the judgement of this connection is collected, all problems of it; must outlive the handshake. Without it only
// SSL_get_verify_result() tells.
void collect_problems(ssl_st* ssl, std::vector<ChainProblem>* problems);

}  // namespace meetlat
