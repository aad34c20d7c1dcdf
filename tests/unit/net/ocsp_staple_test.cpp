#include "net/ocsp_staple.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/certificate_extras.h"

namespace meetlat {
namespace {

using test::Identity;
using test::OcspWish;
using ::testing::HasSubstr;
using Status = StapleInfo::Status;

class OcspStapleTest : public ::testing::Test {
 protected:
  StapleInfo check(const std::string& der) const {
    return check_staple(der, leaf_.certificate.get(), ca_.certificate.get(), now_).info;
  }
  std::string answer(const Identity& signer, const OcspWish& wish = {}) const {
    return test::ocsp_answer(leaf_.certificate.get(), ca_.certificate.get(), signer, wish);
  }
  static test::CertificateWish responder(bool delegated) {
    test::CertificateWish wish;
    wish.common_name = "Responder";
    wish.alternative_names.clear();
    if (delegated) wish.extensions = {{NID_ext_key_usage, "OCSPSigning"}};
    return wish;
  }

  const Instant now_ = Clock::system().now();
  const Identity ca_ = test::make_ca();
  const Identity leaf_ = test::make_identity({}, &ca_);
};

TEST_F(OcspStapleTest, NoneWasSent) {
  EXPECT_EQ(check("").status, Status::kNone);
}

TEST_F(OcspStapleTest, GoodFromTheIssuerUnderEitherHash) {
  for (const bool sha256 : {false, true}) {
    OcspWish wish;
    wish.sha256_id = sha256;
    const StapleInfo info = check(answer(ca_, wish));
    EXPECT_EQ(info.status, Status::kGood) << info.reason;
    EXPECT_EQ(info.reason, "");
    EXPECT_LT(info.this_update, now_);
    EXPECT_GT(info.next_update, now_);
  }
}

TEST_F(OcspStapleTest, ADelegatedResponderMaySignAndAnotherCertificateMayNot) {
  EXPECT_EQ(check(answer(test::make_identity(responder(true), &ca_))).status, Status::kGood);
  const StapleInfo not_delegated = check(answer(test::make_identity(responder(false), &ca_)));
  EXPECT_EQ(not_delegated.status, Status::kInvalid);
  EXPECT_THAT(not_delegated.reason, HasSubstr("not signed"));
  EXPECT_EQ(check(answer(test::make_ca())).status, Status::kInvalid);
}

TEST_F(OcspStapleTest, RevokedAndUnknownAreToldWithTheirReason) {
  OcspWish wish;
  wish.status = V_OCSP_CERTSTATUS_REVOKED;
  const StapleInfo revoked = check(answer(ca_, wish));
  EXPECT_EQ(revoked.status, Status::kRevoked);
  EXPECT_THAT(revoked.reason, HasSubstr("keyCompromise"));
  EXPECT_THAT(revoked.reason, HasSubstr("revoked on 20"));
  wish.status = V_OCSP_CERTSTATUS_UNKNOWN;
  EXPECT_EQ(check(answer(ca_, wish)).status, Status::kUnknown);
}

TEST_F(OcspStapleTest, OutOfTimeIsInvalid) {
  OcspWish old;
  old.from = -864'000;
  old.until = -86'400;
  EXPECT_EQ(check(answer(ca_, old)).status, Status::kInvalid);
  EXPECT_THAT(check(answer(ca_, old)).reason, HasSubstr("ran out on 20"));
  OcspWish early;
  early.from = 86'400;
  early.until = 864'000;
  EXPECT_THAT(check(answer(ca_, early)).reason, HasSubstr("future"));
}

TEST_F(OcspStapleTest, AnAnswerForAnotherCertificateIsInvalid) {
  const Identity other = test::make_identity({}, &ca_);
  const StapleInfo info = check(test::ocsp_answer(other.certificate.get(), ca_.certificate.get(), ca_));
  EXPECT_EQ(info.status, Status::kInvalid);
  EXPECT_THAT(info.reason, HasSubstr("another certificate"));
}

TEST_F(OcspStapleTest, WithoutTheIssuerNobodyCanSay) {
  const StapleInfo info = check_staple(answer(ca_), leaf_.certificate.get(), nullptr, now_).info;
  EXPECT_EQ(info.status, Status::kUnchecked);
}

TEST_F(OcspStapleTest, GarbageIsInvalidAtAnyLength) {
  const std::string whole = answer(ca_);
  for (std::size_t length = 1; length < whole.size(); length += 7) {
    EXPECT_EQ(check(whole.substr(0, length)).status, Status::kInvalid) << length;
  }
  EXPECT_EQ(check(std::string(std::size_t{70} << 10, '0')).status, Status::kInvalid);
  constexpr char kTryLater[] = {0x30, 0x03, 0x0a, 0x01, 0x03};
  EXPECT_THAT(check(std::string(kTryLater, sizeof kTryLater)).reason, HasSubstr("trylater"));
}

TEST_F(OcspStapleTest, AChangedSignatureIsNoticed) {
  std::string changed = answer(ca_);
  unsigned char* der = nullptr;
  const int length = i2d_X509(ca_.certificate.get(), &der);
  const std::string certificate(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  const std::size_t after = changed.find(certificate);  // the signature stands before the signer's certificate
  ASSERT_NE(after, std::string::npos);
  changed[after - 20] = static_cast<char>(changed[after - 20] ^ 1);
  EXPECT_EQ(check(changed).status, Status::kInvalid);
}

}  // namespace
}  // namespace meetlat
