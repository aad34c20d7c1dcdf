// --tls full: with what a server signs its key exchange in TLS 1.2.
#include <gmock/gmock.h>

#include "base/text.h"
#include "probe_test.h"

namespace meetlat::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kList = "tls.offers.signature_algorithms";

struct Signing : Instance {
  explicit Signing(FakeTlsServer server) {
    net.hello_server = std::move(server);
    net.limits.hello_pause = std::chrono::milliseconds{0};
    net.depth.whole_tls = true;
    run({"tls"});
  }
  std::string fact(std::string_view path) const { return shown(evidence, path); }
  std::size_t entries(std::string_view path) const {
    const std::string text = fact(path);
    return text.empty() ? 0 : split(text, '|').size();
  }
  bool keeps_its_promise() const {
    return net.hellos().size() <= entries("tls.offers.suites") + entries("tls.offers.groups") + 10;
  }
};

// As OpenSSL 3 with an RSA certificate and its own order.
FakeTlsServer rsa() {
  FakeTlsServer server;
  server.suites = {0xc02f, 0xc030, 0xcca8};
  server.groups = {0x1d, 0x17, 0x1e, 0x19, 0x18};
  server.signatures = {0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0301};
  return server;
}
constexpr const char* kRsaList =
    "TLSv1.2 rsa_pss_rsae_sha256 | TLSv1.2 rsa_pss_rsae_sha384 | TLSv1.2 rsa_pss_rsae_sha512 | "
    "TLSv1.2 rsa_pkcs1_sha256 | TLSv1.2 rsa_pkcs1_sha384 | TLSv1.2 rsa_pkcs1_sha512 | TLSv1.2 rsa_pkcs1_sha224";
constexpr const char* kRsaGroups =
    "TLSv1.2 x25519 | TLSv1.2 secp256r1 | TLSv1.2 x448 | TLSv1.2 secp521r1 | TLSv1.2 secp384r1 | ";

TEST(TlsSignatures, AreListedForAServerWithAnOrderOfItsOwn) {
  const Signing server(rsa());
  EXPECT_EQ(server.fact(kList), kRsaList);
  EXPECT_EQ(server.fact("tls.accepts.sha1_signature"), "false");
  EXPECT_THAT(server.fact("tls.offers.groups"), HasSubstr(kRsaGroups));
  EXPECT_TRUE(server.keeps_its_promise()) << server.net.hellos().size();
}

TEST(TlsSignatures, AreListedForAServerThatFollowsTheClient) {
  FakeTlsServer config = rsa();
  config.own_order = false;
  const Signing server(config);
  EXPECT_EQ(server.fact(kList), kRsaList);
  EXPECT_TRUE(server.keeps_its_promise());
}

TEST(TlsSignatures, OfBothKindsOfKeyHideNoSuiteAndNoGroup) {
  FakeTlsServer config = rsa();
  config.suites = {0xc02b, 0xc02f, 0xc02c, 0xc030};
  config.signatures = {0x0403, 0x0804};
  const Signing server(config);
  EXPECT_EQ(server.fact(kList), "TLSv1.2 ecdsa_secp256r1_sha256 | TLSv1.2 rsa_pss_rsae_sha256");
  EXPECT_THAT(
      server.fact("tls.offers.suites"),
      HasSubstr("TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 | TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 | "
                "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 | TLSv1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"))
      << "still in the server's order";
  EXPECT_THAT(server.fact("tls.offers.groups"), HasSubstr(kRsaGroups)) << "though signatures ended first";
  EXPECT_TRUE(server.keeps_its_promise());
}

TEST(TlsSignatures, WithSha1AreSeenAsSuch) {
  FakeTlsServer config = rsa();
  config.signatures = {0x0401, 0x0201};
  const Signing server(config);
  EXPECT_EQ(server.fact(kList), "TLSv1.2 rsa_pkcs1_sha256 | TLSv1.2 rsa_pkcs1_sha1");
  EXPECT_EQ(server.fact("tls.accepts.sha1_signature"), "true");
}

// As NSS with old versions: an order of its own, and suites that sign nothing after those that do.
FakeTlsServer with_much_that_is_old() {
  FakeTlsServer config = rsa();
  config.versions = {kSsl3, kTls10, kTls11, kTls12};
  config.suites = {0xc013, 0xc014, 0xc011, 0x0033, 0x002f, 0x0035, 0x000a, 0x0005};
  config.groups = {0x1d, 0x17, 0x18, 0x19};
  config.signatures = {0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0201};
  return config;
}

TEST(TlsSignatures, AreSeenInHellosForSuitesWithoutAnotherOrderOfThese) {
  const Signing server(with_much_that_is_old());
  EXPECT_EQ(server.fact(kList),
            "TLSv1.2 rsa_pss_rsae_sha256 | TLSv1.2 rsa_pss_rsae_sha384 | TLSv1.2 rsa_pss_rsae_sha512 | "
            "TLSv1.2 rsa_pkcs1_sha256 | TLSv1.2 rsa_pkcs1_sha384 | TLSv1.2 rsa_pkcs1_sha512 | TLSv1.2 rsa_pkcs1_sha1");
  EXPECT_THAT(server.fact("tls.offers.suites"),
              HasSubstr("TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA | TLSv1.2 TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA | "
                        "TLSv1.2 TLS_ECDHE_RSA_WITH_RC4_128_SHA | TLSv1.2 TLS_DHE_RSA_WITH_AES_128_CBC_SHA | "
                        "TLSv1.2 TLS_RSA_WITH_AES_128_CBC_SHA | TLSv1.2 TLS_RSA_WITH_AES_256_CBC_SHA | "
                        "TLSv1.2 TLS_RSA_WITH_3DES_EDE_CBC_SHA | TLSv1.2 TLS_RSA_WITH_RC4_128_SHA"));
  EXPECT_EQ(server.fact("tls.offers.order"), "TLSv1.2 server");
  EXPECT_TRUE(server.keeps_its_promise()) << server.net.hellos().size();
}

