// What may be shown to everybody.
#pragma once

#include <string_view>

#include "model/report.h"
#include "model/rule.h"

namespace meetlat {

// Is that a rule under embargo, or a fact that only such rules read or show? Both by name, "nothing-exposed",
// "exposed.things".
bool under_embargo(std::string_view name, const RuleSet& rules);

// The report without findings of rules under embargo, whatever their outcome (the lack of a failure would tell as much
// as the failure), without the facts that only those rules read or show, and without caps, corrections and items of
// guidelines that name either. Letters and scores stay as they were given.
Report publishable(const Report& report, const RuleSet& rules, const Profile& profile);

}  // namespace meetlat
