// Where addresses are registered, whose networks they are in, and what may not be concluded from that.
#include <gmock/gmock.h>

#include "probe_test.h"
#include "probes/hosting_data.h"

namespace meetlat::test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// A stock instance whose STUN server is a host of its own at another address.
class Hosted : public Instance {
 public:
  explicit Hosted(const std::string& members = "p2p: {stunServers: [{urls: 'stun:turn.example.test:3478'}]}") {
    stock(members);
    net.host("turn.example.test", {"192.0.2.9"});
    net.place("192.0.2.1", "DE");
    net.place("192.0.2.9", "NL");
  }
  Evidence& measure() { return run({"dns", "http", "jitsi", "hosting"}); }
  // The value of a fact about an address.
  std::string about(const char* path, const char* address) {
    for (const Fact& fact : evidence.find(path)) {
      if (fact.subject == Subject::address(address)) {
        return fact.measured() ? to_string(*fact.value) : "<" + std::string(to_string(fact.value.error().code)) + ">";
      }
    }
    return "<none>";
  }
};

TEST(Hosting, KeepsPageAndStunApart) {
  Hosted host;
  const Evidence& seen = host.measure();
  EXPECT_EQ(shown(seen, "hosting.web.countries"), "DE");
  EXPECT_EQ(shown(seen, "hosting.turn.countries"), "NL");
  EXPECT_EQ(shown(seen, "hosting.signalling.countries"), "");
  EXPECT_EQ(shown(seen, "hosting.eu_eea"), "true");
  EXPECT_EQ(shown(seen, "hosting.adequacy"), "eea");
  EXPECT_EQ(shown(seen, "hosting.data_date"), "2026-06-25");
  EXPECT_EQ(host.about("hosting.country", "192.0.2.9"), "NL");
}

TEST(Hosting, EveryAddressCounts) {
  Hosted host;
  host.net.host("meet.example.test", {"192.0.2.1", "192.0.2.2", "2001:db8::1"});
  host.net.place("192.0.2.2", "IS");
  host.net.place("2001:db8::1", "CH");
  const Evidence& seen = host.measure();
  EXPECT_EQ(shown(seen, "hosting.web.countries"), "CH | DE | IS");
  EXPECT_EQ(shown(seen, "hosting.eu_eea"), "false");
  EXPECT_EQ(shown(seen, "hosting.outside_eu"), "web 2001:db8::1 is registered in CH");
  EXPECT_EQ(shown(seen, "hosting.adequacy"), "decision");
  EXPECT_THAT(seen.find("hosting.adequacy").front().provenance.excerpt, HasSubstr("2000/518/EC"));
}

struct Law {
  const char* country;
  const char* inside;
  const char* adequacy;
};

TEST(Hosting, SaysWhatOfEuropeanLawHoldsThere) {
  for (const Law& law : {Law{"FR", "true", "eea"}, Law{"NO", "true", "eea"}, Law{"RE", "true", "eea"},
                         Law{"GL", "false", "none"}, Law{"GB", "false", "decision"}, Law{"BR", "false", "decision"},
                         Law{"US", "false", "partial"}, Law{"CA", "false", "partial"}, Law{"RU", "false", "none"}}) {
    Hosted host;
    host.net.place("192.0.2.1", law.country);
    host.net.reverse("192.0.2.1", std::vector<std::string>{"machine.example.test"});
    const Evidence& seen = host.measure();
    EXPECT_EQ(shown(seen, "hosting.eu_eea"), law.inside) << law.country;
    EXPECT_EQ(shown(seen, "hosting.adequacy"), law.adequacy) << law.country;
  }
}

TEST(Hosting, OneUnknownAddressLeavesTheAnswerOpenUnlessAnotherIsOutside) {
  Hosted host;
  host.net.host("meet.example.test", {"192.0.2.1", "192.0.2.2"});
  EXPECT_EQ(shown(host.measure(), "hosting.eu_eea"), "<not-found>");
  Hosted outside;
  outside.net.host("meet.example.test", {"192.0.2.1", "192.0.2.2"});
  outside.net.place("192.0.2.1", "CA");
  EXPECT_EQ(shown(outside.measure(), "hosting.eu_eea"), "false");
  EXPECT_EQ(shown(outside.evidence, "hosting.web.countries"), "<not-found>");
  EXPECT_EQ(shown(outside.evidence, "hosting.adequacy"), "<not-found>") << "the other address may be worse";
}

