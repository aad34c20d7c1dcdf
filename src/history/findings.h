// Findings of one host as intervals, for history/store.cpp alone. A tick is a measured sight's place in time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

namespace meetlat {

using Tick = std::int64_t;
using TextId = std::int64_t;  // a row of the table `texts`

struct FindingRow {
  TextId rule = 0;
  Tick first = 0;
  std::optional<Tick> last;  // nullopt: it holds in the latest measured sight
  TextId outcome = 0;

  friend bool operator==(const FindingRow&, const FindingRow&) = default;
};

// By rule, then tick: how the rule came out there.
using FindingPoints = std::map<TextId, std::map<Tick, TextId>>;

// Every measured sight of the host is in `ticks`, ascending.
FindingPoints points_of(std::span<const FindingRow> rows, std::span<const Tick> ticks);
// The longest intervals, by rule, then first tick: the same for the same points, in whatever order they came to be.
std::vector<FindingRow> rows_of(const FindingPoints& points, std::span<const Tick> ticks);

}  // namespace meetlat
