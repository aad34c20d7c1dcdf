#include "judgement/notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>

#include "judgement/overrides.h"
#include "unit/judgement/fixture.h"

namespace meetlat::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kHost = "meet.example.test:8443";
constexpr const char* kPolicy = "privacy-policy-published";

Review note(ReviewKind kind, const std::string& item, const std::string& until = "") {
  Review out;
  out.id = "n1";
  out.kind = kind;
  out.host = "meet.example.test";
  out.item = item;
  out.reason = "It is being written";
  out.by = "operator";
  out.date = "2026-11-01";
  out.until = until;
  return out;
}

Host without_policy() {
  return Host::exemplary().set("policy.own", false).text("policy.verdict", "not-found");
}

HostReport judged_with(const Host& host, const std::vector<Review>& reviews, std::string_view today = "2026-11-24") {
  HostRecord record;
  const Target target = *parse_target(kHost);
  record.host = target.id;
  record.evidence = host.evidence();
  return judge(target, record, bundled_rules(), default_profile(),
               resolve(reviews, known_fact, bundled_rules(), today).reviews);
}

Report report_of(HostReport host) {
  Report report;
  report.hosts.push_back(std::move(host));
  return report;
}

Review confirmation(const Host& host, const std::string& rule) {
  Review out = note(ReviewKind::kConfirm, rule);
  const HostReport seen = judged_with(host, {});
  out.seen = evidence_digest(finding(seen, rule), seen.evidence);
  return out;
}

TEST(Notes, ChangeNeitherOutcomeNorLetter) {
  const HostReport bare = judged_with(without_policy(), {});
  const HostReport report = judged_with(
      without_policy(), {note(ReviewKind::kWaiver, kPolicy, "2027-01-01"), note(ReviewKind::kExcuse, kPolicy)});
  EXPECT_EQ(finding(report, kPolicy).outcome, Outcome::kFail);
  EXPECT_EQ(report.grade.letter, bare.grade.letter);
  ASSERT_EQ(report.notes.size(), 2U);
  EXPECT_EQ(words_for(report.notes[0]), "the operator says (2026-11-01): It is being written");
  EXPECT_EQ(words_for(report.notes[1]), "waived until 2027-01-01 (operator): It is being written");
}

TEST(Notes, WaiversAndExcusesAreAboutFailuresOnly) {
  const std::vector<Review> reviews = {note(ReviewKind::kWaiver, kPolicy, "2027-01-01"),
                                       note(ReviewKind::kExcuse, kPolicy)};
  EXPECT_THAT(judged_with(Host::exemplary(), reviews).notes, IsEmpty());
}

TEST(Notes, LetGatesSeeWhatIsWaivedAsPassed) {
  const Report seen =
      report_of(judged_with(without_policy(), {note(ReviewKind::kWaiver, "privacy-policy-*", "2027-01-01")}));
  const Report gated = with_waivers(seen, bundled_rules(), default_profile());
  EXPECT_EQ(finding(gated.hosts.front(), kPolicy).outcome, Outcome::kPass);
  EXPECT_GT(gated.hosts.front().grade.range.low, seen.hosts.front().grade.range.low);
  EXPECT_LT(*gated.hosts.front().grade.letter, *seen.hosts.front().grade.letter);
}

TEST(Notes, ExpiredWaiverIsSaidAndCoversNothing) {
  const HostReport report =
      judged_with(without_policy(), {note(ReviewKind::kWaiver, kPolicy, "2026-11-23")}, "2026-11-24");
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_EQ(report.notes.front().state, FindingNote::State::kOver);
  EXPECT_FALSE(is_waived(report, kPolicy));
  EXPECT_TRUE(is_waived(judged_with(without_policy(), {note(ReviewKind::kWaiver, kPolicy, "2026-11-24")}), kPolicy))
      << "the last day counts";
}

TEST(Notes, RenewedWaiverCountsBeforeTheExpiredOne) {
  Review close = note(ReviewKind::kWaiver, kPolicy, "2026-11-01");
  Review wide = note(ReviewKind::kWaiver, "*", "2027-11-01");
  wide.host = "*.test";
  EXPECT_TRUE(is_waived(judged_with(without_policy(), {close, wide}), kPolicy));
  EXPECT_TRUE(is_waived(judged_with(without_policy(), {wide, close}), kPolicy));
}

TEST(Notes, PatternsNameHostsAndRulesByAnyPart) {
  Review review = note(ReviewKind::kWaiver, "privacy-policy-*", "2027-01-01");
  for (const auto& [host, meant] : std::map<std::string, bool>{{"*", true},
                                                               {"*.example.test", true},
                                                               {"meet.*", true},
                                                               {"example.test", true},
                                                               {"*.example.org", false},
                                                               {"other.example.test", false},
                                                               {kHost, true}}) {
    review.host = host;
    EXPECT_EQ(is_waived(judged_with(without_policy(), {review}), kPolicy), meant) << host;
  }
}

