// What the page leaves out because everybody may read it.
#pragma once

#include "model/report.h"
#include "model/rule.h"

namespace meetlat::html {

// The report without the failures of rules whose `embargo` is set, which would help an attacker: neither the findings
// nor sentences taken from them. What a host is not told of here stands in the reports for its operator.
Report without_embargoed(const Report& report, const RuleSet& rules);

}  // namespace meetlat::html
