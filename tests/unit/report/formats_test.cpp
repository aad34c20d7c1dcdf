// What single formats promise. Whether foreign readers take them is tests/e2e/test_formats.py.
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/text.h"
#include "render.h"
#include "report/badge_words.h"
#include "report/columns.h"
#include "report/csv_text.h"
#include "report/markdown_text.h"
#include "report/xml_text.h"

namespace meetlat {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

Json parsed(const std::string& text) {
  auto json = parse_json(text);
  EXPECT_TRUE(json.has_value());
  return json ? std::move(*json) : Json();
}

TEST(CsvField, QuotesWhatMustBeAndDisarmsFormulas) {
  EXPECT_EQ(csv_field("plain"), "plain");
  EXPECT_EQ(csv_field(""), "");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"x\""), "\"say \"\"x\"\"\"");
  EXPECT_EQ(csv_field("two\r\nlines"), "two  lines");
  for (const char* formula : {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1",
                              "\xef\xbc\x9d"
                              "1"}) {
    const std::string field = csv_field(formula);
    EXPECT_TRUE(field.starts_with("'") || field.starts_with("\"'")) << formula << " " << field;
  }
  EXPECT_EQ(csv_field("a=1"), "a=1");
  EXPECT_EQ(csv_row({"a", "", "c"}), "a,,c\r\n");
  EXPECT_EQ(csv_row({"", ""}), ",\r\n");
}

