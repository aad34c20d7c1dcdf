// What is under embargo stays out of every format that is made to be shown to everybody.
#include "report/publication.h"

#include <gtest/gtest.h>

#include <sstream>

#include "render.h"

namespace meetlat {
namespace {

RuleSet rules_with_embargo() {
  RuleSet rules = sample::rules();
  Rule secret = sample::rule("nothing-leaks", "Nothing leaks", "transport", Severity::kCritical, "leaks.things",
                             "SECRET-WORDS answer");
  secret.embargo = true;
  secret.remedy = "SECRET-REMEDY";
  secret.shows = {"leaks.trail", "e2ee.offered"};  // the second is another rule's too
  rules.rules.push_back(std::move(secret));
  Cap cap{"leaking", 'D', "SECRET-CAP", {}};
  cap.when.rule = "nothing-leaks";
  rules.profiles.front().caps.push_back(std::move(cap));
  return rules;
}

Report leaking_report() {
  HostReport host = sample::stun_host();
  const auto add = [&](const char* path, const char* value) {
    Fact fact;
    fact.path = path;
    fact.value = Value{std::string(value)};
    fact.provenance.where = "https://bravo.meet.test/SECRET-PLACE";
    host.evidence.insert(std::move(fact));
  };
  add("leaks.things", "SECRET-THING");
  add("leaks.trail", "SECRET-TRAIL");
  host.findings.push_back({"nothing-leaks", Outcome::kFail, "", {"leaks.things"}, 5});
  host.grade.caps.insert(host.grade.caps.begin(), {"leaking", 'D', "SECRET-CAP", "machine"});
  host.grade.main_reason = "SECRET-CAP";
  Correction correction;
  correction.item = "leaks.things";
  correction.was = "SECRET-WAS";
  host.corrections.push_back(std::move(correction));
  GuidelineResult guideline;
  guideline.items.push_back({"SECRET-ITEM", "good", "bad", "", {"leaks.things"}, {}});
  host.guidelines.push_back(std::move(guideline));
  return report_of(std::move(host));
}

std::string written(const ReportWriter& writer, const Report& report, const RuleSet& rules) {
  Rendering rendering;
  rendering.rules = &rules;
  rendering.profile = &rules.profiles.front();
  std::ostringstream out;
  EXPECT_TRUE(writer.write(report, rendering, out).has_value());
  return out.str();
}

TEST(Publication, LeavesNothingUnderEmbargoInWhatEverybodySees) {
  const RuleSet rules = rules_with_embargo();
  const Report whole = leaking_report();
  const Report open = publishable(whole, rules, rules.profiles.front());
  std::size_t telling = 0;
  for (const ReportWriter* writer : all_report_writers()) {
    if (written(*writer, whole, rules).find("SECRET") != std::string::npos) ++telling;
    // SARIF lists the descriptors of all rules; it is not for publication.
    if (writer->format() == "sarif") continue;
    const std::string text = written(*writer, open, rules);
    EXPECT_EQ(text.find("SECRET"), std::string::npos) << writer->format() << "\n" << text;
    EXPECT_EQ(text.find("leaks"), std::string::npos) << writer->format();
    EXPECT_FALSE(text.empty());
  }
  EXPECT_GE(telling, 6U);  // so that this test sees something
}

TEST(Publication, KeepsTheRest) {
  const RuleSet rules = rules_with_embargo();
  const Report open = publishable(leaking_report(), rules, rules.profiles.front());
  const HostReport& host = open.hosts.front();
  EXPECT_EQ(host.findings.size(), 4U);
  ASSERT_EQ(host.grade.caps.size(), 1U);
  EXPECT_EQ(host.grade.caps.front().id, "third-party-stun");
  EXPECT_TRUE(host.evidence.is_true("e2ee.offered"));
  EXPECT_TRUE(host.evidence.find("leaks.trail").empty());
}

TEST(Publication, LeavesNoGapThatTells) {
  // A host that passes shows the same as one that fails.
  const RuleSet rules = rules_with_embargo();
  Report passing = leaking_report();
  passing.hosts.front().findings.back().outcome = Outcome::kPass;
  const auto findings = [&](const Report& report) {
    return publishable(report, rules, rules.profiles.front()).hosts.front().findings.size();
  };
  EXPECT_EQ(findings(passing), findings(leaking_report()));
}

TEST(Publication, KnowsWhatIsUnderEmbargo) {
  const RuleSet rules = rules_with_embargo();
  EXPECT_TRUE(under_embargo("nothing-leaks", rules));
  EXPECT_TRUE(under_embargo("leaks.things", rules));
  EXPECT_TRUE(under_embargo("leaks.trail", rules));
  EXPECT_FALSE(under_embargo("e2ee.offered", rules));
  EXPECT_FALSE(under_embargo("stun-own", rules));
}

TEST(Publication, IsWhatTheseFormatsAreFor) {
  for (const ReportWriter* writer : all_report_writers()) {
    const std::string format(writer->format());
    const bool open = format == "html" || format == "markdown" || format == "csv-hosts" || format == "list" ||
                      format == "badge" || format == "shields";
    EXPECT_EQ(writer->for_publication(), open) << format;
  }
}

}  // namespace
}  // namespace meetlat
