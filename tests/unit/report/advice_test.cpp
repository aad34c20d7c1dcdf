// The list of changes: one for each cause, the one that gains most first, and lines for the host.
#include "report/advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "judgement/judge.h"
#include "report/advice_lines.h"

namespace meetlat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kConfigJs = "/etc/jitsi/meet/HOST-config.js (docker - web/custom-config.js)";
constexpr const char* kNginx = "/etc/nginx/sites-available/HOST.conf";

Rule rule(const std::string& id, double points, std::vector<ConfigLines> config) {
  Rule out;
  out.id = id;
  out.title = "Title of " + id;
  out.category = id.substr(0, id.find('-'));
  out.points = points;
  out.remedy = "Mend " + id + ".";
  out.fail_text = id + " failed";
  out.config = std::move(config);
  return out;
}

class AdviceTest : public ::testing::Test {
 protected:
  AdviceTest() {
    profile.id = "sample";
    profile.categories = {{"a", "A", 60, {}}, {"b", "B", 40, {}}};
    profile.letters = {{'A', 85}, {'B', 70}, {'C', 55}, {'D', 40}, {'E', 0}};
    profile.words = {{'A', "very good"}, {'B', "good"}, {'C', "fair"}, {'D', "weak"}, {'E', "poor"}};
    host.target = *parse_target("meet.orchard.test");
    host.status = HostStatus::kMeasured;
    options.host = "meet.orchard.test";
  }

  void add(const Rule& one, Outcome outcome, const std::string& reason = "") {
    rules.rules.push_back(one);
    Finding finding;
    finding.rule = one.id;
    finding.outcome = outcome;
    finding.reason = reason;
    host.findings.push_back(finding);
  }

  Advice plan() {
    assign_points(host.findings, rules, profile);
    host.grade = grade(host.findings, rules, profile);
    return plan_advice(host, rules, profile, options);
  }

  static std::vector<std::string> names(const AdviceChange& change) {
    std::vector<std::string> out;
    for (const Rule* each : change.rules) out.push_back(each->id);
    return out;
  }

  RuleSet rules;
  Profile profile;
  HostReport host;
  AdviceOptions options;
};

TEST_F(AdviceTest, TheChangeThatGainsMostComesFirstAndLettersFollow) {
  add(rule("a-little", 1, {{kNginx, "x;"}}), Outcome::kFail);
  add(rule("a-much", 3, {{kNginx, "y;"}}), Outcome::kFail);
  add(rule("b-fine", 1, {}), Outcome::kPass);
  const Advice advice = plan();
  ASSERT_EQ(advice.changes.size(), 2U);
  EXPECT_THAT(names(advice.changes[0]), ElementsAre("a-much"));
  EXPECT_DOUBLE_EQ(advice.changes[0].points, 45);
  EXPECT_EQ(advice.changes[0].letter, 'A');
  EXPECT_DOUBLE_EQ(advice.changes[0].range.low, 85);
  EXPECT_DOUBLE_EQ(advice.changes[1].points, 15);
  EXPECT_DOUBLE_EQ(advice.changes[1].range.low, 100);
}

TEST_F(AdviceTest, AChangeThatLiftsACapGoesBeforeOneWithMorePoints) {
  Cap cap;
  cap.id = "grave";
  cap.letter = 'E';
  cap.when.rule = "a-grave";
  profile.caps.push_back(cap);
  add(rule("a-grave", 1, {{kNginx, "x;"}}), Outcome::kFail);
  add(rule("a-much", 2, {{kNginx, "y;"}}), Outcome::kFail);
  add(rule("b-fine", 1, {}), Outcome::kPass);
  const Advice advice = plan();
  EXPECT_THAT(names(advice.changes.front()), ElementsAre("a-grave"));
  EXPECT_EQ(advice.changes.front().letter, 'C');
}

