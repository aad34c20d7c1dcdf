#include "net/tls_dialer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "net/ct_logs.h"
#include "support/certificate_extras.h"
#include "support/loopback_server.h"
#include "support/test_certificates.h"

namespace meetlat {
namespace {

using test::CertificateWish;
using test::Identity;
using test::LoopbackServer;
using test::ServerStream;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Owned by whom it is given to.
EVP_PKEY* named_dh_group(const char* name) {
  EVP_PKEY_CTX* maker = EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr);
  EVP_PKEY* group = nullptr;
  EVP_PKEY_paramgen_init(maker);
  EVP_PKEY_CTX_set_group_name(maker, name);
  EVP_PKEY_generate(maker, &group);
  EVP_PKEY_CTX_free(maker);
  return group;
}

const Address kLoopback = *Address::parse("127.0.0.1");

class TlsDialerTest : public ::testing::Test {
 protected:
  Result<TlsHandshake> dial(const LoopbackServer& server, const std::string& host = "meet.test") {
    return dialer_->dial(host, server.port(), kLoopback, now() + std::chrono::seconds{60}, {});
  }
  static Ticks now() { return std::chrono::steady_clock::now(); }
  // A server with a certificate of the trusted CA.
  Result<TlsHandshake> dial_with(const Identity& identity, int min_version = 0, int max_version = 0,
                                 const std::string& host = "meet.test") {
    const test::SslContextPtr context = test::server_context(identity, min_version, max_version);
    const LoopbackServer server([](ServerStream& stream) { stream.hang(); }, context.get());
    return dial(server, host);
  }

