#include "refserver/xmpp_rooms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "base/json.h"
#include "unit/refserver/xmpp_client.h"

namespace meetlat {
namespace {

using testing::careful_xmpp;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::World;
using testing::xml;
using testing::XmppClient;

const std::string kHost = "meet.lantern.test";
const std::string kRoom = "quiet-fern-71@conference." + kHost;

class Rooms : public ::testing::Test {
 protected:
  void start(PersonaXmpp xmpp) {
    persona = std::move(xmpp);
    domain = std::make_unique<XmppDomain>(persona, kHost, world.environment());
  }
  void SetUp() override { start(careful_xmpp()); }

  std::unique_ptr<XmppClient> bound(const std::string& to = kHost) {
    auto client = std::make_unique<XmppClient>(*domain, to);
    client->log_in();
    client->take();
    return client;
  }
  static XmlElement conference(const std::string& room = kRoom) {
    return xmpp::iq_set("c", "focus." + kHost, xmpp::conference_request({room, "uid", {}}));
  }
  // Asks the focus for the room and enters it; what came.
  static std::vector<XmlElement> enter(XmppClient& client, const std::string& nick, const std::string& room = kRoom) {
    client.say(conference(room));
    client.take();
    client.say(xmpp::muc_join(room + "/" + nick).add(XmlElement("stats-id", "jabber:client").with_text(nick)));
    return client.take();
  }
  static std::vector<std::string> nicks(const std::vector<XmlElement>& stanzas) {
    std::vector<std::string> out;
    for (const auto& stanza : stanzas) {
      const auto presence = xmpp::read_muc_presence(stanza);
      if (presence) out.push_back(presence->nick + (presence->type.empty() ? "" : " " + presence->type));
    }
    return out;
  }
  static std::string error_of(const XmlElement& stanza) {
    const auto error = xmpp::read_error(stanza);
    return error ? error->type + " " + error->condition : "no error";
  }
  static xmpp::MucPresence self_of(const std::vector<XmlElement>& stanzas) {
    for (const auto& stanza : stanzas) {
      const auto presence = xmpp::read_muc_presence(stanza);
      if (presence && presence->is_self()) return *presence;
    }
    ADD_FAILURE() << "no presence of one's own";
    return {};
  }

