// The XMPP probe against scripted answers, above all those that a real server does not give. What real servers answer
// is tested end to end (tests/e2e/test_xmpp.py).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "unit/probes/probe_test.h"

namespace meetlat::test {
namespace {

const std::string kBind = "https://meet.example.test/http-bind";

std::string body(const std::string& content, const std::string& attributes = "") {
  return "<body xmlns='http://jabber.org/protocol/httpbind' sid='s1' xmlns:stream='http://etherx.jabber.org/streams' " +
         attributes + ">" + content + "</body>";
}

std::string features(const std::string& mechanisms) {
  std::string list;
  for (const std::string& one : split(mechanisms, ' ')) list += "<mechanism>" + one + "</mechanism>";
  return body("<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>" + list +
              "</mechanisms></stream:features>");
}

std::string iq(int number, const std::string& content, const std::string& type = "result") {
  return "<iq xmlns='jabber:client' type='" + type + "' id='q" + std::to_string(number) + "'>" + content + "</iq>";
}

std::string error(const std::string& condition) {
  return "<error type='cancel'><" + condition + " xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
}

std::string services(const std::string& list) {
  return "<services xmlns='urn:xmpp:extdisco:2'>" + list + "</services>";
}

// A server that lets strangers in by BOSH, with parts to change. The probe numbers its questions q1, q2 ...
struct Server {
  std::string mechanisms = "ANONYMOUS";
  std::string login = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>";
  std::string with_bind;                             // comes with the answer to the binding
  std::string services = iq(2, test::services(""));  // answers to the first three questions
  std::string info = iq(3, "<query xmlns='http://jabber.org/protocol/disco#info'/>");
  std::string version = iq(4, error("service-unavailable"), "error");
  std::vector<std::string> later = {body(iq(5, "<query xmlns='http://jabber.org/protocol/disco#items'/>"))};

