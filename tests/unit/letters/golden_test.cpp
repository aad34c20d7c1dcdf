// Every letter in every language against the files in tests/golden/letters. MEETLAT_UPDATE_GOLDEN=1 writes them anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "base/file.h"
#include "sample.h"

namespace meetlat {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(MEETLAT_TESTS_DIR) / "golden" / "letters";

LetterChoice late(LetterType type, LetterStage stage) {
  LetterChoice choice = sample::choice(type, stage);
  choice.sent = sample::day("2026-10-01");
  choice.received = sample::day("2026-10-02");
  choice.country = "NL";
  return choice;
}

Result<std::string> letter_named(const std::string& kind, std::string_view language) {
  const LetterData& data = sample::data(language);
  const LetterFacts nothing = read_letter_facts(sample::target(), Evidence{});
  if (kind == "draft.md") return write_policy_draft(sample::day("2026-12-01"), sample::facts(), data);
  if (kind == "draft-blank.md") return write_policy_draft(sample::day("2026-12-01"), nothing, data);
  if (kind == "findings.txt") {
    const HostReport report = sample::report();
    const RuleSet rules = sample::rules();
    return write_findings_notice(sample::choice(LetterType::kFindings), sample::facts(), {report, rules, "1.0"}, data);
  }
  const LetterType type = letter_type_from(kind.substr(0, kind.find_first_of(".-"))).value();
  if (kind.find("-reminder") != std::string::npos) {
    return write_letter(late(type, LetterStage::kReminder), sample::facts(), data);
  }
  if (kind.find("-complaint") != std::string::npos) {
    return write_letter(late(type, LetterStage::kComplaint), sample::facts(), data);
  }
  LetterChoice choice = sample::choice(type);
  if (kind.ends_with(".md")) {
    choice.form = LetterForm::kMarkdown;
    choice.country = "DE";
    choice.sender = {"A. Guest", "guest@example.invalid", "Kitchen", "Ann", "2026-11-20 14:00", "15:00", "CET",
                     "192.0.2.7"};
  }
  return write_letter(choice, kind.find("-blank") == std::string::npos ? sample::facts() : nothing, data);
}

const char* const kKinds[] = {"access.txt",
                              "access.md",
                              "access-blank.txt",
                              "erasure.txt",
                              "objection.txt",
                              "portability.txt",
                              "access-reminder.txt",
                              "erasure-reminder.txt",
                              "objection-reminder.txt",
                              "portability-reminder.txt",
                              "access-complaint.txt",
                              "erasure-complaint.txt",
                              "objection-complaint.txt",
                              "portability-complaint.txt",
                              "findings.txt",
                              "draft.md",
                              "draft-blank.md"};

class GoldenLetter : public testing::TestWithParam<std::tuple<std::string_view, const char*>> {};

TEST_P(GoldenLetter, Matches) {
  const auto& [language, kind] = GetParam();
  const auto text = letter_named(kind, language);
  ASSERT_TRUE(text) << describe(text.error());
  const fs::path path = kGolden / language / kind;
  if (std::getenv("MEETLAT_UPDATE_GOLDEN") != nullptr) {
    ASSERT_TRUE(write_file_atomically(path, *text).has_value());
    return;
  }
  const auto expected = read_file(path);
  ASSERT_TRUE(expected.has_value()) << path;
  EXPECT_EQ(*text, *expected) << "if this change is wanted, run with MEETLAT_UPDATE_GOLDEN=1 and read the difference";
}

INSTANTIATE_TEST_SUITE_P(Letters, GoldenLetter,
                         testing::Combine(testing::ValuesIn(kLetterLanguages), testing::ValuesIn(kKinds)),
                         [](const auto& each) {
                           std::string name(std::get<0>(each.param));
                           name += "_";
                           name += std::get<1>(each.param);
                           for (char& c : name) {
                             if (c == '-' || c == '.') c = '_';
                           }
                           return name;
                         });

TEST(GoldenLetters, HoldNoLeftOver) {
  const std::set<std::string> kinds(std::begin(kKinds), std::end(kKinds));
  const std::set<std::string_view> languages(kLetterLanguages.begin(), kLetterLanguages.end());
  for (const auto& folder : fs::directory_iterator(kGolden)) {
    EXPECT_EQ(languages.count(folder.path().filename().string()), 1U) << folder.path();
    for (const auto& file : fs::directory_iterator(folder)) {
      EXPECT_EQ(kinds.count(file.path().filename().string()), 1U) << file.path();
    }
  }
}

TEST(GoldenLetters, LeaveNoSlotUnfilled) {
  for (const std::string_view language : kLetterLanguages) {
    for (const char* kind : kKinds) {
      const auto text = letter_named(kind, language);
      ASSERT_TRUE(text);
      EXPECT_EQ(text->find('{'), std::string::npos) << language << ' ' << kind;
    }
  }
}

}  // namespace
}  // namespace meetlat
