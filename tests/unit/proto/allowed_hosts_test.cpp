#include "proto/allowed_hosts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meetlat {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> links(std::string_view header) {
  std::vector<std::string> shown;
  for (const LinkValue& link : parse_link_header(header)) {
    std::string text = link.url;
    for (const std::string& rel : link.rel) text += " " + rel;
    shown.push_back(text);
  }
  return shown;
}

std::vector<std::string> sources(std::string_view header) {
  std::vector<std::string> shown;
  for (const PolicySource& source : parse_policy_sources(header)) {
    shown.push_back(source.directive + " " + source.source);
  }
  return shown;
}

TEST(LinkHeader, GivesAddressesWithTheirRelations) {
  EXPECT_THAT(links("<https://a.test/x>; rel=preload; as=style, </y>;REL=\"StyleSheet  icon\""),
              ElementsAre("https://a.test/x preload", "/y stylesheet icon"));
}

TEST(LinkHeader, KeepsCommasAndQuotesInsideOfAddressesAndValues) {
  EXPECT_THAT(links("<https://a.test/?a,b>; title=\"x, <no>; \\\"rel=no\"; rel=preconnect,<b>;rel=icon"),
              ElementsAre("https://a.test/?a,b preconnect", "b icon"));
}

TEST(LinkHeader, CountsTheFirstRelationAndLeavesOutWhatIsAboutAnotherPage) {
  EXPECT_THAT(links("<a>; rel=icon; rel=stylesheet, <b>; rel=icon; anchor=\"#x\", <c>, <>; rel=icon"),
              ElementsAre("a icon"));
}

TEST(LinkHeader, SurvivesWhatIsNoLink) {
  EXPECT_THAT(links("nonsense, \"<a>; rel=icon\", <open"), IsEmpty());
  EXPECT_THAT(links("x; y, <a>; rel=icon junk; rel=no, <b> rel=no; rel=icon"), ElementsAre("a icon"));
  EXPECT_THAT(links(std::string(1'000'000, '<')), IsEmpty());
}

TEST(PolicySources, GivesHostsWithoutKeywordsAndSchemes) {
  EXPECT_THAT(sources("default-src 'self' blob: data: https: *.a.test ; Script-Src 'nonce-x' https://b.test/js/ *"),
              ElementsAre("default-src *.a.test", "script-src https://b.test/js/", "script-src *"));
}

TEST(PolicySources, ReadsSeveralPoliciesAndPlacesForReports) {
  EXPECT_THAT(sources("img-src c.test, report-uri /r https://r.test/r; sandbox allow-forms; report-to group"),
              ElementsAre("img-src c.test", "report-uri /r", "report-uri https://r.test/r"));
}

TEST(PolicySources, NameTheirHosts) {
  EXPECT_EQ(source_host("https://*.Example.test:443/x"), "example.test");
  EXPECT_EQ(source_host("wss://a.test"), "a.test");
  EXPECT_EQ(source_host("a.test:*"), "a.test");
  EXPECT_EQ(source_host("*"), "*");
  EXPECT_EQ(source_host("https://*"), "*");
  EXPECT_EQ(source_host("self"), "");
  EXPECT_EQ(source_host("/report"), "");
}

TEST(QuotedUrls, AreReadFromAllowlistsEndpointsAndJson) {
  EXPECT_THAT(quoted_urls("camera=(self \"https://a.test\"), usb=()"), ElementsAre("https://a.test"));
  EXPECT_THAT(quoted_urls("main=\"https://b.test/r\", other=\"/own\""), ElementsAre("https://b.test/r"));
  EXPECT_THAT(quoted_urls(R"({"endpoints":[{"url":"https:\/\/c.test\/r"}]})"), ElementsAre("https://c.test/r"));
  EXPECT_THAT(quoted_urls("\"https://open.test"), ElementsAre("https://open.test"));
}

}  // namespace
}  // namespace meetlat