TEST(Hosting, AnAddressOfTheUsThatNothingNamesMayBeACloudsElsewhere) {
  Hosted host;
  host.net.place("192.0.2.1", "US");
  EXPECT_EQ(shown(host.measure(), "hosting.eu_eea"), "<not-understood>");
  EXPECT_EQ(shown(host.evidence, "hosting.web.countries"), "<not-understood>");
}

TEST(Hosting, StunServersOfOthersAreNotTheHostsOwn) {
  Hosted host("p2p: {stunServers: [{urls: 'stun:stun.elsewhere.invalid:3478'}]}");
  host.net.host("stun.elsewhere.invalid", {"192.0.2.30"});
  host.net.place("192.0.2.30", "US");
  host.net.reverse("192.0.2.30", std::vector<std::string>{"ec2-1.compute-1.amazonaws.com"});
  const Evidence& seen = host.measure();
  EXPECT_EQ(shown(seen, "hosting.eu_eea"), "true");
  EXPECT_EQ(shown(seen, "hosting.big_tech"), "<not-understood>") << "and tells nothing of the host's own network";
}

TEST(Hosting, WithoutATableNothingIsClaimed) {
  Instance host;
  host.stock("p2p: {stunServers: []}");
  const Evidence& seen = host.run({"dns", "http", "jitsi", "hosting"});
  for (const char* path : {"hosting.web.countries", "hosting.eu_eea", "hosting.adequacy", "hosting.data_date"}) {
    EXPECT_EQ(shown(seen, path), "<not-found>") << path;
  }
}

TEST(Hosting, ABlockOfAWholeRegionTellsNoCountry) {
  Hosted host;
  host.net.place("192.0.2.1", "EU");
  EXPECT_EQ(shown(host.measure(), "hosting.web.countries"), "<not-understood>");
}

TEST(Hosting, BehindAnIntermediaryTheCountryIsTheIntermediarys) {
  Hosted host;
  HttpAnswer page =
      ok(index_html("9268", config_js("p2p: {stunServers: [{urls: 'stun:turn.example.test:3478'}]}")), "text/html");
  page.headers.push_back({"cf-ray", "8f1d2c3b4a596877-AMS"});
  Hosted fronted;
  Instance behind;
  behind.net.answer("https://meet.example.test/", page);
  behind.net.host("turn.example.test", {"192.0.2.9"});
  behind.net.place("192.0.2.1", "US");
  behind.net.place("192.0.2.9", "NL");
  const Evidence& seen = behind.run({"dns", "http", "jitsi", "hosting"});
  EXPECT_EQ(shown(seen, "http.intermediary"), "Cloudflare");
  EXPECT_EQ(shown(seen, "hosting.web.countries"), "<not-attempted>");
  EXPECT_THAT(why(seen, "hosting.web.countries"), StartsWith("Cloudflare stands in front"));
  EXPECT_EQ(shown(seen, "hosting.eu_eea"), "<not-attempted>");
  EXPECT_EQ(shown(seen, "hosting.operators"), "Cloudflare (in front)");
  EXPECT_EQ(shown(seen, "hosting.big_tech"), "<not-understood>") << "who is behind it was not seen";
}

TEST(Hosting, AnIntermediaryIsToldByItsPublishedAddressesToo) {
  for (const char* address : {"104.16.1.1", "2606:4700::6810:101"}) {
    Hosted host;
    host.net.host("meet.example.test", {address});
    host.net.place(address, "US");
    const Evidence& seen = host.measure();
    EXPECT_EQ(shown(seen, "http.intermediary"), "Cloudflare") << address;
    EXPECT_THAT(excerpt_of(seen, "http.intermediary"), HasSubstr(address));
    EXPECT_EQ(shown(seen, "hosting.web.countries"), "<not-attempted>");
  }
  Hosted direct;
  direct.net.host("meet.example.test", {"104.15.255.255"});
  EXPECT_EQ(shown(direct.measure(), "http.intermediary"), "");
}

