#include "policy/sentences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace meetlat::policy {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> cut(std::string_view text) {
  std::vector<std::string> out;
  for (const Span& span : sentences_of(text)) out.emplace_back(text.substr(span.begin, span.end - span.begin));
  return out;
}

TEST(Sentences, EndAtPointsQuestionsAndShouts) {
  EXPECT_THAT(cut("We log. Do we keep it? No! Never"), ElementsAre("We log.", "Do we keep it?", "No!", "Never"));
  EXPECT_THAT(cut("  "), ElementsAre());
}

TEST(Sentences, ReferencesToLawsStayWhole) {
  const char* const whole[] = {
      "Rechtsgrundlage ist Art. 6 Abs. 1 lit. f DSGVO",
      "na podstawie art. 6 ust. 1 lit. b RODO",
      "conform art. 6 lid 1 sub f AVG, d.w.z. bijv. Logbestanden",
      "vgl. § 5 Abs. 1 Nr. 2 TMG",
      "podle čl. 6 odst. 1 písm. f) Nařízení",
      "Stand: 1. Mai 2021",
      "Dr. A. Beispiel, Tel. 030",
  };
  for (const char* text : whole) EXPECT_THAT(cut(text), ElementsAre(text)) << text;
}

TEST(Sentences, ABracketBeforeThePointEndsThem) {
  EXPECT_THAT(cut("It is our interest (art. 6(1)(f) GDPR). We sell nothing."),
              ElementsAre("It is our interest (art. 6(1)(f) GDPR).", "We sell nothing."));
}

TEST(Sentences, YearsAtTheEndDoEndThem) {
  EXPECT_THAT(cut("Seit 2018. Danach nicht."), ElementsAre("Seit 2018.", "Danach nicht."));
}

}  // namespace
}  // namespace meetlat::policy
