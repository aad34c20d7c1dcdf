#include "history/review.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"

namespace meetlat {
namespace {

namespace fs = std::filesystem;

Review override_of(const std::string& host) {
  Review review;
  review.host = host;
  review.item = "policy.own";
  review.value = Value{true};
  review.reason = "It is \"there\": see\nthe # page";
  review.date = "2026-11-23";
  return review;
}

class Reviews : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              (std::string("reviews_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    path_ = folder_ / "review.yml";
  }
  void TearDown() override { fs::remove_all(folder_); }
  void put(std::string_view text) const { ASSERT_TRUE(write_file_atomically(path_, text).has_value()); }
  std::string text() const { return read_file(path_).value_or(""); }

  fs::path folder_;
  fs::path path_;
};

TEST_F(Reviews, ReadBackWhatWasAdded) {
  Review list = override_of("meet.example.test");
  list.item = "jitsi.stun.third_party";
  list.value = Value{std::vector<std::string>{"a: b", "- c"}};
  list.evidence = "https://example.test/p?a=1";
  list.until = "2027-01-31";
  list.by = "maintainer";
  ASSERT_TRUE(add_review(path_, override_of("Meet.Example.test.")).has_value());
  ASSERT_TRUE(add_review(path_, list).has_value());
  const auto read = read_reviews(path_);
  ASSERT_TRUE(read.has_value()) << describe(read.error());
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->at(0).host, "meet.example.test");
  EXPECT_EQ(read->at(0).reason, "It is \"there\": see the # page");
  EXPECT_EQ(read->at(0).by, "reviewer");
  EXPECT_EQ(read->at(1).value, list.value);
  EXPECT_EQ(read->at(1).until, "2027-01-31");
  EXPECT_NE(read->at(0).id, read->at(1).id);
}

TEST_F(Reviews, LeaveNoLockBehind) {
  ASSERT_TRUE(add_review(path_, override_of("a.test")).has_value());
  EXPECT_FALSE(add_review(path_, override_of("a.test")).has_value());
  EXPECT_FALSE(fs::exists(path_.string() + ".lock"));
}

TEST_F(Reviews, OfManyAtOnceAreAllKeptAlthoughTheLockComesAndGoes) {
  constexpr int kThreads = 8;
  constexpr int kEach = 5;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([this, i] {
      for (int j = 0; j < kEach; ++j) {
        EXPECT_TRUE(add_review(path_, override_of("h" + std::to_string(i * kEach + j) + ".test")).has_value());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(read_reviews(path_)->size(), static_cast<std::size_t>(kThreads * kEach));
}

TEST(NewReview, IsTheReviewersUnlessItIsTheOperatorsWord) {
  EXPECT_EQ(usual_role(ReviewKind::kExcuse), "operator");
  EXPECT_EQ(usual_role(ReviewKind::kOptOut), "operator");
  for (const ReviewKind kind :
       {ReviewKind::kOverride, ReviewKind::kConfirm, ReviewKind::kEmbargo, ReviewKind::kWaiver}) {
    EXPECT_EQ(usual_role(kind), "reviewer") << to_string(kind);
  }
}

TEST(NewReview, IsNotDatedInTheFuture) {
  Review review = override_of("a.test");
  EXPECT_TRUE(check_new(review, "2026-11-23").has_value());
  EXPECT_EQ(check_new(review, "2026-11-22").error().code, ErrorCode::kInvalidArgument);
}

TEST(NewReview, OfAWaiverNamesSomethingAndEndsInTwoYears) {
  Review review = override_of("a.test");
  review.kind = ReviewKind::kWaiver;
  review.value.reset();
  review.item = "*";
  review.until = "2028-11-23";
  EXPECT_TRUE(check_new(review, "2026-11-23").has_value());
  review.until = "2028-11-24";
  EXPECT_FALSE(check_new(review, "2026-11-23").has_value());
  review.until = "2027-01-01";
  for (const char* host : {"*", "**", "*.*"}) {
    review.host = host;
    review.item = "*";
    EXPECT_FALSE(check_new(review, "2026-11-23").has_value()) << host;
    review.item = "policy-*";
    EXPECT_TRUE(check_new(review, "2026-11-23").has_value()) << host;
  }
}

TEST_F(Reviews, RefuseTheSameRecordTwice) {
  ASSERT_TRUE(add_review(path_, override_of("a.test")).has_value());
  EXPECT_EQ(add_review(path_, override_of("a.test")).error().code, ErrorCode::kInvalidArgument);
}

constexpr std::string_view kCommented = R"(# what we were told
schema: meetlat-review/1
records:
# the first one
- id: one
  kind: opt-out
  host: a.test   # all of it
  reason: asked
  date: 2026-01-01

# the second one
- id: two
  kind: override
  host: b.example.test
  item: policy.own
  value: true
  reason: seen
  date: "2026-01-01"
)";

TEST_F(Reviews, KeepCommentsAndLayoutWhenOneIsAddedOrRemoved) {
  put(kCommented);
  const auto added = add_review(path_, override_of("c.test"));
  ASSERT_TRUE(added.has_value()) << describe(added.error());
  EXPECT_FALSE(added->rewritten);
  EXPECT_TRUE(text().starts_with(kCommented));
  EXPECT_EQ(read_reviews(path_)->size(), 3U);
  const auto removed = remove_review(path_, "one");
  ASSERT_TRUE(removed.has_value()) << describe(removed.error());
  EXPECT_FALSE(removed->rewritten);
  EXPECT_EQ(removed->review.host, "a.test");
  for (const char* kept : {"# what we were told", "# the second one", "id: two"}) {
    EXPECT_NE(text().find(kept), std::string::npos) << kept;
  }
  EXPECT_EQ(text().find("id: one"), std::string::npos);
  ASSERT_TRUE(remove_review(path_, "two").has_value());
  ASSERT_TRUE(remove_review(path_, added->review.id).has_value());
  EXPECT_TRUE(read_reviews(path_)->empty());
  EXPECT_TRUE(add_review(path_, override_of("c.test")).has_value());
  EXPECT_EQ(remove_review(path_, "one").error().code, ErrorCode::kNotFound);
}

TEST_F(Reviews, AreWrittenAnewWhereTheLayoutAllowsNoChangeInPlace) {
  put(R"({"schema": "meetlat-review/1", "records": [{"id": "x", "kind": "opt-out", "host": "a.test", "reason": "r",
       "date": "2026-01-01"}]})");
  const auto added = add_review(path_, override_of("c.test"));
  ASSERT_TRUE(added.has_value()) << describe(added.error());
  EXPECT_TRUE(added->rewritten);
  const auto read = read_reviews(path_);
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->at(0).id, "x");
  put("schema: meetlat-review/1\nrecords: []\n");
  EXPECT_TRUE(add_review(path_, override_of("c.test")).has_value());
  EXPECT_EQ(read_reviews(path_)->size(), 1U);
}

