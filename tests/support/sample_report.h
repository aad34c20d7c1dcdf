// A made-up report with every kind of host and with hostile text, for tests of whatever renders or compares reports.
// Its rules are its own, so that no change of the real ones moves a golden file.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "model/report.h"
#include "model/rule.h"
#include "model/run.h"

namespace meetlat::sample {

inline Instant at(std::string_view text) {
  return parse_instant(text).value_or(Instant{});
}

inline Rule rule(std::string id, std::string title, std::string category, Severity severity, std::string fact,
                 std::string fail_text) {
  Rule out;
  out.id = std::move(id);
  out.title = std::move(title);
  out.category = std::move(category);
  out.severity = severity;
  out.pass_if.kind = Condition::Kind::kFact;
  out.pass_if.fact = std::move(fact);
  out.pass_if.operands = {Value{true}};
  out.fail_text = std::move(fail_text);
  return out;
}

inline Rule policy_rule() {
  Rule out = rule("own-policy-published", "A privacy policy of its own is published", "policy", Severity::kHigh,
                  "policy.own", "no own privacy policy found");
  out.why =
      "Whoever handles personal data has to say who does so, why and for how long. Without that text nobody can "
      "judge what happens to a visitor's data.";
  out.remedy =
      "Publish a page that says who runs this service and what is stored.\n\nLink it from the start page, so "
      "that it is found without searching.";
  out.config = {
      {"/etc/jitsi/meet/HOST-config.js", "config.legalUrls = {\n    privacy: 'https://HOST/privacy.html',\n};\n"}};
  out.pass_text = "own privacy policy";
  out.shows = {"policy.url", "policy.search.places"};
  out.references = {{"Article 13 GDPR", "https://eur-lex.europa.eu/eli/reg/2016/679/oj"}};
  return out;
}

inline Rule stun_rule() {
  Rule out = rule("stun-own", "No third party answers STUN", "third-parties", Severity::kMedium,
                  "jitsi.stun.third_party", "STUN of a third party");
  out.why = "A STUN server learns the public address of everybody who joins a call.";
  out.remedy = "Run STUN on the own server and name it, or name none.";
  out.config = {{"/etc/jitsi/meet/HOST-config.js", "config.p2p.stunServers = [];"}};
  out.shows = {"jitsi.stun.source"};
  return out;
}

inline RuleSet rules() {
  RuleSet out;
  out.version = "2026.11";
  out.digest = "5f3c9a7be0d14c2288aa00ffee11223344556677889900aabbccddeeff001122";
  out.rules.push_back(rule("certificate-trusted", "The certificate is trusted", "transport", Severity::kCritical,
                           "tls.certificate.trusted", "certificate not trusted"));
  out.rules.push_back(rule("e2ee-offered", "End-to-end encryption is offered", "e2ee", Severity::kMedium,
                           "e2ee.offered", "E2EE not offered"));
  out.rules.push_back(
      rule("hsts-set", "HSTS is set", "transport", Severity::kLow, "http.hsts.max_age", "HSTS not set"));
  out.rules.push_back(policy_rule());
  out.rules.push_back(rule("recording-off", "The server does not record", "access", Severity::kInfo,
                           "jitsi.recording.server", "recording on the server"));
  out.rules.push_back(stun_rule());

  Profile profile;
  profile.id = "sample";
  profile.version = "3";
  profile.title = "Sample";
  profile.categories = {{"policy", "Own privacy policy", 40, {}},
                        {"third-parties", "Third parties", 30, {}},
                        {"transport", "Transport", 20, {}},
                        {"e2ee", "E2EE", 10, {}}};
  profile.letters = {{'A', 85}, {'B', 70}, {'C', 55}, {'D', 40}, {'E', 0}};
  profile.words = {{'A', "very good"}, {'B', "good"}, {'C', "fair"}, {'D', "poor"}, {'E', "bad"}, {'F', "fails"}};
  out.profiles.push_back(std::move(profile));
  return out;
}

// Facts are put by hand here: rows as a probe would leave them.
class HostBuilder {
 public:
  HostBuilder(std::string_view url, HostStatus status, std::string reason = {}) {
    const auto parsed = Url::parse(url);
    if (parsed) host_.target = Target::from_url(*parsed);
    host_.target.sources = {"sample-list.md"};
    host_.status = status;
    host_.status_reason = std::move(reason);
    host_.started = at("2026-11-23T06:00:05Z");
    host_.finished = at("2026-11-23T06:00:09Z");
  }

