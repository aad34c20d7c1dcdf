#include "history/confirmation.h"

#include <gtest/gtest.h>

namespace meetlat {
namespace {

HostReport look(const std::string& host, Outcome outcome, std::optional<char> letter = 'B') {
  HostReport out;
  out.target = *parse_target(host);
  out.status = HostStatus::kMeasured;
  out.grade.letter = letter;
  Finding finding;
  finding.rule = "policy";
  finding.outcome = outcome;
  out.findings.push_back(finding);
  return out;
}

TEST(ConfirmationOption, TakesNOfMAndNothingThatIsNone) {
  const auto two = confirmation_from("2/3");
  ASSERT_TRUE(two.has_value());
  EXPECT_EQ(two->needed, 2);
  EXPECT_EQ(two->most, 3);
  EXPECT_TRUE(confirmation_from("10/10").has_value());
  for (const char* wrong :
       {"", "2", "/", "2/", "/3", "3/2", "1/3", "0/0", "-2/3", "2/11", "2/3/4", "2 of 3", "99999999999/3"}) {
    EXPECT_FALSE(confirmation_from(wrong).has_value()) << wrong;
  }
}

struct Case {
  int needed, most, seen, looks;
  Decision decision;
};
TEST(ConfirmationDecision, IsGivenAsSoonAsNothingCanChangeIt) {
  for (const Case& each : {Case{2, 3, 1, 1, Decision::kOpen}, Case{2, 3, 2, 2, Decision::kConfirmed},
                           Case{2, 3, 1, 2, Decision::kOpen}, Case{2, 3, 1, 3, Decision::kNotConfirmed},
                           Case{2, 3, 2, 3, Decision::kConfirmed}, Case{3, 3, 1, 2, Decision::kNotConfirmed},
                           Case{2, 2, 1, 2, Decision::kNotConfirmed}, Case{3, 5, 2, 4, Decision::kOpen}}) {
    Doubt doubt;
    doubt.seen = each.seen;
    doubt.looks = each.looks;
    EXPECT_EQ(decision(doubt, {each.needed, each.most}), each.decision)
        << each.seen << " of " << each.looks << ", " << each.needed << "/" << each.most;
  }
}

TEST(ConfirmationCount, CountsALookAtTheHostItIsOf) {
  std::vector<Doubt> doubts{{"a.test", "policy"}, {"b.test", "policy"}};
  count_look(doubts, look("a.test", Outcome::kFail));
  count_look(doubts, look("a.test", Outcome::kPass));
  EXPECT_EQ(looks_words(doubts[0]), "2 of 3");
  EXPECT_EQ(looks_words(doubts[1]), "1 of 1");
}

TEST(ConfirmationCount, DoesNotTakeALookThatSawNothingForOneThatSawItGone) {
  std::vector<Doubt> doubts{{"a.test", "policy"}, {"a.test", "", 'A'}};
  HostReport away = look("a.test", Outcome::kFail);
  away.status = HostStatus::kTimedOut;
  count_look(doubts, away);
  EXPECT_EQ(looks_words(doubts[0]), "1 of 2, 1 not measured");
  EXPECT_EQ(looks_words(doubts[1]), "1 of 2, 1 not measured");
  count_look(doubts, look("a.test", Outcome::kNotMeasured, std::nullopt));
  EXPECT_EQ(looks_words(doubts[0]), "1 of 3, 2 not measured");
  EXPECT_EQ(looks_words(doubts[1]), "1 of 3, 2 not measured");
}

TEST(ConfirmationCount, SeesALetterAgainWhenItIsWorseThanTheBaselines) {
  std::vector<Doubt> doubts{{"a.test", "", 'B'}};
  count_look(doubts, look("a.test", Outcome::kPass, 'D'));
  count_look(doubts, look("a.test", Outcome::kPass, 'B'));
  count_look(doubts, look("a.test", Outcome::kPass, 'A'));
  EXPECT_EQ(looks_words(doubts[0]), "2 of 4");
}

TEST(ConfirmationDoubts, AreWhatTheGateWouldFailFor) {
  BaselineDiff diff;
  diff.worse = {{"a.test", 'A', 'C', true}, {"b.test", 'A', 'C', false}};
  diff.better = {{"c.test", 'C', 'A', true}};
  diff.new_failures = {{"a.test", "policy", Severity::kHigh, false}, {"d.test", "policy", Severity::kHigh, true}};
  diff.failures_of_new_rules = {{"e.test", "new", Severity::kHigh, false}};
  const std::vector<Doubt> doubts = doubts_of(diff);
  ASSERT_EQ(doubts.size(), 2U);
  EXPECT_EQ(doubts[0].host + doubts[0].rule, "a.test");
  EXPECT_EQ(doubts[0].before, 'A');
  EXPECT_EQ(doubts[1].host + doubts[1].rule, "a.testpolicy");
  Confirmed confirmed{{2, 3}, doubts};
  EXPECT_TRUE(confirmed.any_open());
  EXPECT_EQ(confirmed.find("a.test", "policy"), &confirmed.doubts[1]);
  EXPECT_EQ(confirmed.find("d.test", "policy"), nullptr);
}

}  // namespace
}  // namespace meetlat
