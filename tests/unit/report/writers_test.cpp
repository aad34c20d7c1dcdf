#include <gtest/gtest.h>

#include <set>

#include "base/json.h"
#include "base/text.h"
#include "render.h"

namespace meetlat {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> formats() {
  std::vector<std::string> out;
  for (const ReportWriter* writer : all_report_writers()) out.emplace_back(writer->format());
  return out;
}

// Formats without room for sentences: rows, metrics, pictures.
bool tells(const std::string& format, const std::set<std::string>& terse) {
  return terse.count(format) == 0;
}

TEST(EveryWriter, WritesNoByteThatDrivesATerminal) {
  for (const std::string& format : formats()) {
    for (const std::size_t columns : {80U, 120U, 200U}) {
      const std::string text = render(format, sample::demo_report(), {columns, false, true});
      for (std::string line : split(text, '\n')) {
        if (format.starts_with("csv") && line.ends_with('\r')) line.pop_back();
        // printable() leaves a clean line as it is.
        EXPECT_EQ(printable(line), line) << format << " " << columns;
      }
    }
  }
}

TEST(EveryWriter, HasNoEscapesButThoseOfLettersWhenColoured) {
  for (const std::string& format : formats()) {
    std::string text = render(format, sample::report(), {120, true, false});
    for (const char* code : {"32", "36", "33", "35", "31"}) {
      for (const char letter : {'A', 'B', 'C', 'D', 'E', 'F'}) {
        const std::string mark = std::string("\x1b[") + code + "m" + letter + "\x1b[0m";
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark)) {
          text.replace(at, mark.size(), 1, letter);
        }
      }
    }
    EXPECT_EQ(text, render(format, sample::report(), {120, false, false})) << format;
  }
}

TEST(EveryWriter, MasksMailPhoneAndPrivatePersons) {
  for (const std::string& format : formats()) {
    const std::string text = render(format, sample::report(), {200, false, true});
    for (const char* secret : {"info@alpha", "admin@bravo", "postmaster@", "+49 30", "+31 20", "J. Doe"}) {
      EXPECT_FALSE(has(text, secret)) << format << " shows " << secret;
    }
  }
}

TEST(EveryWriter, ShowsOfAWholeTextItsLengthAndDigestOnly) {
  constexpr FactSpec kText{"policy.url", "text", ""};  // a path that a rule of the sample shows
  HostReport host = sample::poor_host();
  host.evidence.put(kText, Subject::target(), std::string("A sentence that nobody wants twice."), {});
  std::size_t shown = 0;
  for (const std::string& format : formats()) {
    const std::string text = render(format, report_of(host), {200, false, true});
    EXPECT_FALSE(has(text, "nobody wants")) << format;
    if (has(text, "35 bytes of text, sha256 ")) ++shown;
  }
  EXPECT_EQ(shown, 4U);  // text, json, jsonl and html show every fact that a rule shows
}

TEST(EveryWriter, StampsDemoAndSaysWhyItStopped) {
  for (const std::string& format : formats()) {
    EXPECT_FALSE(has(render(format, sample::report()), "DEMO")) << format;
    const std::string text = render(format, sample::demo_report());
    EXPECT_TRUE(has(text, "DEMO")) << format;
    if (tells(format, {"csv", "csv-hosts", "gitlab", "badge", "shields"})) {
      EXPECT_TRUE(has(text, "9 of 10 hosts failed alike")) << format;
    }
  }
}

TEST(EveryWriter, NamesExcludedHostsOnlyOnRequest) {
  for (const std::string& format : formats()) {
    EXPECT_FALSE(has(render(format, sample::report()), "opted-out")) << format;
    if (tells(format, {"gitlab", "badge", "shields", "list", "har"})) {
      EXPECT_TRUE(has(render(format, sample::report(), {120, false, true}), "opted-out")) << format;
    }
  }
}

TEST(EveryWriter, SaysWhatNoOutsiderCanSee) {
  for (const std::string& format : formats()) {
    const std::string text = render(format, sample::report(), {200, false, false});
    if (tells(format, {"csv", "csv-hosts", "junit", "gitlab", "openmetrics", "badge", "shields", "list"})) {
      EXPECT_TRUE(has(text, "What no outsider can see")) << format;
    }
    EXPECT_FALSE(has(text, "violat")) << format;
    EXPECT_FALSE(has(text, "guarantee")) << format;
  }
}

