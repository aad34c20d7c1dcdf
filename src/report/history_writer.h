// The history of hosts, drawn. Like every report: printable, personal data masked, dated, never accusing. A difference
// between sights that were not made alike (other rules, tool, tables, level, place) is never told as the host's.
#pragma once

#include <cstddef>
#include <ostream>
#include <vector>

#include "base/result.h"
#include "model/history.h"
#include "model/rule.h"

namespace meetlat {

struct HistoryDrawing {
  std::size_t columns = 120;       // 80 to 200
  std::size_t trend = 10;          // letters of a trend, at least 1
  const RuleSet* rules = nullptr;  // titles of rules, as far as it has them; never null
};

// A line a host: letter now, trend, first and last seen, number of Runs; best letter first. kIo, kDiskFull.
Result<void> write_history_table(const History& history, const HistoryDrawing& drawing, std::ostream& out);
// One host in full; `steps` is its history/timeline.h.
Result<void> write_history_host(const History& history, const HostHistory& host, const std::vector<HistoryStep>& steps,
                                const HistoryDrawing& drawing, std::ostream& out);
// A line a host and Run, by RFC 4180, with a heading.
Result<void> write_history_csv(const History& history, std::ostream& out);

}  // namespace meetlat
