// Who else is met, host by host: by the page, by what it includes, by headers, by settings.
#include <gmock/gmock.h>

#include <set>

#include "probe_test.h"
#include "probes/party_mechanisms.h"

namespace meetlat::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// What a fact says about one host, "<none>" when nothing.
std::string of(const Evidence& evidence, const std::string& host, std::string_view path) {
  for (const Fact& fact : evidence.find(path)) {
    if (fact.subject == Subject::host(host) && fact.measured()) return to_string(*fact.value);
  }
  return "<none>";
}

Evidence page(const std::string& extra, const std::string& members = "disableDeepLinking: true") {
  Instance instance;
  instance.stock(members, "9268", extra);
  return instance.run({"parties"});
}

Evidence settings(const std::string& members, const std::string& version = "9268") {
  Instance instance;
  instance.stock(members, version);
  return instance.run({"parties"});
}

TEST(Parties, ListsHostsThatThePageLoadsFrom) {
  const Evidence evidence = page(
      "<script src='https://stats.other.test/t.js'></script><img src='https://cdn.example.test/l.png'>"
      "<link rel=preconnect href='https://ahead.other.test'><link rel=dns-prefetch href='//name.other.test'>"
      "<noscript><img src='https://pixel.other4.test/'></noscript>"
      "<template><img src='https://hidden.other5.test/'></template>"
      "<a href='https://link.other2.test/'>x</a><form action='https://form.other3.test/'></form>");
  EXPECT_EQ(shown(evidence, "parties.loaded"), "ahead.other.test | stats.other.test");
  EXPECT_EQ(shown(evidence, "parties.hinted"), "hidden.other5.test | name.other.test | pixel.other4.test");
  EXPECT_THAT(shown(evidence, "parties.on_use"), HasSubstr("form.other3.test"));
  EXPECT_EQ(of(evidence, "stats.other.test", "parties.class"), "loaded");
  EXPECT_THAT(of(evidence, "stats.other.test", "parties.data"), HasSubstr("could read all that the page shows"));
  EXPECT_EQ(of(evidence, "ahead.other.test", "parties.data"), "network address");
  EXPECT_EQ(of(evidence, "link.other2.test", "parties.class"), "<none>");
}

TEST(Parties, CountAHostByItsStrongestClassAndKeepAllSources) {
  const Evidence evidence =
      page("<img src='https://all.other.test/x.png'>",
           "etherpad_base: 'https://all.other.test/p/', bosh: 'https://all.other.test/http-bind'");
  EXPECT_EQ(shown(evidence, "parties.loaded"), "all.other.test");
  EXPECT_THAT(shown(evidence, "parties.in_call"), Not(HasSubstr("all.other.test")));
  EXPECT_THAT(shown(evidence, "parties.on_use"), Not(HasSubstr("all.other.test")));
  const std::string sources = of(evidence, "all.other.test", "parties.sources");
  EXPECT_THAT(sources, HasSubstr("part of the page: <img> https://all.other.test/x.png"));
  EXPECT_THAT(sources, HasSubstr("signalling: bosh"));
  EXPECT_THAT(sources, HasSubstr("shared document: etherpad_base"));
  EXPECT_THAT(of(evidence, "all.other.test", "parties.data"), HasSubstr("chat messages"));
}

TEST(Parties, OfStyleSheetsAreFound) {
  Instance instance;
  instance.stock("", "9268",
                 "<link rel=stylesheet href='css/all.css'><link rel=stylesheet href='//far.other.test/a.css'>");
  instance.net.page(instance.at("css/all.css"),
                    "@import 'more.css'; @import 'https://imported.other.test/x.css'; p{background:url(own.png)}",
                    "text/css");
  instance.net.page(instance.at("css/more.css"), "@font-face{src:url(https://font.other.test/f.woff)}", "text/css");
  const Evidence& evidence = instance.run({"parties"});
  EXPECT_EQ(shown(evidence, "parties.loaded"), "far.other.test | font.other.test | imported.other.test");
  EXPECT_THAT(of(evidence, "font.other.test", "parties.sources"), HasSubstr("named by a style sheet"));
  for (const std::string& url : instance.net.urls()) EXPECT_THAT(url, Not(HasSubstr("other.test")));
}

TEST(Parties, OfAStyleSheetThatCouldNotBeReadAreNotNone) {
  Instance instance;
  instance.stock("", "9268", "<link rel=stylesheet href='//styles.example.test/all.css'>");
  instance.net.host_fails("styles.example.test", ErrorCode::kNameNotFound);
  EXPECT_EQ(shown(instance.run({"parties"}), "parties.loaded"), "<name-not-found>");
  EXPECT_THAT(shown(instance.evidence, "parties.unknown"), HasSubstr("loaded: "));
}