TEST(Hosting, ReverseNamesTellWhoseNetworkItIs) {
  Hosted host;
  host.net.reverse("192.0.2.1", std::vector<std::string>{"ec2-3-0-0-1.eu-central-1.compute.amazonaws.com"});
  host.net.reverse("192.0.2.9", std::vector<std::string>{"static.9.2.0.192.clients.your-server.de"});
  const Evidence& seen = host.measure();
  EXPECT_EQ(shown(seen, "hosting.operators"), "Amazon (web) | Hetzner (turn)");
  EXPECT_EQ(shown(seen, "hosting.big_tech"), "Amazon (web)");
  EXPECT_THAT(excerpt_of(seen, "hosting.big_tech"), HasSubstr("compute.amazonaws.com"));
  EXPECT_EQ(shown(seen, "hosting.web.countries"), "<not-understood>") << "used all over the world";
}

TEST(Hosting, NoBigCompanyIsClaimedOnlyWhenEveryNetworkIsKnown) {
  Hosted half;
  half.net.reverse("192.0.2.9", std::vector<std::string>{"static.9.clients.your-server.de"});
  half.net.reverse("192.0.2.1", std::vector<std::string>{"meet.example.test"});
  EXPECT_EQ(shown(half.measure(), "hosting.big_tech"), "<not-understood>");
  EXPECT_EQ(shown(half.evidence, "hosting.operators"), "Hetzner (turn)");
  Hosted all;
  for (const char* address : {"192.0.2.1", "192.0.2.9"}) {
    all.net.reverse(address, std::vector<std::string>{"static.9.clients.your-server.de"});
  }
  EXPECT_EQ(shown(all.measure(), "hosting.big_tech"), "");
}

TEST(Hosting, NamesThatOnlyLookLikeACompanysTellNothing) {
  Hosted host;
  host.net.reverse("192.0.2.1", std::vector<std::string>{"notamazonaws.com", "amazonaws.com.example.test"});
  EXPECT_EQ(shown(host.measure(), "hosting.operators"), "<not-understood>");
}

TEST(Hosting, ATableWithNetworksNamesThem) {
  Hosted host;
  Place place;
  place.country = "DE";
  place.as_number = 64500;
  place.as_organisation = "Rechenhaus GmbH";
  host.net.place("192.0.2.1", place);
  place.as_number = 8075;
  host.net.place("192.0.2.9", place);
  const Evidence& seen = host.measure();
  EXPECT_EQ(host.about("hosting.network", "192.0.2.1"), "AS64500 Rechenhaus GmbH");
  EXPECT_EQ(shown(seen, "hosting.operators"), "AS64500 Rechenhaus GmbH (web) | Microsoft (turn)");
  EXPECT_EQ(shown(seen, "hosting.big_tech"), "Microsoft (turn)");
}

TEST(Hosting, AnUnreadableConfigurationLeavesTheRestOpen) {
  Instance host;
  host.landing(index_html());
  host.net.place("192.0.2.1", "DE");
  host.net.reverse("192.0.2.1", std::vector<std::string>{"static.9.clients.your-server.de"});
  const Evidence& seen = host.run({"dns", "http", "jitsi", "hosting"});
  EXPECT_EQ(shown(seen, "hosting.web.countries"), "DE");
  EXPECT_THAT(shown(seen, "hosting.turn.countries"), StartsWith("<"));
  EXPECT_THAT(shown(seen, "hosting.eu_eea"), StartsWith("<"));
  EXPECT_THAT(shown(seen, "hosting.big_tech"), StartsWith("<"));
}

// An instance that only this side's hosts file knows: the public name servers hear nothing of its neighbours.
TEST(Hosting, NeighboursOfAPrivateInstanceAreNotLookedUp) {
  Hosted host("p2p: {stunServers: [{urls: 'stun:stun.l.google.com:19302'}]}");
  Resolved own;
  own.host = "meet.example.test";
  own.v4 = {*Address::parse("192.0.2.1")};
  own.from_hosts_file = true;
  host.net.resolved("meet.example.test", own);
  EXPECT_EQ(shown(host.measure(), "hosting.turn.countries"), "<not-attempted>");
  EXPECT_THAT(host.net.resolved_names(), ::testing::Not(::testing::Contains("stun.l.google.com")));
}

