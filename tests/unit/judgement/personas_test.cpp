// What letter each kind of host gets by the bundled rules and the default profile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "unit/judgement/fixture.h"

namespace meetlat::testing {
namespace {

using ::testing::HasSubstr;
using Strings = std::vector<std::string>;

void no_policy(Host& host) {
  host.text("policy.verdict", "not-found").set("policy.own", false).text("policy.url", "");
  for (const char* path : {"policy.linked_from_instance", "policy.readable", "policy.names_service"}) {
    host.not_measured(path, ErrorCode::kNotAttempted, "no policy was found");
  }
}
void untrusted(Host& host) {
  host.set("tls.certificate.trusted", false).text("tls.certificate.trust_error", "certificate has expired");
}
void untrusted_twice(Host& host) {
  untrusted(host);
  host.set("tls.recheck.trusted", false).set("tls.recheck.legacy_only", false);
}
void revoked(Host& host) {
  host.text("tls.staple.status", "revoked");
}
void legacy(Host& host) {
  host.set("tls.legacy_only", true).text("tls.version", "TLSv1").set("tls.offers.tls13", false);
  host.set("tls.offers.tls12", false).set("tls.offers.legacy", true);
}
void unread_configuration(Host& host) {
  host.set("jitsi.config.readable", false);
  for (const char* path : {"e2ee.offered", "e2ee.verdict", "e2ee.format_current", "e2ee.switch_visible",
                           "jitsi.analytics", "jitsi.stun.third_party", "xmpp.login.needed"}) {
    host.not_measured(path, ErrorCode::kNotUnderstood, "config.js is no JavaScript");
  }
}

struct Persona {
  std::string name;
  std::string letter;                 // "A" or "not graded"
  std::string reason;                 // part of the main reason, or of the reason not to grade
  std::vector<std::string> failing;   // rules that this persona must fail
  std::function<void(Host&)> change;  // from the exemplary host
};

const std::vector<Persona>& personas() {
  static const std::vector<Persona> list{
      {"exemplary", "A", "own policy, no third party by default", {}, [](Host&) {}},
      {"other_client",
       "A",
       "own policy",
       {"client-matches-release"},
       [](Host& h) { h.set("client.lib.matches_release", false); }},
      {"lasting_cookie",
       "A",
       "own policy",
       {"cookies-short-lived"},
       [](Host& h) { h.set("http.cookies.longest_days", std::int64_t{365}); }},
      {"revoked_twice",
       "F",
       "revoked, seen twice",
       {"certificate-not-revoked", "certificate-not-revoked-on-second-look", "staple-valid"},
       [](Host& h) {
         revoked(h);
         h.set("tls.recheck.revoked", true);
       }},
      {"revoked_at_first_only",
       "not graded",
       "but not on a second look",
       {"certificate-not-revoked"},
       [](Host& h) {
         revoked(h);
         h.set("tls.recheck.revoked", false);
       }},
      {"revoked_and_then_silent",
       "not graded",
       "no second look confirmed it",
       {"certificate-not-revoked"},
       [](Host& h) {
         revoked(h);
         h.not_measured("tls.recheck.revoked", ErrorCode::kTimedOut);
       }},
      {"dnssec_bogus",
       "A",
       "own policy",
       {"dnssec-not-bogus"},
       [](Host& h) {
         h.text("dns.dnssec", "bogus").not_measured("dns.caa.restricts", ErrorCode::kResolverFailed, "");
       }},
      {"dnssec_unsigned",
       "A",
       "own policy",
       {"dnssec-signed", "caa-present"},
       [](Host& h) { h.text("dns.dnssec", "insecure").set("dns.caa.restricts", false).text("dns.dane", "none"); }},
      {"turn_name_bogus",
       "A",
       "own policy",
       {"other-names-not-bogus"},
       [](Host& h) {
         h.set("names.checked", Strings{"turn.example.test"}).set("names.bogus", Strings{"turn.example.test: expired"});
       }},
      {"weak_headers",
       "A",
       "own policy",
       {"csp-limits-scripts", "media-limited-to-page", "versions-not-shown", "headers-on-every-file",
        "security-txt-valid"},
       [](Host& h) {
         h.text("http.csp.scripts", "anywhere").text("http.permissions.microphone", "everybody");
         h.set("http.versions_shown", Strings{"server: nginx/1.22.1"}).text("http.security_txt", "expired");
         h.set("http.headers_lost", Strings{"strict-transport-security"});
       }},
      {"dane_mismatch", "A", "own policy", {"dane-matches"}, [](Host& h) { h.text("dns.dane", "mismatch"); }},
      {"google_stun",
       "B",
       "third-party STUN or TURN, confirmed by the server's answer",
       {"no-third-party-stun", "no-third-party-ice"},
       [](Host& h) {
         h.set("jitsi.stun.third_party", Strings{"stun.l.google.com:19302"});
         h.set("xmpp.ice.contacted_third_party", Strings{"stun.l.google.com:19302"});
       }},
      {"stun_replaced",
       "A",
       "own policy",
       {"no-third-party-stun"},
       [](Host& h) { h.set("jitsi.stun.third_party", Strings{"stun.l.google.com:19302"}); }},
      {"stun_only_by_the_server",
       "B",
       "third-party STUN or TURN, confirmed by the server's answer",
       {"no-third-party-ice"},
       [](Host& h) { h.set("xmpp.ice.contacted_third_party", Strings{"stun.l.google.com:19302"}); }},
      {"static_turn_login",
       "A",
       "own policy",
       {"turn-credentials-expire"},
       [](Host& h) { h.set("xmpp.turn.static_login", true); }},
      {"rooms_listed",
       "A",
       "own policy",
       {"rooms-not-listed"},
       [](Host& h) { h.set("xmpp.rooms_listed", std::int64_t{3}); }},
      {"no_policy", "C", "no own policy found after a complete search", {"privacy-policy-published"}, no_policy},
      {"jitsi_org_links",
       "C",
       "no own policy found",
       {"privacy-policy-candidate-found", "legal-links-are-own"},
       [](Host& h) {
         no_policy(h);
         h.text("policy.verdict", "someone-elses").text("policy.url", "https://jitsi.org/meet-jit-si-privacy/");
         h.text("jitsi.legal.privacy_url", "https://jitsi.org/meet-jit-si-privacy/");
       }},
      {"behind_intermediary",
       "C",
       "an intermediary ends TLS",
       {"no-undisclosed-intermediary"},
       [](Host& h) { h.text("http.intermediary", "Cloudflare").set("policy.intermediary_disclosed", false); }},
      {"disclosed_intermediary",
       "A",
       "own policy",
       {},
       [](Host& h) { h.text("http.intermediary", "Cloudflare").set("policy.intermediary_disclosed", true); }},
      {"in_a_large_cloud",
       "A",
       "own policy",
       {"not-hosted-by-big-tech"},
       [](Host& h) { h.set("hosting.big_tech", Strings{"Amazon (web)"}); }},
      {"exposes_transcripts",
       "A",
       "own policy",
       {"nothing-exposed"},
       [](Host& h) { h.set("exposed.asked", true).set("exposed.things", Strings{"transcripts"}); }},
      {"claims_the_eu_from_elsewhere",
       "A",
       "own policy",
       {"policy-agrees-on-eu"},
       [](Host& h) { h.set("policy.claims.eu_only", true).set("hosting.eu_eea", false); }},
      {"e2ee_off_recording",
       "C",
       "recording on the server is on",
       {"e2ee-offered", "server-recording-off"},
       [](Host& h) {
         h.set("e2ee.offered", false).text("e2ee.verdict", "disabled").set("jitsi.recording.server", true);
       }},
      {"e2ee_off",
       "B",
       "end-to-end encryption is not offered",
       {"e2ee-offered"},
       [](Host& h) { h.set("e2ee.offered", false).text("e2ee.verdict", "disabled"); }},
      {"analytics_login",
       "C",
       "analytics or a third-party login",
       {"no-analytics", "no-third-party-login"},
       [](Host& h) {
         h.set("jitsi.analytics", Strings{"Amplitude"}).set("jitsi.login.third_party", Strings{"Google"});
       }},
      {"third_party_login_alone",
       "C",
       "third-party login",
       {"no-third-party-login"},
       [](Host& h) { h.set("jitsi.login.third_party", Strings{"Google"}); }},
      {"default_install",
       "D",
       "third parties contacted by default",
       {"insecure-room-name-warning", "legal-links-are-own"},
       [](Host& h) { h = Host::default_install(); }},
      {"old_2020",
       "D",
       "confidentiality fix of more than 24 months ago",
       {"build-recent", "no-unfixed-advisory", "no-old-confidentiality-advisory", "e2ee-format-current",
        "e2ee-fails-closed"},
       [](Host& h) {
         h.set("jitsi.build.age_days", std::int64_t{2200}).set("jitsi.build.advisories", Strings{"JSA-2022-0001"});
         h.set("jitsi.build.oldest_confidentiality_advisory_months", std::int64_t{50})
             .set("e2ee.format_current", false)
             .set("e2ee.fail_closed", false);
         h.text("e2ee.verdict", "available-outdated-format");
       }},
      {"robots_blocked",
       "not graded",
       "robots",
       {},
       [](Host& h) {
         h.not_measured("policy.verdict", ErrorCode::kRobotsDisallowed, "https://meet.example.test/privacy");
         h.not_measured("policy.own", ErrorCode::kRobotsDisallowed, "https://meet.example.test/privacy");
         h.set("policy.search.complete", false);
       }},
      {"expired",
       "F",
       "not trusted, seen twice",
       {"certificate-trusted", "certificate-not-expiring"},
       [](Host& h) {
         untrusted_twice(h);
         h.set("tls.certificate.days_left", std::int64_t{-3});
       }},
      {"wrong_name", "F", "not trusted, seen twice", {"certificate-trusted-on-second-look"}, untrusted_twice},
      {"expired_no_second_look", "not graded", "no second look confirmed it", {"certificate-trusted"}, untrusted},
      {"expired_second_look_failed",
       "not graded",
       "no second look confirmed it",
       {"certificate-trusted"},
       [](Host& h) {
         untrusted(h);
         h.not_measured("tls.recheck.trusted", ErrorCode::kTimedOut, "192.0.2.1:443");
       }},
      {"renewed_between_looks",
       "not graded",
       "but was on a second look",
       {"certificate-trusted"},
       [](Host& h) {
         untrusted(h);
         h.set("tls.recheck.trusted", true);
       }},
      {"tls_legacy",
       "F",
       "nothing above TLS 1.1",
       {"tls-1-2-or-newer", "tls-1-2-on-second-look", "tls-1-3-offered"},
       [](Host& h) {
         legacy(h);
         h.set("tls.recheck.legacy_only", true);
       }},
      {"tls_legacy_without_anything_else",
       "F",
       "nothing above TLS 1.1",
       {"tls-1-2-or-newer"},
       [](Host& h) {
         legacy(h);
         unread_configuration(h);
         h.set("tls.recheck.legacy_only", true);
         h.not_measured("tls.certificate.trusted", ErrorCode::kTlsFailed, "");
       }},
      {"tls_legacy_seen_once", "not graded", "no second look confirmed it", {"tls-1-2-or-newer"}, legacy},
      {"tls_legacy_then_newer",
       "not graded",
       "newer was on a second look",
       {"tls-1-2-or-newer"},
       [](Host& h) {
         legacy(h);
         h.set("tls.recheck.legacy_only", false);
       }},
      {"policy_pdf_parent",
       "A",
       "own policy",
       {"privacy-policy-machine-readable"},
       [](Host& h) {
         h.set("policy.readable", false).text("policy.media_type", "application/pdf").text("policy.form", "pdf");
         h.not_measured("policy.names_service", ErrorCode::kUnsupported, "application/pdf");
       }},
      {"policy_unsure",
       "B",
       "not sure to be an own privacy policy",
       {},
       [](Host& h) {
         h.text("policy.verdict", "unsure").not_measured("policy.own", ErrorCode::kNotUnderstood, "few items found");
       }},
      {"policy_unlinked",
       "A",
       "own policy",
       {"privacy-policy-linked-from-instance"},
       [](Host& h) { h.set("policy.linked_from_instance", false); }},
      {"policy_generic",
       "A",
       "own policy",
       {"privacy-policy-names-service"},
       [](Host& h) { h.set("policy.names_service", false); }},
      {"policy_bare",
       "A",
       "own policy",
       {"policy-states-controller", "policy-states-retention", "policy-states-complaint", "privacy-policy-dated"},
       [](Host& h) {
         const Evidence all = Host::exemplary().evidence();
         for (const Fact& fact : all.all()) {
           if (fact.path.starts_with("policy.states.")) h.text(fact.path, "not_found");
         }
       }},
      {"policy_hard_to_reach",
       "A",
       "own policy",
       {"privacy-policy-in-instance-language", "privacy-policy-filled-in", "privacy-policy-loads-no-third-party",
        "privacy-policy-reachable", "privacy-policy-text"},
       [](Host& h) {
         h.set("policy.instance_language", false).set("policy.placeholders", Strings{"{{name}}"});
         h.set("policy.page_third_parties", Strings{"fonts.invalid"}).text("policy.found_by", "path");
         h.text("policy.form", "script-only");
       }},
      {"policy_contradicts_what_was_seen",
       "C",
       "recording",
       {"policy-agrees-on-third-parties", "policy-agrees-on-google", "policy-agrees-on-encryption",
        "policy-agrees-on-recordings", "policy-agrees-on-tracking", "policy-agrees-on-cookies"},
       [](Host& h) {
         const Evidence all = Host::exemplary().evidence();
         for (const Fact& fact : all.all()) {
           if (fact.path.starts_with("policy.claims.")) h.set(fact.path, true);
         }
         h.set("jitsi.analytics", Strings{"google-analytics"})
             .set("e2ee.offered", false)
             .text("e2ee.verdict", "disabled");
         h.set("jitsi.recording.server", true).set("http.cookies", Strings{"visitor; Path=/"});
       }},
      {"claims_nobody_and_stun_of_the_server",
       "B",
       "third-party STUN or TURN, confirmed by the server's answer",
       {"policy-agrees-on-third-parties", "policy-agrees-on-google"},
       [](Host& h) {
         h.set("policy.claims.no_third_parties", true).set("policy.claims.no_google", true);
         h.set("xmpp.ice.contacted_third_party", Strings{"stun.l.google.com:19302"});
         h.set("parties.in_call", Strings{"stun.l.google.com"});
       }},
      {"no_imprint",
       "C",
       "no own policy",
       {"operator-identified"},
       [](Host& h) {
         no_policy(h);
         h.set("policy.operator_identified", false);
       }},
      {"cdn_fonts",
       "A",
       "the page loads from other domains",
       {"no-third-party-page-resources"},
       [](Host& h) { h.set("parties.loaded", Strings{"fonts.cdn.invalid"}); }},
      {"foreign_bosh",
       "A",
       "signalling goes to another domain",
       {"no-third-party-signalling"},
       [](Host& h) { h.set("jitsi.signalling.third_party", Strings{"xmpp.other.invalid"}); }},
      {"avatars",
       "A",
       "avatars would come from a third party",
       {"no-third-party-avatars"},
       [](Host& h) { h.set("jitsi.avatars.third_party", Strings{"gravatar.com"}); }},
      {"etherpad_elsewhere",
       "A",
       "",
       {"no-third-party-integrations"},
       [](Host& h) { h.set("jitsi.integrations.third_party", Strings{"pad.other.invalid"}); }},
      {"app_pushed", "A", "", {"app-not-pushed"}, [](Host& h) { h.set("jitsi.app.promoted", true); }},
      {"expiring_soon",
       "A",
       "",
       {"certificate-not-expiring"},
       [](Host& h) { h.set("tls.certificate.days_left", std::int64_t{1}); }},
      {"tls12_only",
       "A",
       "",
       {"tls-1-3-offered"},
       [](Host& h) {
         h.text("tls.version", "TLSv1.2").set("tls.offers.tls13", false).set("tls.offers.post_quantum", false);
       }},
      {"tls_of_old_libraries",
       "A",
       "",
       {"old-tls-refused", "weak-suites-refused", "dh-parameters-strong", "tls-1-2-repaired",
        "post-quantum-key-exchange"},
       [](Host& h) {
         h.set("tls.offers.legacy", true).set("tls.accepts.weak", true).set("tls.dh.bits", std::int64_t{1024});
         h.set("tls.extended_master_secret", false).set("tls.offers.post_quantum", false);
       }},
      {"rsa_key_exchange",
       "A",
       "",
       {"forward-secrecy"},
       [](Host& h) {
         h.text("tls.version", "TLSv1.2").text("tls.group", "");
         h.text("tls.cipher_suite", "TLS_RSA_WITH_AES_128_GCM_SHA256");
       }},
      {"chain_incomplete",
       "F",
       "certificate",
       {"certificate-trusted", "certificate-chain-complete"},
       [](Host& h) {
         untrusted_twice(h);
         h.text("tls.chain.anchor", "not sent");
       }},
      {"chain_sha1",
       "A",
       "",
       {"certificate-chain-strong"},
       [](Host& h) { h.set("tls.chain.signature_strength", std::int64_t{63}); }},
      {"certificate_long_lived",
       "A",
       "",
       {"certificate-lifetime-limited"},
       [](Host& h) { h.set("tls.certificate.lifetime_excess", std::int64_t{2}); }},
      {"certificate_not_logged",
       "A",
       "",
       {"certificate-logged"},
       [](Host& h) { h.set("tls.sct.operator_count", std::int64_t{1}); }},
      {"staple_missing", "A", "", {"staple-valid"}, [](Host& h) { h.set("tls.certificate.must_staple", true); }},
      {"early_data", "A", "", {"early-data-off"}, [](Host& h) { h.set("tls.session.early_data", true); }},
      {"short_key",
       "A",
       "",
       {"certificate-key-strong"},
       [](Host& h) { h.text("tls.certificate.key_type", "RSA").set("tls.certificate.key_bits", std::int64_t{1024}); }},
      {"no_redirect",
       "A",
       "",
       {"http-redirects-to-https"},
       [](Host& h) { h.text("http.plain.status", "serves-page"); }},
      {"port_80_refused", "A", "", {}, [](Host& h) { h.text("http.plain.status", "refused"); }},
      {"no_hsts", "A", "", {"hsts-enabled"}, [](Host& h) { h.set("http.hsts.max_age", std::int64_t{0}); }},
      {"insecure_cookies",
       "A",
       "",
       {"cookies-secure"},
       [](Host& h) { h.set("http.cookies.insecure", Strings{"session"}); }},
      {"bare_headers",
       "A",
       "",
       {"nosniff-set", "referrer-policy-set"},
       [](Host& h) { h.set("http.nosniff", false).text("http.referrer_policy", ""); }},
      {"unsafe_referrer",
       "A",
       "",
       {"referrer-policy-set"},
       [](Host& h) { h.text("http.referrer_policy", "no-referrer, unsafe-url"); }},
      {"hidden_e2ee", "A", "", {"e2ee-switch-visible"}, [](Host& h) { h.set("e2ee.switch_visible", false); }},
      {"config_unreadable",
       "not graded",
       "the configuration could not be read",
       {"configuration-readable"},
       unread_configuration},
      {"old_prosody",
       "A",
       "",
       {"no-component-advisory"},
       [](Host& h) { h.set("xmpp.advisories", std::vector<std::string>{"CVE-2022-0217"}); }},
      {"transcription", "A", "", {"transcription-off"}, [](Host& h) { h.set("jitsi.transcription", true); }},
      {"livestream", "A", "", {"livestreaming-off"}, [](Host& h) { h.set("jitsi.livestreaming", true); }},
      {"account_required",
       "A",
       "",
       {"no-account-needed", "no-account-to-start"},
       [](Host& h) { h.text("xmpp.login.needed", "account"); }},
      {"account_to_create",
       "A",
       "",
       {"no-account-to-start"},
       [](Host& h) { h.text("xmpp.login.needed", "account-to-create"); }},
      {"name_required",
       "A",
       "",
       {"display-name-not-required"},
       [](Host& h) { h.set("jitsi.display_name_required", true); }},
      {"no_prejoin", "A", "", {"prejoin-page-on"}, [](Host& h) { h.set("jitsi.prejoin", false); }},
      {"ipv4_only", "A", "", {"ipv6-available"}, [](Host& h) { h.set("dns.ipv6", Strings{}); }},
  };
  return list;
}

void PrintTo(const Persona& persona, std::ostream* out) {
  *out << persona.name;
}

class PersonaTest : public ::testing::TestWithParam<Persona> {};

TEST_P(PersonaTest, GetsItsLetterForItsReason) {
  const Persona& persona = GetParam();
  Host host = Host::exemplary();
  persona.change(host);
  const HostReport report = judged(host);
  ASSERT_EQ(report.status, HostStatus::kMeasured) << report.status_reason;
  EXPECT_EQ(letter_of(report), persona.letter) << report.grade.range.low << ".." << report.grade.range.high << " "
                                               << report.grade.main_reason << report.grade.not_graded_reason;
  EXPECT_THAT(report.grade.main_reason + report.grade.not_graded_reason, HasSubstr(persona.reason));
  EXPECT_EQ(report.grade.letter.has_value(), report.grade.not_graded_reason.empty());
  for (const std::string& rule : persona.failing) {
    EXPECT_EQ(finding(report, rule).outcome, Outcome::kFail) << rule;
  }
}

INSTANTIATE_TEST_SUITE_P(Bundled, PersonaTest, ::testing::ValuesIn(personas()),
                         [](const ::testing::TestParamInfo<Persona>& persona) { return persona.param.name; });

TEST(Personas, APolicyIsNotContradictedByASettingThatTheServerReplaces) {
  Host host = Host::exemplary();
  host.set("policy.claims.no_third_parties", true).set("policy.claims.no_google", true);
  host.set("jitsi.stun.third_party", Strings{"stun.l.google.com:19302"});
  host.set("parties.hinted", Strings{"stun.l.google.com"});
  const HostReport report = judged(host);
  EXPECT_EQ(finding(report, "policy-agrees-on-google").outcome, Outcome::kPass);
  EXPECT_EQ(finding(report, "policy-agrees-on-third-parties").outcome, Outcome::kPass);
}

TEST(Personas, TheExemplaryHostPassesAllThatApplies) {
  const HostReport report = judged(Host::exemplary());
  for (const Finding& finding : report.findings) {
    EXPECT_TRUE(finding.outcome == Outcome::kPass || finding.outcome == Outcome::kNotApplicable)
        << finding.rule << ": " << to_string(finding.outcome) << " " << finding.reason;
  }
  EXPECT_NEAR(report.grade.range.low, 100, 1e-9);
  EXPECT_TRUE(report.grade.caps.empty());
}

TEST(Personas, CertificatesOfPrivateAuthoritiesAreNotHeldToPublicOnesRules) {
  Host host = Host::exemplary();
  host.text("tls.certificate.validation", "").set("tls.sct.operator_count", std::int64_t{0});
  host.set("tls.certificate.lifetime_excess", std::int64_t{900});
  const HostReport report = judged(host);
  EXPECT_EQ(finding(report, "certificate-logged").outcome, Outcome::kNotApplicable);
  EXPECT_EQ(finding(report, "certificate-lifetime-limited").outcome, Outcome::kNotApplicable);
  EXPECT_EQ(finding(report, "staple-valid").outcome, Outcome::kNotApplicable);
}

TEST(Personas, WhatNobodyKnowsOfACertificateIsNotMeasured) {
  Host host = Host::exemplary();
  for (const char* path : {"tls.sct.operator_count", "tls.staple.status", "tls.session.early_data", "tls.chain.anchor",
                           "tls.chain.key_strength", "tls.certificate.lifetime_excess"}) {
    host.not_measured(path, ErrorCode::kNotUnderstood, "");
  }
  const HostReport report = judged(host);
  for (const char* rule : {"certificate-logged", "staple-valid", "early-data-off", "certificate-chain-complete",
                           "certificate-chain-strong", "certificate-lifetime-limited"}) {
    EXPECT_EQ(finding(report, rule).outcome, Outcome::kNotMeasured) << rule;
  }
  EXPECT_EQ(letter_of(report), "A");
}

TEST(Personas, EveryRuleIsFailedByOneOfThem) {
  std::set<std::string> failed;
  for (const Persona& persona : personas()) {
    Host host = Host::exemplary();
    persona.change(host);
    for (const Finding& finding : judged(host).findings) {
      if (finding.outcome == Outcome::kFail) failed.insert(finding.rule);
    }
  }
  for (const Rule& rule : bundled_rules().rules) EXPECT_TRUE(failed.contains(rule.id)) << rule.id;
}

// Opacity never pays: whatever single fact is hidden, the low end does not rise and no cap of F appears.
TEST(Personas, HidingAFactNeverRaisesTheLowEnd) {
  for (const Persona& persona : personas()) {
    Host host = Host::exemplary();
    persona.change(host);
    const double low = judged(host).grade.range.low;
    const Evidence evidence = host.evidence();
    for (const Fact& fact : evidence.all()) {
      // Which rules apply may hang on the policy's verdict; without it there is no grade at all.
      if (fact.path == "jitsi.present" || fact.path == "dns.status" || fact.path == "policy.verdict") continue;
      Host hidden = host;
      hidden.not_measured(fact.path, ErrorCode::kTimedOut, "", fact.subject);
      const HostReport report = judged(hidden);
      if (report.status != HostStatus::kMeasured || !report.grade.letter) continue;
      EXPECT_LE(report.grade.range.low, low + 1e-9) << persona.name << " without " << fact.path;
    }
  }
}

TEST(FourCharacteristics, GradesTheSameHostsByItsOwnWeights) {
  const Profile* profile = bundled_rules().profile("four-characteristics");
  ASSERT_NE(profile, nullptr);
  EXPECT_EQ(letter_of(judged(Host::exemplary(), *profile)), "A");
  const HostReport stock = judged(Host::default_install(), *profile);
  EXPECT_EQ(letter_of(stock), "C");
  EXPECT_EQ(stock.grade.categories.size(), 4U);
}

}  // namespace
}  // namespace meetlat::testing
