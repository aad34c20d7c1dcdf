// The history as JSON: "meetlat-history/1", see data/schema/history.schema.json. It holds everything, so that a
// database can be made from it.
#pragma once

#include <functional>
#include <optional>

#include "base/json_fwd.h"
#include "base/result.h"
#include "model/history.h"

namespace meetlat {

Json to_json(const History& history);

// kSchema, with the place, for anything else than what to_json makes: unknown names, a sight of a Run that is not
// there, sights out of order, a text that is not that of its digest, intervals of one rule that overlap.
Result<History> history_from_json(const Json& json);

// Its Runs one by one, oldest first, as they went in. The history outlives the function that is returned.
std::function<std::optional<HistoryRun>()> runs_of(const History& history);

}  // namespace meetlat