// They run out while suites are asked: then it must not look as if the suites did.
TEST(TlsSignatures, ThatEndBeforeTheSuitesHideNone) {
  FakeTlsServer config = with_much_that_is_old();
  config.signatures = {0x0401, 0x0501};
  config.suites = {0xc02f, 0xc030, 0xc027, 0xc028, 0xc013, 0x002f, 0xc014};
  const Signing server(config);
  EXPECT_EQ(server.fact(kList), "TLSv1.2 rsa_pkcs1_sha256 | TLSv1.2 rsa_pkcs1_sha384");
  EXPECT_THAT(server.fact("tls.offers.suites"),
              HasSubstr("TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA | TLSv1.2 TLS_RSA_WITH_AES_128_CBC_SHA | "
                        "TLSv1.2 TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"))
      << "in the server's order";
  EXPECT_EQ(server.fact("tls.accepts.sha1_signature"), "false");
  EXPECT_TRUE(server.keeps_its_promise()) << server.net.hellos().size();
}

// RFC 8422, 5.1: without the certificate's curve on offer everything is refused, which is no word about signatures.
TEST(TlsSignatures, OfACertificateOnACurveAreListed) {
  FakeTlsServer config = rsa();
  config.suites = {0xc02b, 0xc02c, 0xcca9};
  config.groups = {0x18, 0x17};
  config.signatures = {0x0403, 0x0503, 0x0603, 0x0303};
  config.instead = [](const ClientHello& hello) -> std::optional<HelloResult> {
    if (hello.highest() != kTls12 || std::ranges::find(hello.groups, 0x17) != hello.groups.end()) return std::nullopt;
    return HelloResult(FakeTlsServer::alert(40));
  };
  const Signing server(config);
  EXPECT_EQ(server.fact(kList),
            "TLSv1.2 ecdsa_secp256r1_sha256 | TLSv1.2 ecdsa_secp384r1_sha384 | TLSv1.2 ecdsa_secp521r1_sha512 | "
            "TLSv1.2 ecdsa_sha224");
  EXPECT_THAT(server.fact("tls.offers.groups"), HasSubstr("TLSv1.2 secp384r1 | TLSv1.2 secp256r1 | TLSv1.3"));
  EXPECT_TRUE(server.keeps_its_promise()) << server.net.hellos().size();
}

TEST(TlsSignatures, AreNotMeasuredWhereTheirNumberWouldBreakThePromise) {
  FakeTlsServer config = rsa();
  config.groups = {0x1d};
  config.suites13 = {0x1301};
  config.signatures.insert(config.signatures.end(), {0x0201, 0x0101});
  config.suites = {0xc02f};
  const Signing server(config);
  EXPECT_EQ(server.fact(kList), "<budget-exhausted>");
  EXPECT_THAT(why(server.evidence, kList), HasSubstr("seen: rsa_pss_rsae_sha256"));
  EXPECT_TRUE(server.keeps_its_promise());
  EXPECT_EQ(server.fact("tls.accepts.sha1_signature"), "true") << "the last hello asks for this alone";
}

TEST(TlsSignatures, AreNotTakenForWholeWhenTheServerDoesNotHeedTheOffer) {
  FakeTlsServer config = rsa();
  const auto inner = std::make_shared<FakeTlsServer>(rsa());
  config.instead = [inner](const ClientHello& hello) -> std::optional<HelloResult> {
    if (hello.highest() != kTls12) return std::nullopt;
    ClientHello other = hello;
    other.signatures = {0x0401};  // always the same
    return inner->answer(other);
  };
  const Signing server(config);
  EXPECT_EQ(server.fact(kList), "<not-understood>");
  EXPECT_THAT(why(server.evidence, kList), HasSubstr("rsa_pkcs1_sha256, which was not offered"));
  EXPECT_EQ(server.fact("tls.accepts.sha1_signature"), "false");
}

TEST(TlsSignatures, ThatGetNoAnswerCostNoGroups) {
  FakeTlsServer config = rsa();
  config.instead = [](const ClientHello& hello) -> std::optional<HelloResult> {
    if (hello.highest() != kTls12 || hello.signatures.size() >= common_signatures().size()) return std::nullopt;
    return HelloResult(fail(ErrorCode::kConnectionReset, "scripted"));
  };
  const Signing server(config);
  EXPECT_THAT(server.fact("tls.offers.groups"), HasSubstr(kRsaGroups));
  EXPECT_EQ(server.fact(kList), "<connection-reset>");
}

TEST(TlsSignatures, OfTls13AreNotClaimed) {
  FakeTlsServer config = rsa();
  config.versions = {kTls13};
  const Signing server(config);
  EXPECT_EQ(server.fact(kList), "<not-attempted>");
  EXPECT_EQ(server.fact("tls.accepts.sha1_signature"), "false") << "RFC 8446 4.4.3 forbids them";
}

TEST(TlsSignatures, ThereAreNoneWhereNoKeyExchangeIsSigned) {
  FakeTlsServer config = rsa();
  config.versions = {kTls12};
  config.suites = {0x009c, 0x009d};
  const Signing server(config);
  EXPECT_EQ(server.fact(kList), "");
  EXPECT_EQ(server.fact("tls.accepts.sha1_signature"), "false");
}

}  // namespace
}  // namespace meetlat::test
