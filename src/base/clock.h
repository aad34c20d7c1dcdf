// Wall-clock instants in whole milliseconds UTC, their RFC 3339 text, and the seam for tests.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace meetlat {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Milliseconds = std::chrono::milliseconds;
using Ticks = std::chrono::steady_clock::time_point;  // for deadlines: never jumps

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  static const Clock& system();  // the real one; lives for ever
};

// "2026-11-23T06:03:52Z" (seconds; milliseconds are dropped).
std::string format_instant(Instant instant);
// "2026-11-23"
std::string format_date(Instant instant);
// Accepts YYYY-MM-DD and YYYY-MM-DDThh:mm:ss[.fff]Z. kParse otherwise.
Result<Instant> parse_instant(std::string_view text);
// Whole days from `from` to `to`, rounded down; negative when `to` is earlier.
long days_between(Instant from, Instant to) noexcept;

}  // namespace meetlat
