#pragma once

#include <nlohmann/json_fwd.hpp>

namespace meetlat {
using Json = nlohmann::json;
}  // namespace meetlat