TEST_F(AdviceTest, AChangeThatLiftsFComesFirstAlsoWhereNoLetterIsLeftThen) {
  Cap cap;
  cap.id = "grave";
  cap.letter = 'F';
  cap.when.rule = "a-grave";
  profile.caps.push_back(cap);
  profile.core.emplace_back("b-core");
  profile.words['F'] = "unsafe";
  add(rule("a-grave", 1, {{kNginx, "x;"}}), Outcome::kFail);
  add(rule("a-much", 2, {{kNginx, "y;"}}), Outcome::kFail);
  add(rule("b-core", 1, {}), Outcome::kNotMeasured, "was not asked");
  const Advice advice = plan();
  ASSERT_EQ(host.grade.letter, 'F');
  EXPECT_THAT(names(advice.changes.front()), ElementsAre("a-grave"));
  EXPECT_FALSE(advice.changes.front().letter.has_value());
}

TEST_F(AdviceTest, RulesWithTheSameLinesAreOneChange) {
  add(rule("a-one", 1, {{"shell", "apt install jitsi-meet\ndocker compose pull"}}), Outcome::kFail);
  add(rule("b-two", 2, {{"shell", "apt install jitsi-meet\ndocker compose pull"}}), Outcome::kFail);
  add(rule("b-other", 2, {{"shell", "certbot renew"}}), Outcome::kFail);
  const Advice advice = plan();
  ASSERT_EQ(advice.changes.size(), 2U);
  EXPECT_THAT(names(advice.changes.front()), ElementsAre("a-one", "b-two"));
  EXPECT_EQ(advice.changes.front().files.size(), 1U);
}

TEST_F(AdviceTest, ARuleThatNamesAnotherOneNeedsNoLinesOfItsOwnBesideIt) {
  Rule led = rule("a-led", 5, {{kConfigJs, "config.x = { long: 'and unlike the other' };"}});
  led.same_change_as = "a-lead";
  add(led, Outcome::kFail);
  add(rule("a-lead", 1, {{kConfigJs, "config.x = 1;"}}), Outcome::kFail);
  const Advice both = plan();
  ASSERT_EQ(both.changes.size(), 1U);
  EXPECT_EQ(both.changes.front().settings, "config.x = 1;");
  host.findings[1].outcome = Outcome::kPass;
  const Advice alone = plan();
  EXPECT_THAT(alone.changes.front().settings, HasSubstr("long"));
}

TEST_F(AdviceTest, LinesOfTheOwnDocumentAreOneChangeOfThatDocument) {
  add(rule("a-rights", 1, {{"privacy.html", "<p>rights</p>"}}), Outcome::kFail);
  add(rule("a-contact", 1, {{"privacy.html", "<p>contact</p>"}}), Outcome::kFail);
  const Advice advice = plan();
  ASSERT_EQ(advice.changes.size(), 1U);
  ASSERT_EQ(advice.changes.front().files.size(), 1U);
  EXPECT_EQ(advice.changes.front().files.front().lines, "<p>rights</p>\n<p>contact</p>");
}

TEST_F(AdviceTest, OnlyStatementsThatTheRuleNeedsAreKeptAndTheBroadSwitchLast) {
  Rule one = rule("a-one", 1, {{kConfigJs, "config.disableThirdPartyRequests = true;\nconfig.g = { off: true };\n"}});
  add(one, Outcome::kFail);
  options.trial = [](const Rule&, const std::string& text) {
    return text.find("config.") != std::string::npos ? Outcome::kPass : Outcome::kFail;
  };
  EXPECT_EQ(plan().changes.front().settings, "config.g = { off: true };");
  options.trial = [](const Rule&, const std::string& text) {
    return text.find("disableThird") != std::string::npos ? Outcome::kPass : Outcome::kFail;
  };
  EXPECT_EQ(plan().changes.front().settings, "config.disableThirdPartyRequests = true;");
}

TEST_F(AdviceTest, SettingsToBlameAreDeletedWhereTheLinesAreNotEnough) {
  Rule one = rule("a-one", 1, {{kConfigJs, "config.now = false;"}});
  one.settings = {"innocent", "oldName"};
  add(one, Outcome::kFail);
  options.trial = [](const Rule&, const std::string& text) {
    return text.find("delete config.oldName;") != std::string::npos ? Outcome::kPass : Outcome::kFail;
  };
  const Advice advice = plan();
  EXPECT_EQ(advice.changes.front().settings, "delete config.oldName;");
  EXPECT_FALSE(advice.changes.front().untried);
}

