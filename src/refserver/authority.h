// A throw-away certificate authority, made new at every start and kept in memory only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "refserver/persona.h"

namespace meetlat {

struct CertificateOrder {
  std::vector<std::string> names;  // subjectAltName: DNS names, and IP addresses as they are
  PersonaTls tls;                  // what concerns the certificate
};

// A leaf with its key, its chain and what is sent with them. Opaque: OpenSSL types stay in .cpp files.
class Credential {
 public:
  ~Credential();
  struct Impl;
  explicit Credential(std::unique_ptr<Impl> impl);
  const Impl& impl() const noexcept { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};
using CredentialPtr = std::shared_ptr<const Credential>;

class Authority {
 public:
  // EC P-256, valid for 200 days. kIo when OpenSSL fails.
  static Result<std::unique_ptr<Authority>> create();
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  const std::string& ca_pem() const noexcept { return ca_pem_; }
  // The throw-away logs that sign certificate timestamps, in the form of data/tls/ct-logs.cnf.
  std::string ct_logs() const;
  // Keys are made once for each kind and shared by all leaves, so an order costs one signature. Not thread safe.
  Result<CredentialPtr> issue(const CertificateOrder& order);

 private:
  Authority();
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string ca_pem_;
};

// Lets connections of this SSL_CTX* answer those who ask for a staple or for timestamps. False on failure. (OpenSSL's
// types are passed as void* to keep them out of this header.)
bool prepare_credentials(void* context);
// Installs a credential on one connection (an SSL*), which the credential outlives. False on failure.
bool use_credential(void* ssl, const Credential& credential);

}  // namespace meetlat
