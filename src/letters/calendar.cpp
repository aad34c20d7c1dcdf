#include "letters/calendar.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <optional>

#include "base/document.h"
#include "base/text.h"

namespace meetlat {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::month;
using std::chrono::month_day;
using std::chrono::sys_days;
using std::chrono::weekday;
using std::chrono::year;

constexpr int kFirstYear = 1900;
constexpr int kLastYear = 2099;

// All of `text` as a number; a sign only where `with_sign`.
std::optional<int> number(std::string_view text, bool with_sign = false) {
  if (with_sign && text.starts_with('+')) text.remove_prefix(1);
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!with_sign && value < 0) return std::nullopt;
  return value;
}

std::optional<month_day> parse_month_day(std::string_view text) {
  if (text.size() != 5 || text[2] != '-') return std::nullopt;
  const auto m = number(text.substr(0, 2));
  const auto d = number(text.substr(3));
  if (!m || !d) return std::nullopt;
  const month_day parsed{month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d))};
  if (!parsed.ok()) return std::nullopt;
  return parsed;
}

std::optional<weekday> parse_weekday(std::string_view text) {
  constexpr std::array<std::string_view, 7> kNames{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
  for (unsigned i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == text) return weekday(i);
  }
  return std::nullopt;
}

std::string at(const Mark& mark) {
  return fmt::format("line {}, column {}", mark.line, mark.column);
}

Due to_working_day(sys_days last, std::string_view country, const Holidays& holidays) {
  Due due;
  for (;; last += days(1)) {
    const weekday on(last);
    if (on == std::chrono::Saturday || on == std::chrono::Sunday) continue;
    const Holidays::Kind kind = holidays.kind(country, Date(last));
    if (kind == Holidays::Kind::kHoliday) continue;
    due.date = Date(last);
    due.certain = kind == Holidays::Kind::kWorking;
    return due;
  }
}

}  // namespace

Result<Date> parse_date(std::string_view text) {
  if (text.size() == 10 && text[4] == '-') {
    const auto y = number(text.substr(0, 4));
    const auto rest = parse_month_day(text.substr(5));
    if (y && rest && *y >= kFirstYear && *y <= kLastYear) {
      const Date date{year(*y), rest->month(), rest->day()};
      if (date.ok()) return date;
    }
  }
  return fail(ErrorCode::kInvalidArgument, fmt::format("'{}' is no date; wanted is YYYY-MM-DD, from {} to {}",
                                                       excerpt(text, 40), kFirstYear, kLastYear));
}

