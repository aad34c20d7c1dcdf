#include "policy/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy/reading.h"

namespace meetlat::policy {
namespace {

std::vector<std::string> texts(std::string_view bytes, const Wrapping& wrapping) {
  std::vector<std::string> result;
  const Result<Document> document = open_document(bytes, wrapping);
  EXPECT_TRUE(document.has_value());
  if (!document) return result;
  for (const Block& block : document->blocks) result.push_back(block.text);
  return result;
}

TEST(PolicyDocument, TextThatIsCalledHtmlIsReadAsText) {
  EXPECT_THAT(texts("Privacy\n\nWe log nothing, 1 < 2.\n", {"text/html", ""}),
              testing::ElementsAre("Privacy", "We log nothing, 1 < 2."));
}

TEST(PolicyDocument, APageNeedNotBeginWithATag) {
  EXPECT_THAT(texts("Privacy<br>We log <b>nothing</b>.<!-- or do we? -->", {"text/html", ""}),
              testing::ElementsAre("Privacy", "We log nothing."));
}

TEST(PolicyDocument, WhatNobodySeesTakesNoWordsApart) {
  EXPECT_THAT(texts("<p>pri\u00ADva\u200Bcy \u202Epolicy\u202C</p>", {"text/html", ""}),
              testing::ElementsAre("privacy policy"));
  EXPECT_THAT(texts("pri\u2060va\uFEFFcy policy", {"text/plain", ""}), testing::ElementsAre("privacy policy"));
}

TEST(PolicyDocument, BytesThatAreNoTextAreNotCalledEmpty) {
  std::string noise;
  for (unsigned i = 0; i < 3000; ++i) noise += static_cast<char>(i * i * 7 + i / 3);
  for (const std::string& content : {std::string(500, '\0'), noise}) {
    const Result<Document> document = open_document(content, {"text/plain; charset=utf-8", ""});
    ASSERT_FALSE(document.has_value());
    EXPECT_EQ(document.error().code, ErrorCode::kNotUnderstood);
  }
  // An accent that got lost here and there is no reason to give up.
  EXPECT_TRUE(open_document("Wir l\xF6schen die Protokolle.", {"text/plain; charset=utf-8", ""}).has_value());
}

TEST(PolicyDocument, WhatIsNestedTooDeeplyIsRefusedAndNeverEmpty) {
  const std::string deep(100'000, '[');
  const Result<Document> json = open_document(deep, {"application/json", ""});
  ASSERT_FALSE(json.has_value());
  EXPECT_EQ(json.error().code, ErrorCode::kTooLarge);
  const Document stand_in = refused(json.error(), {"application/json", ""});
  EXPECT_EQ(stand_in.form, Form::kJson);
  const Result<Reading> reading = read_policy(stand_in);
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->kind, Kind::kNotReadable);
  EXPECT_EQ(reading->is_policy, Answer::kUnsure);
  for (const ItemReading& item : reading->items) EXPECT_EQ(item.state, State::kNotMeasured) << item.item;
}

TEST(PolicyDocument, APageThatAScriptFillsLacksNothing) {
  const Result<Document> document =
      open_document("<html><body><script src=a.js></script></body></html>", {"text/html", ""});
  ASSERT_TRUE(document.has_value());
  const Result<Reading> reading = read_policy(*document);
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->kind, Kind::kNotReadable);
  for (const ItemReading& item : reading->items) EXPECT_EQ(item.state, State::kNotMeasured) << item.item;
}

TEST(PolicyDocument, WhatWasNotReadOfALongTextIsNotMissing) {
  std::string text;
  for (int i = 0; i < 45'000; ++i)
    text += "Nothing of note was said on day " + std::to_string(i) + " of the voyage.\n\n";
  const Result<Document> document = open_document(text, {"text/plain", ""});
  ASSERT_TRUE(document.has_value());
  const Result<Reading> reading = read_policy(*document);
  ASSERT_TRUE(reading.has_value());
  EXPECT_LE(reading->text.size(), 2'100'000U);
  EXPECT_EQ(reading->is_policy, Answer::kUnsure);
  EXPECT_EQ(reading->item("complaint")->state, State::kNotMeasured);
  EXPECT_THAT(reading->item("complaint")->reason, testing::HasSubstr("2 MB"));
}

TEST(PolicyDocument, SnippetsStayShortWhereAddressesAreMasked) {
  std::string text = "Privacy policy\n\nThe data controller is reached at ";
  for (int i = 0; i < 60; ++i) text += "a@b.cd ";
  const Result<Document> document = open_document(text, {"text/plain", ""});
  ASSERT_TRUE(document.has_value());
  const Result<Reading> reading = read_policy(*document);
  ASSERT_TRUE(reading.has_value());
  EXPECT_LE(reading->item("contact")->snippet.size(), 206U);
  EXPECT_THAT(reading->item("contact")->snippet, testing::HasSubstr("[mail address]"));
}

}  // namespace
}  // namespace meetlat::policy
