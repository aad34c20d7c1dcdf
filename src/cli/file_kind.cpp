#include "cli/file_kind.h"

#include <fmt/core.h>

#include "base/json.h"

namespace meetlat {
namespace {

std::string kind_of_schema(std::string_view schema) {
  if (schema.starts_with("meetlat-report/")) return "a JSON report";
  if (schema.starts_with("meetlat-baseline/")) return "a baseline";
  if (schema.starts_with("meetlat-history/")) return "a history";
  return {};
}

}  // namespace

std::string file_kind(std::string_view bytes) {
  // A Run and a report of lines say what they are in the first one.
  if (const auto first = parse_json(bytes.substr(0, bytes.find('\n')))) {
    if (json_string(*first, "type") == "header") return "a Run";
    if (json_member(*first, "header").is_object() && !json_member(*first, "hosts").is_array()) {
      return "a report of the format jsonl";
    }
  }
  const auto whole = parse_json(bytes);
  return whole ? kind_of_schema(json_string(*whole, "schema")) : std::string{};
}

Error wanted_instead(const Error& error, std::string_view bytes, std::string_view wanted) {
  if (error.code != ErrorCode::kParse && error.code != ErrorCode::kSchema) return error;
  std::string text = fmt::format("{}; it shall be {}", error.context, wanted);
  const std::string kind = file_kind(bytes);
  const bool said = error.context.find(kind) != std::string::npos;
  if (!kind.empty() && !said && !wanted.starts_with(kind)) text += fmt::format(", and looks like {}", kind);
  return {error.code, std::move(text)};
}

}  // namespace meetlat