TEST(EveryWriter, WritesTheSameBytesAgain) {
  for (const std::string& format : formats()) {
    EXPECT_EQ(render(format, sample::report()), render(format, sample::report())) << format;
  }
}

TEST(EveryWriter, TellsWhenTheStreamFails) {
  const RuleSet rules = sample::rules();
  Rendering rendering;
  rendering.rules = &rules;
  rendering.profile = &rules.profiles.front();
  for (const ReportWriter* writer : all_report_writers()) {
    std::ostringstream out;
    out.setstate(std::ios::failbit);
    const auto result = writer->write(sample::report(), rendering, out);
    ASSERT_FALSE(result.has_value()) << writer->format();
    EXPECT_EQ(result.error().code, ErrorCode::kIo);
  }
}

TEST(EveryWriter, SurvivesAnEmptyReport) {
  for (const std::string& format : formats()) EXPECT_FALSE(render(format, Report{}).empty()) << format;
}

TEST(Table, StaysInsideItsColumns) {
  for (std::size_t columns = 80; columns <= 200; ++columns) {
    for (const std::string& line : split(render("table", sample::demo_report(), {columns, false, true}), '\n')) {
      EXPECT_LE(display_width(line), columns) << line;
      EXPECT_FALSE(line.ends_with(' ')) << line;
    }
  }
}

TEST(Table, ShowsLetterHostAndMainReasonAtEveryWidth) {
  for (const std::size_t columns : {0U, 80U, 111U, 112U, 159U, 160U, 200U, 5000U}) {
    const std::string text = render("table", sample::report(), {columns, false, false});
    for (const char* line : {"A very good", "bravo.meet.test", "foxtrot.meet.test:8443", "STUN of a third party",
                             "certificate not trusted, seen twice", "münchen.meet.test/F"}) {
      EXPECT_TRUE(has(text, line)) << columns << " " << line;
    }
  }
}

TEST(Table, AlignsWideCharactersAndCombiningMarks) {
  // Whatever stands behind the operator's column starts in the same column of the screen.
  const std::string text = render("table", sample::report(), {200, false, false});
  std::vector<std::size_t> starts;
  for (const std::string& line : split(text, '\n')) {
    for (const char* host : {"alpha.meet.test ", "münchen.meet.test/F "}) {
      if (!has(line, host)) continue;
      starts.push_back(display_width(line.substr(0, line.find("none seen"))));
    }
  }
  ASSERT_EQ(starts.size(), 2U);
  EXPECT_EQ(starts[0], starts[1]);
}

TEST(Table, GivesHostsOfOneLetterOneRank) {
  const auto json = parse_json(render("json", sample::report()));
  ASSERT_TRUE(json.has_value());
  std::vector<std::int64_t> ranks;
  for (const Json& host : json_member(*json, "hosts")) {
    if (!json_member(host, "grade").is_null()) ranks.push_back(json_int(host, "rank"));
  }
  EXPECT_EQ(ranks, (std::vector<std::int64_t>{1, 1, 3, 4, 5, 6}));
  const std::string text = render("table", sample::report());
  EXPECT_TRUE(has(text, "\n1  A very good  100    alpha"));
  EXPECT_TRUE(has(text, "\n1  A very good  86-94  münchen"));
  EXPECT_TRUE(has(text, "\n3  B good"));
}

TEST(Table, CountsAndGroupsHostsThatWereNotAudited) {
  const std::string text = render("table", sample::report(), {120, false, false});
  EXPECT_TRUE(has(text, "18 hosts listed, 7 audited, 6 graded: 2 A, 1 B, 1 C, 1 D, 1 F."));
  EXPECT_TRUE(has(text, "did not answer in time (3): juliet.slow.meet.test, kilo.slow.meet.test, lima.slow.meet.test"));
  EXPECT_TRUE(has(text, "hotel.meet.test (BigBlueButton)"));
  EXPECT_TRUE(has(text, "golf.meet.test: the search for a policy was not complete"));
}

TEST(Table, NeverRoundsAScoreUp) {
  const HostReport almost = sample::HostBuilder("https://almost.test/", HostStatus::kMeasured)
                                .graded('B', "good", {84.999, 84.999}, "")
                                .build();
  EXPECT_TRUE(has(render("table", report_of(almost)), "B good  84 "));
}

