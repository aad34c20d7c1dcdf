// Is it Jitsi Meet, and what do its settings say?
#include <gmock/gmock.h>

#include "probe_test.h"
#include "probes/jitsi_operator.h"

namespace meetlat::test {
namespace {

TEST(JitsiProbe, KnowsTheClientByItsStructure) {
  Instance stock;
  stock.stock().run({"jitsi"});
  EXPECT_EQ(shown(stock.evidence, "jitsi.present"), "true");
  EXPECT_EQ(shown(stock.evidence, "jitsi.other_software"), "");
  EXPECT_EQ(shown(stock.evidence, "jitsi.config.readable"), "true");
}

TEST(JitsiProbe, KnowsTheClientBehindALandingPageOfTheOperatorsOwn) {
  Instance instance;
  instance.landing("<html><title>Meet with us</title><a href='/room'>start</a></html>");
  instance.net.page("https://meet.example.test/config.js", config_js(), "application/javascript");
  instance.net.otherwise(ok(index_html("9268")));
  instance.run({"jitsi"});
  EXPECT_EQ(shown(instance.evidence, "jitsi.present"), "true");
  EXPECT_EQ(shown(instance.evidence, "jitsi.build.release"), "11031");
}

TEST(JitsiProbe, IsNotFooledByAHostThatAnswersEverything) {
  const char* pages[] = {
      ("<html><title>Home</title><p>lib-jitsi-meet.min.js app.bundle.min.js var config = {hosts: {domain: "
       "'x'}}</p></html>"),
      "<html><title>Jitsi Meet</title><p>How to install Jitsi Meet</p></html>",
      "<html><title>Call</title><script src='https://meet.other.test/external_api.js'></script></html>",
      "<html><title>App</title><script src='/libs/app.bundle.min.js?v=9268'></script></html>",
      "{\"status\": 200}",
  };
  for (const char* page : pages) {
    Instance instance;
    instance.net.otherwise(ok(page));
    instance.run_all();
    EXPECT_EQ(shown(instance.evidence, "jitsi.present"), "false") << page;
    EXPECT_EQ(shown(instance.evidence, "jitsi.config.readable"), "<not-attempted>") << page;
    EXPECT_EQ(shown(instance.evidence, "e2ee.verdict"), "<not-attempted>") << page;
    EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "<not-attempted>") << page;
  }
}

TEST(JitsiProbe, NamesOtherSoftwareWhenThePageSaysSo) {
  Instance other;
  other.landing("<html><title>BigBlueButton - Greenlight</title></html>").run({"jitsi"});
  EXPECT_EQ(shown(other.evidence, "jitsi.present"), "false");
  EXPECT_EQ(shown(other.evidence, "jitsi.other_software"), "BigBlueButton");
  Instance mention;
  mention.landing("<html><title>Our club</title><p>We used BigBlueButton before.</p></html>").run({"jitsi"});
  EXPECT_EQ(shown(mention.evidence, "jitsi.other_software"), "");
}

TEST(JitsiProbe, MeasuresNothingOnAnErrorPage) {
  for (const int status : {401, 403, 404, 429, 500, 503}) {
    Instance instance;
    instance.net.answer("https://meet.example.test/",
                        with_header(status_answer(status, index_html()), "retry-after", "0"));
    instance.run({"jitsi"});
    EXPECT_EQ(shown(instance.evidence, "jitsi.present").front(), '<') << status;
    EXPECT_EQ(shown(instance.evidence, "jitsi.analytics").front(), '<') << status;
  }
}

TEST(JitsiProbe, SaysThatTheConfigurationCouldNotBeRead) {
  Instance instance;
  instance.landing(index_html()).run({"jitsi"});
  EXPECT_EQ(shown(instance.evidence, "jitsi.present"), "true");
  EXPECT_EQ(shown(instance.evidence, "jitsi.config.readable"), "false");
  EXPECT_EQ(shown(instance.evidence, "jitsi.stun.hosts").front(), '<');
  EXPECT_EQ(shown(instance.evidence, "jitsi.recording.server").front(), '<');
}

TEST(JitsiProbe, ReadsNothingFromAConfigurationThatNoBrowserRuns) {
  for (const bool inlined : {true, false}) {
    const std::string script = "var config = { hosts: { domain: 'meet.example.test' }\n p2p: { stunServers: [] } };";
    Instance instance;
    instance.landing(index_html("9268", inlined ? script : ""));
    if (!inlined) instance.net.page("https://meet.example.test/config.js", script, "application/javascript");
    instance.run({"jitsi"});
    EXPECT_EQ(shown(instance.evidence, "jitsi.config.readable"), "false") << inlined;
    EXPECT_THAT(instance.evidence.find("jitsi.config.readable").front().provenance.excerpt,
                ::testing::HasSubstr("a comma is missing before p2p, so browsers do not run it"));
    EXPECT_EQ(shown(instance.evidence, "jitsi.stun.hosts").front(), '<') << inlined;
  }
}

TEST(JitsiProbe, ANewerBuildThanTheTableMayHaveWeaknessesThatItDoesNotKnow) {
  Instance instance;
  instance.stock("", "99999").run({"jitsi"});
  EXPECT_EQ(shown(instance.evidence, "jitsi.build.advisories").front(), '<');
  EXPECT_EQ(shown(instance.evidence, "jitsi.build.oldest_confidentiality_advisory_months").front(), '<');
}

struct SettingCase {
  const char* members;
  const char* fact;
  const char* value;
  const char* version = "9268";
};

TEST(JitsiSettings, Stun) {
  const SettingCase cases[] = {
      {"", "jitsi.stun.hosts", "meet-jit-si-turnrelay.jitsi.net:443"},
      {"", "jitsi.stun.source", "client default"},
      {"", "jitsi.stun.third_party", "meet-jit-si-turnrelay.jitsi.net:443"},
      {"p2p: {stunServers: []}", "jitsi.stun.hosts", ""},
      {"p2p: {stunServers: []}", "jitsi.stun.source", "none"},
      {"p2p: {stunServers: []}", "jitsi.stun.third_party", ""},
      {"p2p: {stunServers: [{urls: 'stun:meet.example.test:3478'}]}", "jitsi.stun.third_party", ""},
      {"p2p: {stunServers: [{urls: 'stun:meet.example.test:3478'}]}", "jitsi.stun.source", "config.js"},
      {"p2p: {stunServers: [{urls: ['stun:stun.example.test', 'stun:stun.other.test:19302']}]}", "jitsi.stun.hosts",
       "stun.example.test:3478 | stun.other.test:19302"},
      {"p2p: {stunServers: [{urls: 'turns:t.other.test?transport=tcp', credential: 'hush'}]}", "jitsi.stun.third_party",
       "t.other.test:5349"},
      // Addresses tell no owner, except the host's own; some lead nobody anywhere.
      {"p2p: {stunServers: [{urls: 'stun:9.9.9.9:3478'}]}", "jitsi.stun.third_party", "<not-understood>"},
      {"p2p: {stunServers: [{urls: 'stun:9.9.9.9'}, {urls: 'stun:stun.other.test'}]}", "jitsi.stun.third_party",
       "stun.other.test:3478"},
      {"p2p: {stunServers: [{urls: 'stun:192.168.1.4:3478'}, {urls: 'stun:turn:3478'}, {urls: 'stun:localhost'}]}",
       "jitsi.stun.third_party", ""},
      {"p2p: {stunServers: [{urls: 'stun:jitsi-meet.example.com:3478'}]}", "jitsi.stun.third_party", ""},
      {"p2p: {stunServers: unknownFunction()}", "jitsi.stun.hosts", "<not-understood>"},
      {"p2p: {stunServers: unknownFunction()}", "jitsi.stun.third_party", "<not-understood>"},
      {"p2p: {stunServers: unknownFunction()}", "jitsi.stun.source", "<not-understood>"},
      {"p2p: {enabled: false, stunServers: [{urls: 'stun:stun.other.test'}]}", "jitsi.stun.third_party", ""},
      {"p2p: {enabled: false}", "jitsi.p2p.enabled", "false"},
      {"p2p: {enabled: true}", "jitsi.p2p.enabled", "true"},
      {"", "jitsi.p2p.enabled", "true"},
      {"p2p: unknownFunction()", "jitsi.p2p.enabled", "<not-understood>"},
      // Old clients had another default; of some versions it is not known which.
      {"", "jitsi.stun.hosts", "stun.l.google.com:19302 | stun1.l.google.com:19302 | stun2.l.google.com:19302", "4466"},
      {"", "jitsi.stun.hosts", "<not-understood>", "4500"},
      {"", "jitsi.stun.hosts", "<not-understood>", "139"},
      {"", "jitsi.stun.hosts", "<data-too-old>", "9300"},
      // The spelling before the table began: dead in every client of it.
      {"p2pStunServers: [{urls: 'stun:stun.other.test'}]", "jitsi.stun.source", "client default"},
      {"p2pStunServers: [{urls: 'stun:stun.other.test'}]", "jitsi.stun.source", "legacy key", "139"},
      {"p2pStunServers: [{urls: 'stun:stun.other.test'}]", "jitsi.stun.hosts", "stun.other.test:3478", "139"},
  };
  for (const SettingCase& one : cases) {
    Instance instance;
    instance.stock(one.members, one.version).run({"jitsi"});
    EXPECT_EQ(shown(instance.evidence, one.fact), one.value) << one.fact << " of " << one.members << " " << one.version;
    EXPECT_EQ(excerpt_of(instance.evidence, one.fact).find("hush"), std::string::npos);
  }
}

TEST(JitsiSettings, TheHostsOwnAddressIsNoThirdParty) {
  Instance instance;
  instance.stock("p2p: {stunServers: [{urls: 'stun:9.9.9.9:3478'}]}");
  instance.net.host("meet.example.test", {"9.9.9.9"});
  instance.run({"jitsi"});
  EXPECT_EQ(shown(instance.evidence, "jitsi.stun.third_party"), "");
}

TEST(JitsiSettings, Analytics) {
  const SettingCase cases[] = {
      {"", "jitsi.analytics", ""},
      {"analytics: {}", "jitsi.analytics", ""},
      {"analytics: {amplitudeAPPKey: 'abc'}", "jitsi.analytics", "Amplitude"},
      {"analytics: {amplitudeAPPKey: '<APP_KEY>'}", "jitsi.analytics", ""},
      {"analytics: {disabled: true, amplitudeAPPKey: 'abc'}", "jitsi.analytics", ""},
      {"analytics: {disabled: f(), amplitudeAPPKey: 'abc'}", "jitsi.analytics", "<not-understood>"},
      {"analytics: {disabled: f()}", "jitsi.analytics", ""},
      {"disableThirdPartyRequests: true, analytics: {amplitudeAPPKey: 'abc'}", "jitsi.analytics", ""},
      {"disableThirdPartyRequests: f(), analytics: {amplitudeAPPKey: 'abc'}", "jitsi.analytics", "<not-understood>"},
      {"disableThirdPartyRequests: true, analytics: {rtcstatsEnabled: true, rtcstatsEndpoint: 'wss://r.other.test/'}",
       "jitsi.analytics", "rtcstats at r.other.test"},
      {"analytics: {matomoEndpoint: 'https://stats.example.test/', matomoSiteID: '42'}", "jitsi.analytics",
       "Matomo at stats.example.test"},
      {"analytics: {matomoEndpoint: 'https://stats.example.test/'}", "jitsi.analytics", ""},
      {"analytics: {googleAnalyticsTrackingId: 'UA-1'}", "jitsi.analytics", ""},  // the handler is gone since 10073
      {"analytics: {googleAnalyticsTrackingId: 'UA-1'}", "jitsi.analytics", "Google Analytics", "8384"},
      {"analytics: {googleAnalyticsTrackingId: 'UA-1'}", "jitsi.analytics", "<not-understood>", "139"},
      {"analytics: {googleAnalyticsTrackingId: 'UA-1'}", "jitsi.analytics", "", "9300"},
      {"callStatsID: 'x'", "jitsi.analytics", ""},
      {"callStatsID: 'x', callStatsSecret: 'y'", "jitsi.analytics", "callstats.io", "7629"},
      {"callStatsID: 'x', callStatsSecret: 'y'", "jitsi.analytics", ""},
      {"callStatsID: 'x'", "jitsi.analytics", "", "7629"},  // the library needed both
      {"callStatsID: 'x', callStatsSecret: f()", "jitsi.analytics", "<not-understood>", "7629"},
      {"analytics: {scriptURLs: ['https://t.other.test/a.js', 'libs/analytics-ga.min.js']}", "jitsi.analytics",
       "script https://t.other.test/a.js"},
      {"analyticsScriptUrls: ['https://t.other.test/a.js']", "jitsi.analytics", "script https://t.other.test/a.js",
       "4370"},
      {"analyticsScriptUrls: ['https://t.other.test/a.js']", "jitsi.analytics", ""},
      {"analyticsScriptUrls: ['https://t.other.test/a.js']", "jitsi.analytics", "<not-understood>", "5056"},
      {"analytics: {disabled: true, rtcstatsEnabled: true, rtcstatsEndpoint: 'wss://r.other.test/'}", "jitsi.analytics",
       "rtcstats at r.other.test"},
      {"analytics: f()", "jitsi.analytics", "<not-understood>"},
  };
  for (const SettingCase& one : cases) {
    Instance instance;
    instance.stock(one.members, one.version).run({"jitsi"});
    EXPECT_EQ(shown(instance.evidence, one.fact), one.value) << one.members << " " << one.version;
  }
}

TEST(JitsiSettings, AccessAndFeatures) {
  const SettingCase cases[] = {
      {"", "jitsi.login.kind", "open"},
      {"tokenAuthUrl: 'https://login.other.test/?room={room}'", "jitsi.login.kind", "token"},
      {"tokenAuthUrl: 'https://login.other.test/?room={room}'", "jitsi.login.third_party", "login.other.test"},
      {"tokenAuthUrl: 'https://login.example.test/'", "jitsi.login.third_party", ""},
      {"tokenAuthUrl: 'https://accounts.google.com/o/oauth2'", "jitsi.login.third_party", "Google"},
      {"tokenAuthUrl: '/login', hosts: {domain: 'meet.jitsi', muc: 'm', anonymousdomain: 'guest.meet.jitsi'}",
       "jitsi.login.kind", "account-to-create"},
      {"tokenAuthUrl: '/login', hosts: {domain: 'meet.jitsi', muc: 'm', anonymousdomain: f()}", "jitsi.login.kind",
       "<not-understood>"},
      {"tokenAuthUrl: false", "jitsi.login.kind", "open"},
      {"tokenAuthUrl: f()", "jitsi.login.kind", "<not-understood>"},
      {"tokenAuthUrl: f()", "jitsi.login.third_party", "<not-understood>"},
      {"hosts: {domain: 'meet.example.test', muc: 'm', anonymousdomain: 'guest.meet.example.test'}", "jitsi.login.kind",
       "account-to-create"},
      {"hosts: {domain: 'meet.jitsi', muc: 'm', authdomain: 'meet.jitsi'}", "jitsi.login.kind", "account"},
      {"hosts: {domain: 'meet.example.test', muc: 'm', authdomain: 'meet.example.test'}", "jitsi.login.kind",
       "<not-understood>"},
      {"sso: true", "jitsi.login.kind", "<not-understood>"},
      {"", "jitsi.recording.server", "false"},
      {"fileRecordingsEnabled: true", "jitsi.recording.server", "true", "6091"},
      {"fileRecordingsEnabled: true", "jitsi.recording.server", "<not-understood>"},
      {"fileRecordingsEnabled: false", "jitsi.recording.server", "false"},
      {"fileRecordingsServiceEnabled: true", "jitsi.recording.server", "true"},
      {"recordingService: {enabled: false}, fileRecordingsEnabled: true", "jitsi.recording.server", "false"},
      {"recordingService: {enabled: false}, fileRecordingsEnabled: true", "jitsi.recording.server", "true", "6091"},
      {"recordingService: {enabled: false}, fileRecordingsEnabled: true", "jitsi.recording.server", "<not-understood>",
       "139"},
      {"recordingService: {enabled: true}", "jitsi.recording.server", "true"},
      {"recordingService: {enabled: false}, fileRecordingsEnabled: f()", "jitsi.recording.server", "false"},
      {"recordingService: {enabled: false}, fileRecordingsEnabled: f()", "jitsi.recording.server", "<not-understood>",
       "139"},
      {"recordingService: {enabled: true}, fileRecordingsEnabled: f()", "jitsi.recording.server", "true"},
      {"hiddenDomain: 'recorder.meet.example.test'", "jitsi.recording.server", "false"},
      {"liveStreamingEnabled: true", "jitsi.livestreaming", "true"},
      {"liveStreaming: {enabled: true}", "jitsi.livestreaming", "true"},
      {"transcription: {enabled: true}", "jitsi.transcription", "true"},
      {"transcribingEnabled: true", "jitsi.transcription", "true"},
      // The client lets these older spellings win.
      {"transcribingEnabled: false, transcription: {enabled: true}", "jitsi.transcription", "false"},
      {"liveStreamingEnabled: false, liveStreaming: {enabled: true}", "jitsi.livestreaming", "false"},
      {"", "jitsi.transcription", "false"},
      {"requireDisplayName: true", "jitsi.display_name_required", "true"},
      {"enableInsecureRoomNameWarning: true", "jitsi.insecure_room_warning", "true"},
      {"prejoinConfig: {enabled: false}", "jitsi.prejoin", "false"},
      {"prejoinPageEnabled: true", "jitsi.prejoin", "true", "6091"},
      {"prejoinPageEnabled: false", "jitsi.prejoin", "false", "8737"},
      {"prejoinPageEnabled: false", "jitsi.prejoin", "true"},  // dropped in 10532
      {"prejoinPageEnabled: false", "jitsi.prejoin", "<not-understood>", "8800"},
      {"", "jitsi.prejoin", "true"},
      {"", "jitsi.prejoin", "<not-understood>", "4466"},
      {"legalUrls: {privacy: 'https://example.test/privacy'}", "jitsi.legal.privacy_url",
       "https://example.test/privacy"},
      {"", "jitsi.legal.privacy_url", ""},
      {"legalUrls: f()", "jitsi.legal.privacy_url", "<not-understood>"},
  };
  for (const SettingCase& one : cases) {
    Instance instance;
    instance.stock(one.members, one.version).run({"jitsi"});
    EXPECT_EQ(shown(instance.evidence, one.fact), one.value) << one.fact << " of " << one.members;
  }
}

TEST(JitsiSettings, OtherParties) {
  const SettingCase cases[] = {
      {"", "jitsi.avatars.third_party", "gravatar.com"},
      {"gravatar: {disabled: true}", "jitsi.avatars.third_party", ""},
      {"disableThirdPartyRequests: true", "jitsi.avatars.third_party", ""},
      {"gravatar: {baseUrl: 'https://avatars.example.test/avatar/'}", "jitsi.avatars.third_party", ""},
      {"gravatarBaseURL: 'https://seccdn.libravatar.other.test/avatar/'", "jitsi.avatars.third_party",
       "seccdn.libravatar.other.test"},
      {"gravatar: f()", "jitsi.avatars.third_party", "<not-understood>"},
      {"", "jitsi.third_party_requests_disabled", "false"},
      {"disableThirdPartyRequests: f()", "jitsi.third_party_requests_disabled", "<not-understood>"},
      {"", "jitsi.integrations.third_party", ""},
      {"giphy: {enabled: true}", "jitsi.integrations.third_party", "Giphy"},
      {"giphy: {enabled: true}, disableThirdPartyRequests: true", "jitsi.integrations.third_party", ""},
      {"dropbox: {appKey: 'k'}, etherpad_base: 'https://pad.other.test/p/'", "jitsi.integrations.third_party",
       "Dropbox | etherpad at pad.other.test"},
      {"etherpad_base: 'https://pad.example.test/p/'", "jitsi.integrations.third_party", ""},
      {"whiteboard: {enabled: true, collabServerBaseUrl: 'https://wb.other.test'}", "jitsi.integrations.third_party",
       "whiteboard at wb.other.test"},
      {"whiteboard: {collabServerBaseUrl: 'https://wb.other.test'}", "jitsi.integrations.third_party", ""},
      {"dialInNumbersUrl: 'https://api.other.test/numbers'", "jitsi.integrations.third_party",
       "dial-in at api.other.test"},
      {"whiteboard: {enabled: true, collabServerBaseUrl: f()}", "jitsi.integrations.third_party", "<not-understood>"},
      {"fileSharing: {apiUrl: 'https://files.other.test/'}", "jitsi.integrations.third_party", ""},
      {"fileSharing: {enabled: true, apiUrl: 'https://files.other.test/'}", "jitsi.integrations.third_party",
       "file sharing at files.other.test"},
      {"prejoinConfig: {preCallTestICEUrl: 'https://ice.other.test/'}", "jitsi.integrations.third_party", ""},
      {"prejoinConfig: {preCallTestEnabled: true, preCallTestICEUrl: 'https://ice.other.test/'}",
       "jitsi.integrations.third_party", "pre-call test at ice.other.test"},
      {"", "jitsi.app.promoted", "true"},
      {"disableDeepLinking: true", "jitsi.app.promoted", "false"},
      {"disableDeepLinking: f()", "jitsi.app.promoted", "<not-understood>"},
      {"deeplinking: {disabled: true}", "jitsi.app.promoted", "false"},
      {"deeplinking: {disabled: false}, disableDeepLinking: true", "jitsi.app.promoted", "true"},
      {"deeplinking: {disabled: true}", "jitsi.app.promoted", "true", "6776"},
      {"deeplinking: {disabled: true}", "jitsi.app.promoted", "<not-understood>", ""},
      {"disableDeepLinking: true", "jitsi.app.links", ""},
      {"deeplinking: {android: {downloadLink: 'https://apps.other.test/a', fDroidUrl: 'https://f.other.test/'}, "
       "ios: {downloadLink: 'https://apps.other.test/i'}}",
       "jitsi.app.links", "https://apps.other.test/a | https://apps.other.test/i | https://f.other.test/"},
      {"", "jitsi.signalling.hosts", "meet.example.test"},
      {"", "jitsi.signalling.third_party", ""},
      {"websocket: 'wss://xmpp.other.test/xmpp-websocket'", "jitsi.signalling.third_party", "xmpp.other.test"},
      {"bosh: '//xmpp.other.test/http-bind'", "jitsi.signalling.hosts", "xmpp.other.test"},
      {"bosh: 'https://http://meet.example.test/http-bind'", "jitsi.signalling.third_party", "<not-understood>"},
      {"bosh: 'https://localhost:8443/http-bind'", "jitsi.signalling.third_party", "<not-understood>"},
      {"bosh: 'https://9.9.9.9/http-bind'", "jitsi.signalling.third_party", "<not-understood>"},
  };
  for (const SettingCase& one : cases) {
    Instance instance;
    instance.stock(one.members, one.version).run({"jitsi"});
    EXPECT_EQ(shown(instance.evidence, one.fact), one.value) << one.fact << " of " << one.members;
  }
}

TEST(JitsiProbe, NamesFDroidAsTheClientOfThatBuildDoes) {
  for (const auto& [version, page] : {std::pair("7952", "f-droid.org/en/packages/"),
                                      {"8737", "f-droid.org/packages/"},
                                      {"9268", "f-droid.org/packages/"}}) {
    Instance instance;
    instance.stock("", version).run({"jitsi"});
    EXPECT_NE(shown(instance.evidence, "jitsi.app.links").find(page), std::string::npos) << version;
  }
}

TEST(JitsiProbe, ListsStoresThatTheStartPageLinks) {
  Instance instance;
  instance.stock("disableDeepLinking: true", "9268",
                 "<template><a href='https://f-droid.org/en/packages/org.jitsi.meet/'>App</a></template>"
                 "<a href='https://other.test/'>x</a>");
  instance.run({"jitsi"});
  EXPECT_EQ(shown(instance.evidence, "jitsi.app.promoted"), "false");
  EXPECT_EQ(shown(instance.evidence, "jitsi.app.links"), "https://f-droid.org/en/packages/org.jitsi.meet/");
}

TEST(OperatorPhrase, IsTakenFromTheHostsOwnWords) {
  struct Case {
    const char* text;
    const char* name;
  };
  const Case cases[] = {
      {"Welcome\noperated by Example Club | Imprint", "Example Club"},
      {"Betrieben von Beispielverein e.V. \nDatenschutz", "Beispielverein e.V."},
      {"Ein Service der Musterstadt, seit 2020", "Musterstadt"},
      {"Beheerd door: Stichting Voorbeeld", "Stichting Voorbeeld"},
      {"Powered by Jitsi", ""},
      {"operated by Jitsi", ""},
      {"co-operated byline", ""},
      {"", ""},
  };
  for (const Case& one : cases) EXPECT_EQ(probes::operator_phrase(one.text), one.name) << one.text;
  EXPECT_EQ(probes::operator_phrase("operated by " + std::string(5000, 'x')), "");
}

TEST(JitsiProbe, TakesTheOperatorFromProviderNameUnlessItIsTheDefault) {
  Instance named;
  named.landing("<html><script>var interfaceConfig = {PROVIDER_NAME: 'Example Club'};</script><script>" + config_js() +
                "</script><script src='libs/lib-jitsi-meet.min.js?v=9268'></script></html>");
  named.run({"jitsi"});
  EXPECT_EQ(shown(named.evidence, "jitsi.operator.stated"), "Example Club");
  Instance stock;
  stock.stock().run({"jitsi"});
  EXPECT_EQ(shown(stock.evidence, "jitsi.operator.stated"), "");
  Instance footer;
  footer.stock("", "9268", "<template><div>Operated by Example Club | <a href='/i'>Imprint</a></div></template>");
  footer.run({"jitsi"});
  EXPECT_EQ(shown(footer.evidence, "jitsi.operator.stated"), "Example Club");
}

}  // namespace
}  // namespace meetlat::test