  World world;
  PersonaXmpp persona;
  std::unique_ptr<XmppDomain> domain;
};

TEST_F(Rooms, AreGivenOutByTheFocus) {
  auto client = bound();
  const auto answer = xmpp::read_conference_answer(client->ask(conference()));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->ready);
  EXPECT_EQ(answer->focus_jid, "focus@auth." + kHost);
  EXPECT_EQ(answer->property("authentication"), "false");
}

TEST_F(Rooms, AreNotMadeByWhoJustComes) {
  auto client = bound();
  client->say(xmpp::muc_join(kRoom + "/ab12"));
  EXPECT_EQ(error_of(client->take_one()), "cancel not-allowed");
}

TEST_F(Rooms, ShowTheFocusThenOneselfAsOwner) {
  auto client = bound();
  const auto came = enter(*client, "ab12");
  EXPECT_THAT(nicks(came), ElementsAre("focus", "ab12"));
  ASSERT_NE(came[0].child("versions"), nullptr);
  EXPECT_EQ(came[0].child("versions")->child("component")->text, persona.focus_version);
  const auto self = self_of(came);
  EXPECT_EQ(self.role, "moderator");
  EXPECT_EQ(self.affiliation, "owner");
  EXPECT_EQ(self.real_jid, client->jid());
  EXPECT_TRUE(self.has_status(100));
  ASSERT_NE(came[1].child("stats-id"), nullptr) << "what clients say in presence is shown";
}

TEST_F(Rooms, PushTheirMetadata) {
  auto client = bound();
  const auto came = enter(*client, "ab12");
  EXPECT_THAT(xmpp::read_room_metadata(came.back()), HasSubstr("isTranscribingEnabled"));
  EXPECT_TRUE(parse_json(xmpp::read_room_metadata(came.back())));
}

TEST_F(Rooms, ShowEverybodyToEverybody) {
  auto first = bound();
  auto second = bound();
  enter(*first, "aa");
  EXPECT_THAT(nicks(enter(*second, "bb")), ElementsAre("focus", "aa", "bb"));
  EXPECT_THAT(nicks(first->take()), ElementsAre("bb"));
  second->say(xmpp::muc_leave(kRoom + "/bb"));
  EXPECT_THAT(nicks(second->take()), ElementsAre("bb unavailable"));
  EXPECT_THAT(nicks(first->take()), ElementsAre("bb unavailable"));
}

TEST_F(Rooms, HideAddressesFromWhoIsNoModeratorWhenTheyAreNotPublic) {
  persona = careful_xmpp();
  persona.public_jids = false;
  start(persona);
  auto first = bound();
  auto second = bound();
  EXPECT_FALSE(self_of(enter(*first, "aa")).has_status(100));
  const auto came = enter(*second, "bb");
  EXPECT_EQ(xmpp::read_muc_presence(came[1])->real_jid, "") << "a guest sees no address";
  EXPECT_EQ(self_of(came).real_jid, second->jid());
  EXPECT_EQ(xmpp::read_muc_presence(first->take_one())->real_jid, second->jid()) << "the moderator does";
}

TEST_F(Rooms, AreLeftWhenTheStreamEnds) {
  auto first = bound();
  auto second = bound();
  enter(*first, "aa");
  enter(*second, "bb");
  second->take();
  first->leave();
  EXPECT_THAT(nicks(second->take()), ElementsAre("aa unavailable", "bb")) << "and somebody else is moderator now";
}

TEST_F(Rooms, RefuseANickThatIsTaken) {
  auto first = bound();
  auto second = bound();
  enter(*first, "aa");
  EXPECT_EQ(error_of(enter(*second, "aa").front()), "cancel conflict");
}

TEST_F(Rooms, RelayMessagesAndQuestionsBetweenOccupants) {
  auto first = bound();
  auto second = bound();
  enter(*first, "aa");
  enter(*second, "bb");
  first->take();
  first->say("<message xmlns='jabber:client' type='chat' to='" + kRoom + "/bb'><body>psst</body></message>");
  XmlElement came = second->take_one();
  EXPECT_EQ(came.attribute("from"), kRoom + "/aa");
  EXPECT_EQ(came.attribute("to"), second->jid());
  EXPECT_EQ(came.child("body")->text, "psst");
  first->say("<iq xmlns='jabber:client' type='set' id='j1' to='" + kRoom +
             "/bb'><jingle xmlns='urn:xmpp:jingle:1' action='session-initiate'/></iq>");
  came = second->take_one();
  EXPECT_EQ(came.attribute("id"), "j1");
  second->say("<iq xmlns='jabber:client' type='result' id='j1' to='" + kRoom + "/aa'/>");
  EXPECT_EQ(first->take_one().attribute("from"), kRoom + "/bb");
  second->say("<message xmlns='jabber:client' type='groupchat' to='" + kRoom + "'><body>all</body></message>");
  EXPECT_EQ(first->take_one().child("body")->text, "all");
  EXPECT_EQ(second->take_one().child("body")->text, "all");
}

TEST_F(Rooms, RelayWellFormedStanzasWhateverNamespaceAndPrefixesTheyCameWith) {
  auto first = bound();
  auto second = bound();
  enter(*first, "aa");
  enter(*second, "bb");
  // As inside a BOSH body without a namespace of its own.
  first->say("<message xmlns='http://jabber.org/protocol/httpbind' xmlns:p='urn:p' p:a='1' type='chat' to='" + kRoom +
             "/bb'><body>x</body></message>");
  const std::string text = write_xml(second->take_one());
  EXPECT_THAT(text, HasSubstr("xmlns=\"jabber:client\""));
  EXPECT_TRUE(parse_xml(text)) << text;
  EXPECT_THAT(text, ::testing::Not(HasSubstr("p:a")));
}

TEST_F(Rooms, TellNothingToOutsiders) {
  auto inside = bound();
  auto outside = bound();
  enter(*inside, "aa");
  const auto info = [](const std::string& room) { return xmpp::iq_get("i", room, xmpp::disco_info_query()); };
  EXPECT_EQ(error_of(outside->ask(info(kRoom))), "auth forbidden");
  EXPECT_EQ(error_of(outside->ask(info("no-such-room@conference." + kHost))), "cancel item-not-found");
  EXPECT_EQ(error_of(outside->ask(xmpp::iq_get("f", kRoom, xmpp::room_form_query()))), "cancel not-acceptable");
  outside->say("<message xmlns='jabber:client' type='chat' to='" + kRoom + "/aa'><body>x</body></message>");
  EXPECT_EQ(error_of(outside->take_one()), "cancel not-acceptable");
  EXPECT_THAT(nicks(inside->take()), IsEmpty());
  const auto items =
      xmpp::read_disco_items(outside->ask(xmpp::iq_get("l", "conference." + kHost, xmpp::disco_items_query())));
  ASSERT_TRUE(items);
  EXPECT_THAT(*items, IsEmpty());
}

TEST_F(Rooms, AreListedWhenThePersonaIsCareless) {
  persona = careful_xmpp();
  persona.rooms_listed = true;
  persona.other_rooms = 3;
  start(persona);
  const auto items =
      xmpp::read_disco_items(bound()->ask(xmpp::iq_get("l", "conference." + kHost, xmpp::disco_items_query())));
  ASSERT_TRUE(items);
  EXPECT_EQ(items->size(), 3U);
}

TEST_F(Rooms, DescribeThemselvesToWhoIsIn) {
  auto client = bound();
  enter(*client, "aa");
  const auto info = xmpp::read_disco_info(client->ask(xmpp::iq_get("i", kRoom, xmpp::disco_info_query())));
  ASSERT_TRUE(info && info->forms.size() == 1);
  EXPECT_EQ(info->forms[0].form_type(), xmpp::kMucRoomInfo);
  EXPECT_EQ(info->forms[0].value("muc#roominfo_created_timestamp"), "1790000000000");
  EXPECT_NE(info->forms[0].value("muc#roominfo_meetingId"), "");
  const auto form = xmpp::read_room_form(client->ask(xmpp::iq_get("f", kRoom, xmpp::room_form_query())));
  ASSERT_TRUE(form);
  EXPECT_EQ(form->value("muc#roomconfig_whois"), "anyone");
}

TEST_F(Rooms, HaveALobbyThatAModeratorOpensAndLetsPeopleOutOf) {
  auto moderator = bound();
  auto guest = bound();
  enter(*moderator, "aa");
  xmpp::DataForm form;
  form.type = "submit";
  form.fields = {{"FORM_TYPE", "", {std::string(xmpp::kMucRoomConfig)}}, {"muc#roomconfig_membersonly", "", {"1"}}};
  EXPECT_EQ(moderator->ask(xmpp::iq_set("s", kRoom, xmpp::room_form_result(form))).attribute("type"), "result");
  const auto refused = enter(*guest, "bb").front();
  EXPECT_EQ(error_of(refused), "auth registration-required");
  const std::string lobby = refused.child("error")->child("lobbyroom")->text;
  EXPECT_EQ(lobby, "quiet-fern-71@lobby." + kHost);
  guest->say(xmpp::muc_join(lobby + "/bb"));
  EXPECT_THAT(nicks(guest->take()), ElementsAre("bb"));
  moderator->say("<message xmlns='jabber:client' to='" + kRoom + "'><x xmlns='" + std::string(xmpp::kMucUserNs) +
                 "'><invite to='" + std::string(xmpp::bare_jid(guest->jid())) + "'/></x></message>");
  EXPECT_NE(guest->take_one().child("x", xmpp::kMucUserNs), nullptr);
  EXPECT_EQ(self_of(enter(*guest, "bb")).affiliation, "member");
}

TEST_F(Rooms, HaveNoLobbyThatNobodyOpened) {
  auto guest = bound();
  guest->say(xmpp::muc_join("quiet-fern-71@lobby." + kHost + "/bb"));
  EXPECT_EQ(error_of(guest->take_one()), "cancel item-not-found");
}

TEST_F(Rooms, ArePasswordProtectedWhenAnOwnerWantsIt) {
  auto owner = bound();
  auto guest = bound();
  enter(*owner, "aa");
  xmpp::DataForm form;
  form.type = "submit";
  form.fields = {{"muc#roomconfig_roomsecret", "", {"fern"}}};
  owner->say(xmpp::iq_set("s", kRoom, xmpp::room_form_result(form)));
  EXPECT_EQ(error_of(enter(*guest, "bb").front()), "auth not-authorized");
  XmlElement join = xmpp::presence(kRoom + "/bb");
  XmlElement x("x", std::string(xmpp::kMucNs));
  guest->say(join.add(x.add(XmlElement("password", std::string(xmpp::kMucNs)).with_text("fern"))));
  EXPECT_EQ(self_of(guest->take()).role, "participant");
}

TEST_F(Rooms, NeedALoginToStartWhereThePersonaWantsOne) {
  persona = careful_xmpp();
  persona.login = XmppLogin::kGuestDomain;
  start(persona);
  auto guest = bound("guest." + kHost);
  EXPECT_EQ(error_of(guest->ask(conference())), "auth not-authorized");
  // A meeting that goes on may be asked for.
  EXPECT_TRUE(xmpp::read_conference_answer(guest->ask(conference("weekly-circle-1@conference." + kHost))));
}

TEST_F(Rooms, AreGivenOutOverHttpAsWell) {
  const Answer good = domain->conference_request(xmpp::conference_request_json({kRoom, "uid", {}}));
  EXPECT_EQ(good.status, 200);
  const auto answer = xmpp::read_conference_json(good.body);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->ready);
  EXPECT_EQ(answer->focus_jid, "focus@auth." + kHost);
  EXPECT_EQ(domain->conference_request("{\"room\":\"nowhere\"}").status, 400);
  EXPECT_EQ(domain->conference_request("[").status, 400);
  persona.login = XmppLogin::kToken;
  EXPECT_EQ(domain->conference_request(xmpp::conference_request_json({"b@conference." + kHost, "u", {}})).status, 403);
}

