// For targets that check input against a certificate.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace meetlat::fuzz {

// Its own issuer, with the serial number 7; what else it says does not matter. Lives for ever.
inline X509* some_certificate() {
  static X509* const made = [] {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 1000);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    EVP_PKEY_free(key);
    return certificate;
  }();
  return made;
}

}  // namespace meetlat::fuzz
