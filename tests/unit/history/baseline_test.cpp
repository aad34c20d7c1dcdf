#include "history/baseline.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <functional>

#include "base/file.h"
#include "base/json.h"
#include "support/sample_report.h"

namespace meetlat {
namespace {

namespace fs = std::filesystem;

Baseline baseline_of(const Report& report) {
  auto out = baseline_from_json(make_baseline(report, sample::rules()));
  EXPECT_TRUE(out.has_value());
  return out.value_or(Baseline{});
}

// What changed for the host with the STUN finding when `change` happened to it after the baseline was made.
BaselineDiff diff_after(const std::function<void(HostReport&)>& change) {
  Report report = sample::report();
  const Baseline base = baseline_of(report);
  for (HostReport& host : report.hosts) {
    if (host.target.id == "bravo.meet.test") change(host);
  }
  return compare(base, report, sample::rules());
}

Finding& finding_of(HostReport& host, std::string_view rule) {
  for (Finding& finding : host.findings) {
    if (finding.rule == rule) return finding;
  }
  ADD_FAILURE() << "no finding " << rule;
  return host.findings.front();
}

TEST(Baseline, HoldsLettersAndFailuresAndSurvivesTheWay) {
  const Baseline base = baseline_of(sample::report());
  EXPECT_EQ(base.rules_version, "2026.11");
  EXPECT_EQ(base.date, "2026-11-23");
  EXPECT_EQ(base.profile, "sample");
  const BaselineHost& delta = base.hosts.at("delta.meet.test");
  EXPECT_EQ(delta.letter, 'D');
  EXPECT_EQ(delta.failed, (std::map<std::string, Severity>{{"e2ee-offered", Severity::kMedium},
                                                           {"own-policy-published", Severity::kHigh}}));
  EXPECT_EQ(delta.date, "2026-11-23");
  EXPECT_EQ(base.hosts.at("golf.meet.test").letter, std::nullopt);
  EXPECT_EQ(base.hosts.at("golf.meet.test").not_measured, std::set<std::string>{"own-policy-published"});
  EXPECT_EQ(base.hosts.at("papa.meet.test").status, HostStatus::kPrivateAddress);
}

TEST(Baseline, LeavesOutHostsThatOptedOut) {
  EXPECT_EQ(baseline_of(sample::report()).hosts.count("opted-out.meet.test"), 0U);
}

TEST(Baseline, IsTheSameBytesForTheSameReport) {
  EXPECT_EQ(dump_json(make_baseline(sample::report(), sample::rules())),
            dump_json(make_baseline(sample::report(), sample::rules())));
}

TEST(Compare, FindsNothingInTheSameReport) {
  const BaselineDiff diff = diff_after([](HostReport&) {});
  EXPECT_FALSE(diff.regressed());
  EXPECT_TRUE(diff.fixed.empty() && diff.better.empty() && diff.gone.empty() && diff.added.empty());
  EXPECT_TRUE(diff.hosts_not_measured.empty() && diff.rules_not_measured.empty());
  EXPECT_FALSE(diff.other_rules || diff.other_profile);
}

TEST(Compare, CallsANewFailingRuleARegression) {
  const BaselineDiff diff =
      diff_after([](HostReport& host) { finding_of(host, "own-policy-published").outcome = Outcome::kFail; });
  EXPECT_TRUE(diff.regressed());
  ASSERT_EQ(diff.new_failures.size(), 1U);
  EXPECT_EQ(diff.new_failures[0].host, "bravo.meet.test");
  EXPECT_EQ(diff.new_failures[0].rule, "own-policy-published");
  EXPECT_EQ(diff.new_failures[0].severity, Severity::kHigh);
  EXPECT_FALSE(diff.new_failures[0].was_not_measured);
}

TEST(Compare, CallsAWorseLetterARegressionAndABetterOneNot) {
  const BaselineDiff worse = diff_after([](HostReport& host) { host.grade.letter = 'C'; });
  EXPECT_TRUE(worse.regressed());
  ASSERT_EQ(worse.worse.size(), 1U);
  EXPECT_EQ(worse.worse[0].before, 'B');
  EXPECT_EQ(worse.worse[0].after, 'C');

  const BaselineDiff better = diff_after([](HostReport& host) {
    host.grade.letter = 'A';
    finding_of(host, "stun-own").outcome = Outcome::kPass;
  });
  EXPECT_FALSE(better.regressed());
  EXPECT_EQ(better.better.size(), 1U);
  ASSERT_EQ(better.fixed.size(), 1U);
  EXPECT_EQ(better.fixed[0].rule, "stun-own");
}

TEST(Compare, CountsWhatWasNotMeasuredAsNeitherWorseNorFixed) {
  const BaselineDiff rule = diff_after([](HostReport& host) {
    finding_of(host, "stun-own").outcome = Outcome::kNotMeasured;
    finding_of(host, "own-policy-published").outcome = Outcome::kNotMeasured;
  });
  EXPECT_FALSE(rule.regressed());
  EXPECT_TRUE(rule.fixed.empty());
  EXPECT_EQ(rule.rules_not_measured.size(), 2U);

  const BaselineDiff host = diff_after([](HostReport& now) {
    now.status = HostStatus::kTimedOut;
    now.status_reason = "no answer within 10 s";
    now.findings.clear();
    now.grade = {};
  });
  EXPECT_FALSE(host.regressed());
  EXPECT_TRUE(host.fixed.empty() && host.gone.empty());
  ASSERT_EQ(host.hosts_not_measured.size(), 1U);
  EXPECT_EQ(host.hosts_not_measured[0].reason, "did not answer in time: no answer within 10 s");

  const BaselineDiff grade = diff_after([](HostReport& now) {
    now.grade.letter.reset();
    now.grade.not_graded_reason = "config.js could not be read";
  });
  EXPECT_FALSE(grade.regressed());
  ASSERT_EQ(grade.hosts_not_measured.size(), 1U);
  EXPECT_EQ(grade.hosts_not_measured[0].reason, "not graded: config.js could not be read");
}

TEST(Compare, SaysWhenTheBaselineDidNotKnowEither) {
  Report report = sample::report();
  const Baseline base = baseline_of(report);
  for (HostReport& host : report.hosts) {
    if (host.target.id == "golf.meet.test") finding_of(host, "own-policy-published").outcome = Outcome::kFail;
  }
  const BaselineDiff diff = compare(base, report, sample::rules());
  ASSERT_EQ(diff.new_failures.size(), 1U);
  EXPECT_TRUE(diff.new_failures[0].was_not_measured);
}

TEST(Compare, NamesHostsThatCameAndWent) {
  Report report = sample::report();
  Baseline base = baseline_of(report);
  base.hosts["old.meet.test"] = {HostStatus::kMeasured, 'A', {}, {}, "2026.11", "2026-01-01"};
  report.hosts.push_back(sample::HostBuilder("https://new.meet.test/", HostStatus::kMeasured)
                             .finding("stun-own", Outcome::kFail, 5, {})
                             .graded('E', "bad", {1, 2}, "x")
                             .build());
  const BaselineDiff diff = compare(base, report, sample::rules());
  EXPECT_EQ(diff.gone, std::vector<std::string>{"old.meet.test"});
  EXPECT_EQ(diff.added, std::vector<std::string>{"new.meet.test"});
  EXPECT_FALSE(diff.regressed()) << "nothing was known about the new host";
}

TEST(Compare, TakesAFirstMeasurementAsANewHost) {
  Report report = sample::report();
  const Baseline base = baseline_of(report);
  for (HostReport& host : report.hosts) {
    if (host.target.id != "papa.meet.test") continue;
    host.status = HostStatus::kMeasured;
    host.findings = {{"stun-own", Outcome::kFail, "", {}, 1}};
  }
  const BaselineDiff diff = compare(base, report, sample::rules());
  EXPECT_EQ(diff.added, std::vector<std::string>{"papa.meet.test"});
  EXPECT_FALSE(diff.regressed());
}

TEST(Compare, TakesAHostThatOptedOutSinceAsGone) {
  const BaselineDiff diff = diff_after([](HostReport& host) { host.status = HostStatus::kExcluded; });
  EXPECT_EQ(diff.gone, std::vector<std::string>{"bravo.meet.test"});
  EXPECT_TRUE(diff.hosts_not_measured.empty());
  EXPECT_FALSE(diff.regressed());
}

TEST(Compare, MarksOtherRulesAndDoesNotBlameAHostForANewRule) {
  Report report = sample::report();
  const Baseline base = baseline_of(report);
  report.header.rules_version = "2027.01";
  report.hosts[0].findings.push_back({"brand-new-rule", Outcome::kFail, "", {}, 1});
  RuleSet rules = sample::rules();
  rules.rules.push_back(
      sample::rule("brand-new-rule", "Something new", "policy", Severity::kHigh, "policy.own", "new"));
  const BaselineDiff diff = compare(base, report, rules);
  EXPECT_TRUE(diff.other_rules);
  EXPECT_EQ(diff.base_rules, "2026.11");
  EXPECT_EQ(diff.head_rules, "2027.01");
  EXPECT_FALSE(diff.regressed());
  ASSERT_EQ(diff.failures_of_new_rules.size(), 1U);
  EXPECT_EQ(diff.failures_of_new_rules[0].severity, Severity::kHigh);

  report.header.profile_version = "4";
  EXPECT_TRUE(compare(base, report, rules).other_profile);
}

TEST(Compare, LeavesLettersOfAnotherRuleSetUncompared) {
  Report report = sample::report();
  const Baseline base = baseline_of(report);
  for (HostReport& host : report.hosts) {
    if (host.target.id == "bravo.meet.test") host.grade.letter = 'C';
  }
  ASSERT_TRUE(compare(base, report, sample::rules()).regressed());
  for (const bool by_version : {false, true}) {
    Report other = report;
    (by_version ? other.header.rules_version : other.header.rules_digest) = "another";
    const BaselineDiff diff = compare(base, other, sample::rules());
    EXPECT_TRUE(diff.other_rules);
    EXPECT_FALSE(diff.regressed());
    ASSERT_EQ(diff.worse.size(), 1U);
    EXPECT_EQ(diff.worse[0].after, 'C');
    EXPECT_FALSE(diff.worse[0].comparable);
  }
  report.header.profile_version = "another";
  EXPECT_FALSE(compare(base, report, sample::rules()).regressed());
}

TEST(Compare, BlamesAHostUnderOtherRulesForARuleThatStillAsksTheSame) {
  Report report = sample::report();
  const Baseline base = baseline_of(report);
  report.header.rules_version = "2027.01";
  for (HostReport& host : report.hosts) {
    if (host.target.id == "bravo.meet.test") finding_of(host, "own-policy-published").outcome = Outcome::kFail;
  }
  RuleSet rules = sample::rules();
  EXPECT_TRUE(compare(base, report, rules).regressed());
  for (Rule& rule : rules.rules) {
    Condition contrary;
    contrary.kind = Condition::Kind::kNot;
    contrary.children = {rule.pass_if};
    rule.pass_if = contrary;
  }
  const BaselineDiff diff = compare(base, report, rules);
  EXPECT_FALSE(diff.regressed());
  ASSERT_EQ(diff.failures_of_new_rules.size(), 1U);
  EXPECT_EQ(diff.failures_of_new_rules[0].rule, "own-policy-published");
}

TEST(Fingerprint, DependsOnWhatARuleAsksAlone) {
  const Rule rule = sample::rules().rules.front();
  Rule reworded = rule;
  reworded.title += "!";
  reworded.severity = Severity::kInfo;
  reworded.points += 1;
  EXPECT_EQ(fingerprint(reworded), fingerprint(rule));
  Rule narrowed = rule;
  narrowed.applies_if = rule.pass_if;
  EXPECT_NE(fingerprint(narrowed), fingerprint(rule));
  Rule other = rule;
  other.pass_if.op = other.pass_if.op == Operator::kIsNot ? Operator::kIs : Operator::kIsNot;
  other.pass_if.kind = Condition::Kind::kFact;
  EXPECT_NE(fingerprint(other), fingerprint(rule));
}

TEST(ReadBaseline, TakesRulesOfABaselineWithoutFingerprintsForTheSame) {
  Json json = make_baseline(sample::report(), sample::rules());
  json["rules"].erase("fingerprints");
  const auto base = baseline_from_json(json);
  ASSERT_TRUE(base.has_value());
  Report report = sample::report();
  for (HostReport& host : report.hosts) {
    if (host.target.id == "bravo.meet.test") finding_of(host, "own-policy-published").outcome = Outcome::kFail;
  }
  EXPECT_TRUE(compare(*base, report, sample::rules()).regressed());
  json["rules"]["fingerprints"] = "none";
  EXPECT_FALSE(baseline_from_json(json).has_value());
}

TEST(ReadBaseline, ReadsWhatWasWritten) {
  const fs::path path = fs::path(testing::TempDir()) / "meetlat-baseline.json";
  const Json json = make_baseline(sample::report(), sample::rules());
  ASSERT_TRUE(write_file_atomically(path, dump_json(json, 2)).has_value());
  const auto base = read_baseline(path);
  ASSERT_TRUE(base.has_value());
  EXPECT_EQ(base->hosts.size(), 15U);
  fs::remove(path);
}

TEST(ReadBaseline, NamesFileAndPlaceOfAFault) {
  const fs::path path = fs::path(testing::TempDir()) / "meetlat-broken-baseline.json";
  struct Case {
    const char* text;
    ErrorCode code;
    const char* word;
  };
  const Case cases[] = {
      {"{\"hosts\": [", ErrorCode::kParse, "meetlat-broken-baseline.json"},
      {"[]", ErrorCode::kSchema, "meetlat-baseline/1"},
      {R"({"schema":"meetlat-report/1"})", ErrorCode::kSchema, "meetlat-report/1"},
      {R"({"schema":"meetlat-baseline/1"})", ErrorCode::kSchema, "ids"},
      {R"({"schema":"meetlat-baseline/1","rules":{"ids":[1]}})", ErrorCode::kSchema, "rule ids"},
      {R"({"schema":"meetlat-baseline/1","rules":{"ids":[]},"hosts":[]})", ErrorCode::kSchema, "hosts"},
      {R"({"schema":"meetlat-baseline/1","rules":{"ids":[]},"hosts":{"a.test":7}})", ErrorCode::kSchema, "a.test"},
      {R"({"schema":"meetlat-baseline/1","rules":{"ids":[]},"hosts":{"a.test":{"status":"measured","letter":"Z"}}})",
       ErrorCode::kSchema, "A to F"},
      {R"({"schema":"meetlat-baseline/1","rules":{"ids":[]},"hosts":{"a.test":{"status":"measured",
           "failed":{"x":"awful"}}}})",
       ErrorCode::kSchema, "severity"},
  };
  for (const Case& c : cases) {
    ASSERT_TRUE(write_file_atomically(path, c.text).has_value());
    const auto base = read_baseline(path);
    ASSERT_FALSE(base.has_value()) << c.text;
    EXPECT_EQ(base.error().code, c.code) << c.text;
    EXPECT_NE(base.error().context.find(c.word), std::string::npos) << base.error().context;
    EXPECT_NE(base.error().context.find("meetlat-broken-baseline.json"), std::string::npos) << c.text;
  }
  fs::remove(path);
  const auto missing = read_baseline(path);
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
}

TEST(BaselineSchema, FitsWhatIsWritten) {
  const fs::path path = fs::path(testing::TempDir()) / "meetlat-baseline-schema.json";
  const fs::path script = fs::path(MEETLAT_TESTS_DIR) / "e2e" / "validate_json.py";
  const fs::path schema = fs::path(MEETLAT_TOP_DIR) / "data" / "schema" / "baseline.schema.json";
  const Json json = make_baseline(sample::report(), sample::rules());
  ASSERT_TRUE(write_file_atomically(path, dump_json(json)).has_value());
  const std::string command = "python3 '" + script.string() + "' '" + schema.string() + "' '" + path.string() + "'";
  const int status = std::system(command.c_str());
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "install python3-jsonschema";
    GTEST_SKIP() << "python3-jsonschema is not installed";
  }
  EXPECT_EQ(WEXITSTATUS(status), 0);
  fs::remove(path);
}

}  // namespace
}  // namespace meetlat
