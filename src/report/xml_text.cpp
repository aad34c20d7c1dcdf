#include "report/xml_text.h"

#include "base/text.h"

namespace meetlat {

std::string xml_text(std::string_view text) {
  const std::string shown = printable(text);  // valid UTF-8 without control characters, surrogates and U+FFFE
  std::string out;
  out.reserve(shown.size());
  for (const char c : shown) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&apos;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace meetlat
