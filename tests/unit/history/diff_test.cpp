#include "history/diff.h"

#include <gtest/gtest.h>

#include <functional>

#include "support/sample_report.h"

namespace meetlat {
namespace {

Fact fact(std::string path, Value value) {
  Fact out;
  out.path = std::move(path);
  out.value = std::move(value);
  return out;
}

// A host of which everything about the policy is known; `own`: it has one.
HostReport host(bool own) {
  HostReport out = sample::HostBuilder("https://delta.meet.test/", HostStatus::kMeasured)
                       .fact("policy.own", own)
                       .fact("policy.search.complete", true)
                       .fact("policy.search.places", std::int64_t{9})
                       .fact("policy.url", std::string(own ? "https://delta.meet.test/privacy" : ""))
                       .build();
  if (own) {
    out.evidence.insert(fact("policy.text", std::string("Privacy\nWe keep the logs for 7 days.\nHome")));
    out.evidence.insert(fact("policy.states.retention", std::string("found")));
    out.evidence.insert(fact("policy.states.transfer", std::string("not_found")));
  }
  return out;
}

struct Pair {
  Report base;
  Report head;
  RunHeader base_run;
  RunHeader head_run;
  RuleSet rules = sample::rules();

  Pair(HostReport before, HostReport after) {
    base.header = head.header = sample::report().header;
    base.hosts = {std::move(before)};
    head.hosts = {std::move(after)};
    base_run.tool_version = head_run.tool_version = "0.1.0";
    base_run.rules_digest = head_run.rules_digest = rules.digest;
    base_run.started = head_run.started = sample::at("2026-11-23T06:00:00Z");
  }
  Diff diff() const { return meetlat::diff({base_run, base, head_run, head, rules}); }
};

std::vector<ChangeKind> kinds(const Diff& diff) {
  std::vector<ChangeKind> out;
  for (const Change& change : diff.changes) out.push_back(change.kind);
  return out;
}
using Kinds = std::vector<ChangeKind>;

const Change* find(const Diff& diff, ChangeKind kind) {
  for (const Change& change : diff.changes) {
    if (change.kind == kind) return &change;
  }
  return nullptr;
}

TEST(PolicyDiff, SaysPublishedAndWithdrawnAfterCompleteSearches) {
  const Diff published = Pair(host(false), host(true)).diff();
  ASSERT_EQ(kinds(published), Kinds{ChangeKind::kPolicyPublished});
  EXPECT_EQ(published.changes[0].after, "https://delta.meet.test/privacy");
  EXPECT_EQ(published.changes[0].causes, std::vector<Cause>{Cause::kHost});
  const Diff withdrawn = Pair(host(true), host(false)).diff();
  ASSERT_EQ(kinds(withdrawn), Kinds{ChangeKind::kPolicyWithdrawn});
  EXPECT_EQ(withdrawn.changes[0].reason, "not found any more after a complete search of 9 places");
}

TEST(PolicyDiff, SaysNeitherAfterAnIncompleteSearch) {
  HostReport unknown = host(false);
  Fact unread = fact("policy.own", false);
  unread.value = fail(ErrorCode::kRobotsDisallowed, "/privacy");
  unknown.evidence.insert(unread);
  HostReport incomplete = host(false);
  incomplete.evidence.insert(fact("policy.search.complete", false));
  for (const HostReport& each : {unknown, incomplete}) {
    EXPECT_EQ(kinds(Pair(host(true), each).diff()), Kinds{ChangeKind::kPolicyNotCompared});
    EXPECT_EQ(kinds(Pair(each, host(true)).diff()), Kinds{ChangeKind::kPolicyNotCompared});
    EXPECT_TRUE(Pair(host(false), each).diff().changes.empty());
  }
}

TEST(PolicyDiff, NamesStatementsThatCameAndWent) {
  HostReport now = host(true);
  now.evidence.insert(fact("policy.text", std::string("Privacy\nYour data may leave the European Union.\nHome")));
  now.evidence.insert(fact("policy.states.retention", std::string("not_found")));
  now.evidence.insert(fact("policy.states.transfer", std::string("stated_none")));
  const Diff diff = Pair(host(true), now).diff();
  EXPECT_EQ(kinds(diff), (Kinds{ChangeKind::kPolicyDropped, ChangeKind::kPolicyStates, ChangeKind::kPolicyChanged}));
  EXPECT_EQ(find(diff, ChangeKind::kPolicyDropped)->item, "retention");
  EXPECT_EQ(find(diff, ChangeKind::kPolicyStates)->item, "transfer");
}

TEST(PolicyDiff, BlamesNobodyForItemsThatDifferInTheSameText) {
  HostReport now = host(true);
  now.evidence.insert(fact("policy.states.retention", std::string("not_found")));
  EXPECT_TRUE(Pair(host(true), now).diff().changes.empty());
}

TEST(PolicyDiff, CallsAConditionThatIsGoneNoDrop) {
  HostReport now = host(true);
  now.evidence.insert(fact("policy.text", std::string("Privacy\nSomething else is said here now.\nHome")));
  now.evidence.insert(fact("policy.states.retention", std::string("not_applicable")));
  EXPECT_EQ(kinds(Pair(host(true), now).diff()), Kinds{ChangeKind::kPolicyChanged});
}

TEST(PolicyDiff, ComparesNoTwoLanguageVersions) {
  HostReport before = host(true);
  before.evidence.insert(fact("policy.languages", std::vector<std::string>{"nl"}));
  HostReport now = host(true);
  now.evidence.insert(fact("policy.languages", std::vector<std::string>{"en"}));
  now.evidence.insert(fact("policy.text", std::string("Quite another text stands here now.")));
  now.evidence.insert(fact("policy.states.retention", std::string("not_found")));
  EXPECT_EQ(kinds(Pair(before, now).diff()), Kinds{ChangeKind::kPolicyNotCompared});
}

TEST(PolicyDiff, CallsATrailingSlashNoMove) {
  HostReport now = host(true);
  now.evidence.insert(fact("policy.url", std::string("https://delta.meet.test/privacy/")));
  EXPECT_TRUE(Pair(host(true), now).diff().changes.empty());
  now.evidence.insert(fact("policy.url", std::string("https://example.test/privacy")));
  EXPECT_EQ(kinds(Pair(host(true), now).diff()), Kinds{ChangeKind::kPolicyMoved});
}

HostReport serving(const std::string& build, char digit) {
  HostReport out = host(true);
  out.evidence.insert(fact("jitsi.build.web_text", build));
  out.evidence.insert(fact("client.files", std::vector<std::string>{
                                               "libs/a.js 10 sha256:" + std::string(64, digit),
                                               "libs/b.js 10 sha256:" + std::string(64, 'b'),
                                           }));
  return out;
}

TEST(Diff, SaysWhenTheClientsFilesChangeUnderOneBuild) {
  const Diff diff = Pair(serving("9646", '1'), serving("9646", '2')).diff();
  ASSERT_EQ(kinds(diff), Kinds{ChangeKind::kClientChanged});
  const Change& change = diff.changes[0];
  EXPECT_EQ(change.after, "9646");
  ASSERT_EQ(change.facts.size(), 1U);
  EXPECT_EQ(change.facts[0].path, "libs/a.js");
  EXPECT_TRUE(Pair(serving("9646", '1'), serving("9700", '2')).diff().changes.empty());
  EXPECT_TRUE(Pair(serving("9646", '1'), serving("9646", '1')).diff().changes.empty());
  EXPECT_TRUE(Pair(serving("", '1'), serving("", '2')).diff().changes.empty());
}

TEST(Diff, MarksChangesThatMayBeOurs) {
  Pair pair(host(false), host(true));
  pair.head_run.data_digest = "other";
  const Diff diff = pair.diff();
  EXPECT_TRUE(diff.other_tool);
  EXPECT_EQ(diff.changes.at(0).causes, std::vector<Cause>{Cause::kToolOrHost});
}

TEST(Diff, ADeeperLookIsNoDeedOfTheHost) {
  const std::string path = "xmpp.rooms_listed";
  HostReport then = host(true);
  Fact unasked = fact(path, std::int64_t{0});
  unasked.value = fail(ErrorCode::kNotAttempted, "--level 0");
  then.evidence.insert(unasked);
  then.findings = {{"recording-off", Outcome::kNotMeasured, "", {path}, 1}};
  HostReport now = host(true);
  now.evidence.insert(fact(path, std::int64_t{3}));
  now.findings = {{"recording-off", Outcome::kFail, "", {path}, 1}};
  Pair pair(then, now);
  pair.base_run.level = 0;
  pair.head_run.level = 2;
  const Diff deeper = pair.diff();
  ASSERT_NE(find(deeper, ChangeKind::kRuleFails), nullptr);
  EXPECT_EQ(find(deeper, ChangeKind::kRuleFails)->causes, std::vector<Cause>{Cause::kDepth});
  pair.base_run.level = 2;
  const Diff same = pair.diff();
  EXPECT_EQ(find(same, ChangeKind::kRuleFails)->causes, std::vector<Cause>{Cause::kNotMeasured});
}

// A rule about `path` passes in BASE and fails in HEAD.
Pair failing(const std::string& path, Value before, Value after) {
  HostReport then = host(true);
  then.evidence.insert(fact(path, std::move(before)));
  then.findings = {{"recording-off", Outcome::kPass, "", {path}, 1}};
  HostReport now = host(true);
  now.evidence.insert(fact(path, std::move(after)));
  now.findings = {{"recording-off", Outcome::kFail, "", {path}, 1}};
  return {then, now};
}

TEST(Diff, TellsTimeFromTheHost) {
  Pair older = failing("jitsi.build.age_days", std::int64_t{360}, std::int64_t{370});
  for (Report* report : {&older.base, &older.head}) {
    report->hosts[0].evidence.insert(fact("jitsi.build.web", std::int64_t{9000}));
  }
  ASSERT_EQ(kinds(older.diff()), Kinds{ChangeKind::kRuleFails});
  EXPECT_EQ(older.diff().changes[0].causes, std::vector<Cause>{Cause::kTime});
  older.head.hosts[0].evidence.insert(fact("jitsi.build.web", std::int64_t{8000}));
  EXPECT_EQ(older.diff().changes[0].causes, std::vector<Cause>{Cause::kHost});

  Pair expired = failing("tls.certificate.trusted", true, false);
  for (Report* report : {&expired.base, &expired.head}) {
    report->hosts[0].evidence.insert(fact("tls.certificate.sha256", std::string("ab")));
    report->hosts[0].evidence.insert(fact("tls.certificate.not_after", std::string("2026-11-22T00:00:00Z")));
  }
  EXPECT_EQ(expired.diff().changes[0].causes, std::vector<Cause>{Cause::kTime});
  expired.head.hosts[0].evidence.insert(fact("tls.certificate.not_after", std::string("2027-11-22T00:00:00Z")));
  EXPECT_EQ(expired.diff().changes[0].causes, std::vector<Cause>{Cause::kHost});
}

TEST(Diff, ShowsTheFactsThatDecided) {
  const Diff diff = failing("jitsi.recording.server", false, true).diff();
  ASSERT_EQ(diff.changes.size(), 1U);
  EXPECT_EQ(diff.changes[0].rule, "recording-off");
  ASSERT_EQ(diff.changes[0].facts.size(), 1U);
  EXPECT_EQ(diff.changes[0].facts[0].before, "no");
  EXPECT_EQ(diff.changes[0].facts[0].after, "yes");
}

TEST(Diff, TellsTheRulesFromTheHost) {
  Pair pair = failing("jitsi.recording.server", true, true);
  pair.base.hosts[0].findings[0].outcome = Outcome::kFail;  // by the rules of today
  Report as_judged = pair.base;
  as_judged.hosts[0].findings[0].outcome = Outcome::kPass;
  const Diff diff =
      meetlat::diff({pair.base_run, pair.base, pair.head_run, pair.head, pair.rules, &as_judged, &pair.rules});
  ASSERT_EQ(kinds(diff), Kinds{ChangeKind::kRuleFails});
  EXPECT_EQ(diff.changes[0].causes, std::vector<Cause>{Cause::kRules});
}

TEST(Diff, CallsALetterThatHangsOnTheUnmeasuredSo) {
  Pair pair = failing("jitsi.recording.server", false, true);
  pair.base.hosts[0].grade.letter = 'B';
  pair.head.hosts[0].grade.letter = 'C';
  pair.head.hosts[0].findings[0].outcome = Outcome::kNotMeasured;
  const Diff diff = pair.diff();
  const Change* letter = find(diff, ChangeKind::kLetterWorse);
  ASSERT_NE(letter, nullptr);
  EXPECT_NE(std::find(letter->causes.begin(), letter->causes.end(), Cause::kNotMeasured), letter->causes.end());
}

TEST(Diff, SaysWhichHostsCameWentAndWereNotMeasured) {
  Report all = sample::report();
  for (HostReport& each : all.hosts) each.notes.clear();  // a waiver that is over is news by itself
  RunHeader run;
  run.rules_digest = sample::rules().digest;
  Report some = all;
  std::erase_if(some.hosts, [](const HostReport& each) { return each.target.id == "bravo.meet.test"; });
  for (HostReport& each : some.hosts) {
    if (each.target.id == "alpha.meet.test") each.status = HostStatus::kTimedOut;
    if (each.target.id == "delta.meet.test") each.status = HostStatus::kExcluded;
    if (each.target.id == "juliet.slow.meet.test") each.status = HostStatus::kMeasured;
  }
  const RuleSet rules = sample::rules();
  const Diff diff = meetlat::diff({run, all, run, some, rules});
  const auto host_of = [&](ChangeKind kind) {
    const Change* change = find(diff, kind);
    return change == nullptr ? std::string("none") : change->host;
  };
  EXPECT_EQ(host_of(ChangeKind::kHostGone), "bravo.meet.test");
  EXPECT_EQ(host_of(ChangeKind::kHostNotMeasured), "alpha.meet.test");
  EXPECT_EQ(host_of(ChangeKind::kHostExcluded), "delta.meet.test");
  EXPECT_EQ(host_of(ChangeKind::kHostMeasuredAgain), "juliet.slow.meet.test");
  EXPECT_EQ(kinds(meetlat::diff({run, some, run, all, rules})).size(), 4U);
  EXPECT_TRUE(meetlat::diff({run, all, run, all, rules}).changes.empty());
}

TEST(Diff, TellsWaivedFailuresAndExpiredWaiversApart) {
  const RuleSet rules = sample::rules();
  RunHeader run;
  run.rules_digest = rules.digest;
  const Report head = sample::report();  // bravo: waived; delta: the waiver is over
  EXPECT_EQ(kinds(meetlat::diff({run, head, run, head, rules})), Kinds{ChangeKind::kWaiverExpired});
  Report base = head;
  for (HostReport& each : base.hosts) {
    for (Finding& finding : each.findings) {
      if (finding.outcome == Outcome::kFail) finding.outcome = Outcome::kPass;
    }
  }
  const Diff diff = meetlat::diff({run, base, run, head, rules});
  const Change* waived = find(diff, ChangeKind::kRuleWaived);
  ASSERT_NE(waived, nullptr);
  EXPECT_EQ(waived->host, "bravo.meet.test");
  EXPECT_EQ(category_of(waived->kind), ChangeCategory::kWaived);
  EXPECT_NE(waived->reason.find("waived until 2026-12-31"), std::string::npos);
  EXPECT_EQ(find(diff, ChangeKind::kWaiverExpired), nullptr) << "what is new is said to be new";
}

}  // namespace
}  // namespace meetlat
