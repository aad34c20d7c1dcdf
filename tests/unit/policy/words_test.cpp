#include "policy/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meetlat::policy {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> all(const Words& words) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < words.size(); ++i) out.emplace_back(words[i]);
  return out;
}

TEST(Words, FoldsCaseAccentsAndLettersWithStrokes) {
  EXPECT_THAT(all(words_of("Délégué à LA Protection")), ElementsAre("delegue", "a", "la", "protection"));
  EXPECT_THAT(all(words_of("Żądanie usunięcia, łącznie")), ElementsAre("zadanie", "usuniecia", "lacznie"));
  EXPECT_THAT(all(words_of("Straße Œuvre")), ElementsAre("strasse", "oeuvre"));
}

TEST(Words, LeavesOutWhatHidesInsideWords) {
  EXPECT_THAT(all(words_of("Daten\u00ADschutz\u200Berklärung")), ElementsAre("datenschutzerklarung"));
  // Decomposed as some systems write it.
  EXPECT_THAT(all(words_of("Lo\u0308schung")), ElementsAre("loschung"));
}

TEST(Words, PunctuationAndHyphensSeparateAndTheAtSignIsAWord) {
  EXPECT_THAT(all(words_of("third-party (Art. 6(1)(f)); l’union")),
              ElementsAre("third", "party", "art", "6", "1", "f", "l", "union"));
  EXPECT_THAT(all(words_of("dpo@host.test")), ElementsAre("dpo", "@", "host", "test"));
}

TEST(Words, RemembersWhereAWordStood) {
  const std::string text = "Ja, \u00C9t\u00E9 ici";
  const Words words = words_of(text);
  ASSERT_EQ(words.size(), 3U);
  EXPECT_EQ(text.substr(words.words[1].begin, words.words[1].end - words.words[1].begin), "\u00C9t\u00E9");
}

TEST(Words, InvalidBytesSeparate) {
  EXPECT_THAT(all(words_of("a\xFF"
                           "b\xC3")),
              ElementsAre("a", "b"));
}

TEST(Words, StarsOfPatternsBelongToTheirWord) {
  EXPECT_THAT(pattern_words("l'union* *iamo Süd"), ElementsAre("l", "union*", "*iamo", "sud"));
}

}  // namespace
}  // namespace meetlat::policy
