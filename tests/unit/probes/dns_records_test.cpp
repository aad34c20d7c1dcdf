// What is said of a zone, and what is left unsaid when an answer is missing or bogus.
#include <gmock/gmock.h>

#include "net/dns_question.h"
#include "probe_test.h"
#include "probes/dns_facts.h"

namespace meetlat::test {
namespace {

using namespace std::string_literals;

const std::string kHost = "meet.example.test";
const std::string kDomain = "example.test";

DnsRecords secure(std::vector<std::string> rdata = {}) {
  DnsRecords records;
  records.trust = DnsTrust::kSecure;
  records.rdata = std::move(rdata);
  records.validated_by = "a test";
  return records;
}
DnsRecords insecure(std::vector<std::string> rdata = {}) {
  DnsRecords records = secure(std::move(rdata));
  records.trust = DnsTrust::kInsecure;
  return records;
}
DnsRecords bogus(const std::string& why) {
  DnsRecords records = secure();
  records.trust = DnsTrust::kBogus;
  records.why_bogus = why;
  return records;
}

const std::string kAddress = "\xc0\0\2\1"s;
const std::string kTlsa = "\3\1\1digest"s;
const std::string kDs = "ds"s;
std::string name_server(const std::string& label) {
  return std::string(1, static_cast<char>(label.size())) + label + "\7example\4test\0"s;
}

// A signed zone in which everything is answered.
class DnsRecordsTest : public ::testing::Test {
 protected:
  void SetUp() override { fill(instance_.net); }
  static void fill(FakeNet& net) {
    net.records(kHost, DnsType::kA, secure({kAddress}));
    for (const std::string& name : {kHost, kDomain, "test"s}) net.records(name, DnsType::kCaa, secure());
    net.records(kHost, DnsType::kNs, secure());
    net.records(kDomain, DnsType::kNs, secure({name_server("ns1"), name_server("ns0")}));
    net.records("_443._tcp." + kHost, DnsType::kTlsa, secure());
    net.records(kHost, DnsType::kHttps, secure());
    net.records(kDomain, DnsType::kDs, secure({kDs}));
  }
  std::string run(const char* path) {
    if (instance_.evidence.empty()) instance_.run({"dns"});
    return shown(instance_.evidence, path);
  }
  Instance instance_;
};

TEST_F(DnsRecordsTest, ASignedZoneIsSecure) {
  EXPECT_EQ(run("dns.dnssec"), "secure");
  EXPECT_EQ(run("dns.dnssec.reason"), "");
  EXPECT_EQ(run("dns.dnssec.validated_by"), "a test");
  EXPECT_EQ(run("dns.caa"), "");
  EXPECT_EQ(run("dns.caa.restricts"), "false");
  EXPECT_EQ(run("dns.dane"), "none");
  EXPECT_EQ(run("dns.name_servers"), "ns0.example.test | ns1.example.test");
  EXPECT_EQ(run("dns.name_server_owners"), "example.test");
}

TEST_F(DnsRecordsTest, WithoutAnAnswerNothingIsSaid) {
  instance_.net.records(kHost, DnsType::kA, fail(ErrorCode::kResolverFailed, "validation does not work here"));
  for (const char* path : {"dns.dnssec", "dns.dnssec.reason", "dns.caa", "dns.dane", "dns.name_servers"}) {
    EXPECT_EQ(run(path), "<resolver-failed>") << path;
  }
  EXPECT_EQ(run("dns.ipv4"), "192.0.2.1");
}

TEST_F(DnsRecordsTest, ABogusNameIsToldWithItsReasonAndWithoutOurAddresses) {
  instance_.net.records(kHost, DnsType::kA,
                        bogus("validation failure <meet.example.test. A IN>: signature expired from 10.0.0.53 for key "
                              "example.test. from 2001:db8::53 while building chain of trust"));
  EXPECT_EQ(run("dns.dnssec"), "bogus");
  EXPECT_EQ(run("dns.dnssec.reason"), "signature expired for key example.test. while building chain of trust");
}

TEST_F(DnsRecordsTest, ABogusNameThatOurResolverDeniesIsToldAllTheSame) {
  instance_.net.host_fails(kHost, ErrorCode::kResolverFailed, "SERVFAIL");
  instance_.net.records(kHost, DnsType::kA, bogus("signature expired"));
  EXPECT_EQ(run("dns.dnssec"), "bogus");
  EXPECT_EQ(run("dns.status"), "<resolver-failed>");
}

TEST_F(DnsRecordsTest, WhereSignaturesEndIsTold) {
  instance_.net.records(kHost, DnsType::kA, insecure({kAddress}));
  instance_.net.records(kDomain, DnsType::kDs, secure());
  EXPECT_EQ(run("dns.dnssec"), "insecure");
  EXPECT_EQ(run("dns.dnssec.reason"), "example.test has no DS record in the zone above it");
}

TEST_F(DnsRecordsTest, AnAliasIntoAnUnsignedZoneIsTold) {
  DnsRecords alias = insecure({kAddress});
  alias.canonical = "host.other.test";
  instance_.net.records(kHost, DnsType::kA, alias);
  instance_.net.records("other.test", DnsType::kDs, insecure());
  EXPECT_EQ(run("dns.dnssec.reason"), "an alias of host.other.test; the zone above other.test is not signed");
}

TEST_F(DnsRecordsTest, CaaIsUnknownWhenALevelBelowWasNotAnswered) {
  instance_.net.records(kHost, DnsType::kCaa, fail(ErrorCode::kTimedOut, "scripted"));
  instance_.net.records(kDomain, DnsType::kCaa, secure({"\0\5issueca.test"s}));
  EXPECT_EQ(run("dns.caa"), "<timed-out>");
  EXPECT_EQ(run("dns.caa.restricts"), "<timed-out>");
}

TEST_F(DnsRecordsTest, TheLowestCaaRecordsDecide) {
  instance_.net.records(kHost, DnsType::kCaa, secure({"\0\5iodefmailto:a@b.test"s}));
  instance_.net.records(kDomain, DnsType::kCaa, secure({"\0\5issueca.test"s}));
  EXPECT_EQ(run("dns.caa.found_at"), kHost);
  EXPECT_EQ(run("dns.caa.restricts"), "false");
}

TEST_F(DnsRecordsTest, ACriticalPropertyThatNobodyKnowsKeepsEverybodyFromIssuing) {
  instance_.net.records(kDomain, DnsType::kCaa, secure({"\x80\4testvalue"s}));
  EXPECT_EQ(run("dns.caa.restricts"), "true");
}

TEST_F(DnsRecordsTest, TlsaRecordsAreComparedOnlyWhereTheyAreSigned) {
  instance_.net.records("_443._tcp." + kHost, DnsType::kTlsa, secure({kTlsa}));
  instance_.net.dane({true, false, "no matching DANE TLSA records"});
  EXPECT_EQ(run("dns.dane"), "mismatch");
  EXPECT_NE(excerpt_of(instance_.evidence, "dns.dane").find("no matching"), std::string::npos);
  Instance other;
  other.net.records(kHost, DnsType::kA, secure({kAddress}));
  other.net.records("_443._tcp." + kHost, DnsType::kTlsa, insecure({kTlsa}));
  EXPECT_EQ(shown(other.run({"dns"}), "dns.dane"), "not-usable");
  EXPECT_TRUE(other.net.handshakes().empty());
}

TEST(DnsIpv6, IsReachableWhenAnythingAnswers) {
  struct Case {
    std::optional<ErrorCode> error;
    const char* reachable;
  };
  const Case cases[] = {{{}, "true"},
                        {ErrorCode::kTlsFailed, "true"},
                        {ErrorCode::kConnectionRefused, "false"},
                        {ErrorCode::kTimedOut, "<timed-out>"},
                        {ErrorCode::kUnreachable, "<unreachable>"}};
  for (const Case& one : cases) {
    Instance instance;
    instance.net.host(kHost, {"192.0.2.1", "2001:db8::1"});
    if (one.error) instance.net.fail_address("2001:db8::1", *one.error);
    EXPECT_EQ(shown(instance.run({"dns"}), "dns.ipv6.reachable"), one.reachable);
    EXPECT_EQ(instance.net.handshakes().back(), kHost + ":443 2001:db8::1");
  }
}

TEST(DnsIpv6, IsNotMeasuredWithoutIpv6OnThisSide) {
  Instance instance;
  instance.net.no_ipv6 = true;
  instance.net.host(kHost, {"192.0.2.1", "2001:db8::1"});
  EXPECT_EQ(shown(instance.run({"dns"}), "dns.ipv6.reachable"), "<not-attempted>");
  Instance without;
  EXPECT_EQ(shown(without.run({"dns"}), "dns.ipv6.reachable"), "<not-attempted>");
}

TEST(DnsOfAddresses, IsNobodysToAsk) {
  Instance instance("https://192.0.2.9/");
  instance.run({"dns"});
  EXPECT_EQ(shown(instance.evidence, "dns.dnssec"), "<not-attempted>");
}

// The instance's other names: its own, beside its host, as far as configuration and server tell them.
class NamesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    instance_.stock(
        "p2p: {stunServers: [{urls: 'stun:turn.example.test:3478'}, {urls: 'stun:stun.other.invalid:3478'}]}");
    instance_.net.records(kHost, DnsType::kA, secure({kAddress}));
  }
  Evidence& run() { return instance_.run({"dns", "jitsi", "names"}); }
  Instance instance_;
};

