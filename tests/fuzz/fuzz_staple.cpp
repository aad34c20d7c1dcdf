// Stapled OCSP answers.
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/ocsp_staple.h"

namespace {

X509* some_certificate() {
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  X509* certificate = some_certificate();
  const auto staple = meetlat::check_staple(bytes, certificate, certificate, meetlat::Clock::system().now());
  const auto status = staple.info.status;
  if (bytes.empty() != (status == meetlat::StapleInfo::Status::kNone)) std::abort();
  if (status == meetlat::StapleInfo::Status::kGood) std::abort();  // no input can sign for this key
  return 0;
}
