// --tls full: everything that a server has, and with how many connections.
#include <gmock/gmock.h>

#include "base/text.h"
#include "probe_test.h"

namespace meetlat::test {
namespace {

using ::testing::HasSubstr;

struct Whole : Instance {
  explicit Whole(FakeTlsServer server = {}) {
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
};

FakeTlsServer old() {
  FakeTlsServer server;
  server.versions = {kSsl3, kTls10, kTls12};
  server.suites = {0xc02f, 0xc013, 0x0033, 0x002f, 0x000a, 0x0005};
  server.prime = std::string(128, '\xf1');
  return server;
}

TEST(TlsFull, ListsSuitesGroupsAndWhoseOrderItIs) {
  FakeTlsServer config;
  config.groups = {0x11ec, 0x1d, 0x17, 0x0100};
  const Whole server(config);
  EXPECT_EQ(server.fact("tls.offers.versions"), "TLSv1.2 | TLSv1.3");
  EXPECT_EQ(server.fact("tls.offers.suites"),
            "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 | TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 | "
            "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 | TLSv1.2 TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 | "
            "TLSv1.2 TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 | "
            "TLSv1.2 TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 | "
            "TLSv1.3 TLS_AES_256_GCM_SHA384 | TLSv1.3 TLS_CHACHA20_POLY1305_SHA256 | TLSv1.3 TLS_AES_128_GCM_SHA256")
      << "in the server's order";
  EXPECT_EQ(server.fact("tls.offers.groups"),
            "TLSv1.2 x25519 | TLSv1.2 secp256r1 | TLSv1.3 X25519MLKEM768 | TLSv1.3 x25519 | TLSv1.3 secp256r1 | "
            "TLSv1.3 ffdhe2048");
  EXPECT_EQ(server.fact("tls.offers.order"), "TLSv1.2 server | TLSv1.3 server");
  EXPECT_EQ(server.fact("tls.offers.post_quantum"), "true");
  EXPECT_EQ(server.fact("tls.accepts.weak"), "false");
  EXPECT_EQ(server.fact("tls.fallback_scsv"), "true");
  EXPECT_EQ(server.fact("tls.offers.legacy"), "false");
  EXPECT_LE(server.net.hellos().size(), server.entries("tls.offers.suites") + server.entries("tls.offers.groups") + 10);
}

TEST(TlsFull, SeesAClientsOrder) {
  FakeTlsServer config;
  config.own_order = false;
  const Whole server(config);
  EXPECT_EQ(server.fact("tls.offers.order"), "TLSv1.2 client | TLSv1.3 client");
}

// Suites and groups in the same hellos, of which those for groups show whose order it is.
TEST(TlsFull, AsksTls13AsOftenAsItsLongerListAndTwoRefusals) {
  for (const bool own_order : {true, false}) {
    FakeTlsServer config;
    config.versions = {kTls13};
    config.groups = {0x11ec, 0x1d, 0x17, 0x18, 0x0100};
    config.own_order = own_order;
    const Whole server(config);
    EXPECT_EQ(server.entries("tls.offers.suites"), 3U);
    EXPECT_EQ(server.entries("tls.offers.groups"), 5U);
    EXPECT_EQ(server.fact("tls.offers.order"), own_order ? "TLSv1.3 server" : "TLSv1.3 client");
    const auto of13 =
        std::ranges::count_if(server.net.hellos(), [](const ClientHello& hello) { return hello.highest() == kTls13; });
    EXPECT_EQ(of13, 5 + 2);
  }
}

TEST(TlsFull, FindsWhetherSuitesOrGroupsOfTls13EndFirst) {
  FakeTlsServer few_groups;
  few_groups.groups = {0x1d};
  EXPECT_EQ(Whole(few_groups).entries("tls.offers.suites"), 6U + 3U);
  FakeTlsServer many_suites;
  many_suites.suites13 = {0x1302, 0x1303, 0x1301, 0x1304, 0x1305};
  EXPECT_EQ(Whole(many_suites).entries("tls.offers.suites"), 6U + 5U);
  FakeTlsServer one_suite;
  one_suite.suites13 = {0x1301};
  EXPECT_THAT(Whole(one_suite).fact("tls.offers.groups"),
              HasSubstr("TLSv1.3 x25519 | TLSv1.3 secp256r1 | TLSv1.3 secp384r1"));
}

TEST(TlsFull, AsksForSsl2AgainOnlyWhereNothingElseWasAnsweredSince) {
  const auto asked = [](const Whole& server) { return std::ranges::count_if(server.net.hellos(), &ClientHello::ssl2); };
  EXPECT_EQ(asked(Whole()), 1);
  FakeTlsServer falls_silent;
  const auto since = std::make_shared<bool>(false);
  falls_silent.instead = [since](const ClientHello& hello) -> std::optional<HelloResult> {
    *since |= hello.ssl2;
    if (!*since) return std::nullopt;
    return HelloResult(fail(ErrorCode::kTimedOut, "no answer to a hello"));
  };
  EXPECT_EQ(asked(Whole(falls_silent)), 2);
}

TEST(TlsFull, AsksEachOldVersionOnce) {
  const Whole server(old());
  EXPECT_EQ(server.fact("tls.offers.versions"), "SSLv3 | TLSv1.0 | TLSv1.2");
  EXPECT_EQ(server.fact("tls.legacy.version"), "TLSv1.0");
  EXPECT_THAT(server.fact("tls.offers.suites"), HasSubstr("SSLv3 TLS_RSA_WITH_RC4_128_SHA"));
  EXPECT_THAT(server.fact("tls.offers.suites"), ::testing::Not(HasSubstr("TLSv1.0 TLS_ECDHE_RSA_WITH_AES_128_GCM")));
  EXPECT_EQ(server.fact("tls.accepts.weak"), "true");
  EXPECT_EQ(server.fact("tls.accepts.broken"), "true");
  EXPECT_EQ(server.fact("tls.accepts.weak_suite"), "TLS_RSA_WITH_3DES_EDE_CBC_SHA");
  EXPECT_EQ(server.fact("tls.dh.bits"), "1024");
  EXPECT_LE(server.net.hellos().size(), server.entries("tls.offers.suites") + server.entries("tls.offers.groups") + 10);
}

TEST(TlsFull, ListsWhatOldAppliancesHaveInParts) {
  FakeTlsServer config = old();
  config.most_suites = 128;
  const Whole whole(old());
  const Whole parts(config);
  const auto sorted = [](const Whole& server) {
    std::vector<std::string> list = split(server.fact("tls.offers.suites"), '|');
    for (std::string& one : list) one = trim(one);
    std::ranges::sort(list);
    return list;
  };
  EXPECT_EQ(sorted(parts), sorted(whole));
  EXPECT_EQ(parts.fact("tls.offers.order"), "") << "in parts the order is lost";
}

TEST(TlsFull, KeepsListsOpenWhereAChainWasCut) {
  FakeTlsServer config;
  const auto asked = std::make_shared<int>(0);
  config.instead = [asked](const ClientHello& hello) -> std::optional<HelloResult> {
    if (hello.highest() == kTls12 && ++*asked > 3)
      return HelloResult(fail(ErrorCode::kTimedOut, "no answer to a hello"));
    return std::nullopt;
  };
  const Whole server(config);
  EXPECT_EQ(server.fact("tls.offers.tls12"), "true");
  EXPECT_EQ(server.fact("tls.offers.suites"), "<timed-out>");
  EXPECT_EQ(server.fact("tls.accepts.weak"), "<timed-out>");
  EXPECT_EQ(server.fact("tls.offers.tls13"), "true");
}

TEST(TlsFull, EndsWithAServerThatTakesEverything) {
  FakeTlsServer config;
  config.instead = [](const ClientHello& hello) -> std::optional<HelloResult> {
    HelloAnswer yes;
    yes.kind = HelloAnswer::Kind::kServerHello;
    yes.version = hello.highest();
    yes.suite = hello.suites.empty() ? 0 : hello.suites.front();
    if (!hello.groups.empty()) yes.group = hello.groups.front();
    return HelloResult(yes);
  };
  const Whole server(config);
  EXPECT_LE(server.net.hellos().size(), 600U);
}

TEST(TlsFull, SeesSsl2) {
  FakeTlsServer config = old();
  config.instead = [](const ClientHello& hello) -> std::optional<HelloResult> {
    if (!hello.ssl2) return std::nullopt;
    HelloAnswer answer;
    answer.kind = HelloAnswer::Kind::kSsl2Hello;
    answer.version = kSsl2;
    answer.ssl2_kinds = {0x010080};
    return HelloResult(answer);
  };
  EXPECT_EQ(Whole(config).fact("tls.offers.versions"), "SSLv2 | SSLv3 | TLSv1.0 | TLSv1.2");
}

}  // namespace
}  // namespace meetlat::test
