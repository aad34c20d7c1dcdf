#include "history/text_diff.h"

#include <gtest/gtest.h>

#include <string>

namespace meetlat {
namespace {

// "-removed" and "+added" lines.
std::vector<std::string> marked(const TextDiff& diff) {
  std::vector<std::string> out;
  for (const LineChange& line : diff.lines) out.push_back((line.added ? "+" : "-") + line.line);
  return out;
}
using Lines = std::vector<std::string>;

TEST(TextDiff, NamesWhatWentBeforeWhatCameAtTheSamePlace) {
  const TextDiff diff =
      diff_texts("Title\nWe keep logs for 7 days.\nWe sell nothing to anybody.\nEnd\nLast line of all.",
                 "Title\nWe keep logs for 30 days.\nWe sell nothing to anybody.\nEnd");
  EXPECT_EQ(diff.verdict, TextVerdict::kChanged);
  EXPECT_EQ(marked(diff), (Lines{"-We keep logs for 7 days.", "+We keep logs for 30 days.", "-Last line of all."}));
  EXPECT_EQ(diff.kept, 3U);
  EXPECT_EQ(diff.added, 1U);
  EXPECT_EQ(diff.removed, 2U);
}

TEST(TextDiff, SeesNoChangeInWhiteSpaceCaseAndLineEnds) {
  const char* text = "We keep logs.\nNothing else is kept here.";
  for (const char* same :
       {"  we  keep\tlogs.\r\n\n\nNothing else is kept here.\n", "We keep logs. Nothing else\nis kept here.",
        "We keep lo\xc2\xadgs.\xc2\xa0\nNothing else is kept here."}) {
    const TextDiff diff = diff_texts(text, same);
    EXPECT_EQ(diff.verdict, TextVerdict::kSame) << same;
    EXPECT_TRUE(diff.lines.empty());
  }
}

TEST(TextDiff, CallsMovedLinesReordered) {
  const TextDiff diff = diff_texts("Home\nAbout\nWe keep no logs at all.\n", "We keep no logs at all.\nAbout\nHome\n");
  EXPECT_EQ(diff.verdict, TextVerdict::kReordered);
  EXPECT_TRUE(diff.lines.empty());
}

TEST(TextDiff, CountsEachCopyOfALine) {
  const TextDiff diff =
      diff_texts("One line of several words.\nOne line of several words.\n", "One line of several words.");
  EXPECT_EQ(marked(diff), (Lines{"-One line of several words."}));
}

TEST(TextDiff, TellsHeadingsAndDatesFromSentences) {
  EXPECT_EQ(diff_texts("Home\nWe keep no logs.\nLast updated: 3 May 2025",
                       "News\nWe keep no logs.\nLast updated: 4 June 2026")
                .verdict,
            TextVerdict::kEdited);
  EXPECT_TRUE(is_sentence("We keep nothing."));
  EXPECT_TRUE(is_sentence("data are kept for seven days"));
  EXPECT_FALSE(is_sentence("Last updated: 3 May 2026"));
  EXPECT_FALSE(is_sentence("1 2 3 4 5 6 7."));
  EXPECT_FALSE(is_sentence(""));
}

TEST(TextDiff, HoldsABoundedNumberOfLinesAndCountsAll) {
  std::string before;
  std::string after;
  for (int i = 0; i < 30000; ++i) {
    before += "The old sentence number " + std::to_string(i) + " stands here.\n";
    after += "The new sentence number " + std::to_string(i) + " stands here.\n";
  }
  const TextDiff diff = diff_texts(before, after);
  EXPECT_EQ(diff.lines.size(), kMostLines);
  EXPECT_EQ(diff.added, 30000U);
  EXPECT_EQ(diff.removed, 30000U);
}

}  // namespace
}  // namespace meetlat
