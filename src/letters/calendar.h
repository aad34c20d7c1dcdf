// Calendar dates, and the end of a period as European law computes it.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace meetlat {

using Date = std::chrono::year_month_day;

// "2027-01-31". kInvalidArgument when it is no date between 1900 and 2099 (the years for which holidays are computed).
Result<Date> parse_date(std::string_view text);
std::string iso_date(Date date);
Date date_of(Instant instant);  // in UTC

Date easter_sunday(std::chrono::year year);           // Gregorian
Date orthodox_easter_sunday(std::chrono::year year);  // by the Julian reckoning, as a Gregorian date

// Public holidays of a country, read from data/public-holidays.yml.
class Holidays {
 public:
  enum class Kind {
    kWorking,
    kHoliday,  // everywhere in the country
    kPerhaps,  // in some regions, or the table cannot tell: unknown countries, movable and local holidays
  };

  static Result<Holidays> parse(std::string_view yaml);  // kParse, kSchema with line and column
  // `country` is an ISO 3166-1 code in upper case; "" or an unknown one gives kPerhaps.
  Kind kind(std::string_view country, Date date) const;
  bool knows(std::string_view country) const { return countries_.find(country) != countries_.end(); }

 private:
  // One way in which a table names a day.
  struct Day {
    enum class Anchor { kFixed, kEaster, kOrthodox, kWeekday } anchor = Anchor::kFixed;
    std::chrono::month_day fixed{};  // kFixed; kWeekday: the first such weekday on or after it
    std::chrono::weekday weekday{};  // kWeekday
    int offset = 0;                  // kEaster, kOrthodox: days after Easter Sunday
  };
  struct Country {
    std::vector<Day> days;
    std::vector<Day> perhaps;
    bool open = false;  // local or substitute holidays that no table holds
  };
  static Result<Day> parse_day(std::string_view text);
  static bool falls_on(const Day& day, Date date);

  std::map<std::string, Country, std::less<>> countries_;
};

// The last day of a period.
struct Due {
  Date date;
  bool certain = true;  // false: that day may be a public holiday, so that the period ends on a later working day
};

// Regulation (EEC, Euratom) No 1182/71, Article 3: the day of the event does not count; a period of months ends with
// the same date of the last month, or with its last day where there is no such date; one of days with its last day; and
// where that is a Saturday, a Sunday or a public holiday, with the next working day. Days in between always count.
Due after_months(Date event, int months, std::string_view country, const Holidays& holidays);
Due after_days(Date event, int days, std::string_view country, const Holidays& holidays);

}  // namespace meetlat
