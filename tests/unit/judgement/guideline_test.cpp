// Guidelines of others: ladders of conditions, a score, and ranges where something was not measured.
#include "judgement/guideline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/judgement/fixture.h"

namespace meetlat::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kFile = R"(
id: strict
version: "1"
title: Somebody's guideline
levels: [good, fair, bad]
checks:
  - id: version
    title: Protocol
    steps:
      - {level: bad, when: {fact: tls.legacy_only, is: true}, text: nothing newer}
      - {level: fair, when: {fact: tls.version, is: TLSv1.2}}
      - {level: good}
  - id: key
    title: Key
    steps:
      - {level: fair, when: {fact: tls.certificate.key_bits, less_than: 3072}, text: short}
      - {level: good}
references:
  - {title: x, url: "https://example.test/"}
)";

constexpr const char* kScored = R"(
id: scored
version: "1"
title: With a score
levels: [A, B, F]
score:
  parts:
    - id: protocol
      weight: 30
      best: [{points: 100, when: {fact: tls.version, is: TLSv1.3}}, {points: 0}]
      worst: [{points: 0, when: {fact: tls.legacy_only, is: true}}, {points: 100}]
    - id: key
      weight: 70
      best: [{points: 90}]
      worst: [{points: 50, when: {fact: tls.certificate.key_bits, less_than: 2048}}, {points: 90}]
  bounds: [{level: A, least: 80}, {level: B, least: 40}, {level: F, least: 0}]
checks:
  - id: trust
    title: Trust
    steps: [{level: F, when: {fact: tls.certificate.trusted, is: false}}, {level: A}]
references:
  - {title: x, url: "https://example.test/"}
)";

Result<RuleSet> with(const std::string& name, const std::string& text) {
  const RuleFolder folder;
  write_good(folder);
  folder.write("guidelines/" + name + ".yml", text);
  return folder.load();
}

GuidelineResult measured(const char* name, const char* text, const Host& host) {
  const Result<RuleSet> rules = with(name, text);
  if (!rules) {
    ADD_FAILURE() << rules.error().context;
    return {};
  }
  return measure_by(rules->guidelines.at(0), host.evidence());
}

Host host(const std::string& version, bool legacy, std::int64_t bits) {
  Host out;
  out.text("tls.version", version).set("tls.legacy_only", legacy).set("tls.certificate.key_bits", bits);
  return out;
}

TEST(Guideline, TheWorstCheckIsTheLevel) {
  const GuidelineResult fine = measured("strict", kFile, host("TLSv1.3", false, 4096));
  EXPECT_EQ(fine.best, "good");
  EXPECT_TRUE(fine.measured());
  EXPECT_TRUE(fine.items.empty());
  const GuidelineResult bad = measured("strict", kFile, host("TLSv1.0", true, 2048));
  EXPECT_EQ(bad.worst, "bad");
  ASSERT_EQ(bad.items.size(), 2U);
  EXPECT_EQ(bad.items[0].text, "nothing newer");
  EXPECT_THAT(bad.items[0].facts, ElementsAre("tls.legacy_only"));
  EXPECT_EQ(bad.items[1].best, "fair");
}

TEST(Guideline, WhatWasNotMeasuredLeavesARange) {
  Host unknown = host("TLSv1.2", false, 4096);
  unknown.not_measured("tls.legacy_only", ErrorCode::kTimedOut, "x");
  const GuidelineResult range = measured("strict", kFile, unknown);
  EXPECT_EQ(range.best, "fair") << "the next step holds, so it cannot be better";
  EXPECT_EQ(range.worst, "bad");
  EXPECT_FALSE(range.measured());
  EXPECT_EQ(range.items[0].text, "") << "no step is certain";
  ASSERT_EQ(range.items[0].reasons.size(), 1U);
  // A certain bad check decides, whatever else is unknown.
  Host certain = host("TLSv1.0", true, 0);
  certain.not_measured("tls.certificate.key_bits", ErrorCode::kTimedOut);
  EXPECT_TRUE(measured("strict", kFile, certain).measured());
}

TEST(Guideline, AScoreIsHalfBestHalfWorstAndZeroSpoilsIt) {
  Host good = host("TLSv1.3", false, 4096);
  good.set("tls.certificate.trusted", true);
  const GuidelineResult best = measured("scored", kScored, good);
  EXPECT_EQ(best.best, "A");
  EXPECT_TRUE(best.items.empty());
  Host weak = host("TLSv1.3", false, 1024);
  weak.set("tls.certificate.trusted", true);
  const GuidelineResult score = measured("scored", kScored, weak);  // 30 + 0.7 * 70
  EXPECT_EQ(score.worst, "B");
  EXPECT_EQ(score.items.at(0).title, "score 79 of 100");
  Host zero = host("TLSv1.0", true, 4096);
  zero.set("tls.certificate.trusted", true);
  EXPECT_EQ(measured("scored", kScored, zero).worst, "F");
  Host unknown = host("TLSv1.3", false, 0);
  unknown.set("tls.certificate.trusted", true).not_measured("tls.certificate.key_bits", ErrorCode::kTimedOut);
  const GuidelineResult range = measured("scored", kScored, unknown);
  EXPECT_EQ(range.best, "A");
  EXPECT_EQ(range.worst, "B");
  EXPECT_EQ(range.items.at(0).title, "score 79 to 93 of 100");
}

struct Fault {
  const char* before;
  const char* after;
  const char* complaint;
};

TEST(Guideline, FaultsAreNamedWithTheirPlace) {
  for (const Fault& fault : {
           Fault{"level: fair, when: {fact: tls.version", "level: fare, when: {fact: tls.version",
                 "did you mean 'fair'"},
           Fault{"      - {level: good}\n  - id: key", "  - id: key", "the last step must hold always"},
           Fault{"tls.legacy_only", "tls.legcy_only", "did you mean 'tls.legacy_only'"},
           Fault{"id: key", "id: version", "check 'version' occurs twice"},
           Fault{"id: strict", "id: lax", "differs from the file name"},
       }) {
    std::string text = kFile;
    text.replace(text.find(fault.before), std::string_view(fault.before).size(), fault.after);
    const Result<RuleSet> rules = with("strict", text);
    ASSERT_FALSE(rules) << fault.after;
    EXPECT_THAT(rules.error().context, HasSubstr(fault.complaint));
  }
  std::string text = kScored;
  text.replace(text.find("weight: 70"), 10, "weight: 60");
  EXPECT_THAT(with("scored", text).error().context, HasSubstr("add up to 90"));
}

}  // namespace
}  // namespace meetlat::testing
