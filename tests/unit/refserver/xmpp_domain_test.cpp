#include "refserver/xmpp_domain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "refserver/xmpp_faults.h"
#include "unit/refserver/xmpp_client.h"

namespace meetlat {
namespace {

using testing::careful_xmpp;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using testing::World;
using testing::XmppClient;

const std::string kHost = "meet.lantern.test";

class Domain : public ::testing::Test {
 protected:
  void start(PersonaXmpp xmpp) {
    persona = std::move(xmpp);
    domain = std::make_unique<XmppDomain>(persona, kHost, world.environment());
  }
  void SetUp() override { start(careful_xmpp()); }

  std::unique_ptr<XmppClient> visitor(const std::string& to = kHost) {
    return std::make_unique<XmppClient>(*domain, to);
  }
  std::unique_ptr<XmppClient> bound() {
    auto client = visitor(persona.login == XmppLogin::kGuestDomain ? "guest." + kHost : kHost);
    client->log_in();
    client->take();
    return client;
  }
  static std::vector<std::string> mechanisms(XmppClient& client) {
    const auto features = xmpp::read_features(client.take_one());
    return features ? features->mechanisms : std::vector<std::string>{"(no features)"};
  }
  static std::string error_of(const XmlElement& stanza) {
    const auto error = xmpp::read_error(stanza);
    return error ? error->type + " " + error->condition : "no error";
  }

