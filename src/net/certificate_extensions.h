// The extensions of a certificate that say what it is good for: validation, revocation, must-staple.
#pragma once

#include "net/tls_info.h"

struct x509_st;  // X509

namespace meetlat {

// Fills issuer_organisation, issuer_country, validation, ocsp_urls, crl_urls, must_staple, self_signed and the two
// strengths. What cannot be read is left as it is.
void describe_extensions(const x509_st* certificate, CertificateInfo& info);

}  // namespace meetlat
