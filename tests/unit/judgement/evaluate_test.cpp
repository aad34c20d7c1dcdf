#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/judgement/fixture.h"

namespace meetlat::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Strings = std::vector<std::string>;

Condition fact(std::string path, Operator op, std::vector<Value> operands = {},
               Quantifier quantifier = Quantifier::kAll) {
  Condition condition;
  condition.kind = Condition::Kind::kFact;
  condition.fact = std::move(path);
  condition.op = op;
  condition.operands = std::move(operands);
  condition.quantifier = quantifier;
  return condition;
}

Condition group(Condition::Kind kind, std::vector<Condition> children) {
  Condition condition;
  condition.kind = kind;
  condition.children = std::move(children);
  return condition;
}

Finding run(Condition condition, const Host& host) {
  Rule rule;
  rule.id = "a-rule";
  rule.pass_if = std::move(condition);
  return evaluate(rule, host.evidence());
}

// A condition that is false (F), unknown (U) or true (T) on the host below; the second has another fact.
Condition first(char truth) {
  return truth == 'U' ? fact("jitsi.transcription", Operator::kIs, {true})
                      : fact("jitsi.prejoin", Operator::kIs, {truth == 'T'});
}
Condition second(char truth) {
  return truth == 'U' ? fact("jitsi.livestreaming", Operator::kIs, {true})
                      : fact("jitsi.present", Operator::kIs, {truth == 'T'});
}
Host kleene_host() {
  Host host;
  host.set("jitsi.prejoin", true).set("jitsi.present", true);
  host.not_measured("jitsi.transcription", ErrorCode::kTimedOut, "config.js");
  host.not_measured("jitsi.livestreaming", ErrorCode::kNotUnderstood, "config.js line 3");
  return host;
}
char truth_of(const Finding& finding) {
  switch (finding.outcome) {
    case Outcome::kPass:
      return 'T';
    case Outcome::kFail:
      return 'F';
    case Outcome::kNotMeasured:
      return 'U';
    case Outcome::kNotApplicable:
      return 'N';
  }
  return '?';
}

TEST(EvaluateKleene, AllAndAnyFollowTheTables) {
  struct Row {
    char a, b, all, any;
  };
  constexpr Row kRows[] = {{'T', 'T', 'T', 'T'}, {'T', 'U', 'U', 'T'}, {'T', 'F', 'F', 'T'},
                           {'U', 'T', 'U', 'T'}, {'U', 'U', 'U', 'U'}, {'U', 'F', 'F', 'U'},
                           {'F', 'T', 'F', 'T'}, {'F', 'U', 'F', 'U'}, {'F', 'F', 'F', 'F'}};
  for (const Row& row : kRows) {
    SCOPED_TRACE((std::string{row.a, row.b}));
    EXPECT_EQ(truth_of(run(group(Condition::Kind::kAll, {first(row.a), second(row.b)}), kleene_host())), row.all);
    EXPECT_EQ(truth_of(run(group(Condition::Kind::kAny, {first(row.a), second(row.b)}), kleene_host())), row.any);
  }
}

TEST(EvaluateKleene, NotTurnsTrueAndFalseAndKeepsUnknown) {
  EXPECT_EQ(truth_of(run(group(Condition::Kind::kNot, {first('T')}), kleene_host())), 'F');
  EXPECT_EQ(truth_of(run(group(Condition::Kind::kNot, {first('F')}), kleene_host())), 'T');
  EXPECT_EQ(truth_of(run(group(Condition::Kind::kNot, {first('U')}), kleene_host())), 'U');
}

TEST(Evaluate, OperatorsByType) {
  struct Row {
    std::string name;
    Condition condition;
    Outcome outcome;
  };
  const std::vector<Row> rows{
      {"bool is", fact("jitsi.prejoin", Operator::kIs, {true}), Outcome::kPass},
      {"bool is not", fact("jitsi.prejoin", Operator::kIsNot, {true}), Outcome::kFail},
      {"string is", fact("tls.version", Operator::kIs, {"TLSv1.2"}), Outcome::kPass},
      {"string in", fact("tls.version", Operator::kIn, {"TLSv1.3", "TLSv1.2"}), Outcome::kPass},
      {"string not in", fact("tls.version", Operator::kNotIn, {"TLSv1.3", "TLSv1.2"}), Outcome::kFail},
      {"string contains", fact("tls.version", Operator::kContains, {"v1"}), Outcome::kPass},
      {"string matches", fact("tls.version", Operator::kMatches, {"^TLSv1\\.[01]$"}), Outcome::kFail},
      {"string empty", fact("tls.group", Operator::kEmpty), Outcome::kPass},
      {"string not empty", fact("tls.group", Operator::kNotEmpty), Outcome::kFail},
      {"int at least, on the bound", fact("http.hsts.max_age", Operator::kAtLeast, {std::int64_t{100}}),
       Outcome::kPass},
      {"int at least, above", fact("http.hsts.max_age", Operator::kAtLeast, {std::int64_t{101}}), Outcome::kFail},
      {"int at most, on the bound", fact("http.hsts.max_age", Operator::kAtMost, {std::int64_t{100}}), Outcome::kPass},
      {"int at most, below", fact("http.hsts.max_age", Operator::kAtMost, {std::int64_t{99}}), Outcome::kFail},
      {"int less, on the bound", fact("http.hsts.max_age", Operator::kLess, {std::int64_t{100}}), Outcome::kFail},
      {"int greater, on the bound", fact("http.hsts.max_age", Operator::kGreater, {std::int64_t{100}}), Outcome::kFail},
      {"int greater", fact("http.hsts.max_age", Operator::kGreater, {std::int64_t{99}}), Outcome::kPass},
      {"double less", fact("test.ratio", Operator::kLess, {0.5}), Outcome::kPass},
      {"strings contain", fact("dns.ipv4", Operator::kContains, {"192.0.2.1"}), Outcome::kPass},
      {"strings contain whole elements only", fact("dns.ipv4", Operator::kContains, {"192.0.2"}), Outcome::kFail},
      {"strings match by one element", fact("dns.ipv4", Operator::kMatches, {"\\.9$"}), Outcome::kPass},
      {"strings not empty", fact("dns.ipv4", Operator::kEmpty), Outcome::kFail},
      {"strings empty", fact("dns.ipv6", Operator::kEmpty), Outcome::kPass},
  };
  Host host;
  host.set("jitsi.prejoin", true).text("tls.version", "TLSv1.2").text("tls.group", "");
  host.set("http.hsts.max_age", std::int64_t{100}).set("test.ratio", 0.25);
  host.set("dns.ipv4", Strings{"192.0.2.1", "192.0.2.9"}).set("dns.ipv6", Strings{});
  for (const Row& row : rows) {
    EXPECT_EQ(run(row.condition, host).outcome, row.outcome) << row.name;
  }
}