TEST_F(NamesTest, AreTheInstancesOwn) {
  instance_.net.records("turn.example.test", DnsType::kA, secure({kAddress}));
  run();
  EXPECT_EQ(shown(instance_.evidence, "names.checked"), "turn.example.test");
  EXPECT_EQ(shown(instance_.evidence, "names.bogus"), "");
  EXPECT_EQ(shown(instance_.evidence, "names.unsigned"), "");
}

TEST_F(NamesTest, AreToldWhenBogusOrUnsigned) {
  instance_.net.records("turn.example.test", DnsType::kA, bogus("validation failure <turn. A IN>: signature expired"));
  EXPECT_EQ(shown(run(), "names.bogus"), "turn.example.test: signature expired");
  Instance plain;
  plain.stock("p2p: {stunServers: [{urls: 'stun:turn.example.test:3478'}]}");
  plain.net.records(kHost, DnsType::kA, secure({kAddress}));
  plain.net.records("turn.example.test", DnsType::kA, insecure({kAddress}));
  EXPECT_EQ(shown(plain.run({"dns", "jitsi", "names"}), "names.unsigned"), "turn.example.test");
}

TEST_F(NamesTest, AreNotClearedByAnAnswerThatDidNotCome) {
  EXPECT_EQ(shown(run(), "names.bogus"), "<timed-out>");
  EXPECT_EQ(shown(instance_.evidence, "names.checked"), "turn.example.test");
}