TEST_F(AdviceTest, LinesThatDoNotPassTheTrialAreMarked) {
  add(rule("a-one", 1, {{kConfigJs, "config.x = false;"}}), Outcome::kFail);
  options.trial = [](const Rule&, const std::string&) { return Outcome::kNotMeasured; };
  const Advice advice = plan();
  EXPECT_TRUE(advice.changes.front().untried);
  EXPECT_THAT(advice_config(advice, host, {"1", options}), HasSubstr("cannot be told from the settings"));
}

TEST_F(AdviceTest, TheHostStandsForTheWordHostAlone) {
  add(rule("a-one", 1, {{kNginx, "server_name HOST; set $x HOSTING; # VHOST"}}), Outcome::kFail);
  const Advice advice = plan();
  EXPECT_EQ(advice.changes.front().files.front().lines, "server_name meet.orchard.test; set $x HOSTING; # VHOST");
  EXPECT_EQ(advice.changes.front().files.front().debian, "/etc/nginx/sites-available/meet.orchard.test.conf");
}

TEST_F(AdviceTest, LinesAreThoseOfTheInstallationUnlessThereIsNoOtherWay) {
  add(rule("a-one", 1, {{kNginx, "x;"}, {".env (docker)", "X=1"}}), Outcome::kFail);
  add(rule("b-nginx", 1, {{kNginx, "y;"}}), Outcome::kFail);
  add(rule("b-shell", 1, {{"shell", "apt upgrade\ndocker compose pull"}}), Outcome::kFail);
  options.system = AdviceFor::kDocker;
  std::string text = advice_text(plan(), host, {"1", options});
  EXPECT_THAT(text, HasSubstr("| X=1"));
  EXPECT_THAT(text, Not(HasSubstr("| x;")));
  EXPECT_THAT(text, HasSubstr("| y;"));
  EXPECT_THAT(text, HasSubstr("| docker compose pull"));
  EXPECT_THAT(text, Not(HasSubstr("apt")));
  options.system = AdviceFor::kDebian;
  text = advice_text(plan(), host, {"1", options});
  EXPECT_THAT(text, HasSubstr("| x;"));
  EXPECT_THAT(text, Not(HasSubstr("X=1")));
  EXPECT_THAT(text, Not(HasSubstr("docker")));
}

TEST_F(AdviceTest, ANoteBesideDockerIsNoPlaceAndNothingForDebian) {
  add(rule("a-one", 1, {{kNginx, "x;"}, {".env (docker; in images since stable-1)", "X=1"}}), Outcome::kFail);
  options.system = AdviceFor::kDebian;
  EXPECT_THAT(advice_text(plan(), host, {"1", options}), Not(HasSubstr("X=1")));
  options.system = AdviceFor::kDocker;
  const Advice advice = plan();
  ASSERT_EQ(advice.changes.front().files.size(), 1U);
  EXPECT_EQ(advice.changes.front().files.front().docker, ".env; in images since stable-1");
  EXPECT_THAT(advice_text(advice, host, {"1", options}), HasSubstr(".env; in images since stable-1 (Docker):"));
}

TEST_F(AdviceTest, AChangeAfterWhichMoreRulesApplyPromisesAtMostItsPoints) {
  Rule one = rule("a-one", 1, {{kNginx, "x;"}});
  one.pass_if.kind = Condition::Kind::kFact;
  one.pass_if.fact = "some.fact";
  add(one, Outcome::kFail);
  add(rule("b-fine", 1, {}), Outcome::kPass);
  EXPECT_THAT(advice_text(plan(), host, {"1", options}), Not(HasSubstr("at most")));
  Rule later = rule("b-later", 1, {});
  later.applies_if = one.pass_if;
  add(later, Outcome::kNotApplicable);
  const Advice advice = plan();
  EXPECT_EQ(advice.changes.front().opens, 1U);
  const std::string text = advice_text(advice, host, {"1", options});
  EXPECT_THAT(text, HasSubstr("+60.0 points at most; with it: at most A 100"));
  EXPECT_THAT(text, HasSubstr("Title of b-later"));
}

