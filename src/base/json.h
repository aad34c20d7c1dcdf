// JSON that we write and read back (Runs, reports). Keys are sorted, so equal content is equal bytes.
// Include this in .cpp files only; headers include base/json_fwd.h.
#pragma once

#include <nlohmann/json.hpp>

#include "base/json_fwd.h"
#include "base/result.h"

namespace meetlat {

// Non-throwing parse; kParse with byte offset. Never use Json::parse directly.
Result<Json> parse_json(std::string_view bytes);
// UTF-8 with invalid sequences replaced; never throws. indent < 0: one line.
std::string dump_json(const Json& json, int indent = -1);

// Member access without exceptions: the default when missing or of another type.
std::string json_string(const Json& object, const char* key, std::string_view fallback = {});
std::int64_t json_int(const Json& object, const char* key, std::int64_t fallback = 0);
double json_double(const Json& object, const char* key, double fallback = 0);
bool json_bool(const Json& object, const char* key, bool fallback = false);
std::vector<std::string> json_strings(const Json& object, const char* key);
// The member, or a static null value.
const Json& json_member(const Json& object, const char* key) noexcept;

}  // namespace meetlat
