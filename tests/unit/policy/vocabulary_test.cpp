#include "policy/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meetlat::policy {
namespace {

using ::testing::HasSubstr;

Vocabulary vocabulary(std::string_view pattern, std::string_view lang = "en", std::string_view strength = "strong") {
  Result<Vocabulary> made = Vocabulary::parse("item\t" + std::string(strength) + "\t" + std::string(pattern), lang);
  EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().context);
  return made ? std::move(*made) : *Vocabulary::parse("item\tstrong\tx", "en");
}

bool holds(const Vocabulary& vocabulary, std::string_view sentence, std::string_view context = "") {
  const Words words = words_of(sentence);
  const Words around = words_of(context);
  Seen seen;
  Seen above;
  vocabulary.find(words, 0, words.size(), seen);
  vocabulary.find(around, 0, around.size(), above);
  std::vector<Match> matches;
  const Seen* const contexts[] = {&above};
  vocabulary.evaluate(seen, contexts, matches);
  return !matches.empty();
}

struct Case {
  const char* pattern;
  const char* sentence;
  bool expected;
};

TEST(Vocabulary, MatchesWordsStemsChoicesAndGaps) {
  const Case cases[] = {
      {"data controller", "The DATA-controller is us", true},
      {"data controller", "The data of the controller", false},
      {"erase*", "We erased it", true},
      {"erase*", "We deleted it", false},
      {"*schutz", "Der Datenschutz", true},
      {"dat*n", "die Daten", true},
      {"delete|erase|remove*", "It is removed", true},
      {"delete|erase|remove*", "It is deleted", false},
      {"keep * days", "we keep it for about seven days", true},
      {"keep * days", "we keep it for about one or two days", false},
      {"keep ** days", "we keep it for about one or two days", true},
      {"keep * days", "we keep days", true},
      {"art. 6(1)", "Art 6 1 lit f", true},
      {"l'union", "hors de l\u2019Union", true},
  };
  for (const Case& c : cases) EXPECT_EQ(holds(vocabulary(c.pattern), c.sentence), c.expected) << c.pattern;
}

TEST(Vocabulary, ConjunctionsHoldInAnyOrderAndMayForbid) {
  const Case cases[] = {
      {"right* & delet*", "You may have it deleted: that is your right", true},
      {"right* & delet*", "It is deleted", false},
      {"right* & !refus*", "You have the right to it", true},
      {"right* & !refus*", "We refuse that right", false},
  };
  for (const Case& c : cases) EXPECT_EQ(holds(vocabulary(c.pattern), c.sentence), c.expected) << c.pattern;
}

TEST(Vocabulary, ContextCountsOnlyWhereThePatternAllowsIt) {
  EXPECT_TRUE(holds(vocabulary("^right* & deletion"), "Deletion", "Your rights"));
  EXPECT_FALSE(holds(vocabulary("right* & deletion"), "Deletion", "Your rights"));
  EXPECT_TRUE(holds(vocabulary("^right* & deletion"), "The right to deletion"));
}

TEST(Vocabulary, GermanIsAlsoReadWithoutUmlauts) {
  EXPECT_TRUE(holds(vocabulary("löschung* für", "de"), "Loeschung fuer alle"));
  EXPECT_TRUE(holds(vocabulary("löschung* für", "de"), "Löschungen für alle"));
  EXPECT_TRUE(holds(vocabulary("gelöscht|löschung", "de"), "wird geloescht"));
}

TEST(Vocabulary, SaysWhichLineIsWrong) {
  struct Wrong {
    const char* tsv;
    const char* words;
  };
  const Wrong wrong[] = {
      {"a\tstrong\tx\nb\tsoft\ty\n", "line 2"},          {"a\tstrong\n", "line 1"},
      {"a\tstrong\t* x\n", "begin and end with a word"}, {"a\tstrong\t^x\n", "the sentence itself must hold"},
      {"a\tstrong\tx|two-words\n", "is not one word"},   {"a\tstrong\t!x & ^y\n", "the sentence itself must hold"},
  };
  for (const Wrong& each : wrong) {
    const Result<Vocabulary> made = Vocabulary::parse(each.tsv, "en");
    ASSERT_FALSE(made.has_value()) << each.tsv;
    EXPECT_THAT(made.error().context, HasSubstr(each.words));
  }
}

TEST(Vocabulary, EveryBundledLanguageLoads) {
  for (const std::string& lang : Vocabulary::languages()) {
    const Result<const Vocabulary*> made = Vocabulary::of(lang);
    EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().context);
  }
  EXPECT_TRUE(Vocabulary::of("any").has_value());
  EXPECT_EQ(Vocabulary::of("xx").error().code, ErrorCode::kNotFound);
}

TEST(Vocabulary, LongWordsAndRepeatsStayCheap) {
  // Many beginnings of a pattern with a gap, none of which ends.
  const Vocabulary gaps = vocabulary("a ** b ** c ** d");
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "a b c ";
  EXPECT_FALSE(holds(gaps, text));
  EXPECT_FALSE(holds(vocabulary("x*y*z*w"), std::string(1'000'000, 'x')));
}

}  // namespace
}  // namespace meetlat::policy
