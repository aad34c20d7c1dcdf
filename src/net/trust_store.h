// The CA certificates, once per process. Shared by every TLS context, libcurl's included.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"

struct x509_store_st;  // OpenSSL's X509_STORE

namespace meetlat {

class TrustStore {
 public:
  // From `ca_file` (PEM) alone, or from the system when it is empty: $SSL_CERT_FILE and $SSL_CERT_DIR, else OpenSSL's
  // own hashed folder (then a certificate is read when it is needed first), else a bundle where distributions keep it.
  // kNotFound when there is none, naming ca-certificates and --ca-file; kParse when the file holds no certificate.
  static Result<TrustStore> load(const std::filesystem::path& ca_file);

  x509_store_st* get() const noexcept { return store_.get(); }

 private:
  struct Free {
    void operator()(x509_store_st* store) const noexcept;
  };
  std::unique_ptr<x509_store_st, Free> store_;
};

}  // namespace meetlat
