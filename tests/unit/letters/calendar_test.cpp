// Dates, holidays and the end of periods.
#include "letters/calendar.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/file.h"

namespace meetlat {
namespace {

Date day(const char* text) {
  const auto date = parse_date(text);
  EXPECT_TRUE(date) << text;
  return date.value_or(Date{});
}

const Holidays& bundled() {
  static const Holidays holidays = [] {
    const auto bytes = read_file(std::string(MEETLAT_TOP_DIR) + "/data/public-holidays.yml");
    auto parsed = Holidays::parse(bytes.value_or(""));
    EXPECT_TRUE(parsed) << (parsed ? "" : describe(parsed.error()));
    return parsed.value_or(Holidays{});
  }();
  return holidays;
}

TEST(ParseDate, TakesWholeDatesOnly) {
  EXPECT_EQ(iso_date(day("2028-02-29")), "2028-02-29");
  for (const char* text : {"2027-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "20261-1-1", "1899-12-31",
                           "2100-01-01", "2026-11-23x", "", "+026-11-23", "2026--1-23"}) {
    EXPECT_FALSE(parse_date(text)) << text;
  }
}

TEST(DateOf, IsTheDayInUtc) {
  EXPECT_EQ(iso_date(date_of(parse_instant("2026-12-31T23:59:59Z").value())), "2026-12-31");
}

// Dates as printed in church calendars.
TEST(Easter, FallsOnThePublishedDates) {
  using std::chrono::year;
  EXPECT_EQ(iso_date(easter_sunday(year(1961))), "1961-04-02");
  EXPECT_EQ(iso_date(easter_sunday(year(2000))), "2000-04-23");
  EXPECT_EQ(iso_date(easter_sunday(year(2008))), "2008-03-23");
  EXPECT_EQ(iso_date(easter_sunday(year(2026))), "2026-04-05");
  EXPECT_EQ(iso_date(easter_sunday(year(2027))), "2027-03-28");
  EXPECT_EQ(iso_date(easter_sunday(year(2038))), "2038-04-25");
  EXPECT_EQ(iso_date(orthodox_easter_sunday(year(2024))), "2024-05-05");
  EXPECT_EQ(iso_date(orthodox_easter_sunday(year(2025))), "2025-04-20");
  EXPECT_EQ(iso_date(orthodox_easter_sunday(year(2026))), "2026-04-12");
  EXPECT_EQ(iso_date(orthodox_easter_sunday(year(2027))), "2027-05-02");
}

struct MonthCase {
  const char* received;
  const char* country;
  const char* due;
  bool certain;
  const char* why;
};

class AfterOneMonth : public testing::TestWithParam<MonthCase> {};

TEST_P(AfterOneMonth, EndsAsTheRegulationSays) {
  const MonthCase& param = GetParam();
  const Due due = after_months(day(param.received), 1, param.country, bundled());
  EXPECT_EQ(iso_date(due.date), param.due) << param.why;
  EXPECT_EQ(due.certain, param.certain) << param.why;
}

const MonthCase kMonthCases[] = {
    {"2026-10-12", "NL", "2026-11-12", true, "the same date of the next month"},
    {"2026-10-31", "NL", "2026-11-30", true, "no 31 November: its last day"},
    {"2027-01-29", "NL", "2027-03-01", true, "28 February 2027 is a Sunday"},
    {"2027-01-31", "NL", "2027-03-01", true, "the last day of February is a Sunday"},
    {"2026-01-31", "NL", "2026-03-02", true, "28 February 2026 is a Saturday"},
    {"2028-01-31", "NL", "2028-02-29", true, "a leap year"},
    {"2028-01-29", "NL", "2028-02-29", true, "a leap year has that date"},
    {"2028-01-30", "NL", "2028-02-29", true, "a leap year has no 30 February either"},
    {"2028-02-29", "NL", "2028-03-29", true, "from the leap day, the same date"},
    {"2026-05-31", "NL", "2026-06-30", true, "30 June"},
    {"2026-08-30", "NL", "2026-09-30", true, "30 September"},
    {"2026-12-01", "NL", "2027-01-04", true, "1 January is a holiday, then a weekend"},
    {"2026-12-31", "NL", "2027-02-01", true, "over the year; 31 January is a Sunday"},
    {"2026-11-25", "NL", "2026-12-28", true, "Christmas on Friday and Saturday, then Sunday"},
    {"2026-11-24", "NL", "2026-12-24", true, "Christmas Eve works in the Netherlands"},
    {"2026-11-24", "CZ", "2026-12-28", true, "Christmas Eve is a holiday in Czechia"},
    {"2026-11-24", "DK", "2026-12-24", false, "Christmas Eve may be free in Denmark"},
    {"2026-03-05", "DE", "2026-04-07", true, "Easter Sunday, Easter Monday"},
    {"2026-03-03", "DE", "2026-04-07", true, "Good Friday, the weekend, Easter Monday"},
    {"2026-03-03", "IT", "2026-04-03", false, "Good Friday works in Italy, but patron saints are local"},
    {"2026-04-14", "DE", "2026-05-15", true, "Ascension Day"},
    {"2026-04-25", "FR", "2026-05-26", true, "Whit Monday"},
    {"2026-05-04", "DE", "2026-06-04", false, "Corpus Christi, in some Laender only"},
    {"2026-05-04", "AT", "2026-06-05", true, "Corpus Christi, in all of Austria"},
    {"2026-09-30", "DE", "2026-10-30", true, "30 October"},
    {"2026-10-18", "DE", "2026-11-18", false, "the Day of Repentance, in Saxony only"},
    {"2027-04-03", "GR", "2027-05-04", false, "Orthodox Easter Monday; other days may move"},
    {"2027-05-19", "SE", "2027-06-21", true, "Saturday 19 June"},
    {"2027-05-25", "SE", "2027-06-28", true, "Midsummer Eve is a Friday"},
    {"2026-04-04", "GB", "2026-05-05", false, "the first Monday in May"},
    {"2026-03-27", "NL", "2026-04-28", true, "King's Day"},
    {"2026-10-12", "", "2026-11-12", false, "an unknown country has unknown holidays"},
    {"2026-10-14", "", "2026-11-16", false, "a Saturday is one everywhere"},
    {"2026-10-12", "US", "2026-11-12", false, "no table"},
};
INSTANTIATE_TEST_SUITE_P(Months, AfterOneMonth, testing::ValuesIn(kMonthCases), [](const auto& each) {
  std::string name = std::string(each.param.country) + "_" + each.param.received;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(AfterDays, CountsEveryDayAndMovesTheLastOne) {
  EXPECT_EQ(iso_date(after_days(day("2026-11-23"), 14, "NL", bundled()).date), "2026-12-07");
  EXPECT_EQ(iso_date(after_days(day("2026-12-11"), 14, "NL", bundled()).date), "2026-12-28") << "Christmas Day";
  EXPECT_EQ(iso_date(after_days(day("2026-11-21"), 14, "NL", bundled()).date), "2026-12-07") << "a Saturday";
}

TEST(Holidays, AreThereForEveryCountryThatAnAuthorityMayBeIn) {
  for (const char* country :
       {"AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU",
        "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}) {
    EXPECT_TRUE(bundled().knows(country)) << country;
    EXPECT_EQ(bundled().kind(country, day("2027-12-25")), Holidays::Kind::kHoliday) << country;
    EXPECT_EQ(bundled().kind(country, day("2027-01-01")), Holidays::Kind::kHoliday) << country;
  }
}

TEST(Holidays, RefuseWhatTheyDoNotUnderstand) {
  for (const char* yaml : {"[]", "NL: 1", "NL: {days: [\"13-01\"]}", "NL: {days: [\"easter\"]}", "NL: {days: [3]}",
                           "NL: {free: [\"01-01\"]}", "NL: {days: [\"sol>=01-01\"]}", "NL: {open: 1}",
                           "NL: {days: []}\nNL: {days: []}", "NL: {days: [\"easter+1x\"]}"}) {
    EXPECT_FALSE(Holidays::parse(yaml)) << yaml;
  }
  EXPECT_TRUE(Holidays::parse("NL: {days: [\"easter-2\", \"mon>=08-25\"], perhaps: [\"12-24\"], open: true}"));
}

}  // namespace
}  // namespace meetlat