TEST(Notes, ConfirmACapWhenEveryFindingItNeedsIs) {
  const Host host = without_policy();
  const auto cap = [](const HostReport& report, std::string_view id) {
    for (const AppliedCap& each : report.grade.caps) {
      if (each.id == id) return each.confirmation;
    }
    return std::string("does not hold");
  };
  EXPECT_EQ(cap(judged_with(host, {}), "no-own-policy"), "machine");
  EXPECT_EQ(cap(judged_with(host, {confirmation(host, kPolicy)}), "no-own-policy"),
            "confirmed by a person (2026-11-01)");
  EXPECT_EQ(cap(judged_with(host, {confirmation(host, "certificate-trusted")}), "no-own-policy"), "machine");

  Host both = without_policy();
  both.set("jitsi.analytics", std::vector<std::string>{"analytics.test"});
  const HostReport seen = judged_with(both, {confirmation(both, kPolicy)});
  EXPECT_NE(cap(seen, "no-own-policy-and-third-parties"), "confirmed by a person (2026-11-01)")
      << "the other half of it is confirmed by nobody";
}

TEST(Notes, ConfirmationGoesStaleWhenSomethingElseIsSeen) {
  const Review confirmed = confirmation(without_policy(), kPolicy);
  Host other = without_policy();
  other.set("policy.own", true);
  const HostReport report = judged_with(other, {confirmed});
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_EQ(report.notes.front().state, FindingNote::State::kStale);
  EXPECT_THAT(words_for(report.notes.front()), HasSubstr("something else is seen now"));
}

TEST(Notes, DigestIsOfWhatWasSeenAndNotOfWhen) {
  Evidence first = without_policy().evidence();
  Evidence later;
  for (Fact fact : first.all()) {
    fact.provenance.at += std::chrono::hours(24);
    fact.provenance.excerpt = "elsewhere";
    later.insert(std::move(fact));
  }
  EXPECT_EQ(evidence_digest(first), evidence_digest(later));
  EXPECT_NE(evidence_digest(first), evidence_digest(Host::exemplary().evidence()));
  EXPECT_EQ(evidence_digest(Evidence{}), "");
}

TEST(Notes, IdleWaiversAreOnlyThoseThatNothingCanNeed) {
  const auto idle = [](const Host& host, const Review& review, bool patterns) {
    const std::vector<Review> reviews{review};
    const Notes notes = resolve(reviews, known_fact, bundled_rules(), "2026-11-24").reviews.notes;
    return idle_waivers(notes, report_of(judged_with(host, reviews)), patterns);
  };
  const Review review = note(ReviewKind::kWaiver, kPolicy, "2027-01-01");
  EXPECT_THAT(idle(Host::exemplary(), review, false), ElementsAre(HasSubstr("is unused")));
  EXPECT_THAT(idle(without_policy(), review, false), IsEmpty());
  Host unknown = Host::exemplary();
  unknown.not_measured("policy.own", ErrorCode::kTimedOut);
  EXPECT_THAT(idle(unknown, review, false), IsEmpty()) << "what was not measured may need it";
  Review elsewhere = review;
  elsewhere.host = "other.example.test";
  EXPECT_THAT(idle(Host::exemplary(), elsewhere, true), IsEmpty()) << "not in this Run";
  Review wide = review;
  wide.host = "*.test";
  EXPECT_THAT(idle(Host::exemplary(), wide, false), IsEmpty());
  EXPECT_THAT(idle(Host::exemplary(), wide, true), ElementsAre(HasSubstr("is unused")));
  const Review over = note(ReviewKind::kWaiver, kPolicy, "2026-11-01");
  EXPECT_THAT(idle(Host::exemplary(), over, false), ElementsAre(HasSubstr("not needed any more")));
}

TEST(Notes, EmbargoesThatAreOverStayKnown) {
  const HostReport report = judged_with(without_policy(), {note(ReviewKind::kEmbargo, kPolicy, "2026-11-01")});
  ASSERT_EQ(report.notes.size(), 1U);
  EXPECT_EQ(report.notes.front().state, FindingNote::State::kOver);
}

TEST(Notes, WantARuleOfThisRuleSet) {
  const std::vector<Review> reviews = {note(ReviewKind::kExcuse, "policy.own"),
                                       note(ReviewKind::kWaiver, "no-such-*", "2027-01-01")};
  const ResolvedReviews out = resolve(reviews, known_fact, bundled_rules(), "2026-11-24");
  EXPECT_THAT(out.reviews.notes, IsEmpty());
  EXPECT_EQ(out.warnings.size(), 2U);
}

}  // namespace
}  // namespace meetlat::testing
