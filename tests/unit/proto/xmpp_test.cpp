// The examples are those of the specifications (XEP and number, or RFC), shortened.
#include "proto/xmpp.h"

#include <gtest/gtest.h>

#include <string>

#include "proto/xmpp_room.h"

namespace meetlat::xmpp {
namespace {

XmlElement xml(std::string_view text) {
  const Result<XmlElement> parsed = parse_xml(text);
  EXPECT_TRUE(parsed) << text << (parsed ? "" : parsed.error().context);
  return parsed ? *parsed : XmlElement();
}

// What is written is read by the same reader as what a stranger sent.
XmlElement again(const XmlElement& element) {
  return xml(write_xml(element));
}

TEST(Jid, IsTakenApart) {
  EXPECT_EQ(bare_jid("a@b.test/c/d"), "a@b.test");
  EXPECT_EQ(jid_resource("a@b.test/c/d"), "c/d");
  EXPECT_EQ(jid_domain("a@b.test/c@d"), "b.test");
  EXPECT_EQ(jid_domain("b.test"), "b.test");
  EXPECT_EQ(jid_resource("b.test"), "");
}

TEST(Bosh, ReadsTheAnswerToASessionRequest) {  // XEP-0206 example 2
  const Result<BoshBody> body = read_bosh(
      "<body wait='60' inactivity='30' polling='5' requests='2' hold='1' from='example.com' accept='deflate,gzip' "
      "sid='SomeSID' secure='true' charsets='ISO_8859-1 ISO-2022-JP' xmpp:restartlogic='true' xmpp:version='1.0' "
      "authid='ServerStreamID' xmlns='http://jabber.org/protocol/httpbind' xmlns:xmpp='urn:xmpp:xbosh' "
      "xmlns:stream='http://etherx.jabber.org/streams'><stream:features><mechanisms "
      "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism>"
      "</mechanisms></stream:features></body>");
  ASSERT_TRUE(body) << body.error().context;
  EXPECT_EQ(body->sid, "SomeSID");
  EXPECT_EQ(body->wait, 60);
  EXPECT_FALSE(body->terminate);
  EXPECT_FALSE(body->restart);
  ASSERT_EQ(body->stanzas.size(), 1U);
  const std::optional<StreamFeatures> features = read_features(body->stanzas[0]);
  ASSERT_TRUE(features);
  EXPECT_EQ(features->mechanisms, (std::vector<std::string>{"SCRAM-SHA-1", "PLAIN"}));
  EXPECT_FALSE(features->bind);
}

TEST(Bosh, ReadsATermination) {  // XEP-0124 section 17.2
  const Result<BoshBody> body =
      read_bosh("<body type='terminate' condition='host-unknown' xmlns='http://jabber.org/protocol/httpbind'/>");
  ASSERT_TRUE(body);
  EXPECT_TRUE(body->terminate);
  EXPECT_EQ(body->condition, "host-unknown");
}

TEST(Bosh, RefusesWhatIsNoBody) {
  EXPECT_EQ(read_bosh("<html><body/></html>").error().code, ErrorCode::kNotUnderstood);
  EXPECT_EQ(read_bosh("<body/>").error().code, ErrorCode::kNotUnderstood);
  EXPECT_EQ(read_bosh("It works!").error().code, ErrorCode::kParse);
}

TEST(Bosh, WritesBodiesThatItCanRead) {
  BoshOpen open;
  open.to = "a&b.test";
  open.rid = 9'000'000'000'001;
  const XmlElement opened = again(bosh_open(open));
  EXPECT_TRUE(opened.is("body", kBoshNs));
  EXPECT_EQ(opened.attribute("to"), "a&b.test");
  EXPECT_EQ(opened.attribute("xmpp:version"), "1.0");
  EXPECT_EQ(opened.attribute("rid"), "9000000000001");
  const Result<BoshBody> restart = read_bosh(write_xml(bosh_restart("s'1", 2, "b.test")));
  ASSERT_TRUE(restart);
  EXPECT_TRUE(restart->restart);
  EXPECT_EQ(restart->sid, "s'1");
  const Result<BoshBody> end = read_bosh(write_xml(bosh_terminate("s", 3).add(presence("", "unavailable"))));
  ASSERT_TRUE(end);
  EXPECT_TRUE(end->terminate);
  EXPECT_TRUE(is_stanza(end->stanzas.at(0), "presence"));
}

TEST(WebSocket, FramesAreElementsOfTheirOwnNamespace) {  // RFC 7395 section 3.1
  EXPECT_EQ(write_xml(ws_open("example.com")),
            R"(<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="example.com" version="1.0"/>)");
  EXPECT_EQ(write_xml(ws_close()), R"(<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>)");
}

TEST(Features, AreReadAfterLogin) {  // RFC 6120 section 7.2 with RFC 6121's optional session, XEP-0198
  const auto features = read_features(
      xml("<stream:features xmlns:stream='http://etherx.jabber.org/streams'><bind "
          "xmlns='urn:ietf:params:xml:ns:xmpp-bind'/><session xmlns='urn:ietf:params:xml:ns:xmpp-session'>"
          "<optional/></session><sm xmlns='urn:xmpp:sm:3'/></stream:features>"));
  ASSERT_TRUE(features);
  EXPECT_TRUE(features->bind);
  EXPECT_FALSE(features->session);
  EXPECT_TRUE(features->stream_management);
  EXPECT_TRUE(features->mechanisms.empty());
  EXPECT_FALSE(read_features(xml("<features/>")));
}

TEST(Features, WrittenAreReadBack) {
  StreamFeatures features;
  features.mechanisms = {"ANONYMOUS"};
  features.bind = features.session = true;
  EXPECT_TRUE(write_xml(stream_features(features)).starts_with("<stream:features "));
  const auto back = read_features(again(stream_features(features)));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->mechanisms, features.mechanisms);
  EXPECT_TRUE(back->bind);
  EXPECT_TRUE(back->session);
}

TEST(Sasl, TellsSuccessFailureAndOthersApart) {  // RFC 6120 sections 6.4.6 and 6.5
  EXPECT_EQ(read_sasl(xml("<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")).answer, SaslAnswer::kSuccess);
  const SaslOutcome failure =
      read_sasl(xml("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><text>no</text><not-authorized/></failure>"));
  EXPECT_EQ(failure.answer, SaslAnswer::kFailure);
  EXPECT_EQ(failure.condition, "not-authorized");
  EXPECT_EQ(read_sasl(xml("<challenge xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>")).answer, SaslAnswer::kOther);
  EXPECT_EQ(read_sasl(again(sasl_failure("aborted"))).condition, "aborted");
  EXPECT_EQ(again(auth_anonymous()).attribute("mechanism"), "ANONYMOUS");
}

TEST(Stanza, ErrorHasTypeConditionAndText) {  // RFC 6120 section 8.3
  const auto error =
      read_error(xml("<iq xmlns='jabber:client' type='error' id='x'><error type='cancel'><gone "
                     "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>xmpp:r@x</gone><text "
                     "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>moved</text></error></iq>"));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->type, "cancel");
  EXPECT_EQ(error->condition, "gone");
  EXPECT_EQ(error->text, "moved");
  EXPECT_EQ(read_error(xml("<iq type='error'/>"))->condition, "undefined-condition");
  EXPECT_FALSE(read_error(xml("<iq type='result'/>")));
}

