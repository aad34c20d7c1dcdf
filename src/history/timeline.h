// The history of one host, told sight by sight. Pure.
#pragma once

#include <vector>

#include "model/history.h"

namespace meetlat {

// One step a sight, oldest first. What was not measured in between is passed over; a rule that one of two sights was
// not judged by has a step only when their settings are the same.
std::vector<HistoryStep> timeline(const History& history, const HostHistory& host);

}  // namespace meetlat
