// Lists of certificate timestamps as TLS carries them, with and without a known log.
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/ct_logs.h"
#include "net/sct.h"

namespace {

// A certificate to be checked against; what it says does not matter.
X509* some_certificate() {
  static X509* const made = [] {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
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
  static const auto logs = meetlat::CtLogs::load();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)meetlat::parse_scts(bytes);
  meetlat::SctInput input;
  input.leaf = some_certificate();
  input.issuer = some_certificate();
  input.tls_extension = bytes;
  const meetlat::SctReport report =
      meetlat::check_scts(input, logs ? logs->get() : nullptr, meetlat::Clock::system().now());
  if (report.all.size() > 30 || (report.all.empty() && report.left_out > 0)) std::abort();
  for (const meetlat::SctInfo& sct : report.all) {
    if (sct.status == meetlat::SctInfo::Status::kValid) std::abort();  // no input can sign for a log
  }
  return 0;
}
