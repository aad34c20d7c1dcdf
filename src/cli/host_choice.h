// Which hosts a name on the command line means.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace meetlat {

// Of the ids of hosts (Target::id) those that `named` means: the one that is written so; else, of a host name without
// port and path, every id of that host. Empty: none of them. kInvalidArgument: `named` is no host.
Result<std::vector<std::string>> hosts_meant(std::string_view named, const std::vector<std::string>& ids);

}  // namespace meetlat
