// What the JSON reports share.
#pragma once

#include <functional>
#include <string>

#include "base/json_fwd.h"
#include "model/review.h"
#include "report/writer.h"

namespace meetlat {

// Indented, with a line end, and without a byte that could drive a terminal or turn text round: those are escaped.
std::string json_text(const Json& json);

// The same in one line, with a line end.
std::string json_line(const Json& json);

// "schema", "header", "summary" and "notes" of a report.
Json report_head_json(const Report& report);
// Every host that the rendering shows, in order, as in "hosts".
void each_host_json(const Report& report, const Rendering& rendering, const std::function<void(Json)>& take);

// As report.schema.json describes it, masked.
Json correction_json(const Correction& correction);

}  // namespace meetlat
