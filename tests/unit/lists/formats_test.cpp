#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "list_testing.h"

namespace meetlat {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Ids = std::vector<std::string>;

struct Case {
  const char* file;
  const char* format;
  Ids ids;
};

class Fixtures : public testing::TestWithParam<Case> {};

TEST_P(Fixtures, GiveTheirInstancesAndNothingElse) {
  const auto list = parse_text(fixture(GetParam().file), GetParam().file);
  ASSERT_TRUE(list) << list.error().context;
  EXPECT_EQ(list->format, GetParam().format);
  EXPECT_EQ(ids_of(list), GetParam().ids);
}

INSTANTIATE_TEST_SUITE_P(
    Markdown, Fixtures,
    testing::Values(
        Case{"handbook-tables.md",
             "markdown",
             {"meet.maker.test", "eight.maker.test", "fair.test", "meet.lime.test", "talk.youth.test",
              "jitsi.narrow.test", "plain.test", "rendezvous.test", "jitsi.uni.test", "uk.meet.test/F", "www.uk2.test",
              "xn--mnchen-3ya.test"}},
        Case{"german-bullets.md",
             "markdown",
             {"jitsi.meet.test", "www.blog-meet.test", "meet.kollektiv.test", "fairmeeting.test"}},
        Case{"prose-grades.md",
             "markdown",
             {"www.blog-meet.test", "talk.snow.test", "meet.calm.test", "www.meet.loop.test", "jitsi.uni.test"}},
        Case{"markdown-bullets.md",
             "markdown",
             {"meet.a.test", "meet.b.test", "meet.c.test", "meet.d.test", "meet.f.test", "meet.g.test", "meet.k.test"}},
        Case{"html-table.md", "markdown", {"bellen.vc.test", "jitsi.hex.test", "jitsi.fund.test"}}));

INSTANTIATE_TEST_SUITE_P(
    Html, Fixtures,
    testing::Values(Case{"table.html", "html", {"uno.casa.test", "jitsi.due.test", "jitsi2.due.test"}},
                    Case{"script-array.html", "html", {"uno.casa.test", "jitsi.due.test"}},
                    Case{"links.html", "html", {"meet.a.test", "meet.b.test", "meet.c.test"}}));

INSTANTIATE_TEST_SUITE_P(
    Data, Fixtures,
    testing::Values(Case{"file-sd.yml", "yaml", {"meeting.one.test", "jitsi.two.test"}},
                    Case{"file-sd.json", "json", {"a.casa.test", "b.casa.test"}},
                    Case{"hosts.json", "json", {"jitsi.a.test", "talk.b.test"}},
                    Case{"services.json", "json", {"meet.a.test", "jitsi-2.b.test"}},
                    Case{"strings.json", "json", {"meet.a.test", "meet.b.test", "meet.c.test:8443"}},
                    Case{"site.toml", "toml", {"bellen.vc.test", "meet.org.test"}},
                    Case{"servers.csv", "csv", {"meet.a.test", "meet.b.test:8443"}},
                    Case{"servers.txt",
                         "text",
                         {"jitsi.a.test", "meet.b.test", "meet.c.test:8443", "www.meet.b.test", "meet.e.test/base"}}));

INSTANTIATE_TEST_SUITE_P(
    Programs, Fixtures,
    testing::Values(Case{"matches.user.js", "userscript", {"meet.a.test", "meet.uni.test/F", "www.blog-meet.test"}},
                    Case{"array.php", "code", {"jitsi.a.test", "meet.b.test"}},
                    Case{"array.py", "code", {"meet.a.test", "www.meet.b.test"}},
                    Case{"tuples.py", "code", {"jitsi.a.test", "meet.b.test"}},
                    Case{"array.ts", "code", {"meet.a.test", "meet.b.test"}},
                    Case{"presets.js", "code", {"meet.a.test", "jitsi.b.test"}}));

TEST(Format, IsFoundWithoutTheFileName) {
  for (const char* file : {"handbook-tables.md", "german-bullets.md", "html-table.md", "table.html", "file-sd.yml",
                           "site.toml", "servers.csv", "matches.user.js"}) {
    const auto named = parse_text(fixture(file), file);
    const auto nameless = parse_text(fixture(file), "standard input");
    ASSERT_TRUE(named && nameless) << file;
    EXPECT_EQ(ids_of(named), ids_of(nameless)) << file;
    EXPECT_EQ(named->format, nameless->format) << file;
  }
}

TEST(Format, SurvivesWindowsLineEndsAndByteOrderMark) {
  for (const char* file : {"handbook-tables.md", "servers.txt", "servers.csv", "file-sd.yml", "site.toml"}) {
    std::string text = "\xef\xbb\xbf";
    for (const char c : fixture(file)) {
      if (c == '\n') text += '\r';
      text += c;
    }
    EXPECT_EQ(ids_of(parse_text(text, file)), ids_of(parse_text(fixture(file), file))) << file;
  }
}

TEST(ListOfLists, HoldsNoInstance) {
  const auto list = parse_text(fixture("list-of-lists.md"), "list-of-lists.md");
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().code, ErrorCode::kSchema);
  EXPECT_THAT(list.error().context, HasSubstr("formats tried: markdown"));
}

TEST(OtherSoftware, InTheSameShapeIsNoInstance) {
  const auto list = parse_text(fixture("file-sd-other.yml"), "file-sd-other.yml");
  ASSERT_FALSE(list);
  EXPECT_THAT(list.error().context, HasSubstr("yaml (2 entries, all of other software)"));
}