std::string iso_date(Date date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

Date date_of(Instant instant) {
  return Date(std::chrono::floor<days>(instant));
}

// The algorithm of Meeus, Jones and Butcher.
Date easter_sunday(year of) {
  const int y = static_cast<int>(of);
  const int a = y % 19;
  const int b = y / 100;
  const int c = y % 100;
  const int d = b / 4;
  const int e = b % 4;
  const int f = (b + 8) / 25;
  const int g = (b - f + 1) / 3;
  const int h = (19 * a + b - d - g + 15) % 30;
  const int i = c / 4;
  const int k = c % 4;
  const int l = (32 + 2 * e + 2 * i - h - k) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return {of, month(static_cast<unsigned>(n / 31)), day(static_cast<unsigned>(n % 31 + 1))};
}

// Meeus's Julian algorithm. From 1900 to 2099 the Julian calendar is 13 days behind.
Date orthodox_easter_sunday(year of) {
  const int y = static_cast<int>(of);
  const int d = (19 * (y % 19) + 15) % 30;
  const int e = (2 * (y % 4) + 4 * (y % 7) - d + 34) % 7;
  const int n = d + e + 114;
  const Date julian{of, month(static_cast<unsigned>(n / 31)), day(static_cast<unsigned>(n % 31 + 1))};
  return Date(sys_days(julian) + days(13));
}

// "05-01", "easter+39", "orthodox-2", "mon>=08-25"
Result<Holidays::Day> Holidays::parse_day(std::string_view text) {
  Day parsed;
  const auto relative = [&](std::string_view anchor, Day::Anchor kind) {
    const auto offset = text.starts_with(anchor) ? number(text.substr(anchor.size()), true) : std::nullopt;
    if (!offset) return false;
    parsed.anchor = kind;
    parsed.offset = *offset;
    return true;
  };
  if (relative("easter", Day::Anchor::kEaster) || relative("orthodox", Day::Anchor::kOrthodox)) return parsed;
  if (text.size() == 10 && text.substr(3, 2) == ">=") {
    const auto on = parse_weekday(text.substr(0, 3));
    const auto from = parse_month_day(text.substr(5));
    if (on && from) {
      parsed.anchor = Day::Anchor::kWeekday;
      parsed.weekday = *on;
      parsed.fixed = *from;
      return parsed;
    }
  } else if (const auto fixed = parse_month_day(text)) {
    parsed.fixed = *fixed;
    return parsed;
  }
  return fail(ErrorCode::kSchema, fmt::format("'{}' names no day", printable(text)));
}

bool Holidays::falls_on(const Day& day, Date date) {
  const year of = date.year();
  switch (day.anchor) {
    case Day::Anchor::kFixed:
      return day.fixed.month() == date.month() && day.fixed.day() == date.day();
    case Day::Anchor::kEaster:
      return sys_days(easter_sunday(of)) + days(day.offset) == sys_days(date);
    case Day::Anchor::kOrthodox:
      return sys_days(orthodox_easter_sunday(of)) + days(day.offset) == sys_days(date);
    case Day::Anchor::kWeekday:
      break;
  }
  const sys_days from = sys_days(Date{of, day.fixed.month(), day.fixed.day()});
  return from + (day.weekday - weekday(from)) == sys_days(date);
}

Result<Holidays> Holidays::parse(std::string_view yaml) {
  const auto doc = read_yaml(yaml);
  if (!doc) return fail(doc.error());
  const Doc::Map* countries = doc->map();
  if (countries == nullptr) return fail(ErrorCode::kSchema, "wanted is a map of countries");
  if (const Doc::Entry* twice = find_duplicate_key(*doc)) {
    return fail(ErrorCode::kSchema, fmt::format("{}: '{}' stands there twice", at(twice->mark), twice->key));
  }
  Holidays holidays;
  for (const Doc::Entry& entry : *countries) {
    Country country;
    const Doc::Map* fields = entry.value.map();
    if (fields == nullptr) return fail(ErrorCode::kSchema, at(entry.mark) + ": wanted is a map");
    for (const Doc::Entry& field : *fields) {
      if (const bool* open = field.value.boolean(); field.key == "open" && open != nullptr) {
        country.open = *open;
        continue;
      }
      const Doc::Seq* list = field.value.seq();
      if (list == nullptr || (field.key != "days" && field.key != "perhaps")) {
        return fail(ErrorCode::kSchema, fmt::format("{}: '{}' is not understood", at(field.mark), field.key));
      }
      for (const Doc& each : *list) {
        const std::string* text = each.string();
        auto day = text == nullptr ? fail(ErrorCode::kSchema, "no text") : parse_day(*text);
        if (!day) return fail(ErrorCode::kSchema, at(each.mark) + ": " + day.error().context);
        (field.key == "days" ? country.days : country.perhaps).push_back(*day);
      }
    }
    holidays.countries_.emplace(entry.key, std::move(country));
  }
  return holidays;
}

Holidays::Kind Holidays::kind(std::string_view country, Date date) const {
  const auto found = countries_.find(country);
  if (found == countries_.end()) return Kind::kPerhaps;
  for (const Day& day : found->second.days) {
    if (falls_on(day, date)) return Kind::kHoliday;
  }
  for (const Day& day : found->second.perhaps) {
    if (falls_on(day, date)) return Kind::kPerhaps;
  }
  return found->second.open ? Kind::kPerhaps : Kind::kWorking;
}

Due after_months(Date event, int months, std::string_view country, const Holidays& holidays) {
  Date last = event + std::chrono::months(months);
  if (!last.ok()) last = last.year() / last.month() / std::chrono::last;
  return to_working_day(sys_days(last), country, holidays);
}

Due after_days(Date event, int count, std::string_view country, const Holidays& holidays) {
  return to_working_day(sys_days(event) + days(count), country, holidays);
}

}  // namespace meetlat