TEST(Stanza, StreamErrorHasACondition) {  // RFC 6120 section 4.9.3
  const auto error =
      read_stream_error(xml("<stream:error xmlns:stream='http://etherx.jabber.org/streams'><text "
                            "xmlns='urn:ietf:params:xml:ns:xmpp-streams'>x</text><host-unknown "
                            "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"));
  EXPECT_EQ(error.value_or(""), "host-unknown");
}

TEST(Bind, GivesTheAddress) {  // RFC 6120 section 7.6.1
  EXPECT_EQ(read_bind(xml("<iq xmlns='jabber:client' id='t' type='result'><bind "
                          "xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>juliet@im.example.com/4db06f06</jid>"
                          "</bind></iq>")),
            "juliet@im.example.com/4db06f06");
  const XmlElement request = again(iq_set("b1", "", bind_request()));
  EXPECT_EQ(read_bind(again(iq_result(request).add(bind_result("a@b/c")))), "a@b/c");
  EXPECT_EQ(read_bind(request), "");
}

TEST(Disco, InfoHasIdentitiesFeaturesAndForms) {  // XEP-0030 example 2, XEP-0128
  const auto info = read_disco_info(
      xml("<iq xmlns='jabber:client' type='result' from='plays.shakespeare.lit' id='info1'>"
          "<query xmlns='http://jabber.org/protocol/disco#info'><identity category='conference' type='text' "
          "name='Play-Specific Chatrooms'/><feature var='http://jabber.org/protocol/muc'/>"
          "<x xmlns='jabber:x:data' type='result'><field var='FORM_TYPE' type='hidden'><value>"
          "http://jabber.org/network/serverinfo</value></field><field var='c2s_port'><value>5222</value></field></x>"
          "</query></iq>"));
  ASSERT_TRUE(info);
  EXPECT_EQ(info->identities, (std::vector<Identity>{{"conference", "text", "Play-Specific Chatrooms"}}));
  EXPECT_TRUE(info->has_feature("http://jabber.org/protocol/muc"));
  ASSERT_EQ(info->forms.size(), 1U);
  EXPECT_EQ(info->forms[0].form_type(), "http://jabber.org/network/serverinfo");
  EXPECT_EQ(info->forms[0].value("c2s_port"), "5222");
  EXPECT_EQ(info->forms[0].value("gone"), "");
  const auto back =
      read_disco_info(again(iq_result(iq_get("i", "d", disco_info_query())).add(disco_info_result(*info))));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->identities, info->identities);
  EXPECT_EQ(back->forms.at(0).form_type(), info->forms[0].form_type());
}

