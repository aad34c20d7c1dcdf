#include "net/certificate.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>

#include "base/text.h"
#include "base/url.h"
#include "net/address.h"
#include "net/certificate_extensions.h"

namespace meetlat {

namespace {

constexpr std::size_t kMaxNames = 500;  // of one certificate; more is noise
constexpr int kJudgedStrength = 1;      // OpenSSL's security level for chains: at least 80 bits, so no SHA-1 or MD5

std::string name_text(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
  // RFC 2253 with UTF-8 left readable.
  if (bio == nullptr || X509_NAME_print_ex(bio.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0) return {};
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return length <= 0 ? std::string{} : printable({data, static_cast<std::size_t>(length)});
}

Instant instant_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return Instant(std::chrono::seconds(timegm(&parts)));
}

std::vector<std::string> alternative_names(const X509* certificate) {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      &GENERAL_NAMES_free);
  const int count = all == nullptr ? 0 : sk_GENERAL_NAME_num(all.get());
  for (int i = 0; i < count && names.size() < kMaxNames; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type != GEN_DNS && name->type != GEN_IPADD) continue;
    const ASN1_STRING* value = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
    const unsigned char* data = ASN1_STRING_get0_data(value);
    const auto length = static_cast<std::size_t>(ASN1_STRING_length(value));
    if (name->type == GEN_DNS) {
      names.push_back(printable({reinterpret_cast<const char*>(data), length}));
    } else if (length == 4 || length == 16) {
      Address address;
      address.v6 = length == 16;
      std::copy_n(data, length, address.bytes.begin());
      names.push_back(address.str());
    }
  }
  return names;
}

void describe_key(const X509* certificate, CertificateInfo& info) {
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (key == nullptr) return;
  info.key_bits = EVP_PKEY_get_bits(key);
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      info.key_type = "RSA";
      break;
    case EVP_PKEY_RSA_PSS:
      info.key_type = "RSA-PSS";
      break;
    case EVP_PKEY_DSA:
      info.key_type = "DSA";
      break;
    case EVP_PKEY_ED25519:
      info.key_type = "Ed25519";
      break;
    case EVP_PKEY_ED448:
      info.key_type = "Ed448";
      break;
    case EVP_PKEY_EC: {
      info.key_type = "EC";
      std::array<char, 80> group{};
      if (EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr) == 1) info.key_group = group.data();
      if (info.key_group == "prime256v1") info.key_group = "P-256";
      if (info.key_group == "secp384r1") info.key_group = "P-384";
      if (info.key_group == "secp521r1") info.key_group = "P-521";
      break;
    }
    default: {
      const char* name = EVP_PKEY_get0_type_name(key);
      info.key_type = name == nullptr ? "unknown" : name;
    }
  }
}

int problems_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

std::vector<ChainProblem>* problems_of(X509_STORE_CTX* context) {
  const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  return ssl == nullptr ? nullptr : static_cast<std::vector<ChainProblem>*>(SSL_get_ex_data(ssl, problems_index()));
}

// Notes each problem and goes on to the next.
int on_problem(int ok, X509_STORE_CTX* context) {
  if (ok == 1) return 1;
  std::vector<ChainProblem>* problems = problems_of(context);
  if (problems != nullptr && problems->size() < 10) {
    problems->push_back(chain_problem(X509_STORE_CTX_get_error(context), X509_STORE_CTX_get_error_depth(context),
                                      X509_STORE_CTX_get_current_cert(context)));
  }
  return 1;
}

int on_chain(X509_STORE_CTX* context, void*) {
  const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(context, SSL_get_ex_data_X509_STORE_CTX_idx()));
  X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(context), kJudgedStrength);
  if (problems_of(context) != nullptr) X509_STORE_CTX_set_verify_cb(context, on_problem);
  const int verdict = X509_verify_cert(context);
  return ssl != nullptr && SSL_get_verify_mode(ssl) == SSL_VERIFY_NONE ? 1 : verdict;
}

}  // namespace