  void script(Instance& instance) const {
    const auto say = [&](const std::string& text) { instance.net.answer(kBind, ok(text, "text/xml")); };
    say(features(mechanisms));
    say(body(login));
    say(body("<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>"));
    say(body(with_bind +
             iq(1, "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>a@meet.example.test/b</jid></bind>")));
    say(body(services + info + version));
    for (const std::string& text : later) say(text);
    say(body("", "type='terminate'"));
  }
};

Evidence run(const Server& server, const std::string& members = "") {
  Instance instance;
  instance.stock(members);
  server.script(instance);
  return instance.run({"jitsi", "xmpp"});
}

TEST(XmppProbe, DescribesAServerThatTellsNothing) {
  const Evidence found = run({});
  EXPECT_EQ(shown(found, "xmpp.bosh"), "true");
  EXPECT_EQ(shown(found, "xmpp.websocket"), "<not-attempted>");
  EXPECT_EQ(shown(found, "xmpp.login.kind"), "open");
  EXPECT_EQ(shown(found, "xmpp.ice.announced"), "true");
  EXPECT_EQ(shown(found, "xmpp.ice.contacted"), "");
  EXPECT_EQ(shown(found, "xmpp.server.version"), "");
  EXPECT_EQ(shown(found, "xmpp.components"), "");
  EXPECT_EQ(shown(found, "xmpp.rooms_listed"), "0");
  EXPECT_EQ(shown(found, "xmpp.room.start"), "<not-attempted>");
}

TEST(XmppProbe, AnEmptyListOfTheServerClearsTheDefaultOfTheClient) {
  const Evidence found = run({});
  EXPECT_NE(shown(found, "jitsi.stun.third_party"), "");
  EXPECT_EQ(shown(found, "xmpp.ice.contacted_third_party"), "");
  EXPECT_EQ(shown(found, "xmpp.ice.source"), "server");
}

TEST(XmppProbe, ReadsComponentsAndThePlaceOfTheServer) {
  Server server;
  server.info = iq(3,
                   "<query xmlns='http://jabber.org/protocol/disco#info'>"
                   "<identity category='component' type='polls' name='polls.meet.example.test'/>"
                   "<identity category='component' type='lobbyrooms' name='lobby.elsewhere.test'/>"
                   "<identity category='server' type='region' name='eu-west'/>"
                   "<identity category='server' type='im' name='Prosody'/></query>");
  const Evidence found = run(server);
  EXPECT_EQ(shown(found, "xmpp.components"), "lobbyrooms | polls");
  EXPECT_EQ(shown(found, "xmpp.deployment"), "region: eu-west");
}

TEST(XmppProbe, AsksForRoomsWhereAnAnswerCanComeAndNotInTheLobby) {
  Server server;
  server.info = iq(3,
                   "<query xmlns='http://jabber.org/protocol/disco#info'>"
                   "<identity category='component' type='breakout_rooms' name='breakout.meet.example.test'/>"
                   "<identity category='component' type='lobbyrooms' name='lobby.meet.example.test'/></query>");
  // The client's rooms and the breakout rooms answer. The packaged lobby never would, whatever is asked.
  const std::string nothing = "<query xmlns='http://jabber.org/protocol/disco#items'/>";
  server.later = {body(iq(5, nothing) + iq(6, nothing))};
  EXPECT_EQ(shown(run(server), "xmpp.rooms_listed"), "0");
}

TEST(XmppProbe, ARefusedAnonymousLoginMeansAToken) {
  Server server;
  server.login = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><not-allowed/></failure>";
  const Evidence found = run(server);
  EXPECT_EQ(shown(found, "xmpp.login.kind"), "token");
  EXPECT_EQ(shown(found, "xmpp.ice.announced"), "<not-attempted>");
}

TEST(XmppProbe, ALoginThatFailsForNowSaysNothing) {
  Server server;
  server.login = "<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><temporary-auth-failure/></failure>";
  const Evidence found = run(server);
  EXPECT_EQ(shown(found, "xmpp.login.kind"), "<not-understood>");
  EXPECT_EQ(shown(found, "xmpp.login.needed"), "open") << "what the configuration says";
}

TEST(XmppProbe, TheServersAnswerGoesBeforeTheConfiguration) {
  Server server;
  const Evidence found = run(server, "tokenAuthUrl: '/login'");
  EXPECT_EQ(shown(found, "jitsi.login.kind"), "token");
  EXPECT_EQ(shown(found, "xmpp.login.needed"), "open") << "an anonymous login worked";
}

TEST(XmppProbe, NamesAdvisoriesOfTheVersionThatTheServerTells) {
  const auto advisories = [](const std::string& name, const std::string& version) {
    Server server;
    server.version =
        iq(4, "<query xmlns='jabber:iq:version'><name>" + name + "</name><version>" + version + "</version></query>");
    return shown(run(server), "xmpp.advisories");
  };
  EXPECT_EQ(advisories("Prosody", "0.11.11"), "CVE-2022-0217 | CVE-2026-43506 | CVE-2026-43507");
  EXPECT_EQ(advisories("Prosody", "13.0.4"), "CVE-2026-43506 | CVE-2026-43507");
  EXPECT_EQ(advisories("Prosody", "13.0.5"), "");
  EXPECT_EQ(advisories("Prosody", "trunk nightly build 2000"), "<not-understood>");
  EXPECT_EQ(advisories("ejabberd", "0.1.2"), "<not-understood>");
}

TEST(XmppProbe, WithoutAnyMechanismTheLoginIsUnknown) {
  Server server;
  server.mechanisms = "";
  const Evidence found = run(server);
  EXPECT_EQ(shown(found, "xmpp.mechanisms"), "");
  EXPECT_EQ(shown(found, "xmpp.login.kind"), "<not-understood>");
}

TEST(XmppProbe, FindsThirdPartiesAndLoginsThatNeverEnd) {
  Server server;
  server.services = iq(2, services("<service type='stun' host='stun.other.test' port='3478' transport='udp'/>"
                                   "<service type='turns' host='turn.example.test' port='443' transport='tcp' "
                                   "username='jitsi' password='hidden-word'/>"
                                   "<service type='proxy' host='elsewhere.test'/>"));
  const Evidence found = run(server);
  EXPECT_EQ(shown(found, "xmpp.ice.hosts"), "stun:stun.other.test:3478/udp | turns:turn.example.test:443/tcp");
  EXPECT_EQ(shown(found, "xmpp.ice.third_party"), "stun.other.test:3478");
  EXPECT_EQ(shown(found, "xmpp.ice.contacted_third_party"), "stun.other.test:3478");
  EXPECT_EQ(shown(found, "xmpp.turn.static_login"), "true");
  for (const Fact& fact : found.all()) {
    const std::string value = fact.measured() ? to_string(*fact.value) : describe(fact.value.error());
    EXPECT_EQ(value.find("hidden-word"), std::string::npos) << fact.path;
    EXPECT_EQ(fact.provenance.excerpt.find("hidden-word"), std::string::npos) << fact.path;
  }
}

TEST(XmppProbe, AnEndBesideAFixedNameIsNoPromise) {
  Server server;
  const std::string end = "password='x' expires='2026-11-24T06:00:00Z'/>";
  server.services = iq(2, services("<service type='turn' host='turn.example.test' username='jitsi' " + end));
  EXPECT_EQ(shown(run(server), "xmpp.turn.static_login"), "<not-understood>");
  EXPECT_EQ(shown(run(server), "xmpp.turn.lifetime_seconds"), "86400");
  server.services = iq(2, services("<service type='turn' host='turn.example.test' username='1795500000:a' " + end));
  EXPECT_EQ(shown(run(server), "xmpp.turn.static_login"), "false");
}

TEST(XmppProbe, WithoutCallsOfTwoOnlyTurnByTcpIsUsed) {
  Server server;
  server.services = iq(2, services("<service type='stun' host='stun.other.test' port='3478'/>"
                                   "<service type='turn' host='udp.other.test' port='3478' transport='udp'/>"
                                   "<service type='turns' host='tcp.other.test' port='443' transport='tcp'/>"));
  EXPECT_EQ(shown(run(server, "p2p: {enabled: false}"), "xmpp.ice.contacted_third_party"), "tcp.other.test:443");
  EXPECT_EQ(shown(run(server, "p2p: {enabled: false}, useTurnUdp: true"), "xmpp.ice.contacted_third_party"),
            "tcp.other.test:443 | udp.other.test:3478");
  EXPECT_EQ(shown(run(server, "p2p: {enabled: true}"), "xmpp.ice.contacted_third_party"),
            "stun.other.test:3478 | tcp.other.test:443 | udp.other.test:3478");
}

TEST(XmppProbe, AnUnreadableSwitchLeavesTheContactOpen) {
  Server server;
  server.services = iq(2, services("<service type='stun' host='stun.other.test' port='3478'/>"));
  EXPECT_EQ(shown(run(server, "p2p: {enabled: decide()}"), "xmpp.ice.contacted_third_party"), "<not-understood>");
  EXPECT_EQ(shown(run(server, "p2p: {iceTransportPolicy: 'relay'}"), "xmpp.ice.contacted_third_party"),
            "<not-understood>");
  EXPECT_EQ(
      shown(run(server, "iceServersOverride: [{targetType: 'stun', urls: null}]"), "xmpp.ice.contacted_third_party"),
      "<not-understood>");
}

TEST(XmppProbe, AnAddressTellsNoOwner) {
  Server server;
  server.services = iq(2, services("<service type='turn' host='203.0.113.7' port='3478' transport='tcp'/>"));
  EXPECT_EQ(shown(run(server), "xmpp.ice.contacted_third_party"), "");  // a documentation address leads nowhere
  server.services = iq(2, services("<service type='turn' host='8.8.4.4' port='3478' transport='tcp'/>"));
  EXPECT_EQ(shown(run(server), "xmpp.ice.contacted_third_party"), "<not-understood>");
  server.services = iq(2, services("<service type='turn' host='192.0.2.1' port='3478' transport='tcp'/>"));
  EXPECT_EQ(shown(run(server), "xmpp.ice.contacted_third_party"), "") << "the instance's own";
}

TEST(XmppProbe, WhereTheListComesInARoomOnlyItIsNotMeasured) {
  Server server;
  server.with_bind =
      "<message xmlns='jabber:client'><query xmlns='http://jabber.org/protocol/disco#info'><identity "
      "category='component' type='room_metadata' name='metadata.meet.example.test'/></query></message>";
  const Evidence found = run(server);
  EXPECT_EQ(shown(found, "xmpp.ice.announced"), "true");
  EXPECT_EQ(shown(found, "xmpp.ice.contacted_third_party"), "<not-attempted>");
}

TEST(XmppProbe, ARefusalConfirmsTheConfigurationsListForClientsThatTakeNoneFromARoom) {
  const auto source = [](const char* web_build, bool with_metadata) {
    Server server;
    server.services = iq(2, error("service-unavailable"), "error");
    if (with_metadata) {
      server.info = iq(3,
                       "<query xmlns='http://jabber.org/protocol/disco#info'><identity category='component' "
                       "type='room_metadata' name='metadata.meet.example.test'/></query>");
    }
    server.later = {body(iq(5, error("service-unavailable"), "error")), body(iq(6, error("forbidden"), "error"))};
    Instance instance;
    instance.stock("p2p: {stunServers: [{urls: 'stun:stun.other.test:3478'}]}", web_build);
    server.script(instance);
    const Evidence& found = instance.run({"jitsi", "xmpp"});
    EXPECT_EQ(shown(found, "xmpp.ice.announced"), "false");
    return shown(found, "xmpp.ice.source") + ": " + shown(found, "xmpp.ice.contacted_third_party");
  };
  const std::string configured = "configuration: stun.other.test:3478";
  const std::string open = "<not-attempted>: <not-attempted>";
  EXPECT_EQ(source("9139", true), configured) << "release 10888";
  EXPECT_EQ(source("9222", true), open) << "release 10978";
  EXPECT_EQ(source("9200", true), open) << "between the two";
  EXPECT_EQ(source("99999", true), open) << "newer than the table";
  EXPECT_EQ(source("9222", false), configured) << "this server has no metadata of rooms";
}

TEST(XmppProbe, TheFirstVersionOfExternalServicesIsAskedForAsWell) {
  Server server;
  server.services = iq(2, error("service-unavailable"), "error");
  server.later = {body(iq(5,
                          "<services xmlns='urn:xmpp:extdisco:1'><service type='stun' host='stun.other.test'/>"
                          "</services>")),
                  body(iq(6, error("forbidden"), "error"))};
  const Evidence found = run(server);
  EXPECT_EQ(shown(found, "xmpp.ice.hosts"), "stun:stun.other.test");
  EXPECT_EQ(shown(found, "xmpp.ice.third_party"), "stun.other.test:3478");
  EXPECT_EQ(shown(found, "xmpp.rooms_listed"), "0");
}

TEST(XmppProbe, QuestionsWithoutAnAnswerAreNotMeasured) {
  Server server;
  server.services = "";
  server.later.clear();
  const Evidence found = run(server);
  EXPECT_EQ(shown(found, "xmpp.ice.announced"), "<timed-out>");
  EXPECT_EQ(shown(found, "xmpp.ice.contacted_third_party"), "<timed-out>");
  EXPECT_EQ(shown(found, "xmpp.server.version"), "") << "what was answered counts";
}

TEST(XmppProbe, OnlyASureNoIsANo) {
  struct Case {
    HttpAnswer answer;
    const char* shown;
  };
  const Case cases[] = {{status_answer(404), "false"},
                        {ok("<html><body>It works!</body></html>"), "false"},
                        {ok("It works!", "text/plain"), "false"},
                        {status_answer(403), "<http-status>"},
                        {status_answer(502), "<http-status>"},
                        {ok(body("", "type='terminate' condition='host-unknown'"), "text/xml"), "<connection-reset>"}};
  for (const Case& c : cases) {
    Instance instance;
    instance.stock();
    instance.net.answer(kBind, c.answer);
    const Evidence found = instance.run({"jitsi", "xmpp"});
    EXPECT_EQ(shown(found, "xmpp.bosh"), c.shown) << c.answer.status << c.answer.body;
    EXPECT_TRUE(shown(found, "xmpp.login.kind").starts_with("<")) << shown(found, "xmpp.login.kind");
    EXPECT_TRUE(shown(found, "xmpp.ice.contacted_third_party").starts_with("<"));
  }
  Instance instance;
  instance.stock();
  instance.net.fail_url(kBind, ErrorCode::kTimedOut);
  EXPECT_EQ(shown(instance.run({"jitsi", "xmpp"}), "xmpp.bosh"), "<timed-out>");
}

TEST(XmppProbe, AServerThatTalksForEverIsLeft) {
  Instance instance;
  instance.stock();
  std::string noise;
  for (int i = 0; i < 100; ++i) noise += "<message xmlns='jabber:client'/>";
  instance.net.answer(kBind, ok(body(noise), "text/xml"));
  const Evidence found = instance.run({"jitsi", "xmpp"});
  EXPECT_EQ(shown(found, "xmpp.bosh"), "<too-large>");
  EXPECT_LE(instance.net.count(kBind), 22);
}

TEST(XmppProbe, AsksNobodyWhenItDoesNotKnowWhom) {
  Instance unreadable;
  unreadable.landing(index_html());
  EXPECT_TRUE(shown(unreadable.run({"jitsi", "xmpp"}), "xmpp.login.kind").starts_with("<"));
  EXPECT_EQ(unreadable.net.count(kBind), 0);
  Instance elsewhere;
  elsewhere.landing(index_html("9268",
                               "var config = {hosts: {domain: 'x.test', muc: 'c.x.test'}, "
                               "bosh: 'https://localhost/http-bind', websocket: 'https://http://a/'};"));
  EXPECT_EQ(shown(elsewhere.run({"jitsi", "xmpp"}), "xmpp.bosh"), "<not-understood>");
}

}  // namespace
}  // namespace meetlat::test
