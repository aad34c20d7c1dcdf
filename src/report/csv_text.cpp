#include "report/csv_text.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace meetlat {
namespace {

// What makes spreadsheets calculate; the wide forms (U+FF1D and so on) do so in some of them.
bool starts_formula(std::string_view text) {
  constexpr std::array<std::string_view, 8> kStarts = {
      "=", "+", "-", "@", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
  return std::any_of(kStarts.begin(), kStarts.end(), [&](std::string_view start) { return text.starts_with(start); });
}

}  // namespace

std::string csv_field(std::string_view text) {
  const std::string shown = printable(text);
  // Tabs and line ends are spaces by now; some readers skip those before they look for a formula.
  std::string out = starts_formula(trim(shown)) ? "'" + shown : shown;
  if (!text.empty() && (text.front() == '\t' || text.front() == '\r') && !out.starts_with('\'')) out.insert(0, 1, '\'');
  if (out.find_first_of(",\"\r\n") == std::string::npos && trim(out) == out) return out;
  std::string quoted = "\"";
  for (const char c : out) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string csv_row(const std::vector<std::string>& fields) {
  std::string row;
  for (const std::string& field : fields)
    row += (row.empty() && &field == &fields.front() ? "" : ",") + csv_field(field);
  return row + "\r\n";
}

}  // namespace meetlat