  World world;
  PersonaXmpp persona;
  std::unique_ptr<XmppDomain> domain;
};

TEST_F(Domain, LetsAnybodyInWithoutAName) {
  auto client = visitor();
  EXPECT_THAT(mechanisms(*client), ElementsAre("ANONYMOUS"));
  EXPECT_THAT(client->log_in(), MatchesRegex("[0-9a-f-]{36}@meet\\.lantern\\.test/[0-9a-f]+"));
}

TEST_F(Domain, DoesNotBindBeforeTheLoginAndTheNewStream) {
  auto client = visitor();
  client->take();
  client->say(xmpp::iq_set("1", "", xmpp::bind_request()));
  EXPECT_EQ(xmpp::read_stream_error(client->take_one()), "not-authorized");
  EXPECT_FALSE(client->open());
}

TEST_F(Domain, EndsAStreamToADomainThatItIsNot) {
  auto client = visitor("other.test");
  EXPECT_EQ(xmpp::read_stream_error(client->take_one()), "host-unknown");
  EXPECT_FALSE(client->open());
}

TEST_F(Domain, AcceptsNoPassword) {
  persona = careful_xmpp();
  persona.login = XmppLogin::kAccounts;
  start(persona);
  auto client = visitor();
  EXPECT_THAT(mechanisms(*client), ElementsAre("SCRAM-SHA-1", "PLAIN"));
  client->say("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>");
  EXPECT_EQ(xmpp::read_sasl(client->take_one()).condition, "not-authorized");
  client->say(xmpp::auth_anonymous());
  EXPECT_EQ(xmpp::read_sasl(client->take_one()).condition, "invalid-mechanism");
  client->say(xmpp::auth_anonymous());
  EXPECT_FALSE(client->open()) << "three tries are enough";
}

TEST_F(Domain, OffersAnonymousLoginForTokensAndRefusesWithoutOne) {
  persona = careful_xmpp();
  persona.login = XmppLogin::kToken;
  start(persona);
  auto client = visitor();
  EXPECT_THAT(mechanisms(*client), ElementsAre("ANONYMOUS"));
  client->say(xmpp::auth_anonymous());
  EXPECT_EQ(xmpp::read_sasl(client->take_one()).condition, "not-allowed");
}

TEST_F(Domain, HasADomainForGuestsBesideAccounts) {
  persona = careful_xmpp();
  persona.login = XmppLogin::kGuestDomain;
  start(persona);
  EXPECT_THAT(mechanisms(*visitor()), ElementsAre("SCRAM-SHA-1", "PLAIN"));
  auto guest = visitor("guest." + kHost);
  EXPECT_THAT(mechanisms(*guest), ElementsAre("ANONYMOUS"));
  EXPECT_THAT(guest->log_in(), HasSubstr("@guest.meet.lantern.test/"));
}

TEST_F(Domain, SaysWhatItIsAndWhatComponentsItHas) {
  auto client = bound();
  const auto info = xmpp::read_disco_info(client->ask(xmpp::iq_get("1", kHost, xmpp::disco_info_query())));
  ASSERT_TRUE(info);
  EXPECT_TRUE(info->has_feature("urn:xmpp:extdisco:2"));
  EXPECT_TRUE(info->has_feature("urn:xmpp:ping"));
  EXPECT_THAT(info->identities, ::testing::Contains(xmpp::Identity{"component", "lobbyrooms", "lobby." + kHost}));
  const auto items = xmpp::read_disco_items(client->ask(xmpp::iq_get("2", kHost, xmpp::disco_items_query())));
  ASSERT_TRUE(items);
  EXPECT_EQ(items->front().jid, "conference." + kHost);
  const auto version = xmpp::read_version(client->ask(xmpp::iq_get("3", kHost, xmpp::version_query())));
  ASSERT_TRUE(version);
  EXPECT_EQ(version->name + " " + version->version, "Prosody 0.12.4");
}

TEST_F(Domain, LetsNothingButFeaturesOutOfItsLobbyAsThePackagedModuleDoes) {
  auto client = bound();
  const auto info = client->ask(xmpp::iq_get("1", "lobby." + kHost, xmpp::disco_info_query()));
  EXPECT_TRUE(xmpp::read_disco_info(info));
  client->say(xmpp::iq_get("2", "lobby." + kHost, xmpp::disco_items_query()));
  client->say(xmpp::iq_get("3", "lobby." + kHost, xmpp::version_query()));
  EXPECT_THAT(client->take(), ::testing::IsEmpty());
}

TEST_F(Domain, GivesTurnLoginsThatEnd) {
  auto client = bound();
  const auto services = xmpp::read_services(client->ask(xmpp::iq_get("1", kHost, xmpp::services_query())));
  ASSERT_TRUE(services);
  ASSERT_EQ(services->size(), 2U);
  EXPECT_EQ((*services)[0].host, kHost);
  EXPECT_EQ((*services)[0].username, "");
  EXPECT_EQ((*services)[1].username, "1790003600");
  EXPECT_EQ((*services)[1].password.size(), 28U) << "20 bytes of SHA-1 in base64";
  EXPECT_EQ(xmpp::credential_expiry((*services)[1]), 1'790'003'600);
  const auto older = client->ask(xmpp::iq_get("2", kHost, xmpp::services_query(xmpp::kOldServicesNs)));
  ASSERT_NE(older.child("services", xmpp::kOldServicesNs), nullptr);
}

TEST_F(Domain, GivesOneLoginToEverybodyWhenThePersonaIsCareless) {
  persona = careful_xmpp();
  persona.services[1].fixed_login = true;
  start(persona);
  const auto one = xmpp::read_services(bound()->ask(xmpp::iq_get("1", kHost, xmpp::services_query())));
  world.now += std::chrono::hours{1};
  const auto other = xmpp::read_services(bound()->ask(xmpp::iq_get("1", kHost, xmpp::services_query())));
  ASSERT_TRUE(one && other);
  EXPECT_EQ((*one)[1].password, (*other)[1].password);
  EXPECT_FALSE(xmpp::credential_expiry((*one)[1]));
}

TEST_F(Domain, RefusesOrDoesNotKnowExternalServices) {
  for (const auto& [discovery, wanted] : {std::pair(XmppDiscovery::kForbidden, "auth forbidden"),
                                          {XmppDiscovery::kMissing, "cancel service-unavailable"}}) {
    persona = careful_xmpp();
    persona.discovery = discovery;
    start(persona);
    EXPECT_EQ(error_of(bound()->ask(xmpp::iq_get("1", kHost, xmpp::services_query()))), wanted);
  }
}

TEST_F(Domain, KeepsItsVersionToItselfWhenThePersonaSaysNone) {
  persona = careful_xmpp();
  persona.version.clear();
  start(persona);
  EXPECT_EQ(error_of(bound()->ask(xmpp::iq_get("1", kHost, xmpp::version_query()))), "cancel service-unavailable");
}

TEST_F(Domain, RefusesUnknownQuestionsAndOtherServers) {
  auto client = bound();
  const XmlElement question("query", "urn:example:unknown");
  EXPECT_EQ(error_of(client->ask(xmpp::iq_get("1", kHost, question))), "cancel service-unavailable");
  EXPECT_EQ(error_of(client->ask(xmpp::iq_get("2", "elsewhere.test", question))), "cancel remote-server-not-found");
  client->say("<iq xmlns='jabber:client' type='result' id='3' to='elsewhere.test'/>");
  EXPECT_THAT(client->take(), IsEmpty()) << "answers are never answered";
}

TEST_F(Domain, EndsStreamsThatSayWhatIsNoStanzaOrTooMuch) {
  auto client = bound();
  client->say("<stanza xmlns='jabber:client'/>");
  EXPECT_EQ(xmpp::read_stream_error(client->take_one()), "unsupported-stanza-type");
  auto other = bound();
  XmlElement large("message", "jabber:client");
  other->say(large.with_text(std::string(kMostStanzaBytes, 'x')));
  EXPECT_EQ(xmpp::read_stream_error(other->take_one()), "policy-violation");
}

TEST_F(Domain, HasAPlaceForSoManyStreamsOnly) {
  std::vector<std::unique_ptr<XmppClient>> crowd;
  for (std::size_t i = 0; i < kMostStreams; ++i) crowd.push_back(visitor());
  EXPECT_EQ(xmpp::read_stream_error(visitor()->take_one()), "resource-constraint");
  crowd.pop_back();
  EXPECT_TRUE(visitor()->open());
}

TEST_F(Domain, TakesTheNamesOfContainersWhenThePersonaHasThem) {
  persona = careful_xmpp();
  persona.domain = "meet.jitsi";
  persona.muc = "muc";
  start(persona);
  auto client = visitor("meet.jitsi");
  client->log_in();
  const auto items = xmpp::read_disco_items(client->ask(xmpp::iq_get("2", "meet.jitsi", xmpp::disco_items_query())));
  ASSERT_TRUE(items);
  EXPECT_EQ(items->front().jid, "muc.meet.jitsi");
}

TEST(XmppFaults, AreNoXmlThatACarefulReaderTakes) {
  for (const XmppFault fault : {XmppFault::kGarbage, XmppFault::kEntityBomb, XmppFault::kOversized, XmppFault::kDeep}) {
    EXPECT_FALSE(fault_text(fault).empty());
    EXPECT_FALSE(parse_xml(fault_text(fault))) << static_cast<int>(fault);
  }
}

}  // namespace
}  // namespace meetlat
