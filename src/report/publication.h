// What may be shown to everybody.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/report.h"
#include "model/rule.h"

namespace meetlat {

// Is that a rule under embargo, or a fact that only such rules read or show? Both by name, "nothing-exposed",
// "exposed.things".
bool under_embargo(std::string_view name, const RuleSet& rules);

// Why the report should not be published yet, a sentence each: caps that nobody confirmed, and findings by which the
// host's own words differ from what was seen, unless a person confirmed them. Of what publishable() leaves out,
// nothing.
std::vector<std::string> publication_faults(const Report& report, const RuleSet& rules, const Profile& profile);

// The report without findings of rules under embargo, until a review's embargo of that rule and host is over, and
// without those that a review puts under embargo. They are left out whatever their outcome (the lack of a failure would
// tell as much as the failure), without the facts that only those rules read or show, and without caps, corrections and
// items of guidelines that name either; a review's embargo takes all facts that decided. Notes other than excuses are
// for the keeper of the list. Letters and scores stay as they were given.
Report publishable(const Report& report, const RuleSet& rules, const Profile& profile);

}  // namespace meetlat