TEST(XmlText, HoldsNothingThatXmlForbids) {
  EXPECT_EQ(xml_text("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&apos;");
  EXPECT_EQ(xml_text("]]>"), "]]&gt;");
  EXPECT_EQ(xml_text(std::string_view("x\0y\x01z", 5)), "x\xef\xbf\xbdy\xef\xbf\xbdz");
  EXPECT_EQ(xml_text("\xff\xed\xa0\x80"), xml_text("\xff\xed\xa0\x80"));
  EXPECT_FALSE(has(xml_text("\xef\xbf\xbe\xef\xbf\xbf"), "\xef\xbf\xbe"));
}

TEST(MarkdownText, LeavesNoMarkup) {
  EXPECT_EQ(markdown_text("a|b `c` *d* _e_ [f](g)"), "a\\|b \\`c\\` \\*d\\* \\_e\\_ \\[f\\](g)");
  EXPECT_EQ(markdown_text("<img src=x onerror=y>"), "&lt;img src=x onerror=y&gt;");
  EXPECT_EQ(markdown_text("https://evil.test"), "https\\://evil.test");
  EXPECT_EQ(markdown_text("see WWW.evil.test"), "see WWW\\.evil.test");
  EXPECT_EQ(markdown_text("two\nlines\n# x"), "two lines \\# x");
  EXPECT_EQ(markdown_text("@user #12"),
            "@\xe2\x81\xa0user \\#\xe2\x81\xa0"
            "12");
  EXPECT_EQ(markdown_text("&lt;"), "&amp;lt;");
}

TEST(MarkdownCode, EndsWhereItShould) {
  EXPECT_EQ(markdown_code("a\n  b\n"), "```\na\n  b\n```\n");
  EXPECT_EQ(markdown_code("```\nx"), "````\n```\nx\n````\n");
}

TEST(FilePlace, IsTheLineOfALocalListAndElseANameThatStandsForTheHost) {
  Target target = sample::stun_host().target;
  EXPECT_EQ(place_of(target).path, "sample-list.md");
  EXPECT_EQ(place_of(target).line, 12U);
  target.places = {{"https://lists.test/hosts.md", 3}, {"bundled", 4}, {"./sub/hosts.txt", 5}};
  EXPECT_EQ(place_of(target).path, "sub/hosts.txt");
  EXPECT_EQ(place_of(target).line, 5U);
  target.places = {{"standard input", 3}};
  EXPECT_EQ(place_of(target).path, "hosts/bravo.meet.test");
  EXPECT_EQ(place_of(target).line, 1U);
  EXPECT_FALSE(place_of(target).in_list);
}

TEST(Fingerprint, ChangesWithRuleHostAndVantageOnly) {
  Target one = sample::stun_host().target;
  Target moved = one;
  moved.places = {{"other.txt", 99}};
  EXPECT_EQ(fingerprint("a", one, "v"), fingerprint("a", moved, "v"));
  EXPECT_NE(fingerprint("a", one, "v"), fingerprint("b", one, "v"));
  EXPECT_NE(fingerprint("a", one, "v"), fingerprint("a", one, "w"));
  EXPECT_NE(fingerprint("a", one, "v"), fingerprint("a", sample::poor_host().target, "v"));
}

TEST(Sarif, CallsOnlyFailuresResults) {
  const Json log = parsed(render("sarif", sample::report()));
  const Json& run = json_member(log, "runs").at(0);
  std::size_t failed = 0;
  for (const HostReport& host : sample::report().hosts) {
    for (const Finding& finding : host.findings) failed += finding.outcome == Outcome::kFail ? 1 : 0;
  }
  EXPECT_EQ(json_member(run, "results").size(), failed);
  for (const Json& result : json_member(run, "results")) {
    EXPECT_EQ(json_string(result, "kind"), "fail");
    EXPECT_NE(json_string(result, "level"), "none");
  }
  EXPECT_TRUE(json_member(parsed(render("sarif", Report{})), "runs").at(0).contains("results"));
}

TEST(Sarif, LeavesOutTheLeastGraveWhereThereAreTooManyAndSaysSo) {
  HostReport host = sample::poor_host();
  const Finding low = host.findings.front();
  host.findings.clear();
  for (int i = 0; i < 25'010; ++i) host.findings.push_back(low);
  host.findings.push_back({"certificate-trusted", Outcome::kFail, "", {}, 1});
  const std::string text = render("sarif", report_of(host));
  const Json log = parsed(text);
  const Json& results = json_member(json_member(log, "runs").at(0), "results");
  ASSERT_EQ(results.size(), 25'000U);
  EXPECT_EQ(json_string(results.at(0), "ruleId"), "certificate-trusted");
  EXPECT_TRUE(has(text, "11 results are left out"));
}

TEST(Junit, TellsFailureErrorAndSkippedApart) {
  const std::string text = render("junit", sample::report(), {120, false, true});
  EXPECT_TRUE(has(text, "<failure message=\"no own privacy policy found\" type=\"high\">"));
  EXPECT_TRUE(has(text, "<skipped message=\"waived until 2026-12-31 (operator): the new server comes in March"))
      << "a waived failure must not fail a pipeline";
  EXPECT_TRUE(
      has(text, "<error message=\"did not answer in time: timed out: no answer within 10 s\" type=\"timed-out\">"));
  EXPECT_TRUE(has(text, "<skipped message=\"not measured: timed out: no answer within 10 s\"/>"));
  EXPECT_TRUE(has(text, "<skipped message=\"not applicable: no recording service is set up\"/>"));
}

TEST(OpenMetrics, SaysNothingOfWhatWasNotMeasured) {
  const std::string text = render("openmetrics", sample::report());
  EXPECT_TRUE(has(text, "meetlat_rule_not_measured{host=\"golf.meet.test\",rule=\"own-policy-published\"} 1\n"));
  EXPECT_FALSE(has(text, "meetlat_rule_failed{host=\"golf.meet.test\""));
  EXPECT_FALSE(has(text, "meetlat_score_low{host=\"juliet.slow.meet.test\""));
  EXPECT_TRUE(has(text, "meetlat_host_measured{host=\"juliet.slow.meet.test\",status=\"timed-out\"} 0\n"));
  EXPECT_TRUE(has(text, "meetlat_grade{host=\"golf.meet.test\",grade=\"A\"} 0\n"));
  EXPECT_TRUE(has(text, "meetlat_rule_failed{host=\"bravo.meet.test\",rule=\"stun-own\",severity=\"medium\"} 1\n"));
}

TEST(Badge, TellsOfOneHostItsLetterAndOfManyHowMany) {
  EXPECT_EQ(badge_words(report_of(sample::stun_host())).message, "B good");
  EXPECT_EQ(badge_words(report_of(sample::ungraded_host())).message, "not graded");
  const auto gone = sample::HostBuilder("https://gone.test/", HostStatus::kNameGone, "x").build();
  EXPECT_EQ(badge_words(report_of(gone)).message, "not audited");
  EXPECT_TRUE(badge_words(report_of(gone)).unknown);
  EXPECT_EQ(badge_words(sample::report()).message, "6 of 18 graded, best A");
  EXPECT_EQ(badge_words(Report{}).message, "0 of 0 graded");
}

TEST(List, NamesWhatWasMeasuredAndNobodyWhoOptedOut) {
  const std::string text = render("list", sample::report(), {120, false, true});
  EXPECT_TRUE(has(text, "\nhttps://bravo.meet.test/\n"));
  EXPECT_TRUE(has(text, "\nhttps://xn--mnchen-3ya.meet.test/F/\n"));
  EXPECT_FALSE(has(text, "juliet"));
  EXPECT_FALSE(has(text, "opted-out"));
}

TEST(Har, TakesAnswersApart) {
  const Json log = json_member(parsed(render("har", sample::report())), "log");
  const Json& entries = json_member(log, "entries");
  ASSERT_EQ(entries.size(), 6U);
  const auto response = [&](std::size_t at) { return json_member(entries.at(at), "response"); };
  EXPECT_EQ(json_int(response(0), "status"), 200);
  EXPECT_EQ(json_string(json_member(response(0), "content"), "mimeType"), "text/html; charset=utf-8");
  EXPECT_EQ(json_int(json_member(response(0), "content"), "size"), 5120);
  EXPECT_EQ(json_string(entries.at(0), "serverIPAddress"), "192.0.2.10");
  EXPECT_EQ(json_member(json_member(entries.at(0), "request"), "queryString").size(), 2U);
  EXPECT_EQ(json_string(response(1), "redirectURL"), "https://alpha.meet.test/");
  EXPECT_EQ(json_string(entries.at(1), "serverIPAddress"), "2001:db8::10");
  EXPECT_EQ(json_int(response(2), "status"), 0);
  EXPECT_EQ(json_string(response(2), "comment"), "timed out: no answer");
  EXPECT_EQ(json_int(response(3), "status"), 101);
  EXPECT_EQ(json_member(json_member(log, "pages").at(0), "_exchanges").size(), 1U);
}

}  // namespace
}  // namespace meetlat
