// How the score of hosts moved over Runs, for reports that draw it.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/report.h"

namespace meetlat {

// One host in one Run.
struct ScorePoint {
  Instant at{};                // when the host was measured
  Range range;                 // 0..100
  std::optional<char> letter;  // nullopt: not graded
  std::string rules_version;   // scores of different rule sets are not the same measure
};

// By Target::id; the points of a host in order of time.
using ScoreHistory = std::map<std::string, std::vector<ScorePoint>, std::less<>>;

}  // namespace meetlat