TEST(Disco, ItemsAreCutAtTheMost) {  // XEP-0030 example 11
  const XmlElement iq =
      xml("<iq type='result'><query xmlns='http://jabber.org/protocol/disco#items'><item jid='people.shakespeare.lit' "
          "name='Directory of Characters'/><item jid='plays.shakespeare.lit'/></query></iq>");
  const auto items = read_disco_items(iq);
  ASSERT_TRUE(items);
  ASSERT_EQ(items->size(), 2U);
  EXPECT_EQ((*items)[0].jid, "people.shakespeare.lit");
  EXPECT_EQ(read_disco_items(iq, 1)->size(), 1U);
  EXPECT_FALSE(read_disco_items(xml("<iq type='error'/>")));
}

TEST(Services, AreReadInBothVersions) {  // XEP-0215 example 3
  for (const std::string ns : {"urn:xmpp:extdisco:1", "urn:xmpp:extdisco:2"}) {
    const auto services = read_services(
        xml("<iq from='shakespeare.lit' id='ul2bc7y6' type='result'><services xmlns='" + ns +
            "'><service host='stun.shakespeare.lit' port='9998' transport='udp' type='stun'/><service "
            "host='relay.shakespeare.lit' password='jj929jkj5sadjfj93v3n' port='9999' transport='udp' type='turn' "
            "username='nb78932lkjlskjfdb7g8' expires='2030-02-03T04:05:06Z' restricted='1'/></services></iq>"));
    ASSERT_TRUE(services) << ns;
    ASSERT_EQ(services->size(), 2U);
    EXPECT_EQ((*services)[0].type, "stun");
    EXPECT_EQ((*services)[0].port, 9998);
    EXPECT_EQ((*services)[1].password, "jj929jkj5sadjfj93v3n");
    EXPECT_TRUE((*services)[1].restricted);
    EXPECT_EQ(read_services(again(iq("result", "a", "b").add(services_result(*services, ns))))->size(), 2U);
  }
  EXPECT_FALSE(read_services(xml("<iq type='result'><services xmlns='urn:xmpp:extdisco:3'/></iq>")));
  EXPECT_TRUE(read_services(xml("<iq type='result'><services xmlns='urn:xmpp:extdisco:2'/></iq>"))->empty());
}

