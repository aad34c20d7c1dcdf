// Personal data stays out of every report: mail addresses, telephone numbers and the names of private persons are
// replaced before any writer sees them. Hobby hosters publish their own; a report must not spread them.
#pragma once

#include <vector>

#include "base/personal.h"
#include "model/fact.h"
#include "model/target.h"

namespace meetlat {

// The fact as a report may show it: value, excerpt, place, command and reason masked, a whole text replaced by its
// length and digest.
Fact masked(const Fact& fact);

// Claims as they may be shown: masked, and the operator that a list calls a private person is not named.
std::vector<Claim> masked(const std::vector<Claim>& claims);

}  // namespace meetlat
