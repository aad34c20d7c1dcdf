#include "base/clock.h"

#include <fmt/core.h>

#include <charconv>

namespace meetlat {
namespace {

class SystemClock final : public Clock {
 public:
  Instant now() const override { return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now()); }
};

bool digits(std::string_view text, std::size_t at, std::size_t count, int& out) {
  if (at + count > text.size()) return false;
  const char* first = text.data() + at;
  for (std::size_t i = 0; i < count; ++i) {
    if (first[i] < '0' || first[i] > '9') return false;
  }
  return std::from_chars(first, first + count, out).ec == std::errc{};
}

bool char_at(std::string_view text, std::size_t at, char c) {
  return at < text.size() && text[at] == c;
}

}  // namespace

const Clock& Clock::system() {
  static const SystemClock clock;
  return clock;
}

std::string format_date(Instant instant) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(instant)};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

std::string format_instant(Instant instant) {
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(instant - day)};
  return fmt::format("{}T{:02}:{:02}:{:02}Z", format_date(instant), time.hours().count(), time.minutes().count(),
                     time.seconds().count());
}

Result<Instant> parse_instant(std::string_view text) {
  const auto bad = [&] {
    return fail(ErrorCode::kParse, fmt::format("'{}' is no date (YYYY-MM-DD) or time (YYYY-MM-DDThh:mm:ssZ)", text));
  };
  int year = 0;
  int month = 0;
  int day = 0;
  if (!digits(text, 0, 4, year) || !char_at(text, 4, '-') || !digits(text, 5, 2, month) || !char_at(text, 7, '-') ||
      !digits(text, 8, 2, day)) {
    return bad();
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return bad();
  Instant instant = std::chrono::sys_days{date};
  if (text.size() == 10) return instant;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!char_at(text, 10, 'T') || !digits(text, 11, 2, hour) || !char_at(text, 13, ':') ||
      !digits(text, 14, 2, minute) || !char_at(text, 16, ':') || !digits(text, 17, 2, second) || hour > 23 ||
      minute > 59 || second > 60) {
    return bad();
  }
  std::size_t at = 19;
  int millis = 0;
  if (char_at(text, at, '.')) {
    if (!digits(text, at + 1, 3, millis)) return bad();
    at += 4;
  }
  if (at + 1 != text.size() || text[at] != 'Z') return bad();
  return instant + std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second} +
         Milliseconds{millis};
}

long days_between(Instant from, Instant to) noexcept {
  return static_cast<long>(std::chrono::floor<std::chrono::days>(to - from).count());
}

}  // namespace meetlat