TEST(Hosting, AManifoldConfigurationDoesNotCostManyQuestions) {
  std::string servers;
  for (int i = 0; i < 40; ++i) servers += "{urls: 'stun:s" + std::to_string(i) + ".example.test'},";
  Hosted host("p2p: {stunServers: [" + servers + "]}");
  EXPECT_EQ(shown(host.measure(), "hosting.turn.countries"), "<budget-exhausted>");
  EXPECT_LE(host.net.resolved_names().size(), 12U);
}

TEST(HostingData, RangesHoldTheirAddressesAndNoOthers) {
  using probes::AddressRange;
  const auto holds = [](const char* range, const char* address) {
    return AddressRange::parse(range)->holds(*Address::parse(address));
  };
  EXPECT_TRUE(holds("104.24.0.0/14", "104.27.255.255"));
  EXPECT_FALSE(holds("104.24.0.0/14", "104.28.0.0"));
  EXPECT_TRUE(holds("2a06:98c0::/29", "2a06:98c7:ffff::1"));
  EXPECT_FALSE(holds("2a06:98c0::/29", "2a06:98c8::"));
  EXPECT_TRUE(holds("192.0.2.1/32", "192.0.2.1"));
  EXPECT_FALSE(holds("192.0.2.1/32", "192.0.2.0"));
  EXPECT_TRUE(holds("0.0.0.0/0", "255.255.255.255"));
  EXPECT_FALSE(holds("0.0.0.0/0", "::1"));
  for (const char* broken : {"192.0.2.0", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/8x", "/8", "2001:db8::/129"}) {
    EXPECT_FALSE(AddressRange::parse(broken)) << broken;
  }
}

TEST(HostingData, TheBundledTablesLoadAndNameTheNineLargestOnly) {
  ASSERT_TRUE(probes::hosting_networks()) << describe(probes::hosting_networks().error());
  ASSERT_TRUE(probes::jurisdictions()) << describe(probes::jurisdictions().error());
  for (const char* product : {"CloudFront", "Google Front End", "Azure Front Door"}) {
    const probes::NetworkOperator* owner = probes::hosting_networks()->in_front(product);
    ASSERT_NE(owner, nullptr) << product;
    EXPECT_TRUE(owner->big_tech) << product;
  }
  EXPECT_FALSE(probes::hosting_networks()->in_front("Cloudflare")->big_tech);
}

TEST(HostingData, DecisionsRunOutAndATableThatNobodyLookedAtSaysNothing) {
  const auto law = probes::Jurisdictions::parse(
      "as_of: 2026-01-01\neu: {countries: [DE], territories: []}\neea: {countries: [IS]}\n"
      "adequacy:\n  - {country: GB, decision: x, date: 2021-01-01, until: 2026-06-30}\n");
  ASSERT_TRUE(law) << describe(law.error());
  EXPECT_EQ(*law->protection("GB", *parse_instant("2026-06-29")), probes::Protection::kDecision);
  EXPECT_EQ(*law->protection("GB", *parse_instant("2026-07-02")), probes::Protection::kNone);
  EXPECT_EQ(law->protection("GB", *parse_instant("2028-01-01")).error().code, ErrorCode::kDataTooOld);
  EXPECT_EQ(*law->protection("IS", *parse_instant("2028-01-01")), probes::Protection::kEea);
}

TEST(HostingData, BrokenTablesSayWhere) {
  for (const char* yaml : {"- {names: [a.test]}", "- {name: A, colour: red}", "- {name: A, ranges: [1.2.3.4]}",
                           "- {name: A, as_numbers: [-1]}", "- {name: A, big_tech: perhaps}", "name: A"}) {
    const auto table = probes::NetworkTable::parse(yaml);
    ASSERT_FALSE(table) << yaml;
    EXPECT_EQ(table.error().code, ErrorCode::kSchema) << yaml;
  }
}

}  // namespace
}  // namespace meetlat::test
