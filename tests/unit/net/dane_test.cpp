// TLSA records against chains, and files of trust anchors.
#include "net/dane.h"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <vector>

#include "net/validator.h"
#include "support/test_certificates.h"

namespace meetlat {
namespace {

using test::CertificateWish;
using test::Identity;

std::string der_of(const Identity& identity) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(identity.certificate.get(), &bytes);
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

std::string digest_of(const Identity& identity) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  X509_digest(identity.certificate.get(), EVP_sha256(), digest.data(), &size);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

std::string tlsa(int usage, int selector, int matching, const std::string& data) {
  std::string rdata;
  for (const int number : {usage, selector, matching}) rdata += static_cast<char>(number);
  return rdata + data;
}

class Dane : public ::testing::Test {
 protected:
  Identity ca_ = test::make_ca();
  Identity leaf_ = test::make_identity({}, &ca_);
  Identity other_ = test::make_identity({}, &ca_);
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store_{X509_STORE_new(), &X509_STORE_free};

  void trust_ca() { X509_STORE_add_cert(store_.get(), ca_.certificate.get()); }
  DaneCheck check(const std::vector<std::string>& records, const std::string& host = "meet.test") {
    const std::vector<std::string> chain{der_of(leaf_), der_of(ca_)};
    const Result<DaneCheck> result = check_dane(host, chain, records, store_.get());
    EXPECT_TRUE(result);
    return result ? *result : DaneCheck{};
  }
};

TEST_F(Dane, TheServersOwnCertificateNeedsNoAuthority) {
  EXPECT_TRUE(check({tlsa(3, 0, 1, digest_of(leaf_))}).match);
  EXPECT_TRUE(check({tlsa(3, 0, 0, der_of(leaf_))}).match);
  EXPECT_TRUE(check({tlsa(3, 0, 1, digest_of(leaf_))}, "another.test").match) << "the record binds the name";
  const DaneCheck wrong = check({tlsa(3, 0, 1, digest_of(other_))});
  EXPECT_TRUE(wrong.usable);
  EXPECT_FALSE(wrong.match);
  EXPECT_FALSE(wrong.why_not.empty());
}

TEST_F(Dane, OneOfSeveralRecordsIsEnough) {
  EXPECT_TRUE(check({tlsa(3, 0, 1, digest_of(other_)), tlsa(3, 0, 1, digest_of(leaf_))}).match);
}

TEST_F(Dane, AnAuthorityOfItsOwnHasToNameTheHost) {
  EXPECT_TRUE(check({tlsa(2, 0, 1, digest_of(ca_))}).match);
  EXPECT_FALSE(check({tlsa(2, 0, 1, digest_of(ca_))}, "another.test").match);
}

TEST_F(Dane, UsagesOfPublicAuthoritiesNeedTrust) {
  EXPECT_FALSE(check({tlsa(1, 0, 1, digest_of(leaf_))}).match);
  trust_ca();
  EXPECT_TRUE(check({tlsa(1, 0, 1, digest_of(leaf_))}).match);
  EXPECT_TRUE(check({tlsa(0, 0, 1, digest_of(ca_))}).match);
}

TEST_F(Dane, UnknownParametersAreNoPromise) {
  for (const std::string& record : {tlsa(9, 0, 1, digest_of(leaf_)), tlsa(3, 7, 1, digest_of(leaf_)),
                                    tlsa(3, 0, 9, digest_of(leaf_)), tlsa(3, 0, 1, "short"), std::string("\3")}) {
    const DaneCheck nothing = check({record});
    EXPECT_FALSE(nothing.usable);
    EXPECT_FALSE(nothing.match);
  }
}

TEST_F(Dane, WithoutACertificateThereIsNothingToCompare) {
  const std::vector<std::string> records{tlsa(3, 0, 1, digest_of(leaf_))};
  EXPECT_FALSE(check_dane("meet.test", {}, records, store_.get()));
  const std::vector<std::string> broken{"no certificate"};
  EXPECT_FALSE(check_dane("meet.test", broken, records, store_.get()));
}

class TrustAnchors : public ::testing::Test {
 protected:
  const std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / ("meetlat-anchors-" + std::to_string(getpid()));
  ~TrustAnchors() override { std::filesystem::remove(file_); }
  Result<std::vector<std::string>> names(const std::string& text) {
    std::ofstream(file_) << text;
    return trust_anchor_names(file_);
  }
};

TEST_F(TrustAnchors, AreNamedByTheirRecords) {
  const auto both = names(
      "; a comment DS\nExample.Test.\tIN\tDNSKEY 257 3 13 AAAA ;{id = 1}\n. 172800 IN DS 1 8 2 00\n"
      "example.test. IN DS 2 8 2 00\n   continued DS\n");
  ASSERT_TRUE(both) << describe(both.error());
  EXPECT_EQ(*both, (std::vector<std::string>{"example.test", "."}));
}

TEST_F(TrustAnchors, AreMissingFromOtherFiles) {
  EXPECT_EQ(names("meet.test. IN A 192.0.2.1\n").error().code, ErrorCode::kParse);
  EXPECT_EQ(names("").error().code, ErrorCode::kParse);
  EXPECT_EQ(trust_anchor_names("/nonexistent/anchor").error().code, ErrorCode::kNotFound);
}

TEST_F(TrustAnchors, OfTheRootAreInstalled) {
  const auto root = trust_anchor_names(Validator::kRootKey);
  ASSERT_TRUE(root) << "dns-root-data is needed";
  EXPECT_EQ(root->front(), ".");
}

}  // namespace
}  // namespace meetlat