TEST(Text, PutsTheGravestFailureFirstAndShowsHowToChangeIt) {
  HostReport host = sample::poor_host();
  const std::string text = render("text", report_of(host), {200, false, false});
  const std::size_t policy = text.find("A privacy policy of its own is published: no");
  const std::size_t e2ee = text.find("End-to-end encryption is offered: no");
  ASSERT_NE(policy, std::string::npos);
  ASSERT_NE(e2ee, std::string::npos);
  EXPECT_LT(policy, e2ee);
  EXPECT_TRUE(has(text, "        |     privacy: 'https://HOST/privacy.html',\n"));
  EXPECT_TRUE(has(text, "40.0 points lost"));
  EXPECT_TRUE(has(text, "(confirmed by a person (2026-11-20))"));
}

TEST(Text, ShowsCommandsWhole) {
  const std::string text = render("text", report_of(sample::failing_host()), {80, false, false});
  EXPECT_TRUE(has(text, "      openssl s_client -connect foxtrot.meet.test:8443 -servername foxtrot.meet.test\n"));
}

TEST(Text, TellsWhatToDoAboutAPrivateAddress) {
  const HostReport host =
      sample::HostBuilder("https://papa.test/", HostStatus::kPrivateAddress, "10.1.2.3 is private").build();
  const std::string text = render("text", report_of(host));
  EXPECT_TRUE(has(text, "--hosts-file"));
  EXPECT_TRUE(has(text, "--allow-private"));
}

TEST(Text, HasAdviceForEveryStatusOfAHostThatWasNotAudited) {
  for (int i = 1; i <= static_cast<int>(HostStatus::kExcluded); ++i) {
    const HostReport host = sample::HostBuilder("https://papa.test/", static_cast<HostStatus>(i), "why").build();
    const std::string text = render("text", report_of(host), {120, false, true});
    EXPECT_TRUE(has(text, "What to do: ")) << i;
    EXPECT_TRUE(has(text, words_for(static_cast<HostStatus>(i)))) << i;
  }
}

TEST(Text, ShortensARowOfManySubjects) {
  auto builder = sample::HostBuilder("https://many.test/", HostStatus::kMeasured);
  for (int i = 0; i < 200; ++i) {
    const std::string address = "192.0.2." + std::to_string(i);
    builder.fact("tls.certificate.trusted", false, address, "", "openssl s_client -connect " + address,
                 Subject::address(address));
  }
  builder.finding("certificate-trusted", Outcome::kFail, 5, {"tls.certificate.trusted"}).graded('F', "fails", {}, "x");
  const std::string text = render("text", report_of(builder.build()));
  EXPECT_TRUE(has(text, "and 194 more"));
  EXPECT_FALSE(has(text, "192.0.2.77"));
}

TEST(JsonReport, RoundsScoresDownToOneDecimalAndHasNoOddNumbers) {
  auto builder = sample::HostBuilder("https://odd.test/", HostStatus::kMeasured);
  builder.graded('C', "fair", {55.123456, 66.66}, "x").finding("hsts-set", Outcome::kFail, 1.0 / 3, {});
  HostReport host = builder.build();
  host.grade.categories = {{"policy", "Own", 40, {-0.0, std::numeric_limits<double>::quiet_NaN()}}};
  const auto json = parse_json(render("json", report_of(host)));
  ASSERT_TRUE(json.has_value());
  const Json& out = json_member(*json, "hosts").at(0);
  EXPECT_EQ(dump_json(json_member(out, "range")), R"({"high":66.6,"low":55.1})");
  EXPECT_EQ(dump_json(json_member(json_member(out, "categories").at(0), "share")), R"({"high":0.0,"low":0.0})");
  EXPECT_EQ(dump_json(json_member(json_member(out, "findings").at(0), "points")), "0.3");
}

TEST(JsonReport, KeepsWhatItEscapes) {
  const std::string text = render("json", sample::report());
  EXPECT_TRUE(has(text, "\\u202egnp"));
  const auto json = parse_json(text);
  ASSERT_TRUE(json.has_value());
  EXPECT_EQ(json_string(*json, "schema"), "meetlat-report/1");
  EXPECT_TRUE(has(dump_json(*json), "\xe2\x80\xaegnp"));
}

}  // namespace
}  // namespace meetlat
