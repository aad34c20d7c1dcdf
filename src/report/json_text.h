// What the JSON reports share.
#pragma once

#include <string>

#include "base/json_fwd.h"
#include "model/review.h"

namespace meetlat {

// Indented, with a line end, and without a byte that could drive a terminal or turn text round: those are escaped.
std::string json_text(const Json& json);

// As report.schema.json describes it, masked.
Json correction_json(const Correction& correction);

}  // namespace meetlat
