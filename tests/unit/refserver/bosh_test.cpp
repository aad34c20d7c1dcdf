#include "refserver/bosh.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "refserver/xmpp_service.h"
#include "unit/refserver/xmpp_client.h"

namespace meetlat {
namespace {

using testing::careful_xmpp;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::World;

const std::string kHost = "meet.lantern.test";
constexpr std::int64_t kRid = 1'573'741'820;

class Bosh : public ::testing::Test {
 protected:
  // One request: its answer, or nothing while it is held.
  struct Post {
    std::string body;
    int answers = 0;
    std::optional<BoshService::Held> held;
    xmpp::BoshBody read() const {
      auto parsed = xmpp::read_bosh(body);
      EXPECT_TRUE(parsed) << body;
      return parsed ? std::move(*parsed) : xmpp::BoshBody();
    }
  };
  using PostPtr = std::shared_ptr<Post>;

  PostPtr post(const std::string& bytes) {
    auto out = std::make_shared<Post>();
    out->held = bosh.post(bytes, now, [out](std::string body) {
      out->body = std::move(body);
      ++out->answers;
    });
    EXPECT_EQ(out->held.has_value(), out->answers == 0);
    return out;
  }
  PostPtr post(const XmlElement& body) { return post(write_xml(body)); }
  PostPtr say(const std::string& sid, std::int64_t rid, const XmlElement& stanza) {
    return post(xmpp::bosh_body(sid, rid).add(stanza));
  }
  std::string open(std::int64_t rid = kRid) {
    xmpp::BoshOpen open;
    open.to = kHost;
    open.rid = rid;
    return post(xmpp::bosh_open(open))->read().sid;
  }
  // Uses three more requests.
  std::string log_in() {
    const std::string sid = open();
    say(sid, kRid + 1, xmpp::auth_anonymous());
    post(xmpp::bosh_restart(sid, kRid + 2, kHost));
    const auto bound = say(sid, kRid + 3, xmpp::iq_set("b", "", xmpp::bind_request()))->read();
    EXPECT_NE(xmpp::read_bind(bound.stanzas.at(0)), "");
    return sid;
  }
  static XmlElement ping(const std::string& id) {
    return xmpp::iq_get(id, kHost, XmlElement("ping", std::string(xmpp::kPingNs)));
  }

