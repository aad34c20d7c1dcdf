// The page that strangers read, made of what strangers wrote.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "judgement/judge.h"
#include "probes/probe.h"
#include "render.h"
#include "report/html_words.h"
#include "report/summary.h"

namespace meetlat {
namespace {

using html::Words;

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::size_t count_of(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

Words words_of(std::string_view language) {
  auto words = Words::load(language);
  EXPECT_TRUE(words.has_value()) << language << ": " << (words ? "" : words.error().context);
  return words ? *words : Words{};
}

// What stands between the start of `from` and the next `to`.
std::string part_of(const std::string& text, std::string_view from, std::string_view to) {
  const std::size_t begin = text.find(from);
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find(to, begin) - begin);
}

TEST(HtmlEscape, LeavesNothingThatMeansSomethingInMarkup) {
  EXPECT_EQ(html::escape("<b title=\"x\">'&amp;'</b>").text, "&lt;b title=&quot;x&quot;&gt;'&amp;amp;'&lt;/b&gt;");
  EXPECT_EQ(html::escape("a\x00z\x1b[31m\x7f").text, "a");  // the literal ends at its first zero byte
  EXPECT_EQ(html::escape(std::string_view("a\0z", 3)).text, "a\xef\xbf\xbdz");
  EXPECT_EQ(html::escape("\xe2\x80\xae"
                         "evil\xe2\x81\xa6")
                .text,
            "\xef\xbf\xbd"
            "evil\xef\xbf\xbd");
  EXPECT_EQ(html::escape("\xff\xc0\xaf<").text, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd&lt;");
  EXPECT_EQ(html::escape("one\ntwo\tthree").text, "one two three");
}

TEST(HtmlEscape, MasksPersonalDataOfStrangers) {
  EXPECT_EQ(html::foreign("write to <info@example.org>").text, "write to &lt;[mail address]&gt;");
  EXPECT_TRUE(has(html::foreign("call +49 30 1234567").text, "[phone number]"));
  EXPECT_EQ(html::verbatim("curl 'https://example.org/?n=20261123' a@b.example").text,
            "curl 'https://example.org/?n=20261123' [mail address]");
  EXPECT_LE(html::foreign(std::string(100'000, 'x'), 50).text.size(), 60U);
  EXPECT_LE(html::verbatim(std::string(100'000, 'x'), 50).text.size(), 60U);
}

TEST(HtmlEscape, KeepsLinesThatAreToBeCopied) {
  EXPECT_EQ(html::lines("a {\n  b: '<c>';\n}\n").text, "a {\n  b: '&lt;c&gt;';\n}");
}

TEST(HtmlWords, HaveTheSameKeysAndSlotsInEveryLanguage) {
  const Words english = words_of("en");
  for (const std::string_view language : kReportLanguages) {
    const Words words = words_of(language);
    EXPECT_EQ(words.texts().size(), english.texts().size()) << language;
    for (const auto& [key, text] : english.texts()) {
      const auto found = words.texts().find(key);
      if (found == words.texts().end()) {
        ADD_FAILURE() << language << " lacks " << key;
        continue;
      }
      EXPECT_EQ(Words::slots_of(found->second), Words::slots_of(text)) << language << " " << key;
      EXPECT_FALSE(found->second.empty()) << language << " " << key;
    }
  }
}

TEST(HtmlWords, TranslateTheSameTermsInEveryLanguage) {
  EXPECT_TRUE(words_of("en").terms().empty());
  const Words dutch = words_of("nl");
  std::set<std::string> first;
  for (const auto& [term, text] : dutch.terms()) first.insert(term);
  EXPECT_GT(first.size(), 30U);
  for (const std::string_view language : {"de", "fr"}) {
    const Words words = words_of(language);
    std::set<std::string> terms;
    for (const auto& [term, text] : words.terms()) terms.insert(term);
    EXPECT_EQ(terms, first) << language;
  }
}

// A rule that says something else now would silently be English again: its translation has to go along.
TEST(HtmlWords, TranslateOnlyWhatTheRulesSay) {
  const auto rules = load_rules(std::filesystem::path(MEETLAT_TOP_DIR) / "rules", find_fact);
  ASSERT_TRUE(rules.has_value());
  std::set<std::string> said;
  for (const Rule& rule : rules->rules) said.insert({rule.title, rule.fail_text});
  for (const Profile& profile : rules->profiles) {
    for (const auto& [letter, word] : profile.words) said.insert(word);
    for (const Category& category : profile.categories) said.insert(category.title);
    for (const Cap& cap : profile.caps) said.insert(cap.title);
    for (const Remark& remark : profile.good_reasons) said.insert(remark.text);
  }
  for (int i = 0; i <= static_cast<int>(HostStatus::kFromFiles); ++i) {
    const auto status = static_cast<HostStatus>(i);
    said.insert(std::string(words_for(status)));
    said.insert(std::string(advice_for(status)));
  }
  const Words dutch = words_of("nl");
  for (const auto& [term, text] : dutch.terms()) EXPECT_EQ(said.count(term), 1U) << term;
}

TEST(HtmlWords, SayWhatIsMissing) {
  auto words = Words::parse("a: {b: 'x {n}'}", "en");
  ASSERT_TRUE(words.has_value());
  EXPECT_EQ(words->say("a.b", {{"n", {"1"}}}).text, "x 1");
  EXPECT_TRUE(words->problem().has_value());
  EXPECT_EQ(words->say("a.b").text, "x ");
  EXPECT_FALSE(words->problem().has_value());
  auto other = Words::parse("a: b", "en");
  (void)other->say("c");
  ASSERT_FALSE(other->problem().has_value());
  EXPECT_TRUE(has(other->problem().error().context, "'c' is missing"));
  EXPECT_FALSE(Words::parse("a: 1\na: 2", "en").has_value());
  EXPECT_FALSE(Words::parse("a: [1]", "en").has_value());
  EXPECT_EQ(Words::load("xx").error().code, ErrorCode::kInvalidArgument);
}

TEST(HtmlWords, KnowPluralsDatesAndCountries) {
  EXPECT_EQ(words_of("en").count("numbers.hosts", 0).text, "0 hosts");
  EXPECT_EQ(words_of("en").count("numbers.hosts", 1).text, "1 host");
  EXPECT_EQ(words_of("fr").count("numbers.hosts", 0).text, "0 hébergeur");
  EXPECT_EQ(words_of("fr").count("numbers.hosts", 2).text, "2 hébergeurs");
  const Instant first = sample::at("2027-03-01T10:00:00Z");
  EXPECT_EQ(words_of("en").date(first).text, "1 March 2027");
  EXPECT_EQ(words_of("nl").date(first).text, "1 maart 2027");
  EXPECT_EQ(words_of("de").date(first).text, "1. März 2027");
  EXPECT_EQ(words_of("fr").date(first).text, "1er mars 2027");
  EXPECT_EQ(words_of("de").country("NL").text, "Niederlande");
  EXPECT_EQ(words_of("de").country("<b>").text, "&lt;b&gt;");
}

TEST(HtmlWords, MarkEnglishOnOtherPages) {
  EXPECT_EQ(words_of("en").english("very <good>").text, "very &lt;good&gt;");
  EXPECT_EQ(words_of("nl").english("very good").text, "zeer goed");
  EXPECT_EQ(words_of("nl").english("nobody said <that>").text, "<span lang=\"en\">nobody said &lt;that&gt;</span>");
}

TEST(HtmlPage, IsInTheLanguageThatWasAskedFor) {
  for (const std::string_view language : kReportLanguages) {
    const std::string page = render("html", sample::demo_report(), {120, false, true, std::string(language)});
    EXPECT_TRUE(has(page, "<html lang=\"" + std::string(language) + "\">"));
    EXPECT_TRUE(has(page, words_of(language).say("foot.logs").text)) << language;
  }
}

TEST(HtmlPage, HasNoMarkupOfStrangers) {
  const std::string evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\" onfocus=\"alert(3)";
  HostReport host = sample::poor_host();
  constexpr FactSpec kStated{"jitsi.operator.stated", "string", ""};
  constexpr FactSpec kOwn{"policy.own", "bool", ""};
  constexpr FactSpec kUrl{"policy.url", "string", ""};
  constexpr FactSpec kBuild{"jitsi.build.web_text", "string", ""};
  constexpr FactSpec kCountries{"hosting.web.countries", "strings", ""};
  host.evidence.put(kStated, Subject::target(), evil, {});
  host.evidence.put(kOwn, Subject::target(), false, {evil, evil, evil, host.finished});
  host.evidence.put(kUrl, Subject::url(evil), "javascript:alert(4)", {});
  host.evidence.put(kBuild, Subject::target(), evil, {});
  host.evidence.put(kCountries, Subject::target(), std::vector<std::string>{evil}, {});
  host.target.id = evil;
  host.target.sources = {evil};
  host.target.claims = {{"operator", evil, evil, evil, evil}};
  host.grade.main_reason = evil;
  host.grade.word = evil;
  host.grade.caps = {{evil, 'D', evil, evil}};
  Report report = report_of(host);
  report.header.vantage = report.header.stopped = report.header.rules_version = evil;
  for (const std::string_view language : kReportLanguages) {
    const std::string page = render("html", report, {120, false, true, std::string(language)});
    EXPECT_EQ(count_of(page, "<script"), 1U);
    EXPECT_FALSE(has(page, "<img"));
    EXPECT_FALSE(has(page, "\" onfocus"));
    EXPECT_FALSE(has(page, "href=\"javascript"));
    EXPECT_GT(count_of(page, "&lt;script&gt;"), 8U);
  }
}

TEST(HtmlPage, HasEachIdOnceAndNoLinkThatLeadsNowhere) {
  Report report = sample::demo_report();
  HostReport twin = sample::best_host();
  twin.target.id = "alpha.meet.test:1";  // both would be host-alpha.meet.test_1
  report.hosts.push_back(twin);
  twin.target.id = "alpha.meet.test/1";
  report.hosts.push_back(twin);
  const std::string page = render("html", report, {120, false, true});
  std::set<std::string> ids;
  const std::regex id(" id=\"([^\"]+)\"");
  for (auto it = std::sregex_iterator(page.begin(), page.end(), id); it != std::sregex_iterator(); ++it) {
    EXPECT_TRUE(ids.insert((*it)[1]).second) << (*it)[1];
  }
  EXPECT_GT(ids.size(), 20U);
  const std::regex link("href=\"#([^\"]+)\"");
  for (auto it = std::sregex_iterator(page.begin(), page.end(), link); it != std::sregex_iterator(); ++it) {
    EXPECT_EQ(ids.count((*it)[1]), 1U) << (*it)[1];
  }
}

TEST(HtmlPage, TellsNobodyWhereItsReaderComesFrom) {
  const std::string page = render("html", sample::report());
  EXPECT_GT(count_of(page, "href=\"https://"), 3U);
  EXPECT_EQ(count_of(page, "href=\"http"), count_of(page, "<a rel=\"noreferrer noopener nofollow\" href=\"http"));
}

TEST(HtmlPage, NamesAFileOfTheUserWithoutItsFolder) {
  HostReport host = sample::best_host();
  host.target.sources = {"/home/somebody/secret-place/hosters.md", "https://example.org/lists/hosters.md"};
  const std::string page = render("html", report_of(host));
  EXPECT_FALSE(has(page, "secret-place"));
  EXPECT_TRUE(has(page, "hosters.md</td>"));
  EXPECT_TRUE(has(page, "https://example.org/lists/hosters.md</a>"));
}

TEST(HtmlPage, PutsFailuresBeforeWhatIsNotKnownAndThatBeforeWhatPassed) {
  HostReport host = sample::poor_host();
  host.findings.push_back({"hsts-set", Outcome::kNotMeasured, "timed out", {"http.hsts.max_age"}, 8});
  host.findings.push_back({"stun-own", Outcome::kPass, "", {}, 30});
  const std::string page = render("html", report_of(host));
  const std::size_t failed = page.find("no own privacy policy found</h4>");
  const std::size_t unknown = page.find("Could not be measured: 1 question");
  const std::size_t passed = page.find("Passed: 1 question");
  ASSERT_NE(failed, std::string::npos);
  EXPECT_LT(failed, unknown);
  EXPECT_LT(unknown, passed);
  EXPECT_LT(passed, page.size());
  EXPECT_TRUE(has(page, "HSTS is set"));
  EXPECT_TRUE(has(page, "config.legalUrls"));  // a page about one host brings the remedy along
}

TEST(HtmlPage, KeepsExplanationsOnceWhereThereAreManyHosts) {
  const std::string page = render("html", sample::report());
  EXPECT_EQ(count_of(page, "config.legalUrls"), 1U);
  EXPECT_GT(count_of(page, "href=\"#rule-own-policy-published\""), 1U);
}

HostReport named(std::string id, char letter, double low, std::string_view start = "open") {
  HostReport host = sample::best_host();
  host.target.base = Url::parse("https://" + id + "/").value_or(Url());
  host.target.id = std::move(id);
  host.grade.letter = letter;
  host.grade.range = {low, 100};
  constexpr FactSpec kLogin{"xmpp.login.needed", "string", ""};
  host.evidence.put(kLogin, Subject::target(), std::string(start), {});
  return host;
}

TEST(HtmlChoice, NamesThreeHostsByLetterThenScoreThenName) {
  Report report = report_of(named("members.test", 'A', 99, "account"));
  report.hosts.push_back(named("plain.test", 'A', 86.2));
  report.hosts.push_back(named("same-1.test", 'A', 91.9));
  report.hosts.push_back(named("same-2.test", 'A', 91.1));
  report.hosts.push_back(named("good.test", 'B', 98));
  const std::string choice = part_of(render("html", report), "<section id=\"choose\"", "</section>");
  EXPECT_EQ(count_of(choice, "<li class=\"pick\">"), 3U);
  const std::size_t first = choice.find("same-1.test");
  const std::size_t second = choice.find("same-2.test");
  const std::size_t third = choice.find("plain.test");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_LT(third, choice.size());
  EXPECT_FALSE(has(choice, "members.test"));
  EXPECT_EQ(count_of(choice, "last seen 23 November 2026"), 3U);
}

TEST(HtmlChoice, RecommendsNobodyWhoIsWeak) {
  Report report = report_of(named("a.test", 'D', 60));
  for (const char* id : {"b.test", "c.test", "d.test"}) report.hosts.push_back(named(id, 'F', 90));
  const std::string choice = part_of(render("html", report), "<section id=\"choose\"", "</section>");
  EXPECT_FALSE(has(choice, ".test"));
  EXPECT_TRUE(has(choice, "No host with the letter A, B or C"));
  EXPECT_TRUE(has(choice, "random room name"));
}

ScorePoint point(std::string_view when, double low, double high, std::optional<char> letter, std::string rules) {
  return {sample::at(when), {low, high}, letter, std::move(rules)};
}

TEST(HtmlHistory, DrawsALineThatBreaksWhereTheRulesChanged) {
  const ScoreHistory history{
      {"alpha.meet.test",
       {point("2026-09-01T00:00:00Z", 60, 70, 'C', "2026.9"), point("2026-10-01T00:00:00Z", 72, 72, 'B', "2026.9"),
        point("2026-10-15T00:00:00Z", 0, 100, std::nullopt, "2026.9"),
        point("2026-11-01T00:00:00Z", 90, 95, 'A', "2026.11")}}};
  const std::string page = render("html", report_of(sample::best_host()), {120, false, false, "en", &history});
  EXPECT_EQ(count_of(page, "<polyline"), 2U);
  EXPECT_EQ(count_of(page, "<circle"), 4U);
  EXPECT_TRUE(has(page, "4 runs, from 1 September 2026 to 1 November 2026."));
  EXPECT_TRUE(has(page, "<td>1 October 2026</td><td>72</td><td>B</td><td>2026.9</td>"));
  EXPECT_TRUE(has(page, "not the same measure"));
  EXPECT_FALSE(has(render("html", report_of(sample::best_host())), "class=\"history\""));
}

TEST(HtmlHistory, SurvivesOddPoints) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  ScoreHistory history{{"alpha.meet.test", {point("2026-09-01T00:00:00Z", nan, 900, '<', "<b>")}}};
  std::string page = render("html", report_of(sample::best_host()), {120, false, false, "en", &history});
  EXPECT_EQ(count_of(page, "<circle"), 1U);
  EXPECT_FALSE(has(page, "nan,"));
  EXPECT_FALSE(has(page, "<b></td>"));
  auto& points = history.begin()->second;
  points.assign(1000, points.front());  // all at one time
  page = render("html", report_of(sample::best_host()), {120, false, false, "en", &history});
  EXPECT_EQ(count_of(page, "<circle"), 400U);
  points.clear();
  EXPECT_FALSE(has(render("html", report_of(sample::best_host()), {120, false, false, "en", &history}), "<polyline"));
}

TEST(HtmlCharts, GiveEveryNumberInATableToo) {
  const std::string page = render("html", sample::report());
  EXPECT_TRUE(has(page, "A: 2, B: 1, C: 1, D: 1, E: 0, F: 1; not graded: 1."));
  const std::string row = part_of(page, "<th scope=\"row\"><a href=\"#rule-own-policy-published\">", "</tr>");
  EXPECT_TRUE(has(row, "3 passed, 2 failed, 1 not measured, 0 does not apply")) << row;
  EXPECT_TRUE(has(row, "data-label=\"Failed\">2</td>"));
  EXPECT_TRUE(has(row, "data-label=\"Not measured\">1</td>"));
  const std::size_t pictures = count_of(page, "<svg class=\"stack\"");
  EXPECT_GT(pictures, 4U);
  EXPECT_EQ(count_of(page, "role=\"img\""), pictures + 1);
  EXPECT_EQ(count_of(page, "<desc"), pictures + 1);
}

TEST(HtmlPage, OfOneHostHasNoRankingAndItsPartIsOpen) {
  const std::string page = render("html", report_of(sample::poor_host()));
  EXPECT_FALSE(has(page, "<section id=\"ranking\""));
  EXPECT_FALSE(has(page, "href=\"#ranking\""));
  EXPECT_TRUE(has(page, "id=\"host-delta.meet.test\" open>"));
  EXPECT_TRUE(has(page, "<h1>delta.meet.test: privacy audit</h1>"));
}

TEST(HtmlPage, OfFilesHasNoRankingAndNoLetter) {
  HostReport host = sample::poor_host();
  host.status = HostStatus::kFromFiles;
  host.grade = {};
  const std::string page = render("html", report_of(host));
  EXPECT_TRUE(has(page, "Settings read from files"));
  EXPECT_FALSE(has(page, "<section id=\"ranking\""));
  EXPECT_TRUE(has(page, "no own privacy policy found</h4>"));
  EXPECT_FALSE(has(page, "class=\"letter "));
}

}  // namespace
}  // namespace meetlat