TEST_F(AdviceTest, WhatWasNotMeasuredIsListedApartByItsReason) {
  add(rule("a-one", 1, {}), Outcome::kNotMeasured, "timed out");
  add(rule("a-two", 1, {}), Outcome::kNotMeasured, "timed out");
  add(rule("b-three", 1, {}), Outcome::kNotMeasured, "refused");
  const Advice advice = plan();
  EXPECT_THAT(advice.changes, IsEmpty());
  ASSERT_EQ(advice.not_judged.size(), 2U);
  EXPECT_THAT(advice.not_judged[0].titles, ElementsAre("Title of a-one", "Title of a-two"));
  const std::string text = advice_text(advice, host, {"1", options});
  EXPECT_THAT(text, HasSubstr("nothing to change"));
  EXPECT_THAT(text, HasSubstr("Title of b-three, because: refused."));
}

TEST_F(AdviceTest, TheTextSaysWhoCanDoItAndWhatToMind) {
  Rule one = rule("a-one", 1, {{kNginx, "x;"}});
  one.who = FixBy::kChoice;
  one.side_effect = "Somebody loses something.";
  add(one, Outcome::kFail);
  const std::string text = advice_text(plan(), host, {"1", options});
  EXPECT_THAT(text, HasSubstr("A choice"));
  EXPECT_THAT(text, HasSubstr("Mind: Somebody loses something."));
  EXPECT_THAT(text, HasSubstr("+100.0 points; with it: A 100"));
}

TEST_F(AdviceTest, TheSettingsToPasteHoldEverythingElseInComments) {
  add(rule("a-one", 1, {{kConfigJs, "config.x = {\n    y: 1,\n};"}, {kNginx, "line one;\nline two;"}}), Outcome::kFail);
  const std::string text = advice_config(plan(), host, {"1", options});
  EXPECT_THAT(text, HasSubstr("// a-one: a-one failed\n"));
  EXPECT_THAT(text, HasSubstr("\nconfig.x = {\n    y: 1,\n};\n"));
  EXPECT_THAT(text, HasSubstr("//       line one;\n//       line two;\n"));
}

TEST_F(AdviceTest, FilesHaveNoLettersAndAreOrderedByPoints) {
  add(rule("a-one", 1, {{kNginx, "x;"}}), Outcome::kFail);
  add(rule("a-two", 2, {{kNginx, "y;"}}), Outcome::kFail);
  host.status = HostStatus::kFromFiles;
  host.target = {};
  host.target.id = "config.js";
  const Advice advice = plan();
  EXPECT_THAT(names(advice.changes.front()), ElementsAre("a-two"));
  const std::string text = advice_text(advice, host, {"1", options});
  EXPECT_THAT(text, Not(HasSubstr("with it")));
  EXPECT_THAT(text, HasSubstr("no letter"));
}

TEST(SettingsStatements, EndAtSemicolonsOutsideOfBracketsAndStrings) {
  EXPECT_THAT(settings_statements("config.a = 'x;y'; config.b = {\n  c: [1, 2],\n};\n// a note\ndelete config.d;\n"),
              ElementsAre("config.a = 'x;y';", "config.b = {\n  c: [1, 2],\n};", "delete config.d;"));
  EXPECT_THAT(settings_statements("config.url = 'https://a.test/'"), ElementsAre("config.url = 'https://a.test/'"));
}

TEST(MergedStatements, SetEachPathOnceAndMakeSureOfObjectsOnlyWhereNeeded) {
  EXPECT_THAT(merge_statements({"config.p = config.p || {};", "config.p.q = 1;", "config.p = config.p || {};",
                                "config.p.q = 1;", "config.z = config.z || {};"}),
              ElementsAre("config.p = config.p || {};", "config.p.q = 1;"));
  EXPECT_THAT(merge_statements({"config.l = { a: 1 };", "config.l = { a: 1, b: 2 };"}),
              ElementsAre("config.l = { a: 1, b: 2 };"));
}

}  // namespace
}  // namespace meetlat