  World world;
  PersonaXmpp persona = careful_xmpp();
  XmppDomain domain{persona, kHost, world.environment()};
  Ticks now{};
  BoshService bosh{domain, world.environment()};
};

TEST_F(Bosh, ShowsMechanismsInTheFirstAnswer) {
  xmpp::BoshOpen open;
  open.to = kHost;
  open.rid = kRid;
  const auto answer = post(xmpp::bosh_open(open))->read();
  EXPECT_EQ(answer.from, kHost);
  EXPECT_EQ(answer.wait, 60);
  EXPECT_EQ(answer.requests, 2);
  ASSERT_EQ(answer.stanzas.size(), 1U);
  EXPECT_TRUE(xmpp::read_features(answer.stanzas[0]));
}

TEST_F(Bosh, LogsInAndAnswersQuestions) {
  const std::string sid = log_in();
  const auto answer = say(sid, kRid + 4, ping("p"))->read();
  ASSERT_EQ(answer.stanzas.size(), 1U);
  EXPECT_EQ(answer.stanzas[0].attribute("id"), "p");
}

TEST_F(Bosh, HoldsARequestUntilThereIsSomethingToSay) {
  const std::string sid = log_in();
  const auto waiting = post(xmpp::bosh_body(sid, kRid + 4));
  ASSERT_TRUE(waiting->held);
  EXPECT_EQ(waiting->held->wait.count(), 60);
  const auto question = say(sid, kRid + 5, ping("p"));
  EXPECT_THAT(waiting->body, HasSubstr("id=\"p\"")) << "the oldest request carries the answer";
  EXPECT_TRUE(question->held) << "and the new one waits";
}

TEST_F(Bosh, AnswersWithNothingWhenTheWaitIsOver) {
  const std::string sid = log_in();
  const auto waiting = post(xmpp::bosh_body(sid, kRid + 4));
  bosh.expire(*waiting->held);
  EXPECT_EQ(waiting->answers, 1);
  EXPECT_THAT(waiting->read().stanzas, IsEmpty());
  EXPECT_FALSE(waiting->read().terminate);
  bosh.expire(*waiting->held);
  EXPECT_EQ(waiting->answers, 1);
}

TEST_F(Bosh, HoldsOneRequestOnly) {
  const std::string sid = log_in();
  const auto first = post(xmpp::bosh_body(sid, kRid + 4));
  const auto second = post(xmpp::bosh_body(sid, kRid + 5));
  EXPECT_EQ(first->answers, 1);
  EXPECT_TRUE(second->held);
}

TEST_F(Bosh, PutsRequestsInOrder) {
  const std::string sid = log_in();
  const auto later = say(sid, kRid + 5, ping("later"));
  EXPECT_TRUE(later->held);
  const auto sooner = say(sid, kRid + 4, ping("sooner"));
  EXPECT_THAT(sooner->body, HasSubstr("sooner"));
  EXPECT_THAT(sooner->body + later->body, HasSubstr("later"));
}

TEST_F(Bosh, SaysAnAnswerAgainThatWasLost) {
  const std::string sid = log_in();
  const auto first = say(sid, kRid + 4, ping("p"));
  const auto again = say(sid, kRid + 4, ping("p"));
  EXPECT_EQ(again->body, first->body);
}

TEST_F(Bosh, EndsASessionWhoseRequestNumberIsOutOfReach) {
  const std::string sid = log_in();
  const auto waiting = post(xmpp::bosh_body(sid, kRid + 4));
  const auto wrong = post(xmpp::bosh_body(sid, kRid + 100))->read();
  EXPECT_TRUE(wrong.terminate);
  EXPECT_EQ(wrong.condition, "item-not-found");
  EXPECT_TRUE(waiting->read().terminate) << "what is held is told";
  EXPECT_EQ(bosh.sessions(), 0U);
}

TEST_F(Bosh, RefusesWhatIsNoRequest) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "bad-request"},
      {"hello", "bad-request"},
      {"<body/>", "bad-request"},
      {"<body xmlns='http://jabber.org/protocol/httpbind' to='" + kHost + "'/>", "bad-request"},
      {"<body xmlns='http://jabber.org/protocol/httpbind' rid='1'/>", "improper-addressing"},
      {"<body xmlns='http://jabber.org/protocol/httpbind' rid='1' to='other.test'/>", "host-unknown"},
      {"<body xmlns='http://jabber.org/protocol/httpbind' rid='1' sid='none'/>", "item-not-found"},
      {"<!DOCTYPE a [<!ENTITY b 'c'>]><body xmlns='http://jabber.org/protocol/httpbind'>&b;</body>", "bad-request"},
  };
  for (const auto& [bytes, condition] : cases) {
    const auto answer = post(bytes)->read();
    EXPECT_TRUE(answer.terminate) << bytes;
    EXPECT_EQ(answer.condition, condition) << bytes;
  }
  EXPECT_EQ(bosh.sessions(), 0U);
}

TEST_F(Bosh, EndsWhenTheClientSaysSoAndLeavesItsRooms) {
  const std::string sid = log_in();
  const std::string room = "r@conference." + kHost;
  say(sid, kRid + 4, xmpp::iq_set("c", "focus." + kHost, xmpp::conference_request({room, "u", {}})));
  say(sid, kRid + 5, xmpp::muc_join(room + "/aa"));
  ASSERT_NE(domain.rooms().find(room), nullptr);
  EXPECT_TRUE(post(xmpp::bosh_terminate(sid, kRid + 6))->read().terminate);
  EXPECT_EQ(bosh.sessions(), 0U);
  EXPECT_EQ(domain.rooms().find(room), nullptr);
}

TEST_F(Bosh, TellsAStreamErrorAndEnds) {
  const std::string sid = open();
  const auto answer = say(sid, kRid + 1, ping("too early"))->read();
  EXPECT_TRUE(answer.terminate);
  EXPECT_EQ(answer.condition, "remote-stream-error");
  ASSERT_EQ(answer.stanzas.size(), 1U);
  EXPECT_EQ(xmpp::read_stream_error(answer.stanzas[0]), "not-authorized");
}

TEST_F(Bosh, ForgetsWhoWasSilentForAMinute) {
  const std::string sid = log_in();
  now += std::chrono::seconds{60};
  bosh.sweep(now);
  EXPECT_EQ(bosh.sessions(), 1U);
  now += std::chrono::seconds{1};
  bosh.sweep(now);
  EXPECT_EQ(bosh.sessions(), 0U);
  EXPECT_EQ(post(xmpp::bosh_body(sid, kRid + 4))->read().condition, "item-not-found");
}

TEST_F(Bosh, HasAPlaceForSoManySessionsOnly) {
  for (std::size_t i = 0; i < kMostStreams; ++i) EXPECT_NE(open(), "");
  EXPECT_EQ(open(), "");
  EXPECT_EQ(bosh.sessions(), kMostStreams);
}

