// The JSON report read back: what somebody published can be shown in every form again, without asking any host.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/report.h"

namespace meetlat {

inline constexpr std::string_view kReportSchema = "meetlat-report/1";

struct PublishedReport {
  Report report;
  // By Target::id, as it was published: a report of a part keeps the ranks of the whole. See Rendering::ranks.
  std::map<std::string, std::size_t, std::less<>> ranks;
};

// What the JSON writer wrote. Masked texts stay masked, and excluded hosts that it did not name are only counted.
// Whoever published it is not trusted: kParse and kSchema say where it is no such report; numbers outside of their
// range are kSchema too, and so is a Run.
Result<PublishedReport> read_report(std::string_view bytes);

}  // namespace meetlat
