// Arrays and records in program text (PHP, Python, JavaScript, TypeScript, Ruby, Go, ...), read as one tree without
// knowing the language: string literals, brackets, "key: value", "key => value", "key = value".
#pragma once

#include <string_view>

#include "base/document.h"

namespace meetlat {

// A map from the names of what is assigned to the literals; never fails. Comments are no content, and calls, conditions
// and single strings count for nothing. Depth and size are bounded; what lies beyond is left out.
Doc read_code(std::string_view text);

}  // namespace meetlat
