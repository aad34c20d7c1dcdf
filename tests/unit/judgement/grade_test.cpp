#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/judgement/fixture.h"

namespace meetlat::testing {
namespace {

using ::testing::HasSubstr;

Rule rule(std::string id, std::string category, double points, std::string fail_text = "") {
  Rule rule;
  rule.title = "Title of " + id;
  rule.fail_text = fail_text.empty() ? id + " failed" : std::move(fail_text);
  rule.id = std::move(id);
  rule.category = std::move(category);
  rule.points = points;
  return rule;
}

OutcomeCondition is(std::string id, Outcome outcome) {
  OutcomeCondition condition;
  condition.rule = std::move(id);
  condition.outcome = outcome;
  return condition;
}

// Two categories, 60 and 40; rules a (1 point) and b (3) in the first, c (1) in the second.
struct World {
  RuleSet rules;
  Profile profile;

  World() {
    rules.rules = {rule("a", "one", 1), rule("b", "one", 3), rule("c", "two", 1)};
    profile.id = "p";
    profile.categories = {{"one", "One", 60, {}}, {"two", "Two", 40, {}}};
    profile.letters = {{'A', 85}, {'B', 70}, {'C', 55}, {'D', 40}, {'E', 0}};
    profile.words = {{'A', "very good"}, {'B', "good"}, {'C', "fair"}, {'D', "weak"}, {'E', "poor"}, {'F', "unsafe"}};
  }
  void cap(std::string id, char letter, OutcomeCondition when) {
    std::string title = "cap " + id;
    profile.caps.push_back({std::move(id), letter, std::move(title), std::move(when)});
  }
  // One letter for each of a, b, c: p(ass), f(ail), u(nknown), n(ot applicable).
  std::vector<Finding> findings(std::string_view outcomes) const {
    std::vector<Finding> list;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      Finding finding;
      finding.rule = rules.rules[i].id;
      finding.outcome = outcomes[i] == 'p'   ? Outcome::kPass
                        : outcomes[i] == 'f' ? Outcome::kFail
                        : outcomes[i] == 'n' ? Outcome::kNotApplicable
                                             : Outcome::kNotMeasured;
      if (outcomes[i] == 'u') finding.reason = "timed out";
      list.push_back(finding);
    }
    return list;
  }
  Grade grade(std::string_view outcomes) const { return meetlat::grade(findings(outcomes), rules, profile); }
};

TEST(Grade, RangesAndLettersComeFromWeightsAndPoints) {
  struct Row {
    std::string_view outcomes;
    double low, high;
    char letter;
  };
  constexpr Row kRows[] = {{"ppp", 100, 100, 'A'}, {"fpp", 85, 85, 'A'},  {"pfp", 55, 55, 'C'},   {"ppf", 60, 60, 'C'},
                           {"fff", 0, 0, 'E'},     {"upp", 85, 100, 'A'}, {"pup", 55, 100, 'C'},  {"uuu", 0, 100, 'E'},
                           {"npp", 100, 100, 'A'}, {"nfp", 40, 40, 'D'},  {"ppn", 100, 100, 'A'}, {"pfn", 25, 25, 'E'},
                           {"nnp", 100, 100, 'A'}, {"nnn", 0, 0, 'E'}};
  for (const Row& row : kRows) {
    const Grade grade = World().grade(row.outcomes);
    EXPECT_NEAR(grade.range.low, row.low, 1e-9) << row.outcomes;
    EXPECT_NEAR(grade.range.high, row.high, 1e-9) << row.outcomes;
    ASSERT_TRUE(grade.letter) << row.outcomes;
    EXPECT_EQ(*grade.letter, row.letter) << row.outcomes;
    EXPECT_EQ(grade.word, World().profile.words.at(row.letter));
  }
}

TEST(Grade, ARuleWithoutAFindingIsNotMeasured) {
  const World world;
  const Grade grade = meetlat::grade(std::vector<Finding>{}, world.rules, world.profile);
  EXPECT_NEAR(grade.range.low, 0, 1e-9);
  EXPECT_NEAR(grade.range.high, 100, 1e-9);
}

TEST(Grade, RulesOfZeroPointsDecideNothingButCaps) {
  World world;
  world.rules.rules[0].points = 0;
  world.cap("zero", 'B', is("a", Outcome::kFail));
  const Grade grade = world.grade("fpp");
  EXPECT_NEAR(grade.range.low, 100, 1e-9);
  EXPECT_EQ(grade.letter, 'B');
}

TEST(Grade, PointsOfFindingsAddUpToOneHundredWhateverDoesNotApply) {
  const World world;
  for (const std::string_view outcomes : {"ppp", "fuf", "npp", "ppn"}) {
    std::vector<Finding> findings = world.findings(outcomes);
    assign_points(findings, world.rules, world.profile);
    double sum = 0;
    for (const Finding& finding : findings) sum += finding.points;
    EXPECT_NEAR(sum, 100, 1e-9) << outcomes;
  }
  std::vector<Finding> findings = world.findings("ppp");
  assign_points(findings, world.rules, world.profile);
  EXPECT_NEAR(findings[0].points, 15, 1e-9);
  EXPECT_NEAR(findings[1].points, 45, 1e-9);
  EXPECT_NEAR(findings[2].points, 40, 1e-9);
}

TEST(Grade, CapsAreListedWorstFirstAndTheWorstDecides) {
  World world;
  world.cap("mild", 'B', is("a", Outcome::kFail));
  world.cap("hard", 'D', is("a", Outcome::kFail));
  world.cap("also-mild", 'B', is("a", Outcome::kFail));
  world.cap("other", 'F', is("c", Outcome::kFail));
  const Grade grade = world.grade("fpp");
  ASSERT_EQ(grade.caps.size(), 3U);
  EXPECT_EQ(grade.caps[0].id, "hard");
  EXPECT_EQ(grade.caps[1].id, "mild");
  EXPECT_EQ(grade.caps[2].id, "also-mild");
  EXPECT_EQ(grade.caps[0].confirmation, "machine");
  EXPECT_EQ(grade.letter, 'D');
  EXPECT_EQ(grade.main_reason, "cap hard");
}

TEST(Grade, ACapNeverImprovesALetter) {
  World world;
  world.cap("mild", 'B', is("a", Outcome::kFail));
  const Grade grade = world.grade("fff");
  EXPECT_EQ(grade.letter, 'E');
  EXPECT_EQ(grade.main_reason, "b failed");
}

TEST(Grade, CapsCombineOutcomesByAllAndAny) {
  OutcomeCondition all;
  all.kind = OutcomeCondition::Kind::kAll;
  all.children = {is("a", Outcome::kNotMeasured), is("b", Outcome::kPass)};
  OutcomeCondition any;
  any.kind = OutcomeCondition::Kind::kAny;
  any.children = {is("a", Outcome::kFail), is("c", Outcome::kNotApplicable)};
  World world;
  world.cap("all", 'B', all);
  world.cap("any", 'C', any);
  EXPECT_EQ(world.grade("upp").letter, 'B');
  EXPECT_EQ(world.grade("fpp").letter, 'C');
  EXPECT_EQ(world.grade("ppn").letter, 'C');
  EXPECT_EQ(world.grade("ppp").letter, 'A');
}

TEST(Grade, WithoutAMeasuredCoreThereIsNoGradeButARange) {
  World world;
  world.profile.core = {"c"};
  const Grade grade = world.grade("ppu");
  EXPECT_FALSE(grade.letter);
  EXPECT_THAT(grade.not_graded_reason, HasSubstr("Title of c"));
  EXPECT_THAT(grade.not_graded_reason, HasSubstr("timed out"));
  EXPECT_EQ(grade.word, "");
  EXPECT_EQ(grade.main_reason, "");
  EXPECT_NEAR(grade.range.low, 60, 1e-9);
  EXPECT_TRUE(world.grade("ppn").letter);
  EXPECT_TRUE(world.grade("ppf").letter);
}

TEST(Grade, TheProfileMayNameFurtherReasonsNotToGrade) {
  World world;
  world.profile.not_graded = {{"x", "seen once only", is("a", Outcome::kFail)}};
  EXPECT_EQ(world.grade("fpp").not_graded_reason, "seen once only");
  EXPECT_TRUE(world.grade("ppp").letter);
}

TEST(Grade, ACapAtTheLastLetterDecidesEvenWithoutTheCore) {
  World world;
  world.profile.core = {"c"};
  world.cap("last", 'F', is("a", Outcome::kFail));
  world.cap("hard", 'E', is("b", Outcome::kFail));
  EXPECT_EQ(world.grade("fpu").letter, 'F');
  EXPECT_FALSE(world.grade("pfu").letter);
}

TEST(Grade, TheMainReasonOfTheBestLetterIsGoodWhenItIsTrue) {
  World world;
  world.profile.good_reasons = {{"all", "all is well", is("a", Outcome::kPass)}};
  EXPECT_EQ(world.grade("ppp").main_reason, "all is well");
  EXPECT_EQ(world.grade("fpp").main_reason, "a failed");
  world.profile.good_reasons.clear();
  EXPECT_EQ(world.grade("ppp").main_reason, "no rule failed");
  EXPECT_EQ(world.grade("pup").main_reason, "too much was not measured for a better letter");
}

TEST(Grade, TheCostliestFailureIsTheMainReasonAndSeverityBreaksTies) {
  World world;
  EXPECT_EQ(world.grade("fff").main_reason, "b failed");
  EXPECT_EQ(world.grade("fpf").main_reason, "c failed");
  world.rules.rules[1].points = 1;
  world.rules.rules[1].severity = Severity::kCritical;
  EXPECT_EQ(world.grade("ffp").main_reason, "b failed");
}

TEST(Grade, ACategoryMayNameItsRules) {
  World world;
  world.profile.categories = {{"mixed", "Mixed", 100, {"b", "c"}}};
  EXPECT_NEAR(world.grade("fpp").range.low, 100, 1e-9);
  EXPECT_NEAR(world.grade("ppf").range.low, 75, 1e-9);
}

Report report_of(const World& world, const std::vector<std::string>& outcomes) {
  Report report;
  for (const std::string& row : outcomes) {
    HostReport host;
    host.target.id = row + ".test";
    host.grade = world.grade(row);
    report.hosts.push_back(std::move(host));
  }
  return report;
}

TEST(SensitivityTest, IsTheSameForOneSeedAndOtherForAnother) {
  const World world;
  const Report report = report_of(world, {"fpp", "pfp", "upp"});
  const Sensitivity one = sensitivity(report, world.rules, world.profile, 500, 7);
  const Sensitivity two = sensitivity(report, world.rules, world.profile, 500, 7);
  const Sensitivity other = sensitivity(report, world.rules, world.profile, 500, 8);
  ASSERT_EQ(one.rows.size(), 3U);
  bool differs = false;
  for (std::size_t i = 0; i < one.rows.size(); ++i) {
    EXPECT_EQ(one.rows[i].letters, two.rows[i].letters);
    differs = differs || one.rows[i].letters != other.rows[i].letters;
    int sum = 0;
    for (const auto& [letter, count] : one.rows[i].letters) sum += count;
    EXPECT_EQ(sum, 500);
  }
  EXPECT_TRUE(differs);
  EXPECT_DOUBLE_EQ(one.holds, two.holds);
}

TEST(SensitivityTest, ALetterOnItsBoundHoldsLessOftenThanOneInTheMiddle) {
  const World world;
  const Report report = report_of(world, {"ppp", "fpp", "fff"});  // 100, 85, 0
  const Sensitivity result = sensitivity(report, world.rules, world.profile, 2000, 1);
  EXPECT_GT(result.rows[0].holds, 0.99);
  EXPECT_LT(result.rows[1].holds, 0.9);
  EXPECT_GT(result.rows[1].holds, 0.1);
  EXPECT_DOUBLE_EQ(result.rows[2].holds, 1);
}

TEST(SensitivityTest, CapsAreKeptAndUngradedHostsLeftOut) {
  World world;
  world.cap("last", 'F', is("a", Outcome::kFail));
  world.profile.core = {"c"};
  const Report report = report_of(world, {"fpp", "ppu"});
  const Sensitivity result = sensitivity(report, world.rules, world.profile, 100, 1);
  ASSERT_EQ(result.rows.size(), 1U);
  EXPECT_EQ(result.rows[0].host, "fpp.test");
  EXPECT_DOUBLE_EQ(result.rows[0].holds, 1);
  EXPECT_DOUBLE_EQ(sensitivity(report, world.rules, world.profile, 0, 1).holds, 0);
}

// Pins the portable random mapping: another platform or library must give these very counts.
TEST(SensitivityTest, CountsArePinned) {
  const World world;
  const Sensitivity result = sensitivity(report_of(world, {"fpp"}), world.rules, world.profile, 1000, 42);
  std::map<char, int> pinned{{'A', 443}, {'B', 557}};
  EXPECT_EQ(result.rows.at(0).letters, pinned);
}

}  // namespace
}  // namespace meetlat::testing
