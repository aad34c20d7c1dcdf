#include "report/layout.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/text.h"

namespace meetlat {
namespace {

using Lines = std::vector<std::string>;

TEST(Wrap, BreaksAtSpacesAndNeverIsTooWide) {
  EXPECT_EQ(wrap("one two three", 8), (Lines{"one two", "three"}));
  EXPECT_EQ(wrap("  spaces   shrink ", 20), (Lines{"spaces shrink"}));
  EXPECT_EQ(wrap("", 10), (Lines{""}));
}

TEST(Wrap, BreaksLongNamesBehindASeparatorWhereItCan) {
  EXPECT_EQ(wrap("meeting-room.example.test", 16), (Lines{"meeting-room.", "example.test"}));
  EXPECT_EQ(wrap("abcdefghijkl", 5), (Lines{"abcde", "fghij", "kl"}));
  EXPECT_EQ(wrap("a bcdefghij", 5), (Lines{"a", "bcdef", "ghij"}));
}

TEST(Wrap, CountsColumnsNotBytes) {
  EXPECT_EQ(wrap("東京ビデオ", 4), (Lines{"東京", "ビデ", "オ"}));
  EXPECT_EQ(wrap("e\u0301e\u0301e\u0301", 2), (Lines{"e\u0301e\u0301", "e\u0301"}));
}

TEST(Wrap, LosesNothing) {
  const std::string text = "x.y-z/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.b 会議会議会議会議 end";
  for (std::size_t columns = 2; columns < 40; ++columns) {
    std::string joined;
    for (const std::string& line : wrap(text, columns)) {
      EXPECT_LE(display_width(line), columns);
      joined += line;
    }
    std::string letters;
    for (const char c : text) {
      if (c != ' ') letters += c;
    }
    std::erase(joined, ' ');
    EXPECT_EQ(joined, letters) << columns;
  }
}

TEST(Clean, MasksBeforeItCutsAndMarksTheCut) {
  EXPECT_EQ(clean("plain"), "plain");
  EXPECT_EQ(clean("1234567890", 4), "1234…");
  EXPECT_EQ(clean("mail me: somebody@example.test", 14).find("some"), std::string::npos);
  EXPECT_EQ(clean("a\x1b[2Jb\nc"), "a\xef\xbf\xbd[2Jb c");
}

TEST(Page, WritesHangingParagraphsWithoutTrailingBlanks) {
  Page page(30);
  page.paragraph("- ", "seven words that do not fit here");
  page.line("x   ");
  page.blank();
  page.blank();
  page.verbatim("| ", "a {\n  b\n}\n");
  EXPECT_EQ(page.text(), "- seven words that do not fit\n  here\nx\n\n| a {\n|   b\n| }\n");
}

TEST(Page, KeepsParagraphsApart) {
  Page page(80);
  page.paragraphs("Why: ", "one\ntwo\n\nthree\n");
  EXPECT_EQ(page.text(), "Why: one two\n     three\n");
}

TEST(LetterMark, IsColouredOnlyWhenAsked) {
  EXPECT_EQ(letter_mark('A', false), "A");
  for (const char letter : {'A', 'B', 'C', 'D', 'E', 'F'}) {
    const std::string mark = letter_mark(letter, true);
    EXPECT_TRUE(mark.starts_with("\x1b["));
    EXPECT_TRUE(mark.ends_with("\x1b[0m"));
    EXPECT_NE(mark.find(std::string("m") + letter), std::string::npos);
  }
}

TEST(Deliver, SaysWhenTheStreamFails) {
  std::ostringstream broken;
  broken.setstate(std::ios::badbit);
  const auto result = deliver("text", broken);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kIo);
}

TEST(Deliver, SaysWhenTheDeviceIsFull) {
  std::ofstream full("/dev/full");
  if (!full) GTEST_SKIP() << "no /dev/full here";
  const auto result = deliver(std::string(100'000, 'x'), full);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kDiskFull);
}

}  // namespace
}  // namespace meetlat