TEST(BadInput, IsOneClearError) {
  EXPECT_THAT(parse_text("").error().context, HasSubstr("empty"));
  EXPECT_THAT(parse_text(" \n\n").error().context, HasSubstr("empty"));
  EXPECT_THAT(parse_text(std::string("meet.a.test\0\1\2", 14)).error().context, HasSubstr("binary"));
  EXPECT_THAT(parse_text("hello world").error().context, HasSubstr("formats tried"));
  EXPECT_THAT(parse_text("{\"a\": ").error().context, HasSubstr("json"));
}

TEST(InvalidUtf8, DoesNotHideTheHosts) {
  EXPECT_THAT(ids_of(parse_text("meet.a.test # caf\xe9\nmeet.b.test\n")), ElementsAre("meet.a.test", "meet.b.test"));
}

TEST(Handbook, KeepsWhatTheRowsClaim) {
  const auto list = parse_text(fixture("handbook-tables.md"), "handbook.md");
  EXPECT_EQ(list->placeholders, 2u);
  EXPECT_THAT(claims_of(list, "meet.maker.test"), ElementsAre("official=yes", "dial-in=yes"));
  // Listed in two countries; the second row adds what it says.
  EXPECT_THAT(claims_of(list, "fair.test"), ElementsAre("country=AT", "non-google-stun=yes", "dial-in=yes",
                                                        "recording=yes", "hoster=Fair Society", "country=GB"));
  EXPECT_THAT(claims_of(list, "meet.lime.test"),
              ElementsAre("country=AT", "non-google-stun=yes", "hoster=Layer (https://layer.test)"));
  // An empty cell claims nothing; a cross with a remark is halved by it.
  EXPECT_THAT(claims_of(list, "talk.youth.test"),
              ElementsAre("country=AT", "on-big-tech=partly (only frontend, no video)"));
  EXPECT_THAT(claims_of(list, "jitsi.narrow.test"),
              ElementsAre("country=AT", "non-google-stun=unsure", "hoster=Narrow S.a.s."));
  EXPECT_THAT(claims_of(list, "plain.test"), ElementsAre("country=AT", "on-big-tech=yes", "hoster=CLOUD-02"));
  EXPECT_THAT(claims_of(list, "rendezvous.test"), ElementsAre("country=AT", "access=limited"));
  EXPECT_THAT(claims_of(list, "jitsi.uni.test"), Contains(HasSubstr("access=account-to-create")));
  const Claim* claim = target_of(list, "fair.test")->claim("country");
  EXPECT_EQ(claim->source, "handbook.md");
  EXPECT_EQ(claim->date, "2026-01-31");
  EXPECT_EQ(target_of(list, "plain.test")->base.str(), "https://plain.test/");
}

TEST(ProseGrades, KeepWhatTheySayAboutLogs) {
  const auto list = parse_text(fixture("prose-grades.md"));
  EXPECT_THAT(claims_of(list, "www.blog-meet.test"), Contains(HasSubstr("no-ip-log=yes")));
  EXPECT_THAT(claims_of(list, "talk.snow.test"), Contains("operator=Snow"));
  EXPECT_THAT(claims_of(list, "meet.calm.test"), Contains(HasSubstr("no-ip-log=no")));
  EXPECT_THAT(claims_of(list, "www.meet.loop.test"), Contains("country=FR"));
  EXPECT_THAT(claims_of(list, "jitsi.uni.test"), ElementsAre("privacy-policy=no", "country=AR"));
}

TEST(Operators, AndPoliciesAreClaimsNotInstances) {
  const auto toml = parse_text(fixture("site.toml"));
  EXPECT_THAT(claims_of(toml, "meet.org.test"), ElementsAre("operator=Org", "operator-url=https://org.test",
                                                            "privacy-policy=https://org.test/privacy-statement"));
  const auto html = parse_text(fixture("html-table.md"));
  EXPECT_THAT(claims_of(html, "jitsi.hex.test"),
              Contains("privacy-policy=https://hex.test/privacy-jitsi.pdf (Privacyverklaring (pdf))"));
  EXPECT_THAT(claims_of(html, "jitsi.fund.test"), Not(Contains(HasSubstr("privacy-policy"))));
  const auto csv = parse_text(fixture("servers.csv"));
  EXPECT_THAT(claims_of(csv, "meet.a.test"),
              ElementsAre("operator=Verein; \"A\" e.V.", "country=DE", "privacy-policy=https://a.test/datenschutz"));
}

TEST(RelativePolicy, IsResolvedAgainstTheListsOwnAddress) {
  const std::string text = fixture("site.toml");
  const ListOrigin origin{"https://vc.test/config.toml", *Url::parse("https://vc.test/config.toml"), "2026-01-31"};
  const auto list = parse_list(text, origin);
  EXPECT_THAT(claims_of(list, "bellen.vc.test"), Contains("privacy-policy=https://vc.test/privacyverklaring.pdf"));
  const auto local = parse_text(text);
  EXPECT_THAT(claims_of(local, "bellen.vc.test"),
              Contains(HasSubstr("privacy-policy=/privacyverklaring.pdf (relative")));
}

TEST(PrivatePersons, AreNotNamed) {
  const auto list = parse_text(fixture("file-sd.yml"));
  EXPECT_THAT(claims_of(list, "jitsi.two.test"), ElementsAre("operator-kind=person", "software=JITSI"));
  EXPECT_THAT(claims_of(list, "meeting.one.test"), Contains("operator=One Srl"));
}

TEST(MetricsTargets, AreNotInstances) {
  const auto list = parse_text(
      "- targets: [\"https://meet.a.test\"]\n  labels: {job: blackbox}\n"
      "- targets: [\"meet.b.test:9100\"]\n  labels: {job: node}\n",
      "targets.yml");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test"));
}

}  // namespace
}  // namespace meetlat
