// What published guidelines say about a host.
#pragma once

#include "model/evidence.h"
#include "model/report.h"
#include "model/rule.h"

namespace meetlat {

// Pure. A fact that was not measured makes it a range of levels, never the worse one.
GuidelineResult measure_by(const Guideline& guideline, const Evidence& evidence);

}  // namespace meetlat