  HostBuilder& claim(std::string key, std::string value, std::string remark = {}) {
    host_.target.claims.push_back(
        {std::move(key), std::move(value), std::move(remark), "sample-list.md", "2025-01-31"});
    return *this;
  }
  HostBuilder& listed(std::size_t line) {
    host_.target.places = {{"sample-list.md", line}};
    return *this;
  }
  HostBuilder& fact(std::string path, Value value, std::string where = {}, std::string excerpt = {},
                    std::string check = {}, Subject subject = {}) {
    Fact fact;
    fact.path = std::move(path);
    fact.subject = std::move(subject);
    fact.value = std::move(value);
    fact.provenance = {std::move(where), std::move(excerpt), std::move(check), at("2026-11-23T06:00:07Z")};
    host_.evidence.insert(std::move(fact));
    return *this;
  }
  HostBuilder& unknown(std::string path, ErrorCode code, std::string context) {
    Fact fact;
    fact.path = std::move(path);
    fact.value = fail(code, std::move(context));
    fact.provenance.at = at("2026-11-23T06:00:07Z");
    host_.evidence.insert(std::move(fact));
    return *this;
  }
  HostBuilder& finding(std::string rule_id, Outcome outcome, double points, std::vector<std::string> facts,
                       std::string reason = {}) {
    host_.findings.push_back({std::move(rule_id), outcome, std::move(reason), std::move(facts), points});
    return *this;
  }
  HostBuilder& graded(char letter, std::string word, Range range, std::string main_reason) {
    host_.grade.letter = letter;
    host_.grade.word = std::move(word);
    host_.grade.range = range;
    host_.grade.main_reason = std::move(main_reason);
    return *this;
  }
  HostBuilder& not_graded(std::string reason, Range range) {
    host_.grade.not_graded_reason = std::move(reason);
    host_.grade.range = range;
    return *this;
  }
  HostBuilder& cap(std::string id, char letter, std::string title, std::string confirmation) {
    host_.grade.caps.push_back({std::move(id), letter, std::move(title), std::move(confirmation)});
    return *this;
  }
  HostBuilder& shares(Range policy, Range third_parties, Range transport, Range e2ee) {
    host_.grade.categories = {{"policy", "Own privacy policy", 40, policy},
                              {"third-parties", "Third parties", 30, third_parties},
                              {"transport", "Transport", 20, transport},
                              {"e2ee", "E2EE", 10, e2ee}};
    return *this;
  }
  // Everything that the table reads, of a host that shares nothing.
  HostBuilder& clean_slate() {
    const std::vector<std::string> nobody;
    return fact("http.intermediary", std::string())
        .fact("jitsi.signalling.third_party", nobody)
        .fact("jitsi.avatars.third_party", nobody)
        .fact("jitsi.login.third_party", nobody)
        .fact("jitsi.analytics", nobody)
        .fact("jitsi.stun.third_party", nobody)
        .fact("parties.loaded", nobody)
        .fact("xmpp.login.needed", std::string("open"))
        .fact("e2ee.verdict", std::string("available"))
        .fact("policy.verdict", std::string("own"))
        .fact("policy.media_type", std::string("text/html"));
  }
  HostReport build() const { return host_; }

