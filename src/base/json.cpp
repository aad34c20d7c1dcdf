#include "base/json.h"

#include <fmt/core.h>

namespace meetlat {

Result<Json> parse_json(std::string_view bytes) {
  // The throwing parser knows where the fault is, the other one does not: this file is its only door.
  try {
    return Json::parse(bytes.begin(), bytes.end());
  } catch (const Json::exception& error) {
    std::string what = error.what();
    const std::size_t end_of_id = what.find("] ");
    return fail(ErrorCode::kParse, end_of_id == std::string::npos ? what : what.substr(end_of_id + 2));
  }
}

std::string dump_json(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

const Json& json_member(const Json& object, const char* key) noexcept {
  static const Json null;
  if (!object.is_object()) return null;
  const auto found = object.find(key);
  return found == object.end() ? null : *found;
}

std::string json_string(const Json& object, const char* key, std::string_view fallback) {
  const Json& member = json_member(object, key);
  return member.is_string() ? member.get_ref<const std::string&>() : std::string(fallback);
}

std::int64_t json_int(const Json& object, const char* key, std::int64_t fallback) {
  const Json& member = json_member(object, key);
  return member.is_number_integer() ? member.get<std::int64_t>() : fallback;
}

double json_double(const Json& object, const char* key, double fallback) {
  const Json& member = json_member(object, key);
  return member.is_number() ? member.get<double>() : fallback;
}

bool json_bool(const Json& object, const char* key, bool fallback) {
  const Json& member = json_member(object, key);
  return member.is_boolean() ? member.get<bool>() : fallback;
}

std::vector<std::string> json_strings(const Json& object, const char* key) {
  std::vector<std::string> out;
  for (const Json& item : json_member(object, key)) {
    if (item.is_string()) out.push_back(item.get<std::string>());
  }
  return out;
}

}  // namespace meetlat
