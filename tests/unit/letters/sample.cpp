#include "sample.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <memory>

namespace meetlat::sample {
namespace {

constexpr const char* kPolicy = "https://meet.lantern.test/static/privacy.html";
constexpr const char* kSeen = "2026-11-23T09:15:00Z";

// data_path() looks beside the source tree; other tests of this program must not change that.
const bool kDataSet = [] {
  setenv("MEETLAT_DATADIR", MEETLAT_TOP_DIR, 1);
  return true;
}();

}  // namespace

void put(Evidence& evidence, const std::string& path, Value value, const std::string& excerpt) {
  const bool policy = path.starts_with("policy.");
  Fact fact{path,
            Subject::target(),
            std::move(value),
            {policy ? kPolicy : "https://meet.lantern.test/config.js", excerpt,
             policy ? std::string("curl -s ") + kPolicy : "curl -s https://meet.lantern.test/config.js",
             parse_instant(kSeen).value()}};
  evidence.insert(std::move(fact));
}

Evidence evidence() {
  using Names = std::vector<std::string>;
  Evidence all;
  put(all, "policy.verdict", std::string("own"));
  put(all, "policy.url", std::string(kPolicy));
  put(all, "policy.dated", std::string("Last updated: 1 March 2025"));
  put(all, "policy.languages", Names{"nl", "en"});
  put(all, "policy.controller", std::string("Lantern Commons association"));
  put(all, "policy.contact", std::string("privacy@lantern.test"));
  put(all, "policy.dpo_contact", std::string("dpo@lantern.test"));
  put(all, "policy.imprint_url", std::string("https://lantern.test/imprint"));
  put(all, "policy.states.controller", std::string("found"), "The controller is Lantern Commons association.");
  put(all, "policy.states.purposes", std::string("not_found"));
  put(all, "policy.states.legal_basis", std::string("not_found"));
  put(all, "policy.states.legit_interest", std::string("not_applicable"));
  put(all, "policy.states.recipients", std::string("stated_none"), "We pass your data on to nobody.");
  put(all, "policy.states.retention", std::string("found"), "Server logs are deleted after seven days.");
  put(all, "policy.states.transfer", std::string("not_found"));
  put(all, "policy.states.logs", std::string("found"), "The web server logs IP address and time.");
  put(all, "policy.states.recordings", std::string("not_found"));
  put(all, "policy.states.stun_turn", std::string("not_found"));
  put(all, "jitsi.operator.stated", std::string("Lantern Commons"));
  put(all, "parties.loaded", Names{"fonts.example.invalid", "cdn.example.invalid"});
  put(all, "jitsi.stun.third_party", Names{"stun.example.invalid:3478"});
  put(all, "jitsi.analytics", Names{});
  put(all, "jitsi.avatars.third_party", Names{});
  put(all, "jitsi.integrations.third_party", Names{"etherpad (pad.example.invalid)"});
  put(all, "jitsi.signalling.third_party", Names{});
  put(all, "jitsi.login.third_party", Names{});
  put(all, "xmpp.login.needed", std::string("open"));
  put(all, "jitsi.recording.server", true);
  put(all, "jitsi.livestreaming", false);
  put(all, "jitsi.p2p.enabled", true);
  put(all, "e2ee.offered", true);
  put(all, "http.cookies", Names{"session; Secure; HttpOnly"});
  put(all, "http.intermediary", std::string("Example Shield"));
  return all;
}

Target target() {
  return Target::from_url(Url::parse("https://meet.lantern.test/").value());
}

LetterFacts facts() {
  return read_letter_facts(target(), evidence());
}

const LetterData& data(std::string_view language) {
  static std::map<std::string, std::unique_ptr<LetterData>, std::less<>> loaded;
  auto& place = loaded[std::string(language)];
  if (!place) {
    auto read = LetterData::load(language);
    if (!read) {
      ADD_FAILURE() << describe(read.error());
      std::abort();
    }
    place = std::make_unique<LetterData>(std::move(*read));
  }
  return *place;
}

Date day(const char* text) {
  return parse_date(text).value();
}

LetterChoice choice(LetterType type, LetterStage stage) {
  LetterChoice choice;
  choice.type = type;
  choice.stage = stage;
  choice.date = day("2026-11-30");
  return choice;
}

RuleSet rules() {
  RuleSet set;
  set.version = "2026.11";
  Rule stun;
  stun.id = "no-third-party-stun";
  stun.title = "Browsers are sent to the host's own STUN servers only";
  stun.severity = Severity::kMedium;
  stun.fail_text = "third-party STUN in the configuration";
  stun.remedy = "Name a STUN server of your own under p2p.stunServers.";
  Rule page;
  page.id = "no-third-party-page";
  page.title = "The start page loads nothing from others";
  page.severity = Severity::kHigh;
  page.remedy = "Serve fonts and scripts from the host itself.";
  Rule fine;
  fine.id = "hsts";
  fine.title = "HSTS is set";
  set.rules = {fine, page, stun};
  return set;
}

HostReport report() {
  HostReport report;
  report.target = target();
  report.status = HostStatus::kMeasured;
  report.evidence = evidence();
  report.finished = parse_instant(kSeen).value();
  report.findings = {{"hsts", Outcome::kPass, "", {}, 0},
                     {"no-third-party-stun", Outcome::kFail, "", {"jitsi.stun.third_party"}, 5},
                     {"no-third-party-page", Outcome::kFail, "", {"parties.loaded"}, 10}};
  return report;
}

}  // namespace meetlat::sample