 private:
  HostReport host_;
};

inline std::string origin_of(std::string_view host) {
  return "https://" + std::string(host);
}

inline HostReport best_host() {
  const std::string url = "https://alpha.meet.test/privacy.html";
  return HostBuilder("https://alpha.meet.test/", HostStatus::kMeasured)
      .clean_slate()
      .fact("jitsi.operator.stated", std::string("Stichting Voorbeeld"), "https://alpha.meet.test/",
            "run by Stichting Voorbeeld, write to info@alpha.meet.test")
      .fact("tls.certificate.trusted", true, "192.0.2.10:443", "", "", Subject::address("192.0.2.10:443"))
      .fact("tls.certificate.trusted", true, "192.0.2.11:443", "", "", Subject::address("192.0.2.11:443"))
      .fact("policy.own", true, url)
      .fact("policy.url", url, url, "", "curl -s " + url)
      .fact("e2ee.offered", true)
      .fact("http.hsts.max_age", std::int64_t{63072000})
      .finding("certificate-trusted", Outcome::kPass, 12, {"tls.certificate.trusted"})
      .finding("e2ee-offered", Outcome::kPass, 10, {"e2ee.offered"})
      .finding("hsts-set", Outcome::kPass, 8, {"http.hsts.max_age"})
      .finding("own-policy-published", Outcome::kPass, 40, {"policy.own"})
      .finding("stun-own", Outcome::kPass, 30, {"jitsi.stun.third_party"})
      .graded('A', "very good", {100, 100}, "own policy, nobody else sees you")
      .shares({1, 1}, {1, 1}, {1, 1}, {1, 1})
      .build();
}

// The same letter, so the same rank; an internationalised name, wide characters and a range.
inline HostReport wide_host() {
  return HostBuilder("https://xn--mnchen-3ya.meet.test/F", HostStatus::kMeasured)
      .clean_slate()
      .fact("jitsi.operator.stated", std::string("東京ビデオ会議協会 (e\u0301cole)"))
      .fact("xmpp.login.needed", std::string("account-to-create"))
      .fact("policy.media_type", std::string("application/pdf"))
      .fact("e2ee.verdict", std::string("available-outdated-format"))
      .unknown("http.hsts.max_age", ErrorCode::kTimedOut, "no answer within 10 s")
      .finding("hsts-set", Outcome::kNotMeasured, 8, {"http.hsts.max_age"}, "timed out: no answer within 10 s")
      .finding("own-policy-published", Outcome::kPass, 40, {"policy.verdict"})
      .graded('A', "very good", {86.96, 94.99}, "own policy, nobody else sees you")
      .shares({1, 1}, {1, 1}, {0.6, 1}, {0.5, 0.5})
      .build();
}

inline HostReport stun_host() {
  return HostBuilder("https://bravo.meet.test/", HostStatus::kMeasured)
      .clean_slate()
      .listed(12)
      .claim("operator", "Bravo Hosting BV")
      .claim("country", "NL", "ask admin@bravo.meet.test or +31 20 123 45 67")
      .fact("jitsi.operator.stated", std::string())
      .fact("jitsi.stun.third_party",
            std::vector<std::string>{"stun.l.bigsearch.test:19302", "stun1.l.bigsearch.test:19302"},
            "https://bravo.meet.test/config.js line 41",
            "stunServers: [ { urls: 'stun:stun.l.bigsearch.test:19302' } ]",
            "curl -s https://bravo.meet.test/config.js | grep -n stunServers")
      .fact("parties.loaded", std::vector<std::string>{"fonts.bigsearch.test"})
      .fact("jitsi.stun.source", std::string("config.js"))
      .fact("e2ee.offered", true)
      .finding("e2ee-offered", Outcome::kPass, 10, {"e2ee.offered"})
      .finding("own-policy-published", Outcome::kPass, 40, {"policy.verdict"})
      .finding("recording-off", Outcome::kNotApplicable, 0, {}, "no recording service is set up")
      .finding("stun-own", Outcome::kFail, 15, {"jitsi.stun.third_party"})
      .graded('B', "good", {81.25, 81.25}, "STUN of a third party")
      .cap("third-party-stun", 'B', "STUN of a third party", "machine")
      .shares({1, 1}, {0.5, 0.5}, {0.8125, 0.8125}, {1, 1})
      .build();
}

// About the first finding that failed.
inline void add_note(HostReport& host, ReviewKind kind, std::string reason,
                     FindingNote::State state = FindingNote::State::kHolds) {
  for (const Finding& finding : host.findings) {
    if (finding.outcome != Outcome::kFail) continue;
    host.notes.push_back({finding.rule, kind, state, "n1", "operator", "2026-11-20",
                          kind == ReviewKind::kWaiver ? "2026-12-31" : "", std::move(reason),
                          "https://example.test/why"});
    return;
  }
}

// Everything that a stranger writes here wants to break out of the report.
inline HostReport hostile_host() {
  std::string long_name = "Association";
  for (int i = 0; i < 40; ++i) long_name += " of very long names";
  return HostBuilder("https://charlie-with-an-exceptionally-long-name-that-fills-columns.meet.test/",
                     HostStatus::kMeasured)
      .clean_slate()
      .claim("operator", "J. Doe")
      .claim("operator-kind", "PERSON")
      .fact("jitsi.operator.stated", long_name)
      .fact("xmpp.login.needed", std::string("token"))
      .fact("http.intermediary", std::string("Shield\x1b[2J\x1b]0;owned\x07"))
      .fact("jitsi.analytics", std::vector<std::string>{"Amplitude", "Matomo at stats.charlie.test",
                                                        "script https://cdn.tracker.test/a.js"})
      .fact("e2ee.verdict", std::string("hidden"))
      .fact("policy.verdict", std::string("unsure"))
      .fact("policy.own", false, "https://charlie.test/\x1b[31mred",
            "\xe2\x80\xaegnp.ytiruces\xff\xfe call +49 30 1234567",
            "curl -s 'https://charlie.test/' | head\nrm -rf nothing")
      .unknown("policy.search.places", ErrorCode::kNotUnderstood,
               "\x9b"
               "31m \xc2\x9b"
               "5m odd bytes")
      .finding("own-policy-published", Outcome::kFail, 40, {"policy.own"})
      .finding("hsts-set", Outcome::kNotMeasured, 8, {"http.hsts.max_age"}, "not asked\x1b[1m\nat all")
      .graded('C', "fair", {55.04, 63.04}, "an undisclosed intermediary ends TLS")
      .cap("hidden-intermediary", 'C', "an undisclosed intermediary ends TLS", "machine")
      .shares({0.25, 0.25}, {1, 1}, {0.6, 1}, {1, 1})
      .build();
}

inline HostReport poor_host() {
  return HostBuilder("https://delta.meet.test/", HostStatus::kMeasured)
      .clean_slate()
      .claim("hoster", "Delta Networks")
      .unknown("jitsi.operator.stated", ErrorCode::kTooLarge, "the page is over 2 MB")
      .unknown("parties.loaded", ErrorCode::kTooLarge, "the page is over 2 MB")
      .fact("xmpp.login.needed", std::string("account"))
      .fact("jitsi.login.third_party", std::vector<std::string>{"Google", "login.bigsearch.test"})
      .fact("policy.verdict", std::string("not-found"))
      .fact("policy.own", false, "https://delta.meet.test/")
      .fact("policy.search.places", std::int64_t{14})
      .fact("e2ee.verdict", std::string("disabled"))
      .fact("e2ee.offered", false, "https://delta.meet.test/config.js line 7", "testing: { disableE2EE: true }")
      .finding("e2ee-offered", Outcome::kFail, 10, {"e2ee.offered"})
      .finding("own-policy-published", Outcome::kFail, 40, {"policy.own"})
      .graded('D', "poor", {48, 50}, "no own policy found, and third parties are contacted by default")
      .cap("no-policy-and-third-parties", 'D', "no own policy found, and third parties are contacted by default",
           "confirmed by a person (2026-11-20)")
      .cap("no-own-policy", 'C', "no own policy found after a complete search", "machine")
      .shares({0, 0}, {0.9, 1}, {1, 1}, {0, 0})
      .build();
}

inline HostReport failing_host() {
  return HostBuilder("https://foxtrot.meet.test:8443/", HostStatus::kMeasured)
      .clean_slate()
      .fact("jitsi.operator.stated", std::string())
      .fact("policy.verdict", std::string("someone-elses"))
      .unknown("e2ee.verdict", ErrorCode::kNotUnderstood, "config.js could not be read")
      .fact("tls.certificate.trusted", false, "192.0.2.60:8443", "certificate has expired",
            "openssl s_client -connect foxtrot.meet.test:8443 -servername foxtrot.meet.test",
            Subject::address("192.0.2.60:8443"))
      .finding("certificate-trusted", Outcome::kFail, 12, {"tls.certificate.trusted"})
      .finding("rule-of-another-set", Outcome::kFail, 1, {"no.such.fact"})
      .graded('F', "fails", {71.5, 80}, "certificate not trusted, seen twice")
      .cap("certificate", 'F', "certificate not trusted, seen twice", "confirmed by a person (2026-11-22)")
      .shares({0.5, 0.5}, {1, 1}, {0.4, 0.4}, {0, 1})
      .build();
}

inline HostReport ungraded_host() {
  return HostBuilder("https://golf.meet.test/", HostStatus::kMeasured)
      .unknown("policy.own", ErrorCode::kRobotsDisallowed, "robots.txt forbids /privacy")
      .finding("own-policy-published", Outcome::kNotMeasured, 40, {"policy.own"}, "robots.txt forbids /privacy")
      .not_graded("the search for a policy was not complete: robots.txt forbids /privacy", {35, 90})
      .build();
}

// Ranked as judgement ranks. `listed` is larger: one host was not reached.
inline Report report() {
  Report out;
  out.header.tool_version = "0.1.0";
  out.header.rules_version = "2026.11";
  out.header.rules_digest = rules().digest;
  out.header.profile = "sample";
  out.header.profile_version = "3";
  out.header.list_digest = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
  out.header.vantage = "lab-1";
  out.header.started = at("2026-11-23T06:00:00Z");
  out.header.finished = at("2026-11-23T06:03:52Z");
  out.header.listed = 18;
  out.hosts = {best_host(), wide_host(), stun_host(), hostile_host(), poor_host(), failing_host(), ungraded_host()};
  out.hosts[2].evidence_sha256 = std::string(64, 'e');
  add_note(out.hosts[2], ReviewKind::kWaiver, "the new server comes in March");
  add_note(out.hosts[3], ReviewKind::kExcuse, "<script>alert(1)</script> | call +31 20 123 45 67\x1b[2J");
  add_note(out.hosts[4], ReviewKind::kConfirm, "two people read it");
  add_note(out.hosts[4], ReviewKind::kWaiver, "it was promised", FindingNote::State::kOver);
  const auto add = [&](std::string_view url, HostStatus status, std::string reason) {
    out.hosts.push_back(HostBuilder(url, status, std::move(reason)).build());
  };
  out.hosts.push_back(HostBuilder("https://hotel.meet.test/", HostStatus::kNotJitsi, "the page says BigBlueButton")
                          .fact("jitsi.other_software", std::string("BigBlueButton"))
                          .build());
  out.hosts.push_back(HostBuilder("https://moved.meet.test/", HostStatus::kMoved, "redirects to https://india.test/")
                          .fact("http.moved_to", std::string("https://india.test/"))
                          .build());
  add("https://gone.meet.test/", HostStatus::kNameGone, "name not found: gone.meet.test: NXDOMAIN");
  add("https://gone-too.meet.test/", HostStatus::kNameGone, "name not found: gone-too.meet.test: NXDOMAIN");
  for (const char* name : {"juliet", "kilo", "lima"}) {
    add(origin_of(std::string(name) + ".slow.meet.test"), HostStatus::kTimedOut, "timed out: no answer within 10 s");
  }
  add("https://papa.meet.test/", HostStatus::kPrivateAddress, "address refused: 10.1.2.3 is private");
  add("https://opted-out.meet.test/", HostStatus::kExcluded, "asked by mail to postmaster@opted-out.meet.test");
  return out;
}

// What of a Run the formats show that show exchanges: those of two hosts, one of them hostile.
inline Run run() {
  const auto entry = [](std::string kind, std::string request, std::string answer, std::string peer,
                        std::int64_t bytes) {
    return TranscriptEntry{
        at("2026-11-23T06:00:07Z"), std::move(kind), std::move(request), std::move(answer), std::move(peer), bytes, 12};
  };
  HostRecord good;
  good.host = "alpha.meet.test";
  good.started = at("2026-11-23T06:00:05Z");
  good.transcript = {
      entry("dns", "A alpha.meet.test", "192.0.2.10", "", 0),
      entry("http", "GET https://alpha.meet.test/?lang=nl&x",
            "200 text/html; charset=utf-8 5120 bytes sha256:00ff (cut)", "192.0.2.10:443", 2048),
      entry("http", "GET http://alpha.meet.test/", "301 - 0 bytes sha256:e3b0 -> https://alpha.meet.test/",
            "[2001:db8::10]:80", 310),
      entry("http", "POST https://alpha.meet.test/http-bind (session request)", "timed out: no answer", "", 0),
      entry("websocket", "WebSocket https://alpha.meet.test/xmpp-websocket", "101 open", "192.0.2.10:443", 0)};
  HostRecord odd;
  odd.host = "charlie-with-an-exceptionally-long-name-that-fills-columns.meet.test";
  odd.started = at("2026-11-23T06:00:06Z");
  odd.transcript = {entry("http", "GET https://charlie.test/info@charlie.test",
                          "200 text/\x1b[31m\" bytes sha256:x 7 bytes sha256:y", "\xff", 7),
                    entry("http", "", "999999999999999999999 bytes", ":", -5)};
  Run out;
  out.hosts = {std::move(good), std::move(odd)};
  return out;
}

inline Report demo_report() {
  Report out = report();
  out.header.demo = true;
  out.header.stopped = "probably this side: 9 of 10 hosts failed alike (tls-failed)";
  return out;
}

}  // namespace meetlat::sample
