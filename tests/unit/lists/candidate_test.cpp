#include "lists/candidate.h"

#include <gtest/gtest.h>

namespace meetlat {
namespace {

struct Case {
  const char* text;
  const char* url;  // nullptr: no candidate
  UrlShape shape = UrlShape::kRoot;
};

class Candidates : public testing::TestWithParam<Case> {};

TEST_P(Candidates, AreReadByFormAlone) {
  const auto found = read_candidate(GetParam().text);
  if (GetParam().url == nullptr) {
    EXPECT_FALSE(found) << GetParam().text << " was read as " << found->url.str();
    return;
  }
  ASSERT_TRUE(found) << GetParam().text;
  EXPECT_EQ(found->url.str(), GetParam().url);
  EXPECT_EQ(found->shape, GetParam().shape) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Forms, Candidates,
    testing::Values(
        Case{"https://meet.a.test/", "https://meet.a.test/"}, Case{"meet.a.test", "https://meet.a.test/"},
        Case{" MEET.A.test. ", "https://meet.a.test/"}, Case{"meet.a.test:8443", "https://meet.a.test:8443/"},
        Case{"<https://meet.a.test>", "https://meet.a.test/"}, Case{"`meet.a.test`", "https://meet.a.test/"},
        Case{"**meet.a.test**", "https://meet.a.test/"}, Case{"“meet.a.test”", "https://meet.a.test/"},
        Case{"\xe2\x80\xafmeet.a.test\xc2\xa0", "https://meet.a.test/"}, Case{"//meet.a.test/", "https://meet.a.test/"},
        Case{"http://meet.a.test", "http://meet.a.test/"}, Case{"https://meet.a.test/*", "https://meet.a.test/"},
        Case{"https://meet.a.test/F", "https://meet.a.test/F/", UrlShape::kBase},
        Case{"meet.a.test/F/", "https://meet.a.test/F/", UrlShape::kBase},
        Case{"https://meet.a.test/index.html", "https://meet.a.test/"},
        Case{"https://meet.a.test/#", "https://meet.a.test/"},
        Case{"https://meet.a.test/$ROOM", "https://meet.a.test/"}, Case{"meet.a.test/{room}", "https://meet.a.test/"},
        Case{"https://meet.a.test/<room-name>", "https://meet.a.test/"},
        Case{"https://meet.a.test/[ROOM]", "https://meet.a.test/"},
        Case{"https://meet.a.test/%s", "https://meet.a.test/"},
        Case{"https://meet.a.test/:room", "https://meet.a.test/"},
        Case{"https://a.test/F/{{room}}", "https://a.test/F/", UrlShape::kBase},
        Case{"https://a.test/en/info/", "https://a.test/en/info/", UrlShape::kPage},
        Case{"https://a.test/?room=x", "https://a.test/?room=x", UrlShape::kPage},
        Case{"https://a.test/policy.pdf", "https://a.test/policy.pdf", UrlShape::kPage},
        Case{"https://a.test/@club", "https://a.test/@club", UrlShape::kPage},
        Case{"münchen.test", "https://xn--mnchen-3ya.test/"}, Case{"meet.a.co.za", "https://meet.a.co.za/"},
        Case{"https://192.0.2.1/", "https://192.0.2.1/"}));

INSTANTIATE_TEST_SUITE_P(
    Refused, Candidates,
    testing::Values(Case{"", nullptr}, Case{"?", nullptr}, Case{"localhost", nullptr}, Case{"server", nullptr},
                    Case{"admin@meet.a.test", nullptr}, Case{"https://admin@meet.a.test/", nullptr},
                    Case{"mailto:a@b.test", nullptr}, Case{"ftp://meet.a.test", nullptr}, Case{"index.html", nullptr},
                    Case{"config.js", nullptr}, Case{"1.2.3.4", nullptr}, Case{"2.0.5765", nullptr},
                    Case{"https://*.a.test/*", nullptr}, Case{"https://$server/", nullptr}, Case{"{{s.url}}", nullptr},
                    Case{"https://{host}", nullptr}, Case{"https://meet.a.test/${room}", nullptr},
                    Case{"https://meet.a.test/{a}/{b}", nullptr}, Case{"abcdefgh.onion", nullptr},
                    Case{"http://x.i2p", nullptr}, Case{"two words.test", nullptr}, Case{"https://", nullptr},
                    Case{"nas.local", nullptr}, Case{"window.location", nullptr}));

TEST(Candidates, OfFileLikeNamesAreWeak) {
  EXPECT_TRUE(read_candidate("README.md")->weak);
  EXPECT_FALSE(read_candidate("https://readme.md")->weak);
  EXPECT_FALSE(read_candidate("meet.club.md")->weak);
}

TEST(LeadingCandidate, EndsAtTheFirstWord) {
  std::string_view rest;
  const auto found = leading_candidate("https://meet.a.test/ -- run by A", rest);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->url.host(), "meet.a.test");
  EXPECT_EQ(skip_separators(rest), "run by A");
  EXPECT_EQ(leading_candidate("meet.a.test,meet.b.test", rest)->url.host(), "meet.a.test");
  EXPECT_EQ(rest, ",meet.b.test");
}

TEST(CanBeInstance, RefusesDocumentsAndWellKnownPlaces) {
  for (const char* text :
       {"https://a.test/datenschutz", "https://a.test/privacy", "https://a.test/impressum", "https://github.com/",
        "https://club.github.io/", "https://play.google.com/", "https://a.test/docs/", "https://a.test/en/info/"}) {
    EXPECT_FALSE(can_be_instance(*read_candidate(text))) << text;
  }
  for (const char* text : {"https://a.test/", "https://a.test/F", "https://a.test/meet", "https://a.test/jitsi/"}) {
    EXPECT_TRUE(can_be_instance(*read_candidate(text))) << text;
  }
}

TEST(Placeholders, AreManyWordsForNothing) {
  for (const char* text : {"", " ", "?", "??", "-", "—", "…", "n/a", "TBA", "???", "\xe2\x80\xaf"}) {
    EXPECT_TRUE(is_placeholder(text)) << text;
  }
  for (const char* text : {"meet.a.test", "A", "yes"}) EXPECT_FALSE(is_placeholder(text)) << text;
}

TEST(Decoration, OfListItemsIsSkipped) {
  for (const char* text : {"🔗 x", "🟢x", "* x", "➡️ x", "- [ ] x", "🇳🇱 x", "• x", "  x", "✅ – x"}) {
    EXPECT_EQ(skip_decoration(text), "x") << text;
  }
}

}  // namespace
}  // namespace meetlat
