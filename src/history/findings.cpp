#include "history/findings.h"

#include <algorithm>

namespace meetlat {

FindingPoints points_of(std::span<const FindingRow> rows, std::span<const Tick> ticks) {
  FindingPoints out;
  for (const FindingRow& row : rows) {
    std::map<Tick, TextId>& points = out[row.rule];
    for (auto at = std::lower_bound(ticks.begin(), ticks.end(), row.first);
         at != ticks.end() && (!row.last || *at <= *row.last); ++at) {
      points.insert_or_assign(*at, row.outcome);
    }
  }
  return out;
}

std::vector<FindingRow> rows_of(const FindingPoints& points, std::span<const Tick> ticks) {
  std::vector<FindingRow> out;
  for (const auto& [rule, outcomes] : points) {
    std::optional<FindingRow> open;
    Tick last = 0;
    for (const Tick tick : ticks) {
      const auto at = outcomes.find(tick);
      const bool goes_on = open && at != outcomes.end() && at->second == open->outcome;
      if (!goes_on && open) {
        open->last = last;
        out.push_back(*open);
        open.reset();
      }
      if (!open && at != outcomes.end()) open = FindingRow{rule, tick, std::nullopt, at->second};
      last = tick;
    }
    if (open) out.push_back(*open);
  }
  return out;
}

}  // namespace meetlat
