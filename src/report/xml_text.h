// Text as content of XML.
#pragma once

#include <string>
#include <string_view>

namespace meetlat {

// For elements and for attributes in either quotes: every character is one that XML 1.0 allows, and none is markup.
std::string xml_text(std::string_view text);

}  // namespace meetlat
