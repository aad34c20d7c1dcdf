// What a certificate and a chain say, by handshakes with servers that send them.
#include "net/certificate_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/tls_dialer.h"
#include "support/certificate_extras.h"
#include "support/loopback_server.h"

namespace meetlat {
namespace {

using test::CertificateWish;
using test::Identity;
using test::LoopbackServer;
using test::ServerStream;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Anchor = ChainInfo::Anchor;

class CertificateChainTest : public ::testing::Test {
 protected:
  static CertificateWish authority(const std::string& name) {
    CertificateWish wish;
    wish.common_name = name;
    wish.alternative_names.clear();
    wish.ca = true;
    return wish;
  }
  // A server that sends these certificates, the first one being its own.
  TlsHandshake dial(const std::vector<const Identity*>& chain, const std::string& host = "meet.test") {
    const test::SslContextPtr context = test::server_context(*chain.front());
    for (std::size_t i = 1; i < chain.size(); ++i) {
      SSL_CTX_add1_chain_cert(context.get(), chain[i]->certificate.get());
    }
    SSL_CTX_set_mode(context.get(), SSL_MODE_NO_AUTO_CHAIN);
    const LoopbackServer server([](ServerStream& stream) { stream.hang(); }, context.get());
    const auto dialer = *TlsDialer::create(trust_);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{60};
    Result<TlsHandshake> shake = dialer->dial(host, server.port(), *Address::parse("127.0.0.1"), deadline, {});
    EXPECT_TRUE(shake) << describe(shake.error());
    return shake ? *std::move(shake) : TlsHandshake{};
  }

  const Identity root_ = test::make_ca();
  const Identity middle_ = test::make_identity(authority("Middle CA"), &root_);
  const Identity leaf_ = test::make_identity({}, &middle_);
  const test::PemFile ca_file_{root_.certificate.get()};
  const TrustStore trust_ = *TrustStore::load(ca_file_.path());
};

TEST_F(CertificateChainTest, AWholeChainInOrderLeadsToAKnownRoot) {
  const TlsHandshake shake = dial({&leaf_, &middle_});
  EXPECT_TRUE(shake.trusted) << shake.trust_error;
  ASSERT_TRUE(shake.links);
  EXPECT_EQ(shake.links->anchor, Anchor::kKnownRoot);
  EXPECT_TRUE(shake.links->ordered);
  EXPECT_FALSE(shake.links->root_sent);
  EXPECT_THAT(shake.links->superfluous, IsEmpty());
  EXPECT_EQ(shake.links->missing_issuer, "");
  ASSERT_EQ(shake.links->path.size(), 3U);
  EXPECT_EQ(shake.links->path[2].subject, "CN=Throw-away CA");
  EXPECT_TRUE(shake.links->path[2].self_signed);
}

TEST_F(CertificateChainTest, AMissingIntermediateIsNamed) {
  const TlsHandshake shake = dial({&leaf_});
  EXPECT_FALSE(shake.trusted);
  ASSERT_TRUE(shake.links);
  EXPECT_EQ(shake.links->anchor, Anchor::kNotSent);
  EXPECT_EQ(shake.links->missing_issuer, "CN=Middle CA");
}

TEST_F(CertificateChainTest, AMissingLinkHigherUpIsNamedToo) {
  const Identity lower = test::make_identity(authority("Lower CA"), &middle_);
  const Identity leaf = test::make_identity({}, &lower);
  const TlsHandshake shake = dial({&leaf, &lower});
  ASSERT_TRUE(shake.links);
  EXPECT_EQ(shake.links->anchor, Anchor::kNotSent);
  EXPECT_EQ(shake.links->missing_issuer, "CN=Middle CA");
}

TEST_F(CertificateChainTest, WrongOrderIsSeenAndStillTrusted) {
  const Identity lower = test::make_identity(authority("Lower CA"), &middle_);
  const Identity leaf = test::make_identity({}, &lower);
  const TlsHandshake shake = dial({&leaf, &middle_, &lower});
  EXPECT_TRUE(shake.trusted) << shake.trust_error;
  ASSERT_TRUE(shake.links);
  EXPECT_FALSE(shake.links->ordered);
  EXPECT_THAT(shake.links->superfluous, IsEmpty());
}

TEST_F(CertificateChainTest, WhatCertifiesNothingIsSuperfluousAndBreaksNoOrder) {
  const Identity stranger = test::make_identity(authority("Stranger CA"), &root_);
  const TlsHandshake shake = dial({&leaf_, &stranger, &middle_, &middle_});
  ASSERT_TRUE(shake.links);
  EXPECT_TRUE(shake.trusted) << shake.trust_error;
  EXPECT_THAT(shake.links->superfluous, ElementsAre("CN=Stranger CA", "CN=Middle CA"));
  EXPECT_TRUE(shake.links->ordered);
}

TEST_F(CertificateChainTest, ARootThatIsSentIsSeenWhetherKnownOrNot) {
  const TlsHandshake known = dial({&leaf_, &middle_, &root_});
  ASSERT_TRUE(known.links);
  EXPECT_TRUE(known.trusted);
  EXPECT_TRUE(known.links->root_sent);
  EXPECT_EQ(known.links->anchor, Anchor::kKnownRoot);
  EXPECT_THAT(known.links->superfluous, IsEmpty());

  const Identity private_root = test::make_identity(authority("Private root"));
  const Identity leaf = test::make_identity({}, &private_root);
  const TlsHandshake unknown = dial({&leaf, &private_root});
  ASSERT_TRUE(unknown.links);
  EXPECT_FALSE(unknown.trusted);
  EXPECT_TRUE(unknown.links->root_sent);
  EXPECT_EQ(unknown.links->anchor, Anchor::kUnknownRoot);
  EXPECT_EQ(unknown.links->missing_issuer, "");
}

TEST_F(CertificateChainTest, ASelfSignedLeafIsItsOwnAnchor) {
  const Identity alone = test::make_identity({});
  const TlsHandshake shake = dial({&alone});
  ASSERT_TRUE(shake.links);
  EXPECT_EQ(shake.links->anchor, Anchor::kSelfSigned);
  EXPECT_TRUE(shake.chain[0].self_signed);
  EXPECT_FALSE(shake.links->root_sent);
}

TEST_F(CertificateChainTest, StrengthIsToldInBitsOfSecurity) {
  CertificateWish weak = authority("SHA-1 CA");
  weak.sha1 = true;
  weak.rsa = true;
  const Identity old = test::make_identity(weak, &root_);
  const Identity leaf = test::make_identity({}, &old);
  const TlsHandshake shake = dial({&leaf, &old});
  ASSERT_EQ(shake.chain.size(), 2U);
  EXPECT_EQ(shake.chain[0].key_strength, 128);
  EXPECT_EQ(shake.chain[0].signature_strength, 128);
  EXPECT_EQ(shake.chain[1].key_strength, 112);
  EXPECT_LT(shake.chain[1].signature_strength, 80);
  EXPECT_FALSE(shake.trusted);
}

TEST_F(CertificateChainTest, ReadsWhoValidatedWhatAndWhereRevocationIsTold) {
  CertificateWish wish;
  wish.extensions = {{NID_certificate_policies, "1.3.6.1.4.1.99999.1,2.23.140.1.2.2"},
                     {NID_info_access, "OCSP;URI:http://ocsp.ca.test/,caIssuers;URI:http://ca.test/ca.der"},
                     {NID_crl_distribution_points, "URI:http://crl.ca.test/1.crl"},
                     {NID_tlsfeature, "status_request"}};
  CertificateWish issuer = authority("Policy CA");
  Identity ca = test::make_identity(issuer, &root_);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(ca.certificate.get()), "O", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>("Lantern Trust"), -1, -1, 0);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(ca.certificate.get()), "C", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("NL"), -1, -1, 0);
  const Identity leaf = test::make_identity(wish, &ca);
  const CertificateInfo info = describe_certificate(leaf.certificate.get());
  EXPECT_EQ(info.validation, "OV");
  EXPECT_THAT(info.ocsp_urls, ElementsAre("http://ocsp.ca.test/"));
  EXPECT_THAT(info.crl_urls, ElementsAre("http://crl.ca.test/1.crl"));
  EXPECT_TRUE(info.must_staple);
  EXPECT_EQ(info.issuer_organisation, "Lantern Trust");
  EXPECT_EQ(info.issuer_country, "NL");
  EXPECT_FALSE(info.self_signed);

