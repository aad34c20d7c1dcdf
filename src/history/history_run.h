// What of a judged Run is remembered.
#pragma once

#include "model/history.h"
#include "model/report.h"
#include "model/run.h"

namespace meetlat {

// `report` is the Run as it was judged; its rules, profile and corrections are what the history will say. Hosts that
// opted out or that the Run did not get to are left out: nothing was learnt of them. Times become whole seconds, as in
// Run files.
HistoryRun history_run(const RunHeader& run, const Report& report);

}  // namespace meetlat