TEST(Evaluate, AllSubjectsMustHoldUnlessAnyIsAsked) {
  Host host;
  host.text("tls.alpn", "").set("tls.version", "TLSv1.3", Subject::address("192.0.2.1:443"));
  host.set("tls.version", "TLSv1.2", Subject::address("192.0.2.2:443"));
  EXPECT_EQ(run(fact("tls.version", Operator::kIs, {"TLSv1.3"}), host).outcome, Outcome::kFail);
  EXPECT_EQ(run(fact("tls.version", Operator::kIs, {"TLSv1.3"}, Quantifier::kAny), host).outcome, Outcome::kPass);
}

TEST(Evaluate, AnUnmeasuredSubjectLeavesOpenOnlyWhatTheOthersDoNotDecide) {
  Host host;
  host.set("tls.version", "TLSv1.3", Subject::address("192.0.2.1:443"));
  host.not_measured("tls.version", ErrorCode::kTimedOut, "192.0.2.2:443", Subject::address("192.0.2.2:443"));
  EXPECT_EQ(run(fact("tls.version", Operator::kIs, {"TLSv1.3"}), host).outcome, Outcome::kNotMeasured);
  EXPECT_EQ(run(fact("tls.version", Operator::kIs, {"TLSv1.2"}), host).outcome, Outcome::kFail);
  EXPECT_EQ(run(fact("tls.version", Operator::kIs, {"TLSv1.3"}, Quantifier::kAny), host).outcome, Outcome::kPass);
  EXPECT_EQ(run(fact("tls.version", Operator::kIs, {"TLSv1.2"}, Quantifier::kAny), host).outcome,
            Outcome::kNotMeasured);
}

TEST(Evaluate, AFactThatNobodyAskedIsNotMeasured) {
  const Finding finding = run(fact("tls.version", Operator::kIs, {"TLSv1.3"}), Host{});
  EXPECT_EQ(finding.outcome, Outcome::kNotMeasured);
  EXPECT_EQ(finding.reason, "tls.version was not asked");
}

TEST(Evaluate, TheReasonJoinsWhatLeftTheAnswerOpen) {
  const Finding finding = run(group(Condition::Kind::kAll, {first('U'), second('U'), first('T')}), kleene_host());
  EXPECT_THAT(finding.reason, HasSubstr(describe({ErrorCode::kTimedOut, "config.js"})));
  EXPECT_THAT(finding.reason, HasSubstr(describe({ErrorCode::kNotUnderstood, "config.js line 3"})));
  EXPECT_THAT(finding.facts, ElementsAre("jitsi.transcription", "jitsi.livestreaming"));
}

TEST(Evaluate, FactsAreThoseThatDecided) {
  const Finding failed = run(group(Condition::Kind::kAll, {first('T'), second('F')}), kleene_host());
  EXPECT_THAT(failed.facts, ElementsAre("jitsi.present"));
  EXPECT_EQ(failed.reason, "");
  const Finding passed = run(group(Condition::Kind::kAll, {second('T'), first('T')}), kleene_host());
  EXPECT_THAT(passed.facts, ElementsAre("jitsi.present", "jitsi.prejoin"));
}

TEST(Evaluate, ARuleThatDoesNotApplyIsNeitherPassedNorFailed) {
  Rule rule;
  rule.applies_if = first('F');
  rule.pass_if = second('F');
  const Finding finding = evaluate(rule, kleene_host().evidence());
  EXPECT_EQ(finding.outcome, Outcome::kNotApplicable);
  EXPECT_THAT(finding.reason, HasSubstr("jitsi.prejoin"));
}

TEST(Evaluate, WhetherARuleAppliesMayBeUnknownToo) {
  Rule rule;
  rule.applies_if = first('U');
  rule.pass_if = second('F');
  const Finding finding = evaluate(rule, kleene_host().evidence());
  EXPECT_EQ(finding.outcome, Outcome::kNotMeasured);
  EXPECT_THAT(finding.reason, Not(::testing::IsEmpty()));
}

TEST(Evaluate, AHostileLongValueIsMatchedInLinearTime) {
  Host host;
  host.text("http.referrer_policy", std::string(200'000, 'a'));
  EXPECT_EQ(run(fact("http.referrer_policy", Operator::kMatches, {"(a*)*b$"}), host).outcome, Outcome::kFail);
}

}  // namespace
}  // namespace meetlat::testing
