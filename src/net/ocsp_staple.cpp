#include "net/ocsp_staple.h"

#include <fmt/format.h>
#include <openssl/ct.h>
#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include <array>
#include <chrono>
#include <ctime>
#include <memory>
#include <string>
#include <utility>

#include "base/freer.h"

namespace meetlat {

namespace {

constexpr std::size_t kMaxStaple = std::size_t{64} << 10;  // bytes; one with a delegated responder takes about 2,500
constexpr std::chrono::minutes kClockSkew{5};

using ResponsePtr = std::unique_ptr<OCSP_RESPONSE, Freer<OCSP_RESPONSE_free>>;
using BasicPtr = std::unique_ptr<OCSP_BASICRESP, Freer<OCSP_BASICRESP_free>>;
using CertIdPtr = std::unique_ptr<OCSP_CERTID, Freer<OCSP_CERTID_free>>;
using StorePtr = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;

Instant instant_of(const ASN1_GENERALIZEDTIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return Instant(std::chrono::seconds(timegm(&parts)));
}

StapleInfo invalid(std::string reason) {
  StapleInfo info;
  info.status = StapleInfo::Status::kInvalid;
  info.reason = std::move(reason);
  return info;
}

// The answer about `leaf`, under either hash that responders use; nullptr when there is none.
OCSP_SINGLERESP* answer_about(OCSP_BASICRESP* basic, X509* leaf, X509* issuer) {
  for (const EVP_MD* digest : {EVP_sha1(), EVP_sha256()}) {
    const CertIdPtr id(OCSP_cert_to_id(digest, leaf, issuer));
    const int at = id == nullptr ? -1 : OCSP_resp_find(basic, id.get(), -1);
    if (at >= 0) return OCSP_resp_get0(basic, at);
  }
  return nullptr;
}

// Signed by the issuer or its delegate? The issuer is the only anchor: whether it is trusted is another question.
bool signed_for(OCSP_BASICRESP* basic, X509* issuer, Instant now) {
  const StorePtr store(X509_STORE_new());
  if (store == nullptr || X509_STORE_add_cert(store.get(), issuer) != 1) return false;
  X509_VERIFY_PARAM* parameters = X509_STORE_get0_param(store.get());
  X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_time(parameters,
                             std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  STACK_OF(X509)* known = sk_X509_new_null();
  if (known == nullptr || sk_X509_push(known, issuer) == 0) {
    sk_X509_free(known);
    return false;
  }
  const bool good = OCSP_basic_verify(basic, known, store.get(), 0) == 1;
  sk_X509_free(known);
  return good;
}

std::string revoked_words(int why, const ASN1_GENERALIZEDTIME* when) {
  std::string words = "revoked";
  if (const Instant at = instant_of(when); at != Instant{}) words += " on " + format_date(at);
  if (why != OCSP_REVOKED_STATUS_NOSTATUS) words += fmt::format(" ({})", OCSP_crl_reason_str(why));
  return words;
}

void judge_times(Instant now, StapleInfo& info) {
  if (info.this_update == Instant{} || info.this_update > now + kClockSkew) {
    info.status = StapleInfo::Status::kInvalid;
    info.reason = "dated in the future: " + format_instant(info.this_update);
  } else if (info.next_update != Instant{} && info.next_update + kClockSkew < now) {
    info.status = StapleInfo::Status::kInvalid;
    info.reason = "ran out on " + format_instant(info.next_update);
  }
}

void read_scts(OCSP_SINGLERESP* single, Staple& staple) {
  if (OCSP_SINGLERESP_get_ext_by_NID(single, NID_ct_cert_scts, -1) < 0) return;
  staple.scts.reset(
      static_cast<STACK_OF(SCT)*>(OCSP_SINGLERESP_get1_ext_d2i(single, NID_ct_cert_scts, nullptr, nullptr)));
  staple.scts_malformed = staple.scts == nullptr;
}

Staple check(std::string_view der, X509* leaf, X509* issuer, Instant now) {
  Staple staple;
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const ResponsePtr response(d2i_OCSP_RESPONSE(nullptr, &at, static_cast<long>(der.size())));
  if (response == nullptr) {
    staple.info = invalid("no OCSP answer");
    return staple;
  }
  if (const int status = OCSP_response_status(response.get()); status != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
    staple.info = invalid(fmt::format("the responder answered \"{}\"", OCSP_response_status_str(status)));
    return staple;
  }
  const BasicPtr basic(OCSP_response_get1_basic(response.get()));
  if (basic == nullptr) {
    staple.info = invalid("no OCSP answer of the basic kind");
    return staple;
  }
  if (issuer == nullptr) {
    staple.info.status = StapleInfo::Status::kUnchecked;
    staple.info.reason = "the issuer's certificate was not sent and is not known";
    return staple;
  }
  OCSP_SINGLERESP* single = answer_about(basic.get(), leaf, issuer);
  if (single == nullptr) {
    staple.info = invalid("for another certificate");
    return staple;
  }
  ASN1_GENERALIZEDTIME* revoked = nullptr;
  ASN1_GENERALIZEDTIME* from = nullptr;
  ASN1_GENERALIZEDTIME* until = nullptr;
  int why = OCSP_REVOKED_STATUS_NOSTATUS;
  const int status = OCSP_single_get0_status(single, &why, &revoked, &from, &until);
  staple.info.this_update = instant_of(from);
  staple.info.next_update = instant_of(until);
  if (!signed_for(basic.get(), issuer, now)) {
    staple.info.status = StapleInfo::Status::kInvalid;
    staple.info.reason = "not signed by the certificate's issuer";
    return staple;
  }
  read_scts(single, staple);
  staple.info.status = status == V_OCSP_CERTSTATUS_GOOD      ? StapleInfo::Status::kGood
                       : status == V_OCSP_CERTSTATUS_REVOKED ? StapleInfo::Status::kRevoked
                                                             : StapleInfo::Status::kUnknown;
  if (staple.info.status == StapleInfo::Status::kRevoked) staple.info.reason = revoked_words(why, revoked);
  if (staple.info.status == StapleInfo::Status::kUnknown) staple.info.reason = "the responder does not know it";
  judge_times(now, staple.info);
  return staple;
}

}  // namespace

Staple check_staple(std::string_view der, X509* leaf, X509* issuer, Instant now) {
  if (der.empty()) return {};
  if (der.size() > kMaxStaple) {
    Staple staple;
    staple.info = invalid("longer than 64 KiB");
    return staple;
  }
  Staple staple = check(der, leaf, issuer, now);
  ERR_clear_error();
  return staple;
}

}  // namespace meetlat
