// Certificate timestamps by throw-away logs, and OCSP answers, for tests. Written from RFC 6962, 3.2, without the code
// that reads them.
#pragma once

#include <openssl/ct.h>
#include <openssl/ocsp.h>
#include <openssl/sha.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "support/test_certificates.h"

namespace meetlat::test {

inline std::uint64_t now_ms() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
}

struct TestLog {
  std::string description;
  std::string operator_name;
  KeyPtr key{EVP_EC_gen("P-256")};

  std::string spki() const {
    unsigned char* der = nullptr;
    const int length = i2d_PUBKEY(key.get(), &der);
    std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
    OPENSSL_free(der);
    return out;
  }
  std::string id() const {
    const std::string der = spki();
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(der.data()), der.size(),
           reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
  }
  std::string section(const std::string& name, const std::string& state = "usable",
                      const std::string& since = "2020-01-01") const {
    const std::string der = spki();
    std::string base64(200, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                        reinterpret_cast<const unsigned char*>(der.data()), static_cast<int>(der.size()));
    base64.resize(static_cast<std::size_t>(length));
    return "[" + name + "]\ndescription = " + description + "\noperator = " + operator_name + "\nkey = " + base64 +
           "\nstate = " + state + "\nsince = " + since + "\n";
  }
};

inline void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
}

// `entry` is what was logged: entry type and body.
inline SCT* sign_sct(const TestLog& log, const std::string& entry, std::uint64_t timestamp) {
  std::string signed_bytes("\0\0", 2);
  put(signed_bytes, timestamp, 8);
  signed_bytes += entry;
  put(signed_bytes, 0, 2);  // no extensions
  EVP_MD_CTX* digest = EVP_MD_CTX_new();
  std::string signature(200, '\0');
  std::size_t length = signature.size();
  EVP_DigestSignInit(digest, nullptr, EVP_sha256(), nullptr, log.key.get());
  EVP_DigestSign(digest, reinterpret_cast<unsigned char*>(signature.data()), &length,
                 reinterpret_cast<const unsigned char*>(signed_bytes.data()), signed_bytes.size());
  EVP_MD_CTX_free(digest);
  SCT* sct = SCT_new();
  const std::string id = log.id();
  SCT_set_version(sct, SCT_VERSION_V1);
  SCT_set1_log_id(sct, reinterpret_cast<const unsigned char*>(id.data()), id.size());
  SCT_set_timestamp(sct, timestamp);
  SCT_set_signature_nid(sct, NID_ecdsa_with_SHA256);
  SCT_set1_signature(sct, reinterpret_cast<const unsigned char*>(signature.data()), length);
  return sct;
}

// A whole certificate, for timestamps in the TLS extension and in staples.
inline std::string final_entry(X509* certificate) {
  unsigned char* der = nullptr;
  const int length = i2d_X509(certificate, &der);
  std::string out;
  put(out, 0, 2);
  put(out, static_cast<std::uint64_t>(length), 3);
  out.append(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

// A certificate without timestamps yet, for those that go into it.
inline std::string precertificate_entry(X509* certificate, X509* issuer) {
  std::string out;
  put(out, 1, 2);
  unsigned char* der = nullptr;
  int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(issuer), &der);
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(der, static_cast<std::size_t>(length), reinterpret_cast<unsigned char*>(hash.data()));
  OPENSSL_free(der);
  out += hash;
  der = nullptr;
  length = i2d_re_X509_tbs(certificate, &der);
  put(out, static_cast<std::uint64_t>(length), 3);
  out.append(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

// A list of those timestamps as TLS carries it; frees them.
inline std::string sct_list(const std::vector<SCT*>& scts) {
  STACK_OF(SCT)* stack = sk_SCT_new_null();
  for (SCT* sct : scts) sk_SCT_push(stack, sct);
  unsigned char* bytes = nullptr;
  const int length = i2o_SCT_LIST(stack, &bytes);
  std::string out(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(length));
  OPENSSL_free(bytes);
  SCT_LIST_free(stack);
  return out;
}

// Puts timestamps into a certificate that `issuer` has signed, and signs it again; frees them.
inline void embed(Identity& leaf, const Identity& issuer, const std::vector<SCT*>& scts) {
  STACK_OF(SCT)* stack = sk_SCT_new_null();
  for (SCT* sct : scts) sk_SCT_push(stack, sct);
  X509_add1_ext_i2d(leaf.certificate.get(), NID_ct_precert_scts, stack, 0, 0);
  SCT_LIST_free(stack);
  X509_sign(leaf.certificate.get(), issuer.key.get(), EVP_sha256());
}

// A file that lives as long as this object.
class TextFile {
 public:
  explicit TextFile(const std::string& text) {
    path_ = "/tmp/meetlat-test-XXXXXX";
    close(mkstemp(path_.data()));
    std::ofstream(path_) << text;
  }
  ~TextFile() { std::remove(path_.c_str()); }
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

struct OcspWish {
  int status = V_OCSP_CERTSTATUS_GOOD;
  long from = -3600;  // seconds from now
  long until = 3600;
  bool sha256_id = false;
};

// An OCSP answer about `leaf` in DER, signed by `signer`; its certificate goes along.
inline std::string ocsp_answer(X509* leaf, X509* issuer, const Identity& signer, const OcspWish& wish = {}) {
  OCSP_BASICRESP* basic = OCSP_BASICRESP_new();
  OCSP_CERTID* id = OCSP_cert_to_id(wish.sha256_id ? EVP_sha256() : EVP_sha1(), leaf, issuer);
  ASN1_TIME* from = X509_gmtime_adj(nullptr, wish.from);
  ASN1_TIME* until = X509_gmtime_adj(nullptr, wish.until);
  ASN1_TIME* revoked = wish.status == V_OCSP_CERTSTATUS_REVOKED ? X509_gmtime_adj(nullptr, -86'400) : nullptr;
  OCSP_basic_add1_status(basic, id, wish.status, OCSP_REVOKED_STATUS_KEYCOMPROMISE, revoked, from, until);
  OCSP_basic_sign(basic, signer.certificate.get(), signer.key.get(), EVP_sha256(), nullptr, 0);
  OCSP_RESPONSE* response = OCSP_response_create(OCSP_RESPONSE_STATUS_SUCCESSFUL, basic);
  unsigned char* der = nullptr;
  const int length = i2d_OCSP_RESPONSE(response, &der);
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  OCSP_RESPONSE_free(response);
  OCSP_BASICRESP_free(basic);
  OCSP_CERTID_free(id);
  ASN1_TIME_free(from);
  ASN1_TIME_free(until);
  ASN1_TIME_free(revoked);
  return out;
}

}  // namespace meetlat::test
