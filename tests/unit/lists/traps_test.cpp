// Forms that real lists have, each with what must and what must not be taken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "list_testing.h"

namespace meetlat {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(Table, InstanceColumnIsFoundByHeadingInAnyOrder) {
  const auto list = parse_text(
      "| Country | Operator website | Server | Check |\n|---|---|---|---|\n"
      "| 🇩🇪 | https://a.test | meet.a.test | [test](https://checker.test/?d=1) |\n"
      "| 🇫🇷 | https://b.test | https://meet.b.test | [test](https://checker.test/?d=2) |\n");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test", "meet.b.test"));
  EXPECT_THAT(claims_of(list, "meet.b.test"), ElementsAre("country=FR", "operator-url=https://b.test"));
}

TEST(Table, WithoutKnownHeadingsIsJudgedByItsCells) {
  const auto list = parse_text(
      "| Foo | Bar | Baz |\n|---|---|---|\n| one | meet.a.test | [go](https://tool.test/) |\n"
      "| two | meet.b.test | [go](https://tool.test/) |\n| three | meet.c.test | [go](https://tool.test/) |\n");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test", "meet.b.test", "meet.c.test"));
}

TEST(Table, ColumnWhoseLinksGoToOneHostIsAChecker) {
  const auto list = parse_text(
      "| A | B |\n|---|---|\n| [x](https://tool.test) | meet.a.test |\n| [y](https://tool.test) | meet.b.test |\n"
      "| [z](https://tool.test) | meet.c.test |\n");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test", "meet.b.test", "meet.c.test"));
}

TEST(Table, NamedLinksInTheServerColumnAreInstances) {
  const auto list = parse_text(
      "# Jitsi\n| Anbieter | Land |\n|---|---|\n| [Verein A](https://meet.a.test/) | Deutschland |\n"
      "| [Verein B](https://meet.b.test) | Schweiz |\n");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test", "meet.b.test"));
}

TEST(Table, OfOtherSoftwareIsSkipped) {
  const auto list =
      parse_text("## Jitsi Meet\n| URL |\n|---|\n| meet.a.test |\n## BigBlueButton\n| URL |\n|---|\n| bbb.b.test |\n");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test"));
}

TEST(Table, RowsOfOtherSoftwareAreDroppedAndCounted) {
  const auto list = parse_text(
      "| Server | Software |\n|---|---|\n| meet.a.test | Jitsi Meet |\n| b.test | edumeet |\n| meet.c.test | |\n");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test", "meet.c.test"));
  EXPECT_EQ(list->other_software, 1u);
}

TEST(Table, NegatedHeadingTurnsItsMarks) {
  const auto list = parse_text(
      "| URL | Not on Amazon | Google STUN |\n|---|---|---|\n| meet.a.test | ✅ | ✅ |\n| meet.b.test | ❌ | ❌ |\n");
  EXPECT_THAT(claims_of(list, "meet.a.test"), ElementsAre("on-big-tech=no", "non-google-stun=no"));
  EXPECT_THAT(claims_of(list, "meet.b.test"), ElementsAre("on-big-tech=yes", "non-google-stun=yes"));
}

TEST(Table, OfSettingsHasExamplesAndNoInstances) {
  EXPECT_FALSE(
      parse_text("# Jitsi settings\n\nVariable | Description | Example\n--- | --- | ---\n`AUTH_URL` | External login | "
                 "https://auth.a.test/{room}\n`API_URL` | Dial-in | https://api.a.test/mapper\n",
                 "docker.md"));
}

TEST(Table, LinkNextToTheHostDoesNotReplaceIt) {
  // The words name the instance; the link leads to a checker, or adds the base path.
  const auto list = parse_text(
      "| URL |\n|---|\n| [meet.a.test](https://checker.test/?d=meet.a.test) |\n| [meet.b.test](https://meet.b.test/F) "
      "|\n");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test", "meet.b.test/F"));
}

TEST(Bullets, UnderCountryHeadings) {
  const auto list = parse_text(
      "# Server\n## Deutschland\n* https://meet.a.test\n* [Verein B](https://meet.b.test/)\n* "
      "[Datenschutz](https://b.test/"
      "datenschutz)\n## Frankreich\n* meet.c.test\n");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test", "meet.b.test", "meet.c.test"));
  EXPECT_THAT(claims_of(list, "meet.c.test"), Contains("country=FR"));
}

TEST(Bullets, LabelledOnesCountWhenAllAreLabelled) {
  const auto list = parse_text(
      "# Jitsi-Server\n* Verein A: https://meet.a.test\n* Verein B - https://meet.b.test/\n"
      "* Liste weiterer Server: https://list.test\n");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test", "meet.b.test"));
  EXPECT_THAT(claims_of(list, "meet.a.test"), ElementsAre("name=Verein A"));
}

TEST(Bullets, OfARecordGiveOnlyTheServer) {
  const auto list = parse_text(
      "# Jitsi\n## Club\n- Server: https://meet.a.test\n- Betreiber: https://a.test\n- Quellcode: https://git.a.test\n"
      "- Mehr Infos: https://info.a.test\n");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test"));
}

TEST(Bullets, BookmarksAreNoInstances) {
  EXPECT_FALSE(
      parse_text("# My bookmarks\n- https://news.test\n- [Blog](https://blog.test)\n## Recipes\n- cook.test\n"));
}

TEST(Bullets, QuestionsAreAdvice) {
  const auto list = parse_text(
      "# Jitsi\n## Servers\n* [Which server should I take?](https://advice.test/)\n* [Club](https://meet.a.test)\n");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test"));
}

TEST(Bullets, BelowALabelOfOtherSoftwareAreThatSoftware) {
  const std::string front =
      "### 1 Instances\n\nSearx instances :   https://list.s.test\n\nRecommended instances :  🟢https://s1.test "
      "(Germany)\n\n                         🟢https://s2.test (France)\n\n";
  EXPECT_THAT(ids_of(parse_text(front + "### 2 Meetings\n\n**Jitsi Meet :**\n\n🟢https://meet.a.test : (Germany)\n")),
              ElementsAre("meet.a.test"));
}

TEST(Prose, HostsInSentencesAreNotTaken) {
  EXPECT_FALSE(
      parse_text("# Jitsi\n\nOnly meet.a.test is run by us (see https://a.test/privacy).\n\nasp.net is nice.\n"));
}

TEST(Prose, AssignmentsAreNoHosts) {
  EXPECT_FALSE(parse_text("# Jitsi SDK\n\nSet these:\n\n    builder.room = 1;\nbuilder.live = true;\n", "sdk.md"));
}

TEST(Prose, AddressesOnLinesOfTheirOwnAreTaken) {
  const auto list =
      parse_text("We recommend these Jitsi servers\nto our members\nhttps://meet.a.test/\nhttps://meet.b.test\n");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test", "meet.b.test"));
}

TEST(Json, OperatorSitesBesideHostsAreNotTaken) {
  const auto list =
      parse_text(R"({"servers":[{"host":"meet.a.test","website":"https://a.test","logo":"https://a.test/l.png"},)"
                 R"({"host":"meet.b.test","website":"https://b.test"}],"links":[{"url":"https://foo.test"}]})");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test", "meet.b.test"));
}

TEST(Json, HostsAsKeysAreTaken) {
  const auto list = parse_text(
      R"({"updated":"2024-01-01","homepage":"https://x.test","instances":{"meet.a.test":{"operator":"A","website":)"
      R"("https://a.test"},"meet.b.test":{"operator":"B"}}})");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test", "meet.b.test"));
  EXPECT_THAT(claims_of(list, "meet.a.test"), ElementsAre("operator=A"));
}

TEST(Json, CountriesAsKeysAreClaims) {
  const auto list = parse_text(R"({"Germany": ["meet.a.test"], "France": ["meet.b.test"]})");
  EXPECT_THAT(claims_of(list, "meet.b.test"), ElementsAre("country=FR"));
}

TEST(Json, ServicesBesideOtherProductsAreNoInstances) {
  EXPECT_FALSE(parse_text(R"({"invidious":{"clearnet":["https://v.test"],"tor":[]},"rimgo":{"clearnet":)"
                          R"(["https://r.test","https://r2.test"]}})"));
  EXPECT_THAT(ids_of(parse_text(R"({"nitter":{"urls":["https://n.test"]},"meet":{"urls":["https://meet.a.test"]},)"
                                R"("dumb":{"urls":["https://d.test"]}})")),
              ElementsAre("meet.a.test"));
  EXPECT_THAT(
      ids_of(parse_text(R"({"nitter":["https://n.test"],"jitsi":["https://b.test"],"dumb":["https://d.test"]})")),
      ElementsAre("b.test"));
}

TEST(Yaml, NestedOperatorIsAClaim) {
  const auto list = parse_text(
      "services:\n  jitsi:\n    - name: A\n      url: https://meet.a.test\n"
      "      operator: {name: Verein A, url: 'https://a.test', kind: association}\n"
      "      privacy: https://a.test/datenschutz\n      country: DE\n"
      "  etherpad:\n    - url: https://pad.a.test\n",
      "services.yml");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test"));
  EXPECT_THAT(claims_of(list, "meet.a.test"),
              ElementsAre("operator=Verein A", "operator-url=https://a.test", "operator-kind=association",
                          "privacy-policy=https://a.test/datenschutz", "country=DE"));
}

TEST(Yaml, BulletsUnderMarkdownHeadingsKeepTheirCountries) {
  const auto list = parse_text("## Germany\n- https://meet.a.test\n## France\n- https://meet.b.test\n");
  EXPECT_THAT(claims_of(list, "meet.b.test"), ElementsAre("country=FR"));
}

TEST(Code, GetAttrAndFreezeAndGo) {
  EXPECT_THAT(ids_of(parse_text("X = getattr(\n    settings,\n    \"X\",\n    [\n        'https://meet.a.test/',\n"
                                "        # 'https://gone.test/',\n        'https://meet.b.test/',\n    ]\n)\n")),
              ElementsAre("meet.a.test", "meet.b.test"));
  EXPECT_THAT(ids_of(parse_text("SERVERS = [\"meet.a.test\", \"meet.b.test\"].freeze\n")),
              ElementsAre("meet.a.test", "meet.b.test"));
  EXPECT_THAT(
      ids_of(parse_text("import (\n  \"net/http\"\n)\nvar servers = []string{\n\t\"https://meet.a.test\", // main\n"
                        "}\nfunc main() { http.Get(\"https://api.test/v1\") }\n")),
      ElementsAre("meet.a.test"));
}

TEST(Code, PhpKeysAreHosts) {
  const auto list = parse_text(
      "<?php\n$config['jitsi_servers'] = array(\n  'meet.a.test' => 'Verein A',\n  'meet.b.test' => 'B', // "
      "b.test\n);\n");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test", "meet.b.test"));
}

TEST(Code, CallsInAListAreItsRecords) {
  EXPECT_THAT(ids_of(parse_text("class Settings {\n  private let options = [\n"
                                "    ServerOption(label: \"A\", url: \"https://meet.a.test/$ROOM\"),\n"
                                "    ServerOption(label: \"B\", url: \"https://meet.b.test/$ROOM\"),\n  ]\n}\n")),
              ElementsAre("meet.a.test", "meet.b.test"));
  EXPECT_THAT(ids_of(parse_text("val servers = listOf(\n  Server(\"A\", \"https://meet.a.test\"),\n"
                                "  Server(\"B\", \"https://meet.b.test\")\n)\n")),
              ElementsAre("meet.a.test", "meet.b.test"));
  EXPECT_FALSE(parse_text("await Promise.all([fetch('https://api.a.test'), fetch('https://api.b.test')]);\n", "x.js"));
}

TEST(Code, SingleStringsAndCallsAreNoLists) {
  EXPECT_FALSE(parse_text("const api = fetch(\"https://api.a.test\");\nconst x = 'https://b.test';\n", "x.js"));
}

TEST(Csv, TabsAndMeetingColumn) {
  const auto list = parse_text(
      "Name\tWebsite\tMeeting URL\nA\thttps://a.test\thttps://meet.a.test\n"
      "B\thttps://b.test\thttps://meet.b.test\n");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test", "meet.b.test"));
}

TEST(Csv, WithoutHeadingIsJudgedByItsCells) {
  const auto list = parse_text("meet.a.test,Germany,Verein\nmeet.b.test,France,Club\nmeet.c.test,Spain,Casa\n");
  EXPECT_EQ(list->format, "csv");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test", "meet.b.test", "meet.c.test"));
  EXPECT_THAT(claims_of(list, "meet.c.test"), ElementsAre("country=ES"));
}

TEST(Text, MailAddressesAreNoted) {
  const auto list = parse_text("meet.a.test\nadmin@b.test\nmeet.c.test\nmeet.d.test\n");
  EXPECT_THAT(ids_of(list), ElementsAre("meet.a.test", "meet.c.test", "meet.d.test"));
  EXPECT_THAT(list->notes, ElementsAre(HasSubstr("line 2")));
}

// Hostile sizes and shapes: an answer must come, whatever it is.
TEST(Hostile, DeepAndLongInputsEnd) {
  const auto repeat = [](std::string_view what, std::size_t times) {
    std::string out;
    for (std::size_t i = 0; i < times; ++i) out += what;
    return out;
  };
  const std::vector<std::string> inputs = {
      "# Jitsi\n* " + repeat("[", 200'000),
      "# Jitsi\n" + repeat("* [[[[[[[[[[[[[[[[[[[[\n", 5'000),
      "# Jitsi\n* " + repeat("<", 200'000),
      "| URL |\n|---|\n" + repeat("|", 200'000),
      "<html>" + repeat("<div>", 50'000),
      "<html>" + repeat("<table><tr><td>", 600),
      repeat("[", 300'000),
      repeat("{\"a\":", 100'000),
      "var servers = " + repeat("[\"", 100'000),
      repeat("'", 300'000),
      repeat("/*", 200'000),
      repeat("a.", 200'000) + "test\n",
      repeat("\"x", 200'000),
      repeat("- ", 50'000),
      "# J\n* " + repeat("🟢", 50'000) + " https://meet.a.test",
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto list = parse_text(inputs[i]);
    EXPECT_TRUE(!list || list->targets.size() <= 1) << i;
  }
}

TEST(Hostile, AListOfTheWholeInternetIsRefused) {
  std::string text;
  for (int i = 0; i < 50'001; ++i) text += "m" + std::to_string(i) + ".a.test\n";
  const auto list = parse_text(text);
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().code, ErrorCode::kTooLarge);
}

TEST(Hostile, ClaimsCannotDriveATerminal) {
  const auto list = parse_text("Server;Betreiber\nmeet.a.test;Ve\x1b[31mrein\nmeet.b.test;B\n");
  for (const std::string& claim : claims_of(list, "meet.a.test")) EXPECT_EQ(claim.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace meetlat
