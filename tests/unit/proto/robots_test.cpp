#include "proto/robots.h"

#include <gtest/gtest.h>

#include <string>

namespace meetlat {
namespace {

bool allows(std::string_view robots, std::string_view path) {
  return Robots::parse(robots).allows(path);
}

TEST(Robots, AnEmptyOrMissingFileAllowsEverything) {
  EXPECT_TRUE(Robots::allow_all().allows("/x"));
  EXPECT_TRUE(allows("", "/x"));
  EXPECT_TRUE(allows("Disallow: /", "/x")) << "a rule before any group belongs to nobody";
  EXPECT_TRUE(allows("User-agent: *\nDisallow:\n", "/x"));
}

TEST(Robots, AnUnreachableFileForbidsEverything) {
  const Robots robots = Robots::forbid_all("answered 503");
  EXPECT_FALSE(robots.allows("/"));
  EXPECT_EQ(robots.why(), "answered 503");
}

TEST(Robots, OurGroupIsUsedBeforeTheOneForEverybody) {
  const char* text = "User-agent: *\nDisallow: /\n\nUser-Agent: MeetLat/1.0 (audit)\nDisallow: /private\n";
  EXPECT_TRUE(allows(text, "/config.js"));
  EXPECT_FALSE(allows(text, "/private/x"));
  EXPECT_FALSE(allows("User-agent: *\nDisallow: /\nUser-agent: meetlat-other\nAllow: /", "/x"));
  EXPECT_TRUE(allows("User-agent: *\nDisallow: /\nUser-agent: meetlat\n", "/x")) << "an empty group of ours wins";
}

TEST(Robots, GroupsOfOneNameAreMergedAndAgentsShareRules) {
  const char* text =
      "user-agent: other\nuser-agent: meetlat\ndisallow: /a\n\nuser-agent: x\ndisallow: "
      "/\nUSER-AGENT:meetlat\nDISALLOW:/b";
  EXPECT_FALSE(allows(text, "/a"));
  EXPECT_FALSE(allows(text, "/b"));
  EXPECT_TRUE(allows(text, "/c"));
}

TEST(Robots, OtherFieldsAndBlankLinesDoNotEndAGroup) {
  EXPECT_FALSE(allows("User-agent: *\nCrawl-delay: 3\n\n# note\nSitemap: /s\nDisallow: /x # why\n", "/x"));
  EXPECT_FALSE(allows("\xEF\xBB\xBFUser-agent: *\r\nDisallow: /x\r\n", "/x"));
  EXPECT_FALSE(allows("User-agent: *\rDisallow: /x", "/x"));
}

TEST(Robots, MatchesAsRfc9309Says) {
  const struct {
    const char* rule;
    const char* path;
    bool matches;
  } cases[] = {
      {"/fish", "/fish.html", true},
      {"/fish", "/Fish", false},
      {"/fish*", "/fishing", true},
      {"/fish/", "/fish", false},
      {"/*.php", "/a/b.php?x=1", true},
      {"/*.php$", "/a.php?x", false},
      {"/*.php$", "/a.php.php", true},
      {"/a*b*c$", "/axbxbc", true},
      {"/a*b*c$", "/axbxcb", false},
      {"*", "/x", true},
      {"$", "/x", false},
      {"/$", "/", true},
      {"/%7Efoo", "/~foo", true},
      {"/~foo", "/%7efoo", true},
      {"/a%2fb", "/a%2Fb", true},
      {"/a%2Fb", "/a/b", false},
      {"/\xC3\xA4", "/%C3%A4", true},
      {"/%E3%83%84", "/\xE3\x83\x84", true},
      {"/a%2A", "/a*", true},
      {"/a%2A", "/ab", false},
      {"/a$b", "/a$b", true},
      {"/a?x=*&y", "/a?x=1&y=2", true},
      {"/***a", "/xxa", true},
      {"fish", "/fish", false},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(allows(std::string("User-agent: *\nDisallow: ") + each.rule, each.path), !each.matches)
        << each.rule << " " << each.path;
  }
}

TEST(Robots, TheLongestMatchWinsAndAllowWinsATie) {
  const char* text = "User-agent: *\nDisallow: /\nAllow: /p\nDisallow: /p/secret\nAllow: /page\nDisallow: /page\n";
  EXPECT_FALSE(allows(text, "/x"));
  EXPECT_TRUE(allows(text, "/p/open"));
  EXPECT_FALSE(allows(text, "/p/secret/1"));
  EXPECT_TRUE(allows(text, "/page"));
  EXPECT_TRUE(allows(text, "/robots.txt"));
}

TEST(Robots, ManyStarsAndLongPathsStayCheap) {
  std::string text = "User-agent: *\n";
  while (text.size() < 600'000) text += "Disallow: /" + std::string(200, '*') + "a*a*a*a*a*a*a*a*b$\n";
  EXPECT_TRUE(allows(text, "/" + std::string(100'000, 'a')));
}

}  // namespace
}  // namespace meetlat