TEST(Parties, ReadOnlyAFewStyleSheetsAndSaySo) {
  std::string sheets;
  for (int i = 0; i < 40; ++i) sheets += "<link rel=stylesheet href='css/" + std::to_string(i) + ".css'>";
  Instance instance;
  instance.stock("", "9268", sheets);
  instance.run({"parties"});
  EXPECT_LE(instance.net.requests().size(), 8U);
  EXPECT_EQ(shown(instance.evidence, "parties.loaded"), "<not-attempted>");
}

TEST(Parties, TakeNoErrorPageForAStyleSheet) {
  Instance instance;
  instance.stock("", "9268", "<link rel=stylesheet href='css/all.css'>");
  instance.net.page(instance.at("css/all.css"), "<style>@import 'https://no.other.test/'</style>");
  EXPECT_EQ(shown(instance.run({"parties"}), "parties.loaded"), "");
}

TEST(Parties, OfHeadersAreAllowedOrLoaded) {
  Instance instance;
  HttpAnswer landing = ok(index_html("9268", config_js()));
  const auto header = [&](const char* name, const char* value) { landing.headers.push_back({name, value}); };
  header("link", "<https://ahead.other.test/a.js>; rel=preload, <https://name.other.test>; rel=dns-prefetch");
  header("content-security-policy",
         "default-src 'self' *.allowed.test; report-uri https://reports.test/r; frame-ancestors https://embedder.test");
  header("content-security-policy-report-only", "img-src https://trial.test");
  header("permissions-policy", "camera=(self \"https://frames.test\")");
  header("report-to", R"({"endpoints":[{"url":"https:\/\/nel.test\/r"}]})");
  instance.net.answer("https://meet.example.test/", landing);
  const Evidence& evidence = instance.run({"parties"});
  EXPECT_EQ(shown(evidence, "parties.loaded"), "ahead.other.test");
  EXPECT_EQ(shown(evidence, "parties.hinted"), "name.other.test");
  EXPECT_EQ(shown(evidence, "parties.permitted"), "allowed.test | frames.test | nel.test | reports.test | trial.test");
  EXPECT_THAT(of(evidence, "reports.test", "parties.data"), HasSubstr("addresses of pages that broke a rule"));
  EXPECT_EQ(of(evidence, "allowed.test", "parties.data"), "none");
}

TEST(Parties, SayWhenAPolicyAllowsEverybody) {
  EXPECT_EQ(shown(page("<meta http-equiv=Content-Security-Policy content=\"default-src *; img-src a.other.test\">"),
                  "parties.permitted"),
            "* | a.other.test");
  EXPECT_EQ(shown(page(""), "parties.permitted"), "");
}

TEST(Parties, NamedInScriptsAreHinted) {
  const Evidence evidence = page(
      "<script>var a = 'https://named.other.test/x'; // 'https://comment.other.test/'\nvar s = "
      "'http://www.w3.org/2000/svg';</script><script type='application/ld+json'>{\"@context\":\"https://schema.test\"}"
      "</script>");
  EXPECT_EQ(shown(evidence, "parties.hinted"), "named.other.test");
  EXPECT_EQ(of(evidence, "named.other.test", "parties.stopped_by"), "none");
}

TEST(Parties, OfTheManifestAreMetOnceThePageIsInstalled) {
  Instance instance;
  instance.stock("disableThirdPartyRequests: true, disableDeepLinking: true", "9268",
                 "<link rel=manifest href=manifest.json>");
  instance.net.page(instance.at("manifest.json"),
                    R"({"icons":[{"src":"https://icons.other.test/a.png"}],"start_url":"/","related_applications":)"
                    R"([{"platform":"play","url":"https://store.other.test/app"}]})",
                    "application/manifest+json");
  EXPECT_EQ(shown(instance.run({"parties"}), "parties.on_use"), "icons.other.test | store.other.test");
}

struct SwitchCase {
  const char* members;
  const char* host;
  const char* kind;
  bool stopped;  // by disableThirdPartyRequests
};