  const Identity ca_ = test::make_ca();
  const test::PemFile ca_file_{ca_.certificate.get()};
  const TrustStore trust_ = *TrustStore::load(ca_file_.path());
  const std::unique_ptr<TlsDialer> dialer_ = *TlsDialer::create(trust_);
};

TEST_F(TlsDialerTest, DescribesAGoodServer) {
  const Result<TlsHandshake> shake = dial_with(test::make_identity({}, &ca_));
  ASSERT_TRUE(shake) << describe(shake.error());
  EXPECT_EQ(shake->version, "TLSv1.3");
  EXPECT_EQ(shake->cipher_suite, "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(shake->group, "X25519");
  EXPECT_TRUE(shake->trusted) << shake->trust_error;
  EXPECT_TRUE(shake->name_matches);
  EXPECT_EQ(shake->trust_error, "");
  EXPECT_FALSE(shake->legacy_only);
  ASSERT_EQ(shake->chain.size(), 1U);
  const CertificateInfo& leaf = shake->chain[0];
  EXPECT_EQ(leaf.subject, "CN=meet.test");
  EXPECT_EQ(leaf.issuer, "CN=Throw-away CA");
  EXPECT_THAT(leaf.names, ElementsAre("meet.test"));
  EXPECT_EQ(leaf.key_type, "EC");
  EXPECT_EQ(leaf.key_group, "P-256");
  EXPECT_EQ(leaf.key_bits, 256);
  EXPECT_EQ(leaf.signature, "ecdsa-with-SHA256");
  EXPECT_EQ(leaf.sha256.size(), 64U);
  EXPECT_EQ(days_between(leaf.not_before, leaf.not_after), 90);
}

TEST_F(TlsDialerTest, UntrustedCertificatesAreDescribedWithTheReasonInWords) {
  struct Case {
    CertificateWish wish;
    bool signed_by_ca;
    bool name_matches;
    const char* words;
  };
  CertificateWish expired;
  expired.ends = -86'400;
  CertificateWish future;
  future.starts = 86'400;
  CertificateWish other_name;
  other_name.alternative_names = "DNS:other.test,DNS:*.video.test";
  CertificateWish only_common_name;
  only_common_name.alternative_names = "";
  const Case cases[] = {
      {expired, true, true, "certificate has expired (20"},
      {future, true, true, "certificate is not yet valid (20"},
      {other_name, true, false, "certificate is for other.test, *.video.test, not for meet.test"},
      {only_common_name, true, false, "names no host"},
      {{}, false, true, "self-signed certificate"},
  };
  for (const Case& c : cases) {
    const Result<TlsHandshake> shake = dial_with(test::make_identity(c.wish, c.signed_by_ca ? &ca_ : nullptr));
    ASSERT_TRUE(shake) << describe(shake.error());
    EXPECT_FALSE(shake->trusted) << c.words;
    EXPECT_EQ(shake->name_matches, c.name_matches) << c.words;
    EXPECT_THAT(shake->trust_error, HasSubstr(c.words));
    EXPECT_EQ(shake->chain.size(), 1U);
  }
}

TEST_F(TlsDialerTest, NamesAllTroublesOfOneCertificate) {
  CertificateWish wish;
  wish.ends = -86'400;
  wish.alternative_names = "DNS:other.test";
  const Result<TlsHandshake> shake = dial_with(test::make_identity(wish));
  ASSERT_TRUE(shake);
  EXPECT_THAT(shake->trust_error, HasSubstr("expired"));
  EXPECT_THAT(shake->trust_error, HasSubstr("self-signed"));
  EXPECT_THAT(shake->trust_error, HasSubstr("other.test"));
}

TEST_F(TlsDialerTest, AMissingIntermediateIsAnUnknownIssuer) {
  CertificateWish wish;
  wish.common_name = "Unsent intermediate";
  wish.ca = true;
  wish.alternative_names = "";
  const Identity intermediate = test::make_identity(wish, &ca_);
  const Result<TlsHandshake> shake = dial_with(test::make_identity({}, &intermediate));
  ASSERT_TRUE(shake);
  EXPECT_FALSE(shake->trusted);
  EXPECT_THAT(shake->trust_error, HasSubstr("unable to get local issuer certificate (CN=Unsent intermediate)"));
  EXPECT_THAT(shake->trust_error, Not(HasSubstr("first certificate")));
}

TEST_F(TlsDialerTest, ChecksAddressLiteralsAgainstAddressesOfTheCertificate) {
  CertificateWish wish;
  wish.alternative_names = "IP:127.0.0.1";
  const Result<TlsHandshake> shake = dial_with(test::make_identity(wish, &ca_), 0, 0, "127.0.0.1");
  ASSERT_TRUE(shake);
  EXPECT_TRUE(shake->trusted) << shake->trust_error;
  EXPECT_THAT(shake->chain.at(0).names, ElementsAre("127.0.0.1"));
}

TEST_F(TlsDialerTest, NamesTheGroupOfOlderKeyExchanges) {
  struct Case {
    const char* ciphers;
    const char* groups;
    const char* group;
    const char* suite;
  };
  const Case cases[] = {
      {"ECDHE-RSA-AES128-GCM-SHA256", "P-384", "P-384", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
      {"ECDHE-RSA-AES256-SHA", "X25519", "X25519", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"},
      {"DHE-RSA-AES128-GCM-SHA256", "P-256", "ffdhe3072", "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
      {"AES128-SHA", "P-256", "", "TLS_RSA_WITH_AES_128_CBC_SHA"},
  };
  CertificateWish wish;
  wish.rsa = true;
  const Identity identity = test::make_identity(wish, &ca_);
  for (const Case& c : cases) {
    const test::SslContextPtr context = test::server_context(identity, TLS1_2_VERSION, TLS1_2_VERSION);
    ASSERT_EQ(SSL_CTX_set_cipher_list(context.get(), c.ciphers), 1);
    ASSERT_EQ(SSL_CTX_set1_groups_list(context.get(), c.groups), 1);
    ASSERT_EQ(SSL_CTX_set0_tmp_dh_pkey(context.get(), named_dh_group("ffdhe3072")), 1);
    const LoopbackServer server([](ServerStream& stream) { stream.hang(); }, context.get());
    const Result<TlsHandshake> shake = dial(server);
    ASSERT_TRUE(shake) << c.ciphers << ": " << describe(shake.error());
    EXPECT_EQ(shake->group, c.group) << c.ciphers;
    EXPECT_EQ(shake->cipher_suite, c.suite);
    EXPECT_EQ(shake->version, "TLSv1.2");
    EXPECT_EQ(shake->chain.at(0).key_type, "RSA");
    EXPECT_EQ(shake->chain.at(0).key_bits, 2048);
  }
}

TEST_F(TlsDialerTest, SeesServersThatStopAtTls11AsLegacyOnly) {
  CertificateWish wish;
  wish.rsa = true;
  const Identity identity = test::make_identity(wish, &ca_);
  const std::pair<int, const char*> cases[] = {{TLS1_1_VERSION, "TLSv1.1"}, {TLS1_VERSION, "TLSv1"}};
  for (const auto& [version, name] : cases) {
    const Result<TlsHandshake> shake = dial_with(identity, TLS1_VERSION, version);
    ASSERT_TRUE(shake) << name << describe(shake.error());
    EXPECT_EQ(shake->version, name);
    EXPECT_TRUE(shake->legacy_only);
    EXPECT_TRUE(shake->trusted) << shake->trust_error;
  }
  const Result<TlsHandshake> both = dial_with(identity, TLS1_VERSION, TLS1_2_VERSION);
  ASSERT_TRUE(both);
  EXPECT_FALSE(both->legacy_only);
}

TEST_F(TlsDialerTest, ARefusalOfBothOffersIsAFailure) {
  const Identity identity = test::make_identity({}, &ca_);
  const test::SslContextPtr context = test::server_context(identity, TLS1_2_VERSION, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context.get(), "AES128-SHA");  // needs an RSA key, which this server has not
  const LoopbackServer server([](ServerStream&) {}, context.get());
  const Result<TlsHandshake> shake = dial(server);
  ASSERT_FALSE(shake);
  EXPECT_EQ(shake.error().code, ErrorCode::kTlsFailed);
  EXPECT_EQ(server.connections(), 2);
}

TEST_F(TlsDialerTest, WhatIsNoTlsFailsWithoutASecondTry) {
  const LoopbackServer server([](ServerStream& stream) {
    stream.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    stream.hang();
  });
  const Result<TlsHandshake> shake = dial(server);
  ASSERT_FALSE(shake);
  EXPECT_EQ(shake.error().code, ErrorCode::kTlsFailed);
  EXPECT_THAT(shake.error().context, HasSubstr("does not speak TLS"));
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(TlsDialerTest, AClosedConnectionIsAReset) {
  const LoopbackServer closes([](ServerStream&) {});
  const Result<TlsHandshake> closed = dial(closes);
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, ErrorCode::kConnectionReset);
  const LoopbackServer resets([](ServerStream& stream) { stream.reset(); });
  const Result<TlsHandshake> reset = dial(resets);
  ASSERT_FALSE(reset);
  EXPECT_EQ(reset.error().code, ErrorCode::kConnectionReset);
}

TEST_F(TlsDialerTest, NobodyListeningIsARefusal) {
  std::uint16_t port = 0;
  {
    const LoopbackServer gone([](ServerStream&) {});
    port = gone.port();
  }
  const Result<TlsHandshake> shake = dialer_->dial("meet.test", port, kLoopback, now() + std::chrono::seconds{60}, {});
  ASSERT_FALSE(shake);
  EXPECT_EQ(shake.error().code, ErrorCode::kConnectionRefused);
}

TEST_F(TlsDialerTest, ASilentServerMeetsTheDeadlineAndTheStop) {
  const LoopbackServer server([](ServerStream& stream) { stream.hang(); });
  const Result<TlsHandshake> late =
      dialer_->dial("meet.test", server.port(), kLoopback, now() + std::chrono::milliseconds{50}, {});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kTimedOut);
  std::stop_source stop;
  std::thread stopper([&stop] { stop.request_stop(); });
  const Result<TlsHandshake> stopped =
      dialer_->dial("meet.test", server.port(), kLoopback, now() + std::chrono::hours{1}, stop.get_token());
  stopper.join();
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kCancelled);
}

TEST(TrustStoreTest, ErrorsNameTheFileOrThePackage) {
  const Result<TrustStore> missing = TrustStore::load("/nonexistent/ca.pem");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(missing.error().context, HasSubstr("/nonexistent/ca.pem"));
  const Result<TrustStore> wrong = TrustStore::load("/etc/passwd");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kParse);
}

TEST(TrustStoreTest, AMachineWithoutCertificatesIsToldWhatToInstall) {
  const auto environment = [](const char* name) {
    const char* value = std::getenv(name);
    return std::string(value == nullptr ? "" : value);
  };
  const std::string file = environment("SSL_CERT_FILE");
  const std::string folder = environment("SSL_CERT_DIR");
  setenv("SSL_CERT_FILE", "/nonexistent/ca.pem", 1);
  setenv("SSL_CERT_DIR", "/nonexistent", 1);
  const Result<TrustStore> none = TrustStore::load({});
  setenv("SSL_CERT_FILE", file.c_str(), 1);  // an empty one counts as none
  setenv("SSL_CERT_DIR", folder.c_str(), 1);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(none.error().context, HasSubstr("ca-certificates"));
  EXPECT_THAT(none.error().context, HasSubstr("--ca-file"));
}

// A staple, a list of timestamps, and how many tickets a server sends.
struct Extras {
  std::string staple;
  std::string scts;
};

int give_staple(SSL* ssl, void* argument) {
  const std::string& der = static_cast<Extras*>(argument)->staple;
  if (der.empty()) return SSL_TLSEXT_ERR_NOACK;
  SSL_set_tlsext_status_ocsp_resp(ssl, OPENSSL_memdup(der.data(), der.size()), static_cast<long>(der.size()));
  return SSL_TLSEXT_ERR_OK;
}

int give_scts(SSL*, unsigned int, unsigned int, const unsigned char** out, std::size_t* length, X509*,
              std::size_t index, int*, void* argument) {
  const std::string& list = static_cast<Extras*>(argument)->scts;
  if (index != 0 || list.empty()) return 0;
  *out = reinterpret_cast<const unsigned char*>(list.data());
  *length = list.size();
  return 1;
}

int take_scts(SSL*, unsigned int, unsigned int, const unsigned char*, std::size_t, X509*, std::size_t, int*, void*) {
  return 1;
}

test::SslContextPtr context_with(const Identity& leaf, const Identity& ca, Extras& extras, int max_version) {
  test::SslContextPtr context = test::server_context(leaf, 0, max_version);
  SSL_CTX_add1_chain_cert(context.get(), ca.certificate.get());
  SSL_CTX_set_tlsext_status_cb(context.get(), give_staple);
  SSL_CTX_set_tlsext_status_arg(context.get(), &extras);
  SSL_CTX_add_custom_ext(context.get(), TLSEXT_TYPE_signed_certificate_timestamp,
                         SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO | SSL_EXT_TLS1_3_CERTIFICATE, give_scts,
                         nullptr, &extras, take_scts, nullptr);
  return context;
}

TEST_F(TlsDialerTest, SeesStapleAndTimestampsInEitherVersion) {
  const Identity leaf = test::make_identity({}, &ca_);
  const test::TestLog log{"Lantern One", "Lantern"};
  Extras extras;
  extras.staple = test::ocsp_answer(leaf.certificate.get(), ca_.certificate.get(), ca_);
  extras.scts = test::sct_list({test::sign_sct(log, test::final_entry(leaf.certificate.get()), test::now_ms() - 1000)});
  const test::TextFile table("read = 2026-01-01\nlife = 9999\nenabled_logs = one\n" + log.section("one"));
  const auto dialer = *TlsDialer::create(trust_, *CtLogs::load(table.path()));
  for (const int version : {TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION}) {
    const test::SslContextPtr context = context_with(leaf, ca_, extras, version);
    const LoopbackServer server([](ServerStream& stream) { stream.hang(); }, context.get());
    const auto shake = dialer->dial("meet.test", server.port(), kLoopback, now() + std::chrono::seconds{60}, {});
    ASSERT_TRUE(shake) << describe(shake.error());
    ASSERT_TRUE(shake->staple && shake->scts);
    EXPECT_EQ(shake->staple->status, StapleInfo::Status::kGood) << shake->version << shake->staple->reason;
    ASSERT_EQ(shake->scts->all.size(), 1U) << shake->version;
    EXPECT_EQ(shake->scts->all[0].status, SctInfo::Status::kValid) << shake->version;
    EXPECT_EQ(shake->scts->all[0].source, SctInfo::Source::kTlsExtension);
    EXPECT_EQ(shake->scts->all[0].log, "Lantern One");
  }
}

TEST_F(TlsDialerTest, AServerWithoutStapleAndTimestampsSentNone) {
  const Result<TlsHandshake> shake = dial_with(test::make_identity({}, &ca_));
  ASSERT_TRUE(shake && shake->staple && shake->scts);
  EXPECT_EQ(shake->staple->status, StapleInfo::Status::kNone);
  EXPECT_TRUE(shake->scts->all.empty());
}

TEST_F(TlsDialerTest, TellsTicketsTheirLifetimeAndEarlyData) {
  const Identity leaf = test::make_identity({}, &ca_);
  for (const std::uint32_t early : {0U, 16384U}) {
    const test::SslContextPtr context = test::server_context(leaf);
    SSL_CTX_set_timeout(context.get(), 1234);
    SSL_CTX_set_max_early_data(context.get(), early);
    const LoopbackServer server([](ServerStream& stream) { stream.hang(); }, context.get());
    const Result<TlsHandshake> shake = dial(server);
    ASSERT_TRUE(shake) << describe(shake.error());
    ASSERT_TRUE(shake->tickets);
    EXPECT_GE(shake->tickets->count, 1);
    EXPECT_EQ(shake->tickets->lifetime, 1234);
    EXPECT_EQ(shake->tickets->max_early_data, early);
    EXPECT_TRUE(shake->extended_master_secret);
  }
}

TEST_F(TlsDialerTest, InTls12TheHandshakeItselfShowsWhetherThereAreTickets) {
  const Identity leaf = test::make_identity({}, &ca_);
  for (const bool offered : {true, false}) {
    const test::SslContextPtr context = test::server_context(leaf, 0, TLS1_2_VERSION);
    SSL_CTX_set_timeout(context.get(), 600);
    if (!offered) SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_EXTENDED_MASTER_SECRET);
    const LoopbackServer server([](ServerStream& stream) { stream.hang(); }, context.get());
    const Result<TlsHandshake> shake = dial(server);
    ASSERT_TRUE(shake && shake->tickets);
    EXPECT_EQ(shake->tickets->count, offered ? 1 : 0);
    EXPECT_EQ(shake->tickets->lifetime, offered ? 600 : 0);
    EXPECT_EQ(shake->extended_master_secret, offered);
  }
}

TEST_F(TlsDialerTest, NoTicketIsOnlySureWhenTheServerHadSomethingToSay) {
  const Identity leaf = test::make_identity({}, &ca_);
  const test::SslContextPtr context = test::server_context(leaf);
  SSL_CTX_set_num_tickets(context.get(), 0);
  const LoopbackServer silent([](ServerStream& stream) { stream.hang(); }, context.get());
  const Result<TlsHandshake> unsure = dial(silent);
  ASSERT_TRUE(unsure);
  EXPECT_FALSE(unsure->tickets);

  const LoopbackServer talking(
      [](ServerStream& stream) {
        stream.write("SETTINGS");
        stream.hang();
      },
      context.get());
  const Result<TlsHandshake> sure = dial(talking);
  ASSERT_TRUE(sure && sure->tickets);
  EXPECT_EQ(sure->tickets->count, 0);
}

TEST_F(TlsDialerTest, AServerThatTalksWithoutEndIsLeft) {
  const Identity leaf = test::make_identity({}, &ca_);
  const test::SslContextPtr context = test::server_context(leaf);
  const LoopbackServer server(
      [](ServerStream& stream) {
        const std::string much(16'000, 'x');
        while (stream.write(much)) {
        }
      },
      context.get());
  EXPECT_TRUE(dial(server));
}

}  // namespace
}  // namespace meetlat
