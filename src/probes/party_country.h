// Where the addresses of a party are registered.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "net/session.h"

namespace meetlat::probes {

// Countries (ISO 3166) of the host's addresses by the local table, sorted. An error when its name or the country of any
// of its addresses is not known, or when its addresses are used all over the world. Looks the name up; where the target
// itself is known by a hosts file only, names beside it are nobody else's business (kNotAttempted).
Result<std::vector<std::string>> countries_of(const std::string& host, Session& session);

}  // namespace meetlat::probes