TEST_F(Bosh, WakesAHeldRequestForWhatSomebodyElseSays) {
  const std::string sid = log_in();
  const std::string room = "r@conference." + kHost;
  say(sid, kRid + 4, xmpp::iq_set("c", "focus." + kHost, xmpp::conference_request({room, "u", {}})));
  say(sid, kRid + 5, xmpp::muc_join(room + "/aa"));
  const auto waiting = post(xmpp::bosh_body(sid, kRid + 6));
  ASSERT_TRUE(waiting->held);
  testing::XmppClient other(domain, kHost);
  other.log_in();
  other.say(xmpp::muc_join(room + "/bb"));
  bosh.flush_all();
  EXPECT_THAT(waiting->body, HasSubstr("/bb"));
}

// --- The other transport, as far as it is no socket

class WebSocketStream : public ::testing::Test {
 protected:
  void start(XmppFault fault) {
    Persona hoster;
    hoster.xmpp = careful_xmpp();
    hoster.xmpp.fault = fault;
    hoster.jitsi.present = false;
    auto docroot = std::make_shared<Docroot>();
    hoster.docroot = docroot;
    service = std::make_shared<XmppService>(std::make_shared<const Site>(hoster), SiteNames{kHost, "lantern.test", {}},
                                            world.environment());
    stream = std::make_unique<WsStream>(service, [this](std::string text) { came.push_back(std::move(text)); });
  }
  std::vector<std::string> say(const std::string& text) {
    came.clear();
    stream->on_message(text);
    return came;
  }
  std::vector<std::string> open() { return say(write_xml(xmpp::ws_open(kHost))); }

  World world;
  std::vector<std::string> came;
  std::shared_ptr<XmppService> service;
  std::unique_ptr<WsStream> stream;
};

TEST_F(WebSocketStream, OpensBeforeItShowsFeatures) {
  start(XmppFault::kNone);
  const auto answers = open();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_THAT(answers[0], HasSubstr("<open "));
  EXPECT_THAT(answers[0], HasSubstr("from=\"" + kHost));
  EXPECT_THAT(answers[1], HasSubstr("ANONYMOUS"));
}

TEST_F(WebSocketStream, RestartsAfterTheLogin) {
  start(XmppFault::kNone);
  open();
  EXPECT_THAT(say(write_xml(xmpp::auth_anonymous())).at(0), HasSubstr("<success"));
  EXPECT_THAT(open().at(1), HasSubstr("urn:ietf:params:xml:ns:xmpp-bind"));
}

TEST_F(WebSocketStream, SaysGoodbye) {
  start(XmppFault::kNone);
  open();
  EXPECT_THAT(say(write_xml(xmpp::ws_close())).at(0), HasSubstr("<close"));
  EXPECT_TRUE(stream->done());
}

TEST_F(WebSocketStream, EndsWhenItUnderstandsNothing) {
  start(XmppFault::kNone);
  const auto answers = say("<stream:stream>");
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_THAT(answers[0], HasSubstr("not-well-formed"));
  EXPECT_TRUE(stream->done());
}

TEST_F(WebSocketStream, TellsNobodyWhoGoesWhenTheServerStops) {
  start(XmppFault::kNone);
  const std::string room = "r@conference." + kHost;
  testing::XmppClient other(service->domain(), kHost);
  other.log_in();
  other.say(xmpp::iq_set("c", "focus." + kHost, xmpp::conference_request({room, "u", {}})));
  other.say(xmpp::muc_join(room + "/bb"));
  for (const XmlElement& said : {xmpp::ws_open(kHost), xmpp::auth_anonymous(), xmpp::ws_open(kHost),
                                 xmpp::iq_set("b", "", xmpp::bind_request()), xmpp::muc_join(room + "/aa")}) {
    say(write_xml(said));
  }
  ASSERT_EQ(service->domain().rooms().find(room)->occupants.size(), 3U);
  came.clear();
  service->drop_all();
  other.leave();
  EXPECT_THAT(came, IsEmpty());
  stream.reset();
}

TEST_F(WebSocketStream, MisbehavesAsThePersonaSays) {
  start(XmppFault::kEntityBomb);
  EXPECT_THAT(open().at(0), HasSubstr("<!ENTITY"));
  start(XmppFault::kSilence);
  EXPECT_THAT(open(), IsEmpty());
  start(XmppFault::kEndless);
  open();
  EXPECT_NE(stream->once_more(), "");
}

}  // namespace
}  // namespace meetlat
