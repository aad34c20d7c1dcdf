#include "report/report_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/text.h"
#include "render.h"

namespace meetlat {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

std::string why_refused(std::string_view bytes) {
  const auto report = read_report(bytes);
  return report ? "accepted" : describe(report.error());
}

TEST(ReadReport, GivesBackWhatWasWrittenByteForByte) {
  for (const bool named : {false, true}) {
    Options options;
    options.show_excluded = named;
    for (const Report& report : {sample::report(), sample::demo_report()}) {
      const std::string json = render("json", report, options);
      const auto read = read_report(json);
      ASSERT_TRUE(read.has_value()) << describe(read.error());
      EXPECT_EQ(render("json", read->report, options), json);
    }
  }
}

TEST(ReadReport, ShowsTheSameTableAsTheReportItself) {
  const Report report = sample::report();
  const auto read = read_report(render("json", report));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(render("table", read->report), render("table", report));
}

TEST(ReadReport, CountsExcludedHostsThatAreNotNamed) {
  const Report report = sample::report();
  std::size_t excluded = 0;
  for (const HostReport& host : report.hosts) excluded += host.status == HostStatus::kExcluded ? 1U : 0U;
  ASSERT_GT(excluded, 0U);
  const auto read = read_report(render("json", report));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->report.header.excluded_unnamed, excluded);
  EXPECT_EQ(read->report.hosts.size() + excluded, report.hosts.size());
}

TEST(ReadReport, RefusesWhatIsNone) {
  EXPECT_NE(why_refused("").find("line 1"), std::string::npos);
  EXPECT_NE(why_refused("{\"schema\": \"meetlat-report/9\"}").find("meetlat-report/9"), std::string::npos);
  EXPECT_NE(why_refused("[]").find("meetlat-report/1"), std::string::npos);
  EXPECT_NE(why_refused("{\"type\": \"header\", \"format\": 1}\n{}").find("it is a Run"), std::string::npos);
}

TEST(ReadReport, RefusesNumbersLettersAndHostsThatCannotBe) {
  const std::string json = render("json", sample::report());
  EXPECT_NE(why_refused(replaced(json, "\"grade\": \"", "\"grade\": \"Z")).find("letter"), std::string::npos);
  EXPECT_NE(why_refused(replaced(json, "\"status\": \"", "\"status\": \"x")).find("status"), std::string::npos);
  EXPECT_NE(why_refused(replaced(json, "\"outcome\": \"", "\"outcome\": \"x")).find("finding"), std::string::npos);
  EXPECT_NE(why_refused(replaced(json, "\"url\": \"https://", "\"url\": \"https://x")).find("does not belong"),
            std::string::npos);
  const std::size_t at = json.find("\"range\": {");
  ASSERT_NE(at, std::string::npos);
  const std::size_t low = json.find("\"low\": ", at);
  const std::string worse = json.substr(0, low) + "\"low\": -" + json.substr(low + 7);
  EXPECT_NE(why_refused(worse).find("out of range"), std::string::npos) << why_refused(worse);
}

}  // namespace
}  // namespace meetlat
