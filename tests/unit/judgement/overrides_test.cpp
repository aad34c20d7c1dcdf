#include "judgement/overrides.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

#include "unit/judgement/fixture.h"

namespace meetlat::testing {
namespace {

using ::testing::HasSubstr;

Review review(const std::string& host, const std::string& item, Value value, const std::string& date = "2026-11-23") {
  Review out;
  out.id = "r1";
  out.host = host;
  out.item = item;
  out.value = std::move(value);
  out.reason = "It was overlooked";
  out.evidence = "https://example.test/privacy";
  out.by = "operator";
  out.date = date;
  return out;
}

ResolvedReviews resolved(std::vector<Review> reviews, std::string_view today = "2026-11-24") {
  return resolve(reviews, known_fact, bundled_rules(), today);
}

HostReport judged_with(const Host& host, const std::vector<Review>& reviews) {
  HostRecord record;
  const Target target = *parse_target("meet.example.test:8443");
  record.host = target.id;
  record.evidence = host.evidence();
  return judge(target, record, bundled_rules(), default_profile(), resolved(reviews).reviews);
}

Host without_policy() {
  return Host::exemplary().set("policy.own", false).text("policy.verdict", "not-found");
}

TEST(Overrides, CorrectAFactBeforeJudging) {
  EXPECT_EQ(finding(judged_with(without_policy(), {}), "privacy-policy-published").outcome, Outcome::kFail);
  const HostReport report = judged_with(without_policy(), {review("meet.example.test", "policy.own", true)});
  EXPECT_EQ(finding(report, "privacy-policy-published").outcome, Outcome::kPass);
  ASSERT_EQ(report.corrections.size(), 2U);  // and of the verdict, which says the same
  EXPECT_EQ(report.corrections[0].was, "no");
  EXPECT_EQ(report.corrections[0].now, "yes");
  EXPECT_EQ(words_for(report.corrections[0]),
            "corrected on 2026-11-23 at the operator's request: It was overlooked (https://example.test/privacy)");
  const Fact& fact = report.evidence.find("policy.own").front();
  EXPECT_THAT(fact.provenance.excerpt, HasSubstr("corrected on 2026-11-23 at the operator's request"));
  EXPECT_EQ(fact.provenance.where, "https://example.test/privacy");
}

TEST(Overrides, AreTheOperatorsRequestOnlyWhenTheOperatorAsked) {
  Review by_reviewer = review("meet.example.test", "policy.own", true);
  by_reviewer.by = "reviewer";
  EXPECT_EQ(words_for(judged_with(without_policy(), {by_reviewer}).corrections[0]),
            "corrected on 2026-11-23 by the reviewer: It was overlooked (https://example.test/privacy)");
}

TEST(Overrides, HaveValuesThatCanBe) {
  const FactSpec facts[] = {{"a.url", "string", ""},   {"a.privacy_url", "string", ""}, {"a.crl_urls", "strings", ""},
                            {"a.age_days", "int", ""}, {"a.days_left", "int", ""},      {"a.lix", "double", ""},
                            {"a.curl", "string", ""},  {"a.names", "strings", ""}};
  const FactLookup lookup = [&](std::string_view path) -> const FactSpec* {
    const auto at =
        std::find_if(std::begin(facts), std::end(facts), [&](const auto& each) { return each.path == path; });
    return at == std::end(facts) ? nullptr : at;
  };
  struct Case {
    const char* item;
    Value written;
    bool good;
  };
  using List = std::vector<std::string>;
  for (const Case& each :
       {Case{"a.url", std::string("https://a.test/p"), true}, Case{"a.url", std::string(), true},
        Case{"a.url", std::string("javascript:alert(1)"), false}, Case{"a.url", std::string("a.test/p"), false},
        Case{"a.privacy_url", std::string("data:text/html,x"), false},
        Case{"a.crl_urls", List{"https://a.test/", "ftp://a.test/"}, false},
        Case{"a.crl_urls", std::string("https://a.test/,http://b.test/"), true},
        Case{"a.age_days", std::int64_t{-1}, false}, Case{"a.age_days", std::string("-1"), false},
        Case{"a.age_days", std::int64_t{0}, true}, Case{"a.days_left", std::string("-5"), true},
        Case{"a.lix", -0.5, false}, Case{"a.lix", std::string("nan"), false}, Case{"a.lix", 41.5, true},
        Case{"a.curl", std::string("javascript:"), true}, Case{"a.names", std::string(), false},
        Case{"a.names", std::string(" , "), false}, Case{"a.names", List{}, true}}) {
    EXPECT_EQ(typed_value(each.written, each.item, lookup, bundled_rules()).has_value(), each.good)
        << each.item << " " << to_string(each.written);
  }
  const auto none = typed_value(Value{std::string("none")}, "a.names", lookup, bundled_rules());
  ASSERT_TRUE(none.has_value());
  EXPECT_EQ(std::get<Value>(*none), Value{List{}});
}

TEST(Overrides, BringWhatElseIsSaidOfThePolicyIntoLine) {
  const std::vector<std::pair<std::string, Value>> ways = {{"policy.own", true},
                                                           {"policy.verdict", std::string("own")},
                                                           {"policy.url", std::string("https://example.test/privacy")}};
  for (const auto& [item, value] : ways) {
    Host host = without_policy();
    host.text("policy.url", "").not_measured("policy.states.retention", ErrorCode::kNotAttempted);
    const HostReport report = judged_with(host, {review("meet.example.test", item, value)});
    EXPECT_EQ(report.evidence.text("policy.verdict"), "own") << item;
    EXPECT_TRUE(report.evidence.is_true("policy.own")) << item;
    EXPECT_EQ(finding(report, "policy-states-retention").outcome, Outcome::kNotMeasured) << item;
  }
  const HostReport gone = judged_with(Host::exemplary(), {review("meet.example.test", "policy.own", false)});
  EXPECT_EQ(gone.evidence.text("policy.verdict"), "not-found");
}

TEST(Overrides, LeaveWhatAnotherCorrectionSays) {
  const HostReport report =
      judged_with(without_policy(), {review("meet.example.test", "policy.own", true),
                                     review("meet.example.test", "policy.verdict", std::string("unsure"))});
  EXPECT_EQ(report.evidence.text("policy.verdict"), "unsure");
}

TEST(Overrides, CorrectARulesOutcomeBeforeGrading) {
  const HostReport plain = judged_with(without_policy(), {});
  const HostReport report =
      judged_with(without_policy(), {review("example.test", "privacy-policy-published", std::string("not-measured"))});
  const Finding& changed = finding(report, "privacy-policy-published");
  EXPECT_EQ(changed.outcome, Outcome::kNotMeasured);
  EXPECT_THAT(changed.reason, HasSubstr("at the operator's request"));
  EXPECT_GT(report.grade.range.high, plain.grade.range.high);
  ASSERT_EQ(report.corrections.size(), 1U);
  EXPECT_EQ(report.corrections[0].was, "fail");
}

TEST(Overrides, CoverEverySubjectOfAFact) {
  Host host = Host::exemplary();
  host.set("tls.certificate.trusted", false, Subject::address("192.0.2.1:443"));
  const HostReport report = judged_with(host, {review("meet.example.test", "tls.certificate.trusted", true)});
  for (const Fact& fact : report.evidence.find("tls.certificate.trusted")) EXPECT_EQ(*fact.value, Value{true});
}

TEST(Overrides, AreNoCorrectionWhenTheFactSaysSoAlready) {
  EXPECT_TRUE(judged_with(Host::exemplary(), {review("meet.example.test", "policy.own", true)}).corrections.empty());
}

TEST(Overrides, TouchNoOtherHost) {
  for (const char* other : {"meet.example.test:9443", "other.example.test", "test", "ample.test"}) {
    const HostReport report = judged_with(without_policy(), {review(other, "policy.own", true)});
    EXPECT_TRUE(report.corrections.empty()) << other;
  }
}

TEST(Overrides, OfTheClosestHostThenTheLatestCount) {
  const HostReport closest =
      judged_with(without_policy(), {review("meet.example.test", "policy.url", std::string("https://host.test/")),
                                     review("example.test", "policy.url", std::string("https://domain.test/"))});
  EXPECT_EQ(closest.evidence.text("policy.url"), "https://host.test/");
  const HostReport latest = judged_with(
      without_policy(), {review("example.test", "policy.url", std::string("https://new.test/"), "2026-11-20"),
                         review("example.test", "policy.url", std::string("https://old.test/"), "2026-11-19")});
  EXPECT_EQ(latest.evidence.text("policy.url"), "https://new.test/");
}

TEST(Overrides, DoNotCountAfterTheirLastDay) {
  Review last = review("example.test", "policy.own", true);
  last.until = "2026-11-24";
  EXPECT_EQ(resolved({last}, "2026-11-24").reviews.overrides.size(), 1U);
  const ResolvedReviews late = resolved({last}, "2026-11-25");
  EXPECT_TRUE(late.reviews.overrides.empty());
  ASSERT_EQ(late.warnings.size(), 1U);
  EXPECT_THAT(late.warnings[0], HasSubstr("expired on 2026-11-24"));
}

TEST(Overrides, WantAKnownItemAndAValueOfItsType) {
  const struct {
    const char* item;
    Value value;
    const char* says;
  } faults[] = {
      {"policy.won", true, "neither a fact nor a rule"},     {"policy.own", std::string("perhaps"), "true or false"},
      {"http.hsts.max_age", 1.5, "a whole number"},          {"policy.url", true, "a text"},
      {"jitsi.stun.third_party", std::int64_t{3}, "a list"}, {"policy.text", std::string("x"), "whole text"},
      {"privacy-policy-published", true, "pass, fail"}};
  for (const auto& fault : faults) {
    const ResolvedReviews out = resolved({review("example.test", fault.item, fault.value)});
    EXPECT_TRUE(out.reviews.overrides.empty()) << fault.item;
    ASSERT_EQ(out.warnings.size(), 1U) << fault.item;
    EXPECT_THAT(out.warnings[0], HasSubstr(fault.says));
  }
}

TEST(Overrides, ReadValuesOfACommandLine) {
  const auto typed = [](const char* item, const char* text) {
    return std::get<Value>(*typed_value(Value{std::string(text)}, item, known_fact, bundled_rules()));
  };
  EXPECT_EQ(typed("policy.own", "no"), Value{false});
  EXPECT_EQ(typed("http.hsts.max_age", "31536000"), Value{std::int64_t{31536000}});
  EXPECT_EQ(typed("jitsi.stun.third_party", "a.test, b.test"), (Value{std::vector<std::string>{"a.test", "b.test"}}));
  EXPECT_EQ(typed("jitsi.stun.third_party", "none"), Value{std::vector<std::string>{}});
  EXPECT_EQ(typed("policy.verdict", "true"), Value{std::string("true")});
}

}  // namespace
}  // namespace meetlat::testing
