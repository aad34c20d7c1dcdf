// The texts in six languages: one schema, nothing missing, and strangers' words kept as words.
#include "letters/wording.h"

#include <gtest/gtest.h>

#include "sample.h"

namespace meetlat {
namespace {

using letters::Phrase;
using letters::Sheet;
using letters::Words;

class InLanguage : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(All, InLanguage, testing::ValuesIn(kLetterLanguages),
                         [](const auto& each) { return std::string(each.param); });

TEST_P(InLanguage, HasTheTextsOfEnglishWithTheSameSlots) {
  const Wording& english = sample::data("en").wording;
  const Wording& wording = sample::data(GetParam()).wording;
  ASSERT_GT(english.texts().size(), 250U);
  for (const auto& [key, text] : english.texts()) {
    const std::string* other = wording.find(key);
    ASSERT_NE(other, nullptr) << key;
    EXPECT_EQ(Wording::slots_of(*other), Wording::slots_of(text)) << key;
    EXPECT_FALSE(other->empty()) << key;
  }
  for (const auto& [key, text] : wording.texts()) EXPECT_NE(english.find(key), nullptr) << "only here: " << key;
}

TEST_P(InLanguage, HasTextsThatFitOnALine) {
  for (const auto& [key, text] : sample::data(GetParam()).wording.texts()) {
    EXPECT_EQ(text.find('\n'), std::string::npos) << key;
    EXPECT_EQ(text.find("  "), std::string::npos) << key;
    EXPECT_NE(text.back(), ' ') << key;
  }
}

// Otherwise a line of plain text could begin with a colon.
TEST(French, KeepsItsPunctuationTogetherByNoBreakSpaces) {
  for (const auto& [key, text] : sample::data("fr").wording.texts()) {
    for (const char* mark : {" :", " ;", " ?", " !", " »", "« "}) {
      EXPECT_EQ(text.find(mark), std::string::npos) << key << " has '" << mark << "'";
    }
  }
}

TEST_P(InLanguage, IsTranslated) {
  if (GetParam() == "en") return;
  const Wording& english = sample::data("en").wording;
  for (const auto& [key, text] : sample::data(GetParam()).wording.texts()) {
    if (text.size() <= 40) continue;  // short texts may be equal: "{region}: {name}, {web}"
    EXPECT_NE(text, *english.find(key)) << key;
  }
}

TEST(Wording, RefusesBrokenFiles) {
  EXPECT_FALSE(Wording::parse("a: [1]", "en"));
  EXPECT_FALSE(Wording::parse("a: 1", "en"));
  EXPECT_FALSE(Wording::parse("a: b\na: c", "en"));
  EXPECT_FALSE(Wording::load("xx"));
  EXPECT_FALSE(Wording::load("../en"));
}

TEST(Dates, AreWrittenAsEachLanguageDoes) {
  const auto first = sample::day("2026-05-01");
  const auto check = [&](const char* language, const char* date, const char* with_weekday) {
    Words words(sample::data(language).wording, LetterForm::kText);
    EXPECT_EQ(words.date(first).text, date);
    EXPECT_EQ(words.weekday_date(first).text, with_weekday);
  };
  check("en", "1 May 2026", "Friday, 1 May 2026");
  check("nl", "1 mei 2026", "vrijdag 1 mei 2026");
  check("de", "1. Mai 2026", "Freitag, dem 1. Mai 2026");
  check("fr", "1er mai 2026", "vendredi 1er mai 2026");
  check("es", "1 de mayo de 2026", "viernes 1 de mayo de 2026");
  check("it", "1º maggio 2026", "venerdì 1º maggio 2026");
}

TEST(Lists, AreJoinedAsEachLanguageDoesAndEnd) {
  const auto list = [](const char* language, const std::vector<std::string>& values) {
    return Words(sample::data(language).wording, LetterForm::kText).list(values).text;
  };
  EXPECT_EQ(list("en", {"a", "b", "c"}), "a, b and c");
  EXPECT_EQ(list("de", {"a", "b", "c"}), "a, b und c");
  EXPECT_EQ(list("fr", {"a", "b"}), "a et b");
  EXPECT_EQ(list("nl", {"a"}), "a");
  const std::string many = list("it", std::vector<std::string>(1000, "x"));
  EXPECT_LT(many.size(), 60U);
  EXPECT_NE(many.find("…"), std::string::npos);
}

TEST(Words, KeepStrangersTextOnOneLineAndBounded) {
  const Words words(sample::data("en").wording, LetterForm::kText);
  EXPECT_EQ(words.value("a\nb\tc").text, "a b c");
  EXPECT_EQ(words.value("\x1b[31mred").text.find('\x1b'), std::string::npos);
  EXPECT_LE(words.value(std::string(1'000'000, 'x'), 100).text.size(), 100U);
  EXPECT_LE(words.url(std::string(1'000'000, 'x')).text.size(), 510U);
}

TEST(Words, LeaveNoMeaningInMarkdown) {
  const Words words(sample::data("en").wording, LetterForm::kMarkdown);
  EXPECT_EQ(words.value("<script>[x](y)*_`#").text, "\\<script\\>\\[x\\]\\(y\\)\\*\\_\\`\\#");
  EXPECT_EQ(words.url("https://a.test/b_c").text, "<https://a.test/b_c>");
  EXPECT_EQ(words.url("https://a.test/<b>").text.find("<b>"), std::string::npos);
}

TEST(Words, SlotsOfStrangersAreNotFilledAgain) {
  Words words(sample::data("en").wording, LetterForm::kText);
  EXPECT_EQ(words.say("known.room", {{"room", words.value("{room}{host}")}}).text, "Room: {room}{host}");
  EXPECT_TRUE(words.problem());
}

TEST(Words, TellWhatIsMissing) {
  Words no_text(sample::data("en").wording, LetterForm::kText);
  EXPECT_EQ(no_text.say("nothing.here").text, "");
  EXPECT_FALSE(no_text.problem());
  Words no_slot(sample::data("en").wording, LetterForm::kText);
  static_cast<void>(no_slot.say("known.room"));
  EXPECT_FALSE(no_slot.problem());
}

TEST(Sheet, WrapsTextButNeverAUrl) {
  Sheet sheet(LetterForm::kText);
  const std::string url = "https://" + std::string(100, 'x') + ".test/";
  sheet.bullets({Phrase{"one two " + url + " three"}});
  EXPECT_NE(sheet.text().find(url), std::string::npos);
  Sheet many(LetterForm::kText);
  std::string text;
  for (int i = 0; i < 60; ++i) text += "word ";
  many.paragraph({text});
  std::size_t longest = 0;
  for (std::size_t at = 0; at < many.text().size();) {
    const std::size_t end = many.text().find('\n', at);
    longest = std::max(longest, end - at);
    at = end + 1;
  }
  EXPECT_LE(longest, 76U);
  EXPECT_GT(longest, 60U);
}

}  // namespace
}  // namespace meetlat