TEST_F(Reviews, StayBehindALink) {
  put("schema: meetlat-review/1\nrecords:\n");
  const fs::path link = folder_ / "link.yml";
  fs::create_symlink(path_, link);
  ASSERT_TRUE(add_review(link, override_of("c.test")).has_value());
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(read_reviews(path_)->size(), 1U);
}

TEST_F(Reviews, LeaveABrokenFileAlone) {
  put("schema: meetlat-review/1\nrecords: [\n");
  EXPECT_FALSE(add_review(path_, override_of("c.test")).has_value());
  EXPECT_EQ(text(), "schema: meetlat-review/1\nrecords: [\n");
}

struct Fault {
  const char* name;
  const char* from;
  const char* to;
  const char* says;
};
void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.name;
}

class ReviewFault : public testing::TestWithParam<Fault> {};

TEST_P(ReviewFault, IsNamedWithItsPlace) {
  std::string text(kCommented);
  const std::size_t at = text.find(GetParam().from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string_view(GetParam().from).size(), GetParam().to);
  const auto read = parse_reviews(text, "f.yml");
  ASSERT_FALSE(read.has_value());
  EXPECT_NE(read.error().context.find(GetParam().says), std::string::npos) << read.error().context;
  EXPECT_TRUE(read.error().context.starts_with("f.yml:")) << read.error().context;
}

