// Rows of comma-separated values (RFC 4180) that no spreadsheet takes for formulas.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace meetlat {

// One field: printable, quoted where it must be; what a spreadsheet would run as a formula gets an apostrophe in front.
std::string csv_field(std::string_view text);

// Fields with commas between them and CR LF behind.
std::string csv_row(const std::vector<std::string>& fields);

}  // namespace meetlat
