#include "refserver/authority.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/conf.h>
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
  // Certificate policies are not read without a configuration, even if it is empty.
  const std::unique_ptr<CONF, Freer<NCONF_free>> sections(NCONF_new(nullptr));
  X509V3_set_nconf(&context, sections.get());
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

// Signed by `parent`, or by itself.
Result<Issuer> make_issuer(const std::string& name, const Issuer* parent = nullptr, bool sha1 = false) {
  Issuer issuer;
  issuer.key = make_key(KeyKind::kEc256);
  if (!issuer.key) return fail(openssl_error("making the key of the throw-away CA"));
  issuer.certificate = blank(issuer.key.get(), -kDay, 200 * kDay);
  X509* const ca = issuer.certificate.get();
  X509* const signer = parent == nullptr ? ca : parent->certificate.get();
  if (ca == nullptr || !set_name(X509_get_subject_name(ca), name, "meetlat reference server") ||
      X509_set_issuer_name(ca, X509_get_subject_name(signer)) != 1 ||
      !add_extension(ca, signer, NID_basic_constraints, "critical,CA:TRUE") ||
      !add_extension(ca, signer, NID_key_usage, "critical,digitalSignature,keyCertSign,cRLSign") ||
      !add_extension(ca, signer, NID_subject_key_identifier, "hash") ||
      (parent != nullptr && !add_extension(ca, signer, NID_authority_key_identifier, "keyid")) ||
      X509_sign(ca, parent == nullptr ? issuer.key.get() : parent->key.get(), sha1 ? EVP_sha1() : EVP_sha256()) == 0) {
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

Error openssl_error(std::string_view what) {
  std::array<char, 256> words{};
  ERR_error_string_n(ERR_get_error(), words.data(), words.size());
  ERR_clear_error();
  return Error{ErrorCode::kIo, std::string(what) + ": " + words.data()};
}

Credential::Credential(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Credential::~Credential() = default;

struct Authority::Impl {
  Issuer issuer;
  Issuer stranger;  // signs what nobody should trust
  Issuer upper;     // signed by `issuer`
  Issuer lower;     // signed by `upper`
  Issuer old;       // signed by `issuer`, over SHA-1
  Logs logs;
  std::array<KeyPtr, 3> keys;

  // Those that a leaf is signed with only now and then.
  Result<void> make_intermediates() {
    auto made_upper = make_issuer("meetlat throw-away intermediate CA", &issuer);
    auto made_old = make_issuer("meetlat throw-away CA of long ago", &issuer, true);
    if (!made_upper || !made_old) return fail(openssl_error("making the throw-away intermediate CAs"));
    upper = std::move(*made_upper);
    old = std::move(*made_old);
    auto made_lower = make_issuer("meetlat throw-away issuing CA", &upper);
    if (!made_lower) return fail(made_lower.error());
    lower = std::move(*made_lower);
    return {};
  }

  const Issuer& signer(const PersonaTls& tls) const {
    if (tls.certificate == CertificateKind::kUnknownIssuer) return stranger;
    switch (tls.chain) {
      case ChainWish::kComplete:
      case ChainWish::kMissing:
      case ChainWish::kExtra:
        return upper;
      case ChainWish::kDisordered:
        return lower;
      case ChainWish::kSha1:
        return old;
      case ChainWish::kLeaf:
      case ChainWish::kRootSent:
        break;
    }
    return issuer;
  }

  // What goes along with the leaf.
  ChainPtr chain(ChainWish wish) const {
    std::vector<X509*> wanted;
    if (wish == ChainWish::kComplete || wish == ChainWish::kExtra) wanted = {upper.certificate.get()};
    if (wish == ChainWish::kExtra) wanted.push_back(stranger.certificate.get());
    if (wish == ChainWish::kDisordered) wanted = {upper.certificate.get(), lower.certificate.get()};
    if (wish == ChainWish::kRootSent) wanted = {issuer.certificate.get()};
    if (wish == ChainWish::kSha1) wanted = {old.certificate.get()};
    ChainPtr out(sk_X509_new_null());
    for (X509* one : wanted) {
      X509_up_ref(one);
      sk_X509_push(out.get(), one);
    }
    return out;
  }

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
  if (auto made = authority->impl_->make_intermediates(); !made) return fail(made.error());
  auto logs = Logs::create();
  if (!logs) return fail(logs.error());
  authority->impl_->logs = std::move(*logs);
  authority->ca_pem_ = to_pem(authority->impl_->issuer.certificate.get());
  if (authority->ca_pem_.empty()) return fail(openssl_error("writing the CA certificate"));
  return authority;
}

std::string Authority::ct_logs() const {
  return impl_->logs.table();
}

namespace {

std::pair<long, long> validity(const PersonaTls& tls) {
  if (tls.certificate == CertificateKind::kExpired) return {-120 * kDay, -30 * kDay};
  if (tls.certificate == CertificateKind::kNotYetValid) return {20 * kDay, 110 * kDay};
  const long to = tls.days_left * kDay + kDay / 2;  // half a day more, so that the count of whole days holds
  return {tls.lifetime_days == 0 ? -30 * kDay : to - tls.lifetime_days * kDay + 1, to};  // both ends count
}

const char* policy_of(ValidationWish wish) {
  switch (wish) {
    case ValidationWish::kDv:
      return "2.23.140.1.2.1";
    case ValidationWish::kOv:
      return "2.23.140.1.2.2";
    case ValidationWish::kIv:
      return "2.23.140.1.2.3";
    case ValidationWish::kEv:
      return "2.23.140.1.1";
    case ValidationWish::kNone:
      break;
  }
  return nullptr;
}

// All but the signature.
bool fill_leaf(X509* leaf, X509* issuer, const std::vector<std::string>& names, const PersonaTls& tls) {
  const char* policy = policy_of(tls.validation);
  return !names.empty() && set_name(X509_get_subject_name(leaf), names.front(), nullptr) &&
         X509_set_issuer_name(leaf, X509_get_subject_name(issuer)) == 1 &&
         add_extension(leaf, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(leaf, issuer, NID_key_usage, "critical,digitalSignature,keyEncipherment") &&
         add_extension(leaf, issuer, NID_ext_key_usage, "serverAuth") &&
         add_extension(leaf, issuer, NID_subject_key_identifier, "hash") &&
         (issuer == leaf || add_extension(leaf, issuer, NID_authority_key_identifier, "keyid")) &&
         (policy == nullptr || add_extension(leaf, issuer, NID_certificate_policies, policy)) &&
         (!tls.must_staple || add_extension(leaf, issuer, NID_tlsfeature, "status_request")) &&
         add_extension(leaf, issuer, NID_subject_alt_name, alternative_names(names));
}

}  // namespace

Result<CredentialPtr> Authority::issue(const CertificateOrder& order) {
  const PersonaTls& tls = order.tls;
  EVP_PKEY* const key = impl_->key(tls.key);
  if (key == nullptr) return fail(openssl_error("making a key"));
  const auto [from, to] = validity(tls);
  X509Ptr leaf = blank(key, from, to);
  if (!leaf) return fail(openssl_error("making a certificate"));

  auto names = order.names;
  if (tls.certificate == CertificateKind::kWrongName) names = {"another-host.invalid", "www.another-host.invalid"};
  const bool self = tls.certificate == CertificateKind::kSelfSigned;
  const Issuer& signer = impl_->signer(tls);
  if (!fill_leaf(leaf.get(), self ? leaf.get() : signer.certificate.get(), names, tls)) {
    return fail(openssl_error("making a certificate"));
  }
  if (!self && !tls.scts_in_tls) {
    if (auto embedded = impl_->logs.embed(leaf.get(), signer, tls.scts); !embedded) return fail(embedded.error());
  }
  if (X509_sign(leaf.get(), self ? key : signer.key.get(), EVP_sha256()) == 0) {
    return fail(openssl_error("signing a certificate"));
  }
  auto staple = make_staple(tls.staple, leaf.get(), signer, impl_->stranger);
  if (!staple) return fail(staple.error());
  auto scts = impl_->logs.list(leaf.get(), tls.scts_in_tls ? tls.scts : SctWish::kNone);
  if (!scts) return fail(scts.error());
  EVP_PKEY_up_ref(key);
  auto impl = std::make_unique<Credential::Impl>(
      Credential::Impl{std::move(leaf), KeyPtr(key), impl_->chain(tls.chain), std::move(*staple), std::move(*scts)});
  return CredentialPtr(std::make_shared<Credential>(std::move(impl)));
}

namespace {

int credential_slot() {
  static const int slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

const Credential::Impl* credential_of(SSL* ssl) {
  return static_cast<const Credential::Impl*>(SSL_get_ex_data(ssl, credential_slot()));
}

int give_staple(SSL* ssl, void*) {
  const Credential::Impl* credential = credential_of(ssl);
  if (credential == nullptr || credential->staple.empty()) return SSL_TLSEXT_ERR_NOACK;
  void* copy = OPENSSL_memdup(credential->staple.data(), credential->staple.size());
  SSL_set_tlsext_status_ocsp_resp(ssl, copy, static_cast<long>(credential->staple.size()));
  return SSL_TLSEXT_ERR_OK;
}

int give_scts(SSL* ssl, unsigned int, unsigned int, const unsigned char** out, std::size_t* length, X509*,
              std::size_t index, int*, void*) {
  const Credential::Impl* credential = credential_of(ssl);
  if (credential == nullptr || index != 0 || credential->scts.empty()) return 0;
  *out = reinterpret_cast<const unsigned char*>(credential->scts.data());
  *length = credential->scts.size();
  return 1;
}

int asked_for_scts(SSL*, unsigned int, unsigned int, const unsigned char*, std::size_t, X509*, std::size_t, int*,
                   void*) {
  return 1;
}

}  // namespace

bool prepare_credentials(void* context) {
  auto* const raw = static_cast<SSL_CTX*>(context);
  SSL_CTX_set_tlsext_status_cb(raw, give_staple);
  constexpr unsigned int kPlaces = SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO | SSL_EXT_TLS1_3_CERTIFICATE;
  return credential_slot() >= 0 && SSL_CTX_add_custom_ext(raw, TLSEXT_TYPE_signed_certificate_timestamp, kPlaces,
                                                          give_scts, nullptr, nullptr, asked_for_scts, nullptr) == 1;
}

bool use_credential(void* ssl, const Credential& credential) {
  auto* const raw = static_cast<SSL*>(ssl);
  const Credential::Impl& impl = credential.impl();
  SSL_set_ex_data(raw, credential_slot(), const_cast<Credential::Impl*>(&impl));
  // Nothing but what the persona says is sent.
  SSL_set_mode(raw, SSL_MODE_NO_AUTO_CHAIN);
  return SSL_use_cert_and_key(raw, impl.certificate.get(), impl.key.get(), impl.chain.get(), 1) == 1;
}

}  // namespace meetlat