TEST_F(NamesTest, AreNotAskedAboutWhereTheHostItselfIsNot) {
  Instance pinned;
  pinned.stock("p2p: {stunServers: [{urls: 'stun:turn.example.test:3478'}]}");
  EXPECT_EQ(shown(pinned.run({"dns", "jitsi", "names"}), "names.checked"), "<not-attempted>");
}

// Issued by an authority that the table knows, or not.
TlsHandshake issued_by(const std::string& organisation, const FakeNet& net) {
  TlsHandshake tls = good_handshake(kHost, net.clock.now());
  tls.chain.front().issuer_organisation = organisation;
  return tls;
}

TEST_F(DnsRecordsTest, TheAuthorityThatIssuedIsHeldAgainstTheCaaRecords) {
  const auto judge = [](const std::string& organisation, std::vector<std::string> records, const char* name = nullptr) {
    Instance instance;
    DnsRecordsTest::fill(instance.net);
    TlsHandshake tls = issued_by(organisation, instance.net);
    if (name != nullptr) tls.chain.front().names = {name};
    instance.net.tls(kHost, tls);
    instance.net.records(kDomain, DnsType::kCaa, secure(std::move(records)));
    instance.run({"dns"});
    return shown(instance.evidence, "dns.caa.issuer");
  };
  const std::string own = "\0\5issueLetsEncrypt.org; accounturi=x"s;
  const std::string other = "\0\5issueca.test"s;
  EXPECT_EQ(judge("Let's Encrypt", {own}), "named");
  EXPECT_EQ(judge("let's encrypt", {other, own}), "named");
  EXPECT_EQ(judge("Let's Encrypt", {other}), "not-named");
  EXPECT_EQ(judge("Let's Encrypt", {"\0\5issue;"s}), "not-named");
  // Nobody knows by which names that one goes.
  EXPECT_EQ(judge("Test CA", {other}), "<not-understood>");
  // Nothing limits who may issue for exactly this name.
  EXPECT_EQ(judge("Let's Encrypt", {"\0\5iodefmailto:a@b.test"s}), "<not-attempted>");
  EXPECT_EQ(judge("Let's Encrypt", {"\0\11issuewildca.test"s}), "<not-attempted>");
  // For a wildcard the other property decides.
  EXPECT_EQ(judge("Let's Encrypt", {own, "\0\11issuewildca.test"s}, "*.example.test"), "not-named");
  EXPECT_EQ(judge("Let's Encrypt", {own, "\0\11issuewildca.test"s}), "named");
  // A critical property that is not understood could allow or forbid anything.
  EXPECT_EQ(judge("Let's Encrypt", {other, "\x80\4tbdsx"s}), "<not-attempted>");
}

TEST_F(DnsRecordsTest, WithoutATrustedCertificateNobodyIsHeldAgainstCaa) {
  TlsHandshake tls = issued_by("Let's Encrypt", instance_.net);
  tls.trusted = false;
  instance_.net.tls(kHost, tls);
  instance_.net.records(kDomain, DnsType::kCaa, secure({"\0\5issueca.test"s}));
  EXPECT_EQ(run("dns.caa.issuer"), "<not-attempted>");
}

TEST(CaaAuthorities, TheTableIsReadAndEveryRowHasDomains) {
  EXPECT_THAT(*probes::caa_domains_of("Let's Encrypt"), ::testing::ElementsAre("letsencrypt.org"));
  EXPECT_THAT(*probes::caa_domains_of("Sectigo Limited"), ::testing::Contains("sectigo.com"));
  EXPECT_TRUE(probes::caa_domains_of("Nobody at all")->empty());
}

}  // namespace
}  // namespace meetlat::test