  const CertificateInfo plain = describe_certificate(leaf_.certificate.get());
  EXPECT_EQ(plain.validation, "");
  EXPECT_THAT(plain.ocsp_urls, IsEmpty());
  EXPECT_FALSE(plain.must_staple);
}

TEST_F(CertificateChainTest, NamesMatchAsInBrowsers) {
  struct Case {
    const char* names;
    const char* host;
    bool matches;
  };
  const Case cases[] = {
      {"DNS:*.video.test", "meet.video.test", true},
      {"DNS:*.video.test", "video.test", false},
      {"DNS:*.video.test", "a.meet.video.test", false},
      {"DNS:me*.video.test", "meet.video.test", false},
      {"DNS:MEET.test", "meet.test", true},
      {"DNS:xn--bcher-kva.test", "xn--bcher-kva.test", true},
      {"DNS:*.test", "xn--bcher-kva.test", false},  // a wildcard right below a top-level domain
      {"DNS:*.b.test", "xn--bcher-kva.b.test", true},
      {"IP:127.0.0.1", "127.0.0.1", true},
      {"DNS:127.0.0.1", "127.0.0.1", false},
      {"IP:2001:db8:0:0:0:0:0:1", "2001:db8::1", true},
  };
  for (const Case& one : cases) {
    CertificateWish wish;
    wish.alternative_names = one.names;
    const Identity leaf = test::make_identity(wish, &root_);
    EXPECT_EQ(certificate_names(leaf.certificate.get(), one.host), one.matches) << one.names << " " << one.host;
  }
}

}  // namespace
}  // namespace meetlat