CertificateInfo describe_certificate(const X509* certificate) {
  CertificateInfo info;
  info.subject = name_text(X509_get_subject_name(certificate));
  info.issuer = name_text(X509_get_issuer_name(certificate));
  info.names = alternative_names(certificate);
  info.not_before = instant_of(X509_get0_notBefore(certificate));
  info.not_after = instant_of(X509_get0_notAfter(certificate));
  describe_key(certificate, info);
  const int signature = X509_get_signature_nid(certificate);
  if (const char* name = OBJ_nid2ln(signature); signature != NID_undef && name != nullptr) info.signature = name;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &length) == 1) {
    for (unsigned int i = 0; i < length; ++i) info.sha256 += fmt::format("{:02x}", digest[i]);
  }
  unsigned char* der = nullptr;
  if (const int size = i2d_X509(certificate, &der); size > 0) {
    info.der.assign(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
  }
  describe_extensions(certificate, info);
  return info;
}

bool certificate_names(X509* certificate, const std::string& host) {
  if (is_ip_literal(host)) return X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
  constexpr unsigned int kFlags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
  return X509_check_host(certificate, host.data(), host.size(), kFlags, nullptr) == 1;
}

bool certificate_names_xmpp(X509* certificate, const std::string& domain) {
  struct FreeNames {
    void operator()(GENERAL_NAMES* names) const noexcept { GENERAL_NAMES_free(names); }
  };
  const std::unique_ptr<GENERAL_NAMES, FreeNames> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_OTHERNAME) continue;
    const ASN1_TYPE* value = name->d.otherName->value;
    const int kind = OBJ_obj2nid(name->d.otherName->type_id);
    const bool srv = kind == NID_SRVName && value->type == V_ASN1_IA5STRING;
    const bool address = kind == NID_XmppAddr && value->type == V_ASN1_UTF8STRING;
    if (!srv && !address) continue;
    const ASN1_STRING* text = value->value.asn1_string;
    const std::string_view found(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                                 static_cast<std::size_t>(ASN1_STRING_length(text)));
    if (to_lower(found) == (srv ? "_xmpp-client." + domain : domain)) return true;
  }
  return false;
}

std::string name_mismatch(const X509* certificate, const std::string& host) {
  std::vector<std::string> names = alternative_names(certificate);
  if (names.empty()) return fmt::format("certificate names no host at all, so not {}", host);
  const bool many = names.size() > 4;
  if (many) names.resize(4);
  return fmt::format("certificate is for {}{}, not for {}", join(names, ", "), many ? ", ..." : "", host);
}

ChainProblem chain_problem(int code, int depth, const X509* certificate) {
  ChainProblem problem{code, depth, X509_verify_cert_error_string(code)};
  if (certificate == nullptr) return problem;
  if (code == X509_V_ERR_CERT_HAS_EXPIRED) {
    problem.words += fmt::format(" ({})", format_date(instant_of(X509_get0_notAfter(certificate))));
  } else if (code == X509_V_ERR_CERT_NOT_YET_VALID) {
    problem.words += fmt::format(" ({})", format_date(instant_of(X509_get0_notBefore(certificate))));
  } else if (code == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY) {
    problem.words += fmt::format(" ({})", fit(name_text(X509_get_issuer_name(certificate)), 80));
  }
  if (depth > 0) problem.words += fmt::format(", for {}", fit(name_text(X509_get_subject_name(certificate)), 80));
  return problem;
}

std::string join_problems(const std::vector<ChainProblem>& problems) {
  std::vector<std::string> words;
  for (const ChainProblem& problem : problems) {
    // Follows from "unable to get local issuer certificate" and says nothing more.
    if (problem.code == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE && !words.empty()) continue;
    if (std::ranges::find(words, problem.words) == words.end()) words.push_back(problem.words);
  }
  return join(words, "; ");
}

void judge_chains(SSL_CTX* context) {
  SSL_CTX_set_cert_verify_callback(context, on_chain, nullptr);
}

void collect_problems(SSL* ssl, std::vector<ChainProblem>* problems) {
  SSL_set_ex_data(ssl, problems_index(), problems);
}

}  // namespace meetlat
