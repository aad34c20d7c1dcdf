#include "refserver/authority.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <tuple>
#include <utility>

#include "base/url.h"
#include "refserver/authority_impl.h"

namespace meetlat {
namespace {

constexpr long kDay = 24L * 60 * 60;

Error openssl_error(std::string_view what) {
  std::array<char, 256> words{};
  ERR_error_string_n(ERR_get_error(), words.data(), words.size());
  ERR_clear_error();
  return Error{ErrorCode::kIo, std::string(what) + ": " + words.data()};
}

KeyPtr make_key(KeyKind kind) {
  switch (kind) {
    case KeyKind::kRsa2048:
      return KeyPtr(EVP_RSA_gen(2048));
    case KeyKind::kRsa1024:
      return KeyPtr(EVP_RSA_gen(1024));
    case KeyKind::kEc256:
      break;
  }
  return KeyPtr(EVP_EC_gen("P-256"));
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_name(X509_NAME* name, const std::string& common_name, const char* organisation) {
  const auto add = [name](const char* field, const char* text) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(text), -1, -1,
                                      0) == 1;
  };
  // A common name holds at most 64 characters; the alternative names are what counts.
  return (organisation == nullptr || add("O", organisation)) && add("CN", common_name.substr(0, 64).c_str());
}

// A certificate without names and extensions yet.
X509Ptr blank(EVP_PKEY* key, long from_seconds, long to_seconds) {
  X509Ptr certificate(X509_new());
  std::array<unsigned char, 16> serial{};
  if (!certificate || RAND_bytes(serial.data(), static_cast<int>(serial.size())) != 1) return nullptr;
  serial[0] = static_cast<unsigned char>((serial[0] & 0x3F) | 0x40);  // positive and of constant length
  std::unique_ptr<BIGNUM, Freer<BN_free>> number(BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  if (!number || BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())) == nullptr) return nullptr;
  X509_set_version(certificate.get(), X509_VERSION_3);
  if (X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from_seconds) == nullptr ||
      X509_gmtime_adj(X509_getm_notAfter(certificate.get()), to_seconds) == nullptr ||
      X509_set_pubkey(certificate.get(), key) != 1) {
    return nullptr;
  }
  return certificate;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) {
    out += out.empty() ? "" : ",";
    out += (is_ip_literal(name) ? "IP:" : "DNS:") + name;
  }
  return out;
}

struct Issuer {
  X509Ptr certificate;
  KeyPtr key;
};

Result<Issuer> make_issuer(const std::string& name) {
  Issuer issuer;
  issuer.key = make_key(KeyKind::kEc256);
  if (!issuer.key) return fail(openssl_error("making the key of the throw-away CA"));
  issuer.certificate = blank(issuer.key.get(), -kDay, 200 * kDay);
  X509* const ca = issuer.certificate.get();
  if (ca == nullptr || !set_name(X509_get_subject_name(ca), name, "meetlat reference server") ||
      X509_set_issuer_name(ca, X509_get_subject_name(ca)) != 1 ||
      !add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(ca, ca, NID_subject_key_identifier, "hash") ||
      X509_sign(ca, issuer.key.get(), EVP_sha256()) == 0) {
    return fail(openssl_error("making the throw-away CA"));
  }
  return issuer;
}

std::string to_pem(X509* certificate) {
  std::unique_ptr<BIO, Freer<BIO_free_all>> out(BIO_new(BIO_s_mem()));
  if (!out || PEM_write_bio_X509(out.get(), certificate) != 1) return {};
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

}  // namespace

Credential::Credential(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Credential::~Credential() = default;

struct Authority::Impl {
  Issuer issuer;
  Issuer stranger;  // signs what nobody should trust
  std::array<KeyPtr, 3> keys;

  EVP_PKEY* key(KeyKind kind) {
    auto& slot = keys.at(static_cast<std::size_t>(kind));
    if (!slot) slot = make_key(kind);
    return slot.get();
  }
};

Authority::Authority() : impl_(std::make_unique<Impl>()) {}
Authority::~Authority() = default;

Result<std::unique_ptr<Authority>> Authority::create() {
  std::unique_ptr<Authority> authority(new Authority());
  auto issuer = make_issuer("meetlat throw-away CA");
  if (!issuer) return fail(issuer.error());
  auto stranger = make_issuer("meetlat CA that nobody trusts");
  if (!stranger) return fail(stranger.error());
  authority->impl_->issuer = std::move(*issuer);
  authority->impl_->stranger = std::move(*stranger);
  authority->ca_pem_ = to_pem(authority->impl_->issuer.certificate.get());
  if (authority->ca_pem_.empty()) return fail(openssl_error("writing the CA certificate"));
  return authority;
}

Result<CredentialPtr> Authority::issue(const CertificateOrder& order) {
  EVP_PKEY* const key = impl_->key(order.key);
  if (key == nullptr) return fail(openssl_error("making a key"));
  long from = -30 * kDay;
  long to = order.days_left * kDay + kDay / 2;  // half a day more, so that the count of whole days holds
  if (order.kind == CertificateKind::kExpired) std::tie(from, to) = std::pair{-120 * kDay, -30 * kDay};
  if (order.kind == CertificateKind::kNotYetValid) std::tie(from, to) = std::pair{20 * kDay, 110 * kDay};
  X509Ptr leaf = blank(key, from, to);
  if (!leaf) return fail(openssl_error("making a certificate"));

  auto names = order.names;
  if (order.kind == CertificateKind::kWrongName) names = {"another-host.invalid", "www.another-host.invalid"};
  const bool self = order.kind == CertificateKind::kSelfSigned;
  const Issuer& signer = order.kind == CertificateKind::kUnknownIssuer ? impl_->stranger : impl_->issuer;
  X509* const issuer = self ? leaf.get() : signer.certificate.get();
  const bool made = !names.empty() && set_name(X509_get_subject_name(leaf.get()), names.front(), nullptr) &&
                    X509_set_issuer_name(leaf.get(), X509_get_subject_name(issuer)) == 1 &&
                    add_extension(leaf.get(), issuer, NID_basic_constraints, "critical,CA:FALSE") &&
                    add_extension(leaf.get(), issuer, NID_key_usage, "critical,digitalSignature,keyEncipherment") &&
                    add_extension(leaf.get(), issuer, NID_ext_key_usage, "serverAuth") &&
                    add_extension(leaf.get(), issuer, NID_subject_key_identifier, "hash") &&
                    (self || add_extension(leaf.get(), issuer, NID_authority_key_identifier, "keyid")) &&
                    add_extension(leaf.get(), issuer, NID_subject_alt_name, alternative_names(names)) &&
                    X509_sign(leaf.get(), self ? key : signer.key.get(), EVP_sha256()) != 0;
  if (!made) return fail(openssl_error("signing a certificate"));
  EVP_PKEY_up_ref(key);
  auto impl = std::make_unique<Credential::Impl>(Credential::Impl{std::move(leaf), KeyPtr(key)});
  return CredentialPtr(std::make_shared<Credential>(std::move(impl)));
}

bool use_credential(void* ssl, const Credential& credential) {
  return SSL_use_cert_and_key(static_cast<SSL*>(ssl), credential.impl().certificate.get(), credential.impl().key.get(),
                              nullptr, 1) == 1;
}

}  // namespace meetlat
