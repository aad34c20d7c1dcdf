#include "net/certificate_extensions.h"

#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include "base/freer.h"
#include "base/text.h"

namespace meetlat {

namespace {

constexpr int kMaxItems = 50;              // of one extension; more is noise
constexpr std::size_t kMaxUrl = 500;       // bytes of a URL that is kept
constexpr long kStatusRequest = 5;         // RFC 7633 names TLS extensions by number
constexpr std::size_t kMaxNamePart = 200;  // bytes of an organisation's name

// By the policy identifiers of the Baseline Requirements, 7.1.6.1; strictest first.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kValidations{
    {{"2.23.140.1.1", "EV"}, {"2.23.140.1.2.2", "OV"}, {"2.23.140.1.2.3", "IV"}, {"2.23.140.1.2.1", "DV"}}};

template <class T>
T* extension(const X509* certificate, int nid) {
  return static_cast<T*>(X509_get_ext_d2i(certificate, nid, nullptr, nullptr));
}

std::string name_part(const X509_NAME* name, int nid) {
  const int at = X509_NAME_get_index_by_NID(name, nid, -1);
  if (at < 0) return {};
  const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
  unsigned char* utf8 = nullptr;
  const int length = ASN1_STRING_to_UTF8(&utf8, value);
  if (length < 0) return {};
  std::string text = excerpt({reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(length)}, kMaxNamePart);
  OPENSSL_free(utf8);
  return text;
}

std::string validation_of(const X509* certificate) {
  const std::unique_ptr<CERTIFICATEPOLICIES, Freer<CERTIFICATEPOLICIES_free>> policies(
      extension<CERTIFICATEPOLICIES>(certificate, NID_certificate_policies));
  std::size_t best = kValidations.size();
  const int count = policies == nullptr ? 0 : std::min(sk_POLICYINFO_num(policies.get()), kMaxItems);
  for (int i = 0; i < count; ++i) {
    std::array<char, 80> oid{};
    OBJ_obj2txt(oid.data(), static_cast<int>(oid.size()), sk_POLICYINFO_value(policies.get(), i)->policyid, 1);
    for (std::size_t v = 0; v < best; ++v) {
      if (kValidations[v].first == oid.data()) best = v;
    }
  }
  return best == kValidations.size() ? std::string() : std::string(kValidations[best].second);
}

void add_url(const GENERAL_NAME* name, std::vector<std::string>& urls) {
  if (name == nullptr || name->type != GEN_URI || urls.size() >= kMaxItems) return;
  const ASN1_STRING* value = name->d.uniformResourceIdentifier;
  const auto length = static_cast<std::size_t>(ASN1_STRING_length(value));
  urls.push_back(excerpt({reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)), length}, kMaxUrl));
}

void read_ocsp_urls(const X509* certificate, std::vector<std::string>& urls) {
  const std::unique_ptr<AUTHORITY_INFO_ACCESS, Freer<AUTHORITY_INFO_ACCESS_free>> access(
      extension<AUTHORITY_INFO_ACCESS>(certificate, NID_info_access));
  const int count = access == nullptr ? 0 : std::min(sk_ACCESS_DESCRIPTION_num(access.get()), kMaxItems);
  for (int i = 0; i < count; ++i) {
    const ACCESS_DESCRIPTION* item = sk_ACCESS_DESCRIPTION_value(access.get(), i);
    if (OBJ_obj2nid(item->method) == NID_ad_OCSP) add_url(item->location, urls);
  }
}

void read_crl_urls(const X509* certificate, std::vector<std::string>& urls) {
  const std::unique_ptr<CRL_DIST_POINTS, Freer<CRL_DIST_POINTS_free>> points(
      extension<CRL_DIST_POINTS>(certificate, NID_crl_distribution_points));
  const int count = points == nullptr ? 0 : std::min(sk_DIST_POINT_num(points.get()), kMaxItems);
  for (int i = 0; i < count; ++i) {
    const DIST_POINT_NAME* where = sk_DIST_POINT_value(points.get(), i)->distpoint;
    if (where == nullptr || where->type != 0) continue;  // 1: relative to the issuer's name, which no web client uses
    const GENERAL_NAMES* names = where->name.fullname;
    for (int n = 0; n < std::min(sk_GENERAL_NAME_num(names), kMaxItems); ++n) {
      add_url(sk_GENERAL_NAME_value(names, n), urls);
    }
  }
}

bool demands_staple(const X509* certificate) {
  const std::unique_ptr<TLS_FEATURE, Freer<TLS_FEATURE_free>> features(
      extension<TLS_FEATURE>(certificate, NID_tlsfeature));
  const int count = features == nullptr ? 0 : std::min(sk_ASN1_INTEGER_num(features.get()), kMaxItems);
  for (int i = 0; i < count; ++i) {
    if (ASN1_INTEGER_get(sk_ASN1_INTEGER_value(features.get(), i)) == kStatusRequest) return true;
  }
  return false;
}

}  // namespace

void describe_extensions(const X509* certificate, CertificateInfo& info) {
  auto* const changeable = const_cast<X509*>(certificate);  // OpenSSL notes what it read in the certificate itself
  const X509_NAME* issuer = X509_get_issuer_name(certificate);
  info.issuer_organisation = name_part(issuer, NID_organizationName);
  info.issuer_country = name_part(issuer, NID_countryName);
  info.validation = validation_of(certificate);
  read_ocsp_urls(certificate, info.ocsp_urls);
  read_crl_urls(certificate, info.crl_urls);
  info.must_staple = demands_staple(certificate);
  info.self_signed = X509_self_signed(changeable, 0) == 1;
  if (const EVP_PKEY* key = X509_get0_pubkey(certificate); key != nullptr) {
    info.key_strength = std::max(0, EVP_PKEY_get_security_bits(key));
  }
  int strength = 0;
  if (X509_get_signature_info(changeable, nullptr, nullptr, &strength, nullptr) == 1) {
    info.signature_strength = std::max(0, strength);
  }
}

}  // namespace meetlat