TEST_F(Rooms, AreForgottenWhenNobodyComes) {
  const std::size_t before = domain->rooms().size();
  auto client = bound();
  client->say(conference());
  EXPECT_EQ(domain->rooms().size(), before + 1);
  world.now += kEmptyRoomLife;
  domain->sweep();
  EXPECT_EQ(domain->rooms().size(), before + 1);
  world.now += std::chrono::seconds{1};
  domain->sweep();
  EXPECT_EQ(domain->rooms().size(), before);
}

TEST_F(Rooms, AreBounded) {
  auto client = bound();
  std::size_t refused = 0;
  for (std::size_t i = 0; i < 2 * kMostRooms; ++i) {
    const auto reply = client->ask(conference("r" + std::to_string(i) + "@conference." + kHost));
    if (error_of(reply) == "wait service-unavailable") ++refused;
  }
  EXPECT_EQ(domain->rooms().size(), kMostRooms);
  EXPECT_GT(refused, 0U);
  for (std::size_t i = 0; i <= kMostRoomsOfOne; ++i) {
    client->say(xmpp::muc_join("r" + std::to_string(i) + "@conference." + kHost + "/aa"));
  }
  EXPECT_EQ(error_of(client->take().back()), "wait service-unavailable");
  XmlElement large = xmpp::muc_join("r0@conference." + kHost + "/aa");
  client->say(large.with_text(std::string(kMostPresenceBytes, 'x')));
  EXPECT_EQ(error_of(client->take().back()), "modify policy-violation");
}

TEST_F(Rooms, HaveAFocusThatMayBeAbsentOrSilent) {
  persona = careful_xmpp();
  persona.focus = XmppFocus::kAbsent;
  start(persona);
  auto client = bound();
  EXPECT_EQ(error_of(client->ask(conference())), "wait service-unavailable");
  client->say(xmpp::muc_join(kRoom + "/aa"));
  EXPECT_TRUE(self_of(client->take()).has_status(201)) << "a bare Prosody lets anybody make rooms";
  client.reset();  // it belongs to the domain that ends now
  persona.focus = XmppFocus::kSilent;
  start(persona);
  client = bound();
  client->say(conference());
  EXPECT_THAT(client->take(), IsEmpty());
}

}  // namespace
}  // namespace meetlat
