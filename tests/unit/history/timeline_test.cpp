#include "history/timeline.h"

#include <gtest/gtest.h>

#include "support/sample_history.h"

namespace meetlat {
namespace {

constexpr const char* kText = "We keep the log of the web server for 7 days.\nHome";

// One host seen as often as there are letters; '-' was not measured.
History seen(const std::string& letters) {
  History out;
  HostHistory host;
  host.host = "alpha.test";
  for (std::size_t i = 0; i < letters.size(); ++i) {
    HistoryRun run = sample::history_run(static_cast<int>(i));
    HistorySight sight = sample::add_host(run, host.host, letters[i]).sight;
    sight.run = i;
    if (letters[i] == '-') sight.status = HostStatus::kTimedOut;
    out.runs.push_back(run.info);
    host.sights.push_back(sight);
  }
  out.hosts.push_back(std::move(host));
  return out;
}

void set_policy(History& history, std::size_t sight, const std::string& text) {
  const std::string digest = sha256_hex(text);
  history.hosts[0].sights[sight].policy = {true, "https://alpha.test/privacy", digest};
  history.policies.emplace(digest, text);
}

std::vector<HistoryStep> steps(const History& history) {
  return timeline(history, history.hosts[0]);
}

TEST(Timeline, PassesOverWhatWasNotMeasured) {
  const History history = seen("B-C");
  const std::vector<HistoryStep> told = steps(history);
  ASSERT_EQ(told.size(), 3U);
  EXPECT_FALSE(told[0].previous);
  EXPECT_FALSE(told[0].letter_changed);
  EXPECT_FALSE(told[1].letter_changed);
  EXPECT_EQ(told[2].previous, 0U);
  EXPECT_TRUE(told[2].letter_changed);
  EXPECT_FALSE(told[2].settings.any());
}

TEST(Timeline, MarksWhatIsOurs) {
  History history = seen("BBBBBB");
  history.runs[1].rules_digest = "other";
  history.runs[2] = history.runs[1];
  history.runs[2].tool_version = "0.2.0";
  history.runs[3] = history.runs[2];
  history.runs[3].data_digest = "other";
  history.runs[4] = history.runs[3];
  history.runs[4].level = 0;
  history.runs[5] = history.runs[4];
  history.runs[5].vantage = "nl";
  const std::vector<HistoryStep> told = steps(history);
  for (std::size_t i = 1; i < told.size(); ++i) {
    const SettingSteps& settings = told[i].settings;
    EXPECT_EQ(settings.rules, i == 1) << i;
    EXPECT_EQ(settings.tool, i == 2) << i;
    EXPECT_EQ(settings.tables, i == 3) << i;
    EXPECT_EQ(settings.level, i == 4) << i;
    EXPECT_EQ(settings.vantage, i == 5) << i;
  }
}

TEST(Timeline, AnotherProfileIsAnotherMeasure) {
  History history = seen("BB");
  history.runs[1].profile_version = "4";
  EXPECT_TRUE(steps(history)[1].settings.rules);
}

TEST(Timeline, TellsOfRulesThatCameOutOtherwise) {
  History history = seen("BCC");
  history.hosts[0].intervals = {{"e2ee-offered", Outcome::kPass, 0, 2},
                                {"hsts-set", Outcome::kPass, 0, 0},
                                {"hsts-set", Outcome::kFail, 1, 2},
                                {"own-policy-published", Outcome::kFail, 2, 2}};
  const std::vector<HistoryStep> told = steps(history);
  ASSERT_EQ(told[1].rules.size(), 1U);
  EXPECT_EQ(told[1].rules[0].rule, "hsts-set");
  EXPECT_EQ(told[1].rules[0].before, Outcome::kPass);
  EXPECT_EQ(told[1].rules[0].after, Outcome::kFail);
  ASSERT_EQ(told[2].rules.size(), 1U);
  EXPECT_FALSE(told[2].rules[0].before);
}

TEST(Timeline, ANewRuleOfAnotherRuleSetIsNoNewsOfTheHost) {
  History history = seen("BC");
  history.runs[1].rules_digest = "other";
  history.hosts[0].intervals = {{"hsts-set", Outcome::kFail, 1, 1}};
  EXPECT_TRUE(steps(history)[1].rules.empty());
}

TEST(Timeline, TellsOfPolicies) {
  History history = seen("BBBBBB");
  history.hosts[0].sights[0].policy.own = false;
  set_policy(history, 1, kText);
  set_policy(history, 2, "We keep the log of the web server for 30 days.\nHome");
  set_policy(history, 3, "We keep the log of the web server for 30 days.\nImprint");
  set_policy(history, 4, "We keep the log of the web server for 30 days.\nImprint");
  history.hosts[0].sights[4].policy.url = "https://alpha.test/legal";
  history.hosts[0].sights[5].policy.own = false;
  std::vector<PolicyStep> told;
  for (const HistoryStep& step : steps(history)) told.push_back(step.policy);
  EXPECT_EQ(told, (std::vector<PolicyStep>{PolicyStep::kNone, PolicyStep::kPublished, PolicyStep::kChanged,
                                           PolicyStep::kEdited, PolicyStep::kMoved, PolicyStep::kWithdrawn}));
  EXPECT_EQ(steps(history)[2].lines_added, 1U);
  EXPECT_EQ(steps(history)[2].lines_removed, 1U);
}

TEST(Timeline, AnIncompleteSearchSaysNothingAboutAPolicy) {
  History history = seen("BBB");
  set_policy(history, 0, kText);
  history.hosts[0].sights[1].policy = {};
  history.hosts[0].sights[2].policy.own = false;
  for (const HistoryStep& step : steps(history)) EXPECT_EQ(step.policy, PolicyStep::kNone);
}

}  // namespace
}  // namespace meetlat