TEST(Services, LoginEndsWhenItSaysSo) {
  Service service;
  EXPECT_EQ(credential_expiry(service), std::nullopt);
  service.username = "jitsi";
  EXPECT_EQ(credential_expiry(service), std::nullopt);
  service.username = "12345678";  // a customer number
  EXPECT_EQ(credential_expiry(service), std::nullopt);
  service.username = "1900000000";
  EXPECT_EQ(credential_expiry(service), 1'900'000'000);
  service.username = "1900000000:meet";
  EXPECT_EQ(credential_expiry(service), 1'900'000'000);
  service.expires = "2030-01-01T00:00:00Z";
  EXPECT_EQ(credential_expiry(service), 1'893'456'000);
  EXPECT_EQ(name_expiry(service), 1'900'000'000);
  service.username = "jitsi";
  EXPECT_EQ(name_expiry(service), std::nullopt);
  service.expires = "soon";
  EXPECT_EQ(credential_expiry(service), std::nullopt);
}

TEST(Version, IsReadAndWritten) {  // XEP-0092 example 2
  const auto version =
      read_version(xml("<iq type='result'><query xmlns='jabber:iq:version'><name>Exodus</name>"
                       "<version>0.7.0.4</version><os>Windows-XP 5.01.2600</os></query></iq>"));
  ASSERT_TRUE(version);
  EXPECT_EQ(version->name, "Exodus");
  EXPECT_EQ(version->version, "0.7.0.4");
  EXPECT_EQ(read_version(again(iq("result", "v", "").add(version_result(*version))))->os, "Windows-XP 5.01.2600");
}

TEST(Room, PresenceTellsWhoIsSeen) {  // XEP-0045 examples 24 and 26
  const auto self = read_muc_presence(xml(
      "<presence xmlns='jabber:client' from='coven@chat.shakespeare.lit/thirdwitch' id='n' "
      "to='hag66@shakespeare.lit/pda'><x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='member' "
      "jid='hag66@shakespeare.lit/pda' role='participant'/><status code='100'/><status code='110'/></x></presence>"));
  ASSERT_TRUE(self);
  EXPECT_EQ(self->nick, "thirdwitch");
  EXPECT_TRUE(self->is_self());
  EXPECT_TRUE(self->has_status(100));
  EXPECT_FALSE(self->has_status(201));
  EXPECT_EQ(self->affiliation, "member");
  EXPECT_EQ(self->real_jid, "hag66@shakespeare.lit/pda");
  const auto back = read_muc_presence(again(muc_presence(*self, "a@b/c")));
  EXPECT_EQ(back->real_jid, self->real_jid);
  EXPECT_EQ(back->statuses, self->statuses);
}

TEST(Room, RefusalIsAnError) {  // XEP-0045 example 30
  const auto refused = read_muc_presence(
      xml("<presence xmlns='jabber:client' from='coven@chat.shakespeare.lit' type='error'><error type='auth'>"
          "<registration-required xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></presence>"));
  ASSERT_TRUE(refused);
  ASSERT_TRUE(refused->error);
  EXPECT_EQ(refused->error->condition, "registration-required");
  EXPECT_FALSE(refused->is_self());
}

TEST(Room, JoinAndLeaveAreAddressedToTheOccupant) {
  const XmlElement join = again(muc_join("r@muc.test/nick"));
  EXPECT_NE(join.child("x", kMucNs), nullptr);
  EXPECT_EQ(join.find("type"), nullptr);
  EXPECT_EQ(again(muc_leave("r@muc.test/nick")).attribute("type"), "unavailable");
}

TEST(Room, OwnersFormSaysWhoSeesAddresses) {  // XEP-0045 section 10.2
  DataForm form{"form",
                {{"FORM_TYPE", "hidden", {std::string(kMucRoomConfig)}},
                 {"muc#roomconfig_whois", "list-single", {"moderators"}}}};
  const XmlElement answer = again(iq_result(iq_get("1", "r@muc", room_form_query())).add(room_form_result(form)));
  const auto back = read_room_form(answer);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->value("muc#roomconfig_whois"), "moderators");
}

TEST(Focus, RequestAndAnswerGoBothWays) {
  const ConferenceRequest request{"r@muc.test", "m1", {{"rtcstatsEnabled", "false"}}};
  const XmlElement iq = again(iq_set("c1", "focus.test", conference_request(request)));
  const auto read = read_conference_request(iq);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->room, "r@muc.test");
  EXPECT_EQ(read->machine_uid, "m1");
  EXPECT_EQ(read->properties, request.properties);
  ConferenceAnswer answer;
  answer.ready = true;
  answer.focus_jid = "focus@auth.test";
  answer.properties = {{"authentication", "true"}};
  const auto back = read_conference_answer(again(iq_result(iq).add(conference_answer(answer))));
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->ready);
  EXPECT_EQ(back->focus_jid, "focus@auth.test");
  EXPECT_EQ(back->property("authentication"), "true");
  EXPECT_EQ(back->property("externalAuth"), "");
}

TEST(Focus, AnswersByHttpInJson) {
  const auto answer = read_conference_json(
      R"({"ready":true,"focusJid":"focus@auth.test","vnode":null,"properties":{"authentication":false,"n":2}})");
  ASSERT_TRUE(answer) << answer.error().context;
  EXPECT_TRUE(answer->ready);
  EXPECT_EQ(answer->focus_jid, "focus@auth.test");
  EXPECT_EQ(answer->property("authentication"), "false");
  EXPECT_EQ(answer->property("n"), "2");
  EXPECT_EQ(read_conference_json("[]").error().code, ErrorCode::kNotUnderstood);
  EXPECT_EQ(read_conference_json("<html>").error().code, ErrorCode::kParse);
  EXPECT_NE(conference_request_json({"r@m", "u", {}}).find("\"machineUid\":\"u\""), std::string::npos);
}

TEST(Focus, MetadataComesAsJsonInAMessage) {
  EXPECT_EQ(read_room_metadata(xml("<message xmlns='jabber:client'><json-message xmlns='http://jitsi.org/jitmeet'>"
                                   "{\"type\":\"room_metadata\"}</json-message></message>")),
            "{\"type\":\"room_metadata\"}");
  EXPECT_EQ(read_room_metadata(xml("<message><body>room_metadata</body></message>")), "");
}

}  // namespace
}  // namespace meetlat::xmpp
