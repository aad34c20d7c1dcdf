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
  CertificateKind kind = CertificateKind::kGood;
  KeyKind key = KeyKind::kEc256;
  int days_left = 60;  // for kGood and the like
};

// A leaf with its key. Opaque: OpenSSL types stay in .cpp files.
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
  // Keys are made once for each kind and shared by all leaves, so an order costs one signature. Not thread safe.
  Result<CredentialPtr> issue(const CertificateOrder& order);

 private:
  Authority();
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string ca_pem_;
};

// Installs a credential on one connection (an SSL*, passed as void* to keep OpenSSL out of this header). False on
// failure.
bool use_credential(void* ssl, const Credential& credential);

}  // namespace meetlat