// Every way of the settings, with the switch off and on.
TEST(Parties, OfSettingsHaveTheirClassAndAreStoppedByTheSwitchOrNot) {
  const SwitchCase cases[] = {
      {"analytics: {amplitudeAPPKey: 'k'}", "amplitude.com", "in-call", true},
      {"analytics: {matomoEndpoint: 'https://m.other.test/', matomoSiteID: 1}", "m.other.test", "in-call", true},
      {"analytics: {scriptURLs: ['https://s.other.test/a.js']}", "s.other.test", "in-call", true},
      {"gravatar: {baseUrl: 'https://a.other.test/'}", "a.other.test", "in-call", true},
      {"giphy: {enabled: true}", "giphy.com", "on-use", true},
      {"sharedVideoAllowedURLDomains: ['video.other.test']", "video.other.test", "on-use", true},
      {"", "www.youtube.com", "on-use", true},
      {"analytics: {rtcstatsEnabled: true, rtcstatsEndpoint: 'wss://r.other.test/'}", "r.other.test", "in-call", false},
      {"analytics: {watchRTCEnabled: true}", "testrtc.com", "in-call", false},
      {"p2p: {stunServers: [{urls: 'stun:s.other.test:3478'}]}", "s.other.test", "in-call", false},
      {"p2p: {stunServers: [{urls: 'turns:t.other.test'}]}", "t.other.test", "in-call", false},
      {"bosh: 'https://x.other.test/http-bind'", "x.other.test", "in-call", false},
      {"dynamicBrandingUrl: 'https://b.other.test/'", "b.other.test", "in-call", false},
      {"tokenAuthUrl: 'https://l.other.test/{room}'", "l.other.test", "in-call", false},
      {"dialInNumbersUrl: 'https://d.other.test/'", "d.other.test", "on-use", false},
      {"dropbox: {appKey: 'k'}", "www.dropbox.com", "on-use", false},
      {"googleApiApplicationClientID: 'k'", "apis.google.com", "on-use", false},
      {"microsoftApiApplicationClientID: 'k'", "login.microsoftonline.com", "on-use", false},
      {"etherpad_base: 'https://p.other.test/p/'", "p.other.test", "on-use", false},
      {"whiteboard: {enabled: true, collabServerBaseUrl: 'https://w.other.test'}", "w.other.test", "on-use", false},
      {"fileSharing: {enabled: true, apiUrl: 'https://f.other.test'}", "f.other.test", "on-use", false},
      {"salesforceUrl: 'https://c.other.test/'", "c.other.test", "on-use", false},
      {"visitors: {queueService: 'https://v.other.test'}", "v.other.test", "on-use", false},
      {"enableJaaS: true", "8x8.vc", "on-use", false},
      {"deeplinking: {ios: {dynamicLink: {appCode: 'x1'}}}", "x1.app.goo.gl", "on-use", false},
      {"chromeExtensionBanner: {url: 'https://e.other.test/'}", "e.other.test", "on-use", false},
  };
  for (const SwitchCase& one : cases) {
    const std::string members(one.members);
    const std::string comma = members.empty() ? "" : ", ";
    const Evidence off = settings(members);
    EXPECT_EQ(of(off, one.host, "parties.class"), one.kind) << members;
    EXPECT_NE(of(off, one.host, "parties.data"), "none") << members;
    const std::string stops = of(off, one.host, "parties.stopped_by");
    EXPECT_EQ(stops.find("or disableThirdPartyRequests") != std::string::npos, one.stopped) << members << ": " << stops;
    EXPECT_EQ(stops.find("not disableThirdPartyRequests") != std::string::npos, !one.stopped)
        << members << ": " << stops;
    const Evidence on = settings(members + comma + "disableThirdPartyRequests: true");
    // An address that stands in the settings is still one that the page names.
    const std::string kind = of(on, one.host, "parties.class");
    EXPECT_EQ(kind == "<none>" || kind == "hinted", one.stopped) << members << ": " << kind;
    EXPECT_EQ(kind == one.kind, !one.stopped) << members << ": " << kind;
  }
}

TEST(Parties, OfALoginAreMetByEverybodyUnlessGuestsAreWelcome) {
  const char* login = "tokenAuthUrl: 'https://l.other.test/{room}'";
  EXPECT_EQ(of(settings(login), "l.other.test", "parties.class"), "in-call");
  Instance guests;
  guests.landing(index_html("9268", std::string("var config = {hosts: {domain: 'meet.example.test', anonymousdomain: "
                                                "'guest.meet.example.test', muc: 'm'}, bosh: '/http-bind', ") +
                                        login + "};"));
  EXPECT_EQ(of(guests.run({"parties"}), "l.other.test", "parties.class"), "on-use");
}

