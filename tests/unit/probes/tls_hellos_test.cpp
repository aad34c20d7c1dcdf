// What the few hellos of a verdict make of servers of many kinds.
#include <gmock/gmock.h>

#include "probe_test.h"

namespace meetlat::test {
namespace {

using ::testing::HasSubstr;

// One host whose TLS is described, audited by the tls probe.
struct Server : Instance {
  explicit Server(FakeTlsServer server = {}) {
    net.hello_server = std::move(server);
    net.limits.hello_pause = std::chrono::milliseconds{0};
    run({"tls"});
  }
  std::string fact(std::string_view path) const { return shown(evidence, path); }
  std::size_t hellos() const { return net.hellos().size(); }
};

FakeTlsServer stock() {  // the web container of Jitsi with an RSA certificate
  FakeTlsServer server;
  server.suites = {0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0x009e, 0x009f};
  server.own_order = false;
  return server;
}

TEST(TlsVerdict, TakesSixHellosForAModernServer) {
  const Server server;
  EXPECT_EQ(server.hellos(), 6U);
  EXPECT_EQ(server.fact("tls.offers.tls13"), "true");
  EXPECT_EQ(server.fact("tls.offers.tls12"), "true");
  EXPECT_EQ(server.fact("tls.offers.legacy"), "false");
  EXPECT_EQ(server.fact("tls.offers.versions"), "TLSv1.2 | TLSv1.3");
  EXPECT_EQ(server.fact("tls.offers.post_quantum"), "false");
  EXPECT_EQ(server.fact("tls.offers.ecdhe_aead"), "true");
  EXPECT_EQ(server.fact("tls.accepts.other_suite"), "");
  EXPECT_EQ(server.fact("tls.accepts.weak"), "false");
  EXPECT_EQ(server.fact("tls.accepts.broken"), "false");
  EXPECT_EQ(server.fact("tls.dh.bits"), "0");
  EXPECT_EQ(server.fact("tls.extended_master_secret"), "true");
  EXPECT_EQ(server.fact("tls.secure_renegotiation"), "true");
  EXPECT_EQ(server.fact("tls.session_ticket"), "true");
  EXPECT_EQ(server.fact("tls.heartbeat"), "false");
  EXPECT_EQ(server.fact("tls.compression"), "false");
  EXPECT_EQ(server.fact("tls.fallback_scsv"), "true");
  EXPECT_EQ(server.fact("tls.offers.suites"), "<not-attempted>");
  EXPECT_THAT(why(server.evidence, "tls.offers.suites"), HasSubstr("--tls full"));
  EXPECT_EQ(server.evidence.find("tls.offers.tls13").front().subject, Subject::address("192.0.2.1:443"));
}

TEST(TlsVerdict, ReadsThePrimeOfAStockInstance) {
  const Server server(stock());
  EXPECT_LE(server.hellos(), 7U);
  EXPECT_EQ(server.fact("tls.accepts.other_suite"), "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256");
  EXPECT_EQ(server.fact("tls.accepts.weak"), "false");
  EXPECT_EQ(server.fact("tls.dh.bits"), "2048");
  EXPECT_EQ(server.fact("tls.dh.prime"), "");
}

TEST(TlsVerdict, DoesNotTakeOnePrimeForThoseOfAnonymousSuites) {
  FakeTlsServer config = stock();
  config.suites.push_back(0x00a6);  // TLS_DH_anon_WITH_AES_128_GCM_SHA256
  const Server server(config);
  EXPECT_EQ(server.fact("tls.accepts.weak_suite"), "TLS_DH_anon_WITH_AES_128_GCM_SHA256");
  EXPECT_EQ(server.fact("tls.dh.bits"), "<not-attempted>");
  config.prime = std::string(128, '\xf1');
  EXPECT_EQ(Server(config).fact("tls.dh.bits"), "1024") << "a short one decides";
}

TEST(TlsVerdict, SeesPostQuantumGroups) {
  FakeTlsServer config;
  config.groups.insert(config.groups.begin(), 0x11ec);
  const Server server(config);
  EXPECT_EQ(server.fact("tls.offers.post_quantum"), "true");
  EXPECT_THAT(excerpt_of(server.evidence, "tls.offers.post_quantum"), HasSubstr("X25519MLKEM768"));
}

TEST(TlsVerdict, TellsAServerOfTls13Alone) {
  FakeTlsServer config;
  config.versions = {kTls13};
  const Server server(config);
  EXPECT_EQ(server.hellos(), 4U);
  EXPECT_EQ(server.fact("tls.offers.versions"), "TLSv1.3");
  EXPECT_EQ(server.fact("tls.offers.tls12"), "false");
  EXPECT_EQ(server.fact("tls.accepts.weak"), "false");
  EXPECT_EQ(server.fact("tls.compression"), "false");
  // It cannot show the signal, and needs none.
  EXPECT_EQ(server.fact("tls.fallback_scsv"), "<not-attempted>");
  EXPECT_EQ(server.fact("tls.extended_master_secret"), "<not-attempted>");
}

TEST(TlsVerdict, TellsAServerOfTls12Alone) {
  FakeTlsServer config;
  config.versions = {kTls12};
  config.extended_master_secret = config.renegotiation_info = false;
  const Server server(config);
  EXPECT_EQ(server.hellos(), 4U);
  EXPECT_EQ(server.fact("tls.offers.tls13"), "false");
  EXPECT_EQ(server.fact("tls.offers.post_quantum"), "false");
  EXPECT_EQ(server.fact("tls.extended_master_secret"), "false");
  EXPECT_EQ(server.fact("tls.secure_renegotiation"), "false");
  EXPECT_EQ(server.fact("tls.fallback_scsv"), "<not-attempted>");
}

TEST(TlsVerdict, NamesTheWeakSuitesAndVersionsOfAnOldServer) {
  FakeTlsServer config;
  config.versions = {kSsl3, kTls10, kTls11, kTls12};
  config.suites = {0xc02f, 0xc013, 0x0033, 0x002f, 0x000a, 0x0005};
  config.prime = std::string(128, '\xf1');
  config.compresses = config.heartbeat = true;
  config.knows_fallback_signal = false;
  const Server server(config);
  EXPECT_LE(server.hellos(), 7U);
  EXPECT_EQ(server.fact("tls.offers.legacy"), "true");
  EXPECT_EQ(server.fact("tls.legacy.version"), "TLSv1.1");
  EXPECT_EQ(server.fact("tls.legacy.suite"), "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA");
  EXPECT_EQ(server.fact("tls.offers.versions"), "<not-attempted>") << "TLS 1.0 and SSL 3.0 were not asked for";
  EXPECT_EQ(server.fact("tls.accepts.other_suite"), "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA");
  EXPECT_EQ(server.fact("tls.accepts.weak"), "true");
  EXPECT_EQ(server.fact("tls.accepts.weak_suite"), "TLS_RSA_WITH_AES_128_CBC_SHA");
  EXPECT_EQ(server.fact("tls.accepts.broken"), "<not-attempted>") << "whether there is worse was not asked";
  EXPECT_EQ(server.fact("tls.dh.bits"), "1024");
  EXPECT_EQ(server.fact("tls.compression"), "true");
  EXPECT_EQ(server.fact("tls.heartbeat"), "true");
  EXPECT_EQ(server.fact("tls.fallback_scsv"), "false");
}

TEST(TlsVerdict, DoesNotCallAnOldVersionFreeOfWeakSuitesUnseen) {
  FakeTlsServer config;
  config.versions = {kTls10, kTls12};
  config.suites = {0xc02f, 0xc013};
  const Server server(config);
  EXPECT_EQ(server.fact("tls.offers.legacy"), "true");
  EXPECT_EQ(server.fact("tls.accepts.weak"), "<not-attempted>");
}

TEST(TlsVerdict, AsksOldAppliancesInParts) {
  FakeTlsServer config;
  config.versions = {kTls10, kTls12};
  config.suites = {0xc02f, 0x0033, 0x002f, 0x0005};
  config.most_suites = 128;
  const Server server(config);
  EXPECT_EQ(server.fact("tls.offers.tls12"), "true");
  EXPECT_EQ(server.fact("tls.accepts.weak"), "true");
  EXPECT_EQ(server.fact("tls.legacy.version"), "TLSv1.0");
  for (const ClientHello& hello : server.net.hellos()) {
    EXPECT_TRUE(hello.suites.size() <= 65 || hello.suites.size() > 128) << hello.suites.size();
  }
}

TEST(TlsVerdict, AsksOnAfterASilenceAboutOldVersions) {
  FakeTlsServer config = stock();
  config.suites.push_back(0x009d);
  config.instead = [](const ClientHello& hello) -> std::optional<HelloResult> {
    if (hello.versions.empty() && hello.version < kTls12) {
      return HelloResult(fail(ErrorCode::kTimedOut, "no answer to a hello"));
    }
    return std::nullopt;
  };
  const Server server(config);
  EXPECT_EQ(server.fact("tls.offers.legacy"), "<timed-out>");
  EXPECT_EQ(server.fact("tls.offers.tls13"), "true");
  EXPECT_EQ(server.fact("tls.accepts.weak_suite"), "TLS_RSA_WITH_AES_256_GCM_SHA384");
  EXPECT_EQ(server.fact("tls.dh.bits"), "2048");
}

TEST(TlsVerdict, KeepsUnansweredHellosOpen) {
  // Answers the first one that it gets, then nothing more.
  FakeTlsServer config;
  const auto answered = std::make_shared<int>(0);
  config.instead = [answered](const ClientHello&) -> std::optional<HelloResult> {
    if (++*answered == 1) return std::nullopt;
    return HelloResult(fail(ErrorCode::kConnectionReset, "reset without an answer to a hello"));
  };
  const Server server(config);
  EXPECT_EQ(server.fact("tls.offers.tls12"), "true");
  EXPECT_EQ(server.fact("tls.extended_master_secret"), "true");
  for (const char* path : {"tls.offers.tls13", "tls.offers.legacy", "tls.accepts.other_suite", "tls.accepts.weak",
                           "tls.dh.bits", "tls.fallback_scsv"}) {
    EXPECT_EQ(server.fact(path), "<connection-reset>") << path;
  }
  EXPECT_LE(server.hellos(), 9U) << "a server that has fallen silent is left alone";
}

TEST(TlsVerdict, RepeatsOnceWhatWasNotAnswered) {
  FakeTlsServer config;
  const auto failed = std::make_shared<bool>(false);
  config.instead = [failed](const ClientHello& hello) -> std::optional<HelloResult> {
    if (hello.highest() != kTls13 || *failed) return std::nullopt;
    *failed = true;
    return HelloResult(fail(ErrorCode::kTimedOut, "no answer to a hello"));
  };
  const Server server(config);
  EXPECT_EQ(server.hellos(), 7U);
  EXPECT_EQ(server.fact("tls.offers.tls13"), "true");
  EXPECT_EQ(server.fact("tls.offers.tls12"), "true");
}

TEST(TlsVerdict, BelievesNoLies) {
  FakeTlsServer config;
  config.instead = [](const ClientHello& hello) -> std::optional<HelloResult> {
    HelloAnswer lie;
    lie.kind = HelloAnswer::Kind::kServerHello;
    lie.version = hello.highest();
    lie.suite = 0x0001;
    lie.group = 0x1d;
    if (std::ranges::find(hello.suites, lie.suite) != hello.suites.end()) lie.suite = 0x1301;
    return HelloResult(lie);
  };
  const Server server(config);
  EXPECT_EQ(server.fact("tls.offers.tls13"), "<not-understood>");
  EXPECT_EQ(server.fact("tls.offers.tls12"), "<not-understood>");
  EXPECT_EQ(server.fact("tls.offers.legacy"), "<not-understood>");
  EXPECT_EQ(server.fact("tls.accepts.weak"), "<not-understood>");
}

TEST(TlsVerdict, TakesAlertsAboutOtherThingsForNoRefusal) {
  for (const std::uint8_t alert : {std::uint8_t{112}, std::uint8_t{80}, std::uint8_t{49}}) {
    FakeTlsServer config;
    config.instead = [alert](const ClientHello&) -> std::optional<HelloResult> { return FakeTlsServer::alert(alert); };
    const Server server(config);
    EXPECT_EQ(server.fact("tls.offers.tls13"), "<tls-failed>");
    EXPECT_EQ(server.fact("tls.offers.tls12"), "<tls-failed>");
    EXPECT_EQ(server.fact("tls.offers.legacy"), alert == 80 ? "false" : "<tls-failed>");
  }
}

TEST(TlsVerdict, TakesAnOldVersionThatFailsInsideTwiceForRefused) {
  FakeTlsServer config;
  const auto failures = std::make_shared<int>(0);
  config.instead = [failures](const ClientHello& hello) -> std::optional<HelloResult> {
    if (hello.highest() != kTls11) return std::nullopt;
    ++*failures;
    return FakeTlsServer::alert(80);
  };
  const Server server(config);
  EXPECT_EQ(*failures, 2);
  EXPECT_EQ(server.fact("tls.offers.legacy"), "false");
  EXPECT_EQ(server.fact("tls.accepts.weak"), "false");
}

TEST(TlsVerdict, SaysWhyNothingWasAsked) {
  Instance proxied;  // hellos are not scripted: as through a proxy
  proxied.run({"tls"});
  EXPECT_EQ(shown(proxied.evidence, "tls.offers.tls13"), "<unsupported>");
  EXPECT_EQ(shown(proxied.evidence, "tls.version"), "TLSv1.3");

  Instance dead;
  dead.net.hello_server.emplace();
  dead.net.tls("meet.example.test", fail(ErrorCode::kConnectionRefused, "scripted"));
  dead.run({"tls"});
  EXPECT_EQ(shown(dead.evidence, "tls.offers.tls13"), "<connection-refused>");
  EXPECT_TRUE(dead.net.hellos().empty());
}

TEST(TlsVerdict, CountsHellosApartAndStopsAtTheirLimit) {
  Instance instance;
  instance.net.hello_server = stock();
  instance.net.limits.max_hellos = 3;
  instance.run({"tls"});
  EXPECT_EQ(instance.net.hellos().size(), 3U);
  EXPECT_EQ(shown(instance.evidence, "tls.offers.tls12"), "true");
  EXPECT_EQ(shown(instance.evidence, "tls.fallback_scsv"), "<budget-exhausted>");
  EXPECT_EQ(instance.session().requests(), 1) << "the handshake";
  int shown_hellos = 0;
  for (const TranscriptEntry& entry : instance.session().transcript()) shown_hellos += entry.kind == "hello" ? 1 : 0;
  EXPECT_EQ(shown_hellos, 3);
}

}  // namespace
}  // namespace meetlat::test
