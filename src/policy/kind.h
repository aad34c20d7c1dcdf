// Is it a policy? Internal to the policy reader.
#pragma once

#include "policy/reader.h"

namespace meetlat::policy {

// Sets is_policy, kind, why and title of the reading from what was tallied; the items are read already.
Result<void> decide_kind(const Document& document, const Names& names, const Tallies& tallies, Reading& reading);

}  // namespace meetlat::policy
