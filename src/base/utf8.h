// Code points as bytes, for the files of this folder.
#pragma once

#include <cstdint>
#include <string>

namespace meetlat {

// Appends a code point; nothing for a surrogate or a value past U+10FFFF.
void append_utf8(std::string& out, std::int32_t code_point);

}  // namespace meetlat
