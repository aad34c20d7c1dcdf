// Repairs text before a library sees it that trusts its input to be UTF-8.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace meetlat::detail {

// Valid UTF-8: every maximal ill-formed part, and every NUL, becomes U+FFFD.
std::string repair_utf8(std::string_view bytes);

// Appends a code point; surrogates and values past U+10FFFF become U+FFFD.
void append_utf8(std::string& out, std::uint32_t code_point);

}  // namespace meetlat::detail
