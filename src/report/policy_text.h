// What was found of a host's privacy policy, for reading: the document, what it says, what was seen of that, and where
// was looked.
#pragma once

#include "model/report.h"
#include "report/layout.h"
#include "report/writer.h"

namespace meetlat {

// Nothing when the policy was not asked for.
void print_policy(Page& page, const HostReport& host, const RuleSet& rules);

}  // namespace meetlat