TEST(Parties, OfHiddenButtonsAreNotMet) {
  EXPECT_EQ(of(settings("toolbarButtons: ['chat']"), "www.youtube.com", "parties.class"), "<none>");
  EXPECT_EQ(of(settings("toolbarButtons: ['sharedvideo']"), "www.youtube.com", "parties.class"), "on-use");
  const Evidence unclear = settings("toolbarButtons: f(), disableDeepLinking: true");
  EXPECT_EQ(of(unclear, "www.youtube.com", "parties.class"), "<none>");
  EXPECT_EQ(shown(unclear, "parties.on_use"), "<not-understood>");
}

TEST(Parties, OfUnreadableSettingsAreNotMeasured) {
  Instance instance;
  instance.landing(index_html());
  instance.run({"parties"});
  EXPECT_EQ(shown(instance.evidence, "parties.in_call"), "<http-status>");
  EXPECT_EQ(shown(instance.evidence, "parties.on_use"), "<http-status>");
  EXPECT_EQ(shown(instance.evidence, "parties.loaded"), "");
}

TEST(Parties, OfPartlyUnreadableSettingsAreAtLeastThose) {
  const Evidence evidence = settings("p2p: {stunServers: f()}, gravatar: {disabled: true}, bosh: '//x.other.test/b'");
  EXPECT_EQ(shown(evidence, "parties.in_call"), "x.other.test");
  EXPECT_THAT(shown(evidence, "parties.unknown"), HasSubstr("in-call: "));
  EXPECT_EQ(shown(settings("p2p: {stunServers: f()}, gravatar: {disabled: true}"), "parties.in_call"),
            "<not-understood>");
}

// What the xmpp probe says before.
void learned(Evidence& evidence, std::string_view path, Value value) {
  evidence.put(*find_fact(path), Subject::target(), std::move(value), Provenance{});
}

TEST(Parties, OfTheConfigurationAreNotMetWhereTheServersListTakesItsPlace) {
  Instance instance;
  instance.stock("p2p: {stunServers: [{urls: 'stun:old.other.test:443'}]}, gravatar: {disabled: true}");
  learned(instance.evidence, "xmpp.ice.source", std::string("server"));
  learned(instance.evidence, "xmpp.ice.contacted_third_party", std::vector<std::string>{});
  const Evidence& evidence = instance.run({"parties"});
  EXPECT_EQ(shown(evidence, "parties.in_call"), "");
  EXPECT_EQ(of(evidence, "old.other.test", "parties.class"), "hinted");
  EXPECT_THAT(of(evidence, "old.other.test", "parties.sources"), HasSubstr("replaced by the server's list"));
}

TEST(Parties, OfTheServersListAreMet) {
  Instance instance;
  instance.stock("gravatar: {disabled: true}");
  learned(instance.evidence, "xmpp.ice.source", std::string("server"));
  learned(instance.evidence, "xmpp.ice.contacted",
          std::vector<std::string>{"stun:stun.other.test:19302/udp", "turns:turn.other2.test:443/tcp",
                                   "stun:meet.example.test:3478/udp"});
  learned(instance.evidence, "xmpp.ice.contacted_third_party",
          std::vector<std::string>{"stun.other.test:19302", "turn.other2.test:443"});
  const Evidence& evidence = instance.run({"parties"});
  EXPECT_EQ(shown(evidence, "parties.in_call"), "stun.other.test | turn.other2.test");
  EXPECT_THAT(of(evidence, "stun.other.test", "parties.sources"), HasSubstr("STUN, by the server's list"));
  EXPECT_THAT(of(evidence, "turn.other2.test", "parties.data"), HasSubstr("addresses of the other participants"));
}

TEST(Parties, OfAServersListWithUnclearOwnersAreNotNone) {
  Instance instance;
  instance.stock("gravatar: {disabled: true}");
  learned(instance.evidence, "xmpp.ice.source", std::string("server"));
  instance.evidence.not_measured(*find_fact("xmpp.ice.contacted_third_party"), Subject::target(),
                                 Error{ErrorCode::kNotUnderstood, "192.0.2.9: an address tells no owner"});
  EXPECT_EQ(shown(instance.run({"parties"}), "parties.in_call"), "<not-understood>");
}

