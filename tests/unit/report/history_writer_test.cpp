#include "report/history_writer.h"

#include <gtest/gtest.h>

#include <sstream>

#include "support/sample_history.h"
#include "support/sample_report.h"

namespace meetlat {
namespace {

// One host seen as often as there are letters: '?' was not graded, '-' not measured.
History seen(const std::string& letters, const std::string& name = "alpha.meet.test") {
  History out;
  HostHistory host;
  host.host = name;
  for (std::size_t i = 0; i < letters.size(); ++i) {
    HistoryRun run = sample::history_run(static_cast<int>(i));
    HistorySight sight = sample::add_host(run, name, letters[i]).sight;
    sight.run = i;
    if (letters[i] == '?') sight.letter.reset();
    if (letters[i] == '-') {
      sight.status = HostStatus::kTimedOut;
      sight.reason = "no answer";
    }
    out.runs.push_back(run.info);
    host.sights.push_back(sight);
  }
  out.hosts.push_back(std::move(host));
  return out;
}

// As history/timeline.h tells it; here every sight after the first has the one before.
std::vector<HistoryStep> plain_steps(const HostHistory& host) {
  std::vector<HistoryStep> out;
  for (std::size_t i = 0; i < host.sights.size(); ++i) {
    out.emplace_back().sight = i;
    if (i > 0) out.back().previous = i - 1;
  }
  return out;
}

std::string table(const History& history, std::size_t trend = 10) {
  const RuleSet rules = sample::rules();
  std::ostringstream out;
  EXPECT_TRUE(write_history_table(history, {100, trend, &rules}, out));
  return out.str();
}

std::string in_full(const History& history, const std::vector<HistoryStep>& steps) {
  const RuleSet rules = sample::rules();
  std::ostringstream out;
  EXPECT_TRUE(write_history_host(history, history.hosts[0], steps, {120, 10, &rules}, out));
  return out.str();
}

TEST(HistoryTable, ShowsTheLatestMeasuredLetterAndTheTrend) {
  EXPECT_NE(table(seen("AB?C-")).find("C    60-71  AB?C-  2026-10-01  2026-10-05     5"), std::string::npos)
      << table(seen("AB?C-"));
  EXPECT_NE(table(seen("ABC"), 2).find(" BC "), std::string::npos);
}

TEST(HistoryTable, MarksWhereOtherRulesJudged) {
  History history = seen("A-BB");
  for (std::size_t i = 2; i < 4; ++i) history.runs[i].rules_digest = "other";
  EXPECT_NE(table(history).find(" A-|BB "), std::string::npos) << table(history);
}

TEST(HistoryTable, PutsTheBestFirstAndWhatIsUnknownLast) {
  History history = seen("C", "gamma.test");
  for (const auto& [letter, name] :
       {std::pair("A", "omega.test"), std::pair("?", "beta.test"), std::pair("-", "aaa.test")}) {
    history.hosts.push_back(seen(letter, name).hosts[0]);
  }
  const std::string text = table(history);
  EXPECT_LT(text.find("omega"), text.find("gamma"));
  EXPECT_LT(text.find("gamma"), text.find("beta"));
  EXPECT_LT(text.find("beta"), text.find("aaa.test"));
}

TEST(HistoryOfAHost, DoesNotTellADifferenceOfRulesAsTheHosts) {
  const History history = [] {
    History out = seen("AB");
    out.runs[1].rules_version = "2026.12";
    out.runs[1].rules_digest = "other";
    return out;
  }();
  std::vector<HistoryStep> steps = plain_steps(history.hosts[0]);
  steps[1].settings.rules = steps[1].letter_changed = true;
  const std::string text = in_full(history, steps);
  EXPECT_LT(text.find("rules 2026.11 -> 2026.12: what differs across this line may be ours"),
            text.find("letter B, before A"))
      << text;
}

TEST(HistoryOfAHost, SaysSinceWhenARuleFails) {
  History history = seen("BBBBB");
  history.hosts[0].intervals = {{"e2ee-offered", Outcome::kFail, 0, 1},
                                {"e2ee-offered", Outcome::kNotMeasured, 2, 2},
                                {"e2ee-offered", Outcome::kFail, 3, 4},
                                {"hsts-set", Outcome::kNotMeasured, 0, 0},
                                {"hsts-set", Outcome::kFail, 1, 4},
                                {"own-policy-published", Outcome::kPass, 0, 1},
                                {"own-policy-published", Outcome::kFail, 2, 4},
                                {"recording-off", Outcome::kFail, 0, 2},
                                {"recording-off", Outcome::kPass, 3, 4}};
  const std::string text = in_full(history, plain_steps(history.hosts[0]));
  for (const char* line : {"since 2026-10-01 or before, not always measured  End-to-end encryption is offered",
                           "since 2026-10-02 or before, not measured until then  HSTS is set (hsts-set)",
                           "since 2026-10-03  A privacy policy of its own is published",
                           "2026-10-01 until 2026-10-03, then pass  The server does not record"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  }
}

TEST(HistoryOfAHost, MasksPersonsAndKeepsTheTerminalSafe) {
  History history = seen("B-");
  history.hosts[0].sights[1].reason = "ask jan@example.test\x1b[31m";
  history.hosts[0].sights[0].policy = {true, "https://x.test/?mail=jan@example.test", std::string(64, 'a')};
  const std::string text = in_full(history, plain_steps(history.hosts[0]));
  EXPECT_EQ(text.find("jan@"), std::string::npos) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(HistoryCsv, QuotesAndDefusesFormulas) {
  History history = seen("B", "alpha.test");
  history.runs[0].vantage = "home, \"attic\"";
  history.hosts[0].sights[0].build = "=HYPERLINK(1)";
  std::ostringstream out;
  ASSERT_TRUE(write_history_csv(history, out));
  EXPECT_NE(out.str().find(",\"home, \"\"attic\"\"\","), std::string::npos) << out.str();
  EXPECT_NE(out.str().find(",'=HYPERLINK(1),"), std::string::npos) << out.str();
  EXPECT_TRUE(out.str().ends_with("\r\n"));
}

}  // namespace
}  // namespace meetlat
