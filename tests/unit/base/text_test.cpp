#include "base/text.h"

#include <gtest/gtest.h>

namespace meetlat {
namespace {

TEST(Text, TrimKnowsTheSpacesOfRealLists) {
  EXPECT_EQ(trim("\xef\xbb\xbf \t meet.example\xe2\x80\xaf\xc2\xa0\r\n"), "meet.example");
  EXPECT_EQ(trim("   "), "");
}

TEST(Text, PrintableNeverDrivesATerminal) {
  EXPECT_EQ(printable("a\x1b[31mb"), "a\xef\xbf\xbd[31mb");
  EXPECT_EQ(printable("line\nnext\ttab"), "line next tab");
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "evil"),
            "\xef\xbf\xbd"
            "evil");  // RIGHT-TO-LEFT OVERRIDE
  EXPECT_EQ(printable("\xff\xfe"), "\xef\xbf\xbd\xef\xbf\xbd");
  EXPECT_EQ(printable("\xc2\x9b"
                      "x"),
            "\xef\xbf\xbd"
            "x");  // C1 CSI
  EXPECT_EQ(printable("grüße 会議"), "grüße 会議");
}

TEST(Text, WidthCountsColumnsNotBytes) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("grüße"), 5U);
  EXPECT_EQ(display_width("会議"), 4U);
  EXPECT_EQ(display_width("e\xcc\x81"), 1U);
}

TEST(Text, FitCutsAtCharactersAndMarksIt) {
  EXPECT_EQ(fit("abcdef", 4), "abc…");
  EXPECT_EQ(fit("abc", 3), "abc");
  EXPECT_EQ(fit("会議室", 4), "会…");
  EXPECT_EQ(fit("abc", 0), "");
}

TEST(Text, FoldMakesSpellingsEqual) {
  EXPECT_EQ(fold("Daten\xc2\xadschutz"), "datenschutz");
  EXPECT_EQ(fold("l\xe2\x80\x99utilisateur"), "l'utilisateur");
  EXPECT_EQ(fold("  ＰＲＩＶＡＣＹ \n\t policy "), "privacy policy");
  EXPECT_EQ(fold("STRASSE"), fold("Straße"));
}

TEST(Text, ExcerptIsBoundedAndWhole) {
  EXPECT_EQ(excerpt(std::string(300, 'x')).size(), 200U);
  EXPECT_EQ(excerpt("ääää", 3), "ä");
  EXPECT_EQ(excerpt("\xff\xff\xff", 4), "\xef\xbf\xbd");
}

}  // namespace
}  // namespace meetlat