TEST(Parties, OfTheConfigurationAreOpenWhereOnlyARoomTellsTheList) {
  Instance instance;
  instance.stock("p2p: {stunServers: [{urls: 'stun:old.other.test:443'}]}, bosh: '//x.other.test/b'");
  learned(instance.evidence, "xmpp.ice.announced", false);
  instance.evidence.not_measured(*find_fact("xmpp.ice.source"), Subject::target(),
                                 Error{ErrorCode::kNotAttempted, "in a room only"});
  const Evidence& evidence = instance.run({"parties"});
  EXPECT_THAT(shown(evidence, "parties.in_call"), Not(HasSubstr("old.other.test")));
  EXPECT_THAT(shown(evidence, "parties.unknown"), HasSubstr("in a room only"));
  EXPECT_EQ(of(evidence, "old.other.test", "parties.class"), "hinted");
}

TEST(Parties, OfTheConfigurationAreMetWhereTheServerHasNoList) {
  Instance instance;
  instance.stock("p2p: {stunServers: [{urls: 'stun:old.other.test:443'}]}, gravatar: {disabled: true}");
  learned(instance.evidence, "xmpp.ice.source", std::string("configuration"));
  EXPECT_EQ(shown(instance.run({"parties"}), "parties.in_call"), "old.other.test");
}

TEST(Parties, AreRegisteredWhereTheirAddressesAre) {
  Instance instance;
  instance.stock("p2p: {stunServers: [{urls: 'stun:two.other.test'}]}, etherpad_base: 'https://pad.other.test/p/'",
                 "9268",
                 "<img src='https://one.other.test/x.png'><img src='https://region.other.test/x.png'>"
                 "<img src='https://gone.other.test/x.png'><img src='https://front.other.test/x.png'>");
  instance.net.host("one.other.test", {"192.0.2.30", "192.0.2.31"});
  instance.net.host("two.other.test", {"192.0.2.32"});
  instance.net.host("region.other.test", {"192.0.2.33"});
  instance.net.host("front.other.test", {"104.16.0.1"});
  instance.net.host("pad.other.test", {"192.0.2.32"});
  instance.net.host_fails("gone.other.test", ErrorCode::kNameNotFound);
  instance.net.place("192.0.2.30", "US");
  instance.net.place("192.0.2.31", "DE");
  instance.net.place("192.0.2.32", "NL");
  instance.net.place("192.0.2.33", "EU");
  instance.net.place("104.16.0.1", "US");
  const Evidence& evidence = instance.run({"parties"});
  EXPECT_EQ(of(evidence, "one.other.test", "parties.country"), "DE, US");
  EXPECT_EQ(of(evidence, "two.other.test", "parties.country"), "NL");
  for (const char* host : {"region.other.test", "gone.other.test", "front.other.test", "pad.other.test"}) {
    EXPECT_EQ(of(evidence, host, "parties.country"), "<none>") << host;
  }
}

TEST(Parties, AreNotTheHostsOwn) {
  Instance instance;
  instance.net.host("www.example.test");
  instance.stock(
      "p2p: {stunServers: [{urls: 'stun:stun.example.test'}]}, disableThirdPartyRequests: true, "
      "disableDeepLinking: true, etherpad_base: 'https://pad.example.test/p/'",
      "9268", "<img src='https://192.0.2.1/x.png'><img src='http://localhost/y.png'>");
  instance.run({"parties"});
  for (const char* list : {"parties.loaded", "parties.in_call", "parties.on_use", "parties.permitted", "parties.hinted",
                           "parties.unknown"}) {
    EXPECT_EQ(shown(instance.evidence, list), "") << list;
  }
}

TEST(Parties, WithoutAnOwnerMakeTheListIncomplete) {
  EXPECT_EQ(shown(page("<img src='https://9.9.9.9/x.png'>"), "parties.loaded"), "<not-understood>");
}

TEST(Parties, OfAHostilePageAreBounded) {
  std::string extra;
  for (int i = 0; i < 5000; ++i) extra += "<img src='https://h" + std::to_string(i) + ".other.test/'>";
  const Evidence evidence = page(extra);
  EXPECT_EQ(evidence.find("parties.class").size(), 200U);
  EXPECT_THAT(shown(evidence, "parties.unknown"), HasSubstr("more than 200"));
}

TEST(Mechanisms, HaveNamesOfTheirOwnAndSayWhatStopsThem) {
  std::set<std::string_view> ids;
  for (const probes::Mechanism& how : probes::all_mechanisms()) {
    EXPECT_TRUE(ids.insert(how.id).second) << how.id;
    EXPECT_FALSE(how.name.empty()) << how.id;
    const bool contact = how.kind < probes::PartyClass::kPermitted;
    EXPECT_TRUE(!contact || (!how.data.empty() && !how.stopped_by.empty())) << how.id;
  }
}

}  // namespace
}  // namespace meetlat::test