INSTANTIATE_TEST_SUITE_P(
    Review, ReviewFault,
    testing::Values(Fault{"Schema", "review/1", "review/2", "2:9: 'schema' shall be"},
                    Fault{"UnknownKey", "reason: asked", "raeson: asked", "unknown key 'raeson'"},
                    Fault{"Kind", "kind: opt-out", "kind: optout", "override, opt-out"},
                    Fault{"NoHost", "host: a.test", "host: localhost", "no host"},
                    Fault{"OptOutOfAPath", "host: a.test", "host: a.test/F", "as a whole"},
                    Fault{"OptOutWithItem", "reason: asked", "item: policy.own\n  reason: asked",
                          "an opt-out has no item"},
                    Fault{"OverrideWithoutValue", "  value: true\n", "", "wants a value"},
                    Fault{"ValueOfAMap", "value: true", "value: {a: b}", "'value' shall be"},
                    Fault{"Date", "date: 2026-01-01", "date: 2026-13-01", "no day 2026-13-01"},
                    Fault{"DateOfAnotherForm", "date: 2026-01-01", "date: 1.1.2026", "YYYY-MM-DD"},
                    Fault{"UntilBeforeDate", "  reason: seen", "  until: 2025-01-01\n  reason: seen", "before 'date'"},
                    Fault{"Name", "  reason: seen", "  by: J. Doe\n  reason: seen", "role"},
                    Fault{"NoReason", "  reason: seen\n", "", "'reason' is missing"},
                    Fault{"Evidence", "  reason: seen", "  evidence: ftp://x.test/\n  reason: seen", "http or https"},
                    Fault{"TwoOfOneId", "id: two", "id: one", "two records have the id"},
                    Fault{"TwoOfOneKey", "kind: opt-out", "kind: opt-out\n  kind: opt-out", "occurs twice"}),
    [](const auto& fault) { return std::string(fault.param.name); });

Review note_of(ReviewKind kind) {
  Review review = override_of("meet.example.test");
  review.kind = kind;
  review.item = "privacy-policy-published";
  review.value.reset();
  if (kind == ReviewKind::kConfirm) review.seen = std::string(64, 'a');
  if (kind == ReviewKind::kEmbargo || kind == ReviewKind::kWaiver) review.until = "2027-01-31";
  return review;
}

TEST_F(Reviews, ReadBackNotesOfEveryKind) {
  for (const ReviewKind kind : {ReviewKind::kConfirm, ReviewKind::kExcuse, ReviewKind::kEmbargo, ReviewKind::kWaiver}) {
    ASSERT_TRUE(add_review(path_, note_of(kind)).has_value()) << to_string(kind);
  }
  Review wide = note_of(ReviewKind::kWaiver);
  wide.host = "*.example.test";
  wide.item = "privacy-*";
  ASSERT_TRUE(add_review(path_, wide).has_value());
  const auto read = read_reviews(path_);
  ASSERT_TRUE(read.has_value()) << describe(read.error());
  ASSERT_EQ(read->size(), 5U);
  EXPECT_EQ(read->at(0).seen, std::string(64, 'a'));
  EXPECT_EQ(read->at(2).kind, ReviewKind::kEmbargo);
  EXPECT_EQ(read->at(4).host, "*.example.test");
  EXPECT_EQ(read->at(4).item, "privacy-*");
}

TEST_F(Reviews, WantOfEachKindWhatItNeedsAndNothingElse) {
  const auto refused = [](ReviewKind kind, const auto& change) {
    Review review = note_of(kind);
    change(review);
    return !checked(review).has_value();
  };
  for (const ReviewKind kind : {ReviewKind::kConfirm, ReviewKind::kExcuse, ReviewKind::kEmbargo, ReviewKind::kWaiver}) {
    EXPECT_FALSE(refused(kind, [](Review&) {})) << to_string(kind);
    EXPECT_TRUE(refused(kind, [](Review& review) { review.item.clear(); })) << to_string(kind);
    EXPECT_TRUE(refused(kind, [](Review& review) { review.value = Value{true}; })) << to_string(kind);
    const bool ends = kind == ReviewKind::kEmbargo || kind == ReviewKind::kWaiver;
    EXPECT_EQ(refused(kind, [](Review& review) { review.until.clear(); }), ends) << to_string(kind);
    EXPECT_EQ(refused(kind, [](Review& review) { review.item = "privacy-*"; }), !ends) << to_string(kind);
    EXPECT_EQ(refused(kind, [](Review& review) { review.host = "*.example.test"; }), kind != ReviewKind::kWaiver)
        << to_string(kind);
    const bool confirms = kind == ReviewKind::kConfirm;
    EXPECT_EQ(refused(kind, [](Review& review) { review.seen = "abc"; }), true) << to_string(kind);
    EXPECT_EQ(refused(kind, [](Review& review) { review.seen.clear(); }), confirms) << to_string(kind);
  }
}

}  // namespace
}  // namespace meetlat
