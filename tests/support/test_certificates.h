// Throw-away certificates for tests: a CA and what it signs, made in memory.
#pragma once

#include <openssl/conf.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace meetlat::test {

struct OpensslFree {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree>;
using X509Ptr = std::unique_ptr<X509, OpensslFree>;
using SslContextPtr = std::unique_ptr<SSL_CTX, OpensslFree>;

struct Identity {
  KeyPtr key;
  X509Ptr certificate;
};

struct CertificateWish {
  std::string common_name = "meet.test";
  std::string alternative_names = "DNS:meet.test";  // OpenSSL's form; "" for none
  long starts = -86'400L * 30;                      // seconds from now
  long ends = 86'400L * 60;
  bool rsa = false;
  bool ca = false;
  bool sha1 = false;                                    // the signature's digest
  std::vector<std::pair<int, std::string>> extensions;  // NID and value in OpenSSL's form
};

inline void add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  CONF* sections = NCONF_new(nullptr);  // certificate policies want one, even if it is empty
  X509V3_set_nconf(&context, sections);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  NCONF_free(sections);
}

// `issuer` nullptr: self-signed.
inline Identity make_identity(const CertificateWish& wish, const Identity* issuer = nullptr) {
  static long serial = 1000;
  Identity made;
  made.key.reset(wish.rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
  made.certificate.reset(X509_new());
  X509* x = made.certificate.get();
  X509_set_version(x, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x), wish.starts);
  X509_gmtime_adj(X509_getm_notAfter(x), wish.ends);
  X509_set_pubkey(x, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.common_name.c_str()), -1, -1, 0);
  X509* signer = issuer == nullptr ? x : issuer->certificate.get();
  X509_set_issuer_name(x, X509_get_subject_name(signer));
  if (wish.ca) add_extension(x, signer, NID_basic_constraints, "critical,CA:TRUE");
  if (wish.ca) add_extension(x, signer, NID_key_usage, "critical,keyCertSign,cRLSign");
  if (!wish.alternative_names.empty()) add_extension(x, signer, NID_subject_alt_name, wish.alternative_names);
  for (const auto& [nid, value] : wish.extensions) add_extension(x, signer, nid, value);
  X509_sign(x, issuer == nullptr ? made.key.get() : issuer->key.get(), wish.sha1 ? EVP_sha1() : EVP_sha256());
  return made;
}

inline Identity make_ca() {
  CertificateWish wish;
  wish.common_name = "Throw-away CA";
  wish.alternative_names.clear();
  wish.ca = true;
  return make_identity(wish);
}

// A PEM file that lives as long as this object.
class PemFile {
 public:
  explicit PemFile(const X509* certificate) {
    path_ = "/tmp/meetlat-test-ca-XXXXXX";
    const int fd = mkstemp(path_.data());
    std::FILE* file = fdopen(fd, "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
  }
  ~PemFile() { std::remove(path_.c_str()); }
  PemFile(const PemFile&) = delete;
  PemFile& operator=(const PemFile&) = delete;
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

// A server's context with that identity; versions as OpenSSL numbers, 0 for no bound.
inline SslContextPtr server_context(const Identity& identity, int min_version = 0, int max_version = 0) {
  SslContextPtr context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_cipher_list(context.get(), "DEFAULT:@SECLEVEL=0");
  SSL_CTX_set_min_proto_version(context.get(), min_version);
  SSL_CTX_set_max_proto_version(context.get(), max_version);
  SSL_CTX_use_certificate(context.get(), identity.certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), identity.key.get());
  return context;
}

}  // namespace meetlat::test
