#include "report/diff_writer.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "base/json.h"
#include "base/text.h"
#include "render.h"

namespace meetlat {
namespace {

Change change(ChangeKind kind, const std::string& host, std::string_view at, Cause cause = Cause::kHost) {
  Change out;
  out.kind = kind;
  out.host = host;
  out.at = sample::at(at);
  out.causes = {cause};
  return out;
}

Change rule_change(ChangeKind kind, Cause cause, Severity severity = Severity::kMedium) {
  Change out = change(kind, "bravo.meet.test", "2026-11-23T06:00:00Z", cause);
  out.rule = "stun-own";
  out.severity = severity;
  return out;
}

// Everything that a stranger can write in it wants to break out or to be spread.
Diff hostile() {
  Diff out;
  out.base.tool_version = out.head.tool_version = "0.1.0";
  out.base.rules_version = out.head.rules_version = "2026.11";
  Change text = change(ChangeKind::kPolicyChanged, "alpha.meet.test", "2026-11-22T06:00:00Z");
  text.after = "https://alpha.meet.test/\x1b[31m?to=me@alpha.test";
  text.lines = {{false, "Write to info@alpha.test\x1b[2J or call +49 30 1234567."},
                {true, "\xe2\x80\xaeNew\xff line of text here"},
                {true, "third"}};
  text.lines_removed = 1;
  text.lines_added = 2;
  out.changes.push_back(text);
  Change dropped = change(ChangeKind::kPolicyDropped, "xn--mnchen-3ya.meet.test", "2026-11-23T06:00:00Z");
  dropped.item = "retention";
  dropped.before = "found";
  dropped.after = "not_found";
  dropped.reason = "kept 7 days, ask info@alpha.test";
  out.changes.push_back(dropped);
  Change published = change(ChangeKind::kPolicyPublished, "bravo.meet.test", "2026-11-23T06:00:00Z");
  published.after = "https://bravo.meet.test/privacy";
  out.changes.push_back(published);
  out.corrections.push_back(
      {"alpha.meet.test", {"policy.own", "no", "yes", "operator", "2026-11-23", "", "ask info@alpha.test\x07", ""}});
  return out;
}

std::string drawn(const Diff& diff, std::string_view form) {
  const RuleSet rules = sample::rules();
  std::ostringstream out;
  const Result<void> done = form == "json"      ? write_diff_json(diff, rules, out)
                            : form == "updates" ? write_diff_updates(diff, rules, out)
                                                : write_diff_text(diff, rules, 80, out);
  EXPECT_TRUE(done.has_value());
  return out.str();
}

TEST(EveryDiffWriter, DrivesNoTerminalAndMasks) {
  for (const char* form : {"text", "json", "updates"}) {
    const std::string text = drawn(hostile(), form);
    for (const std::string& line : split(text, '\n')) EXPECT_EQ(printable(line), line) << form;
    for (const char* secret : {"info@", "me@", "1234567"}) EXPECT_EQ(text.find(secret), std::string::npos) << form;
  }
}

TEST(Updates, AreDatedLinesNewestFirst) {
  EXPECT_EQ(
      drawn(hostile(), "updates"),
      "2026-11-23  bravo.meet.test: published a privacy policy (https://bravo.meet.test/privacy)\n"
      "2026-11-23  münchen.meet.test: its privacy policy no longer states a retention period\n"
      "2026-11-22  alpha.meet.test: changed its privacy policy (https://alpha.meet.test/\xef\xbf\xbd[31m?to=[mail "
      "address]): 1 line removed, 2 added\n");
}

TEST(Updates, HoldOnlyWhatTheHostItselfDid) {
  for (const Cause cause : {Cause::kHost, Cause::kTime}) {
    EXPECT_TRUE(is_update(rule_change(ChangeKind::kRuleFails, cause)));
  }
  for (const Cause cause :
       {Cause::kRules, Cause::kTables, Cause::kToolOrHost, Cause::kDepth, Cause::kNotMeasured, Cause::kUnknown}) {
    EXPECT_FALSE(is_update(rule_change(ChangeKind::kRuleFails, cause))) << to_string(cause);
    EXPECT_FALSE(is_update(change(ChangeKind::kLetterWorse, "a.test", "2026-11-23", cause))) << to_string(cause);
  }
  EXPECT_FALSE(is_update(rule_change(ChangeKind::kRuleFails, Cause::kHost, Severity::kLow)));
  EXPECT_FALSE(is_update(rule_change(ChangeKind::kRuleNotMeasured, Cause::kNotMeasured)));
  Change unknown = rule_change(ChangeKind::kRuleFails, Cause::kHost);
  unknown.unknown_before = true;
  EXPECT_FALSE(is_update(unknown));
}

TEST(ChangeWords, SayNoDeedOfAHostThatAnotherVersionSaw) {
  const RuleSet rules = sample::rules();
  Change published = change(ChangeKind::kPolicyPublished, "a.test", "2026-11-23", Cause::kToolOrHost);
  EXPECT_EQ(change_words(published, rules), "a privacy policy was found that was not found before");
  Change withdrawn = change(ChangeKind::kPolicyWithdrawn, "a.test", "2026-11-23", Cause::kToolOrHost);
  EXPECT_EQ(change_words(withdrawn, rules).find("withdrew"), std::string::npos);
  withdrawn.causes = {Cause::kHost};
  EXPECT_TRUE(change_words(withdrawn, rules).starts_with("withdrew its privacy policy"));
}

TEST(ChangeWords, ExistForEveryKind) {
  const RuleSet rules = sample::rules();
  for (int i = 0; i <= static_cast<int>(ChangeKind::kHostNotMeasured); ++i) {
    Change each = rule_change(static_cast<ChangeKind>(i), Cause::kHost);
    each.item = "retention";
    each.reason = "a reason";
    EXPECT_FALSE(change_words(each, rules).empty()) << i;
    EXPECT_FALSE(to_string(each.kind).empty()) << i;
  }
  EXPECT_EQ(policy_item_words("no_such_item"), "no such item");
}

TEST(DiffText, MarksLoudlyWhatMakesAComparisonDoubtful) {
  Diff diff = hostile();
  for (const char* word : {"MAY BE OURS", "JUDGED AGAIN", "BACKWARDS", "DEMO"}) {
    EXPECT_EQ(drawn(diff, "text").find(word), std::string::npos) << word;
  }
  diff.other_tool = diff.rejudged = diff.backwards = diff.demo = true;
  for (const char* word : {"MAY BE OURS", "JUDGED AGAIN", "BACKWARDS", "DEMO"}) {
    EXPECT_NE(drawn(diff, "text").find(word), std::string::npos) << word;
  }
}

TEST(EveryWriter, ShowsCorrectionsWithTheirProvenance) {
  HostReport host = sample::stun_host();
  host.corrections.push_back({"stun-own", "fail", "pass", "operator", "2026-11-23", "2027-11-23",
                              "own server since May, ask info@bravo.test", "https://bravo.meet.test/stun"});
  for (const ReportWriter* writer : all_report_writers()) {
    std::string text = render(writer->format(), report_of(host), {200, false, false});
    EXPECT_EQ(text.find("info@"), std::string::npos) << writer->format();
    // These have room for what failed, for a letter or for exchanges, and for nothing else.
    const std::set<std::string_view> terse = {"gitlab", "badge", "shields", "har"};
    if (terse.count(writer->format()) > 0) continue;
    std::erase(text, '\\');  // how Markdown escapes
    for (const char* part :
         {"stun-own", "2026-11-23", "operator", "own server since May", "https://bravo.meet.test/stun"}) {
      EXPECT_NE(text.find(part), std::string::npos) << writer->format() << ": " << part;
    }
  }
}

}  // namespace
}  // namespace meetlat
