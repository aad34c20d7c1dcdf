#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/charset.h"

// The first line is the charset of the header, the rest is the page.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::size_t end = bytes.find('\n');
  const std::string_view label = end == std::string_view::npos ? std::string_view() : bytes.substr(0, end);
  const std::string_view page = end == std::string_view::npos ? bytes : bytes.substr(end + 1);
  for (const bool is_html : {true, false}) {
    const meetlat::Decoded decoded = meetlat::to_utf8(page, label, is_html);
    if (decoded.charset.empty() || decoded.decided_by.empty()) std::abort();
    if (decoded.utf8.size() > page.size() * 3 + 3) std::abort();
    // What comes out is UTF-8: read as such again, nothing is replaced.
    const meetlat::Decoded again = meetlat::to_utf8(decoded.utf8, "utf-8", false);
    if (again.charset == "utf-8" && again.replaced) std::abort();
  }
  return 0;
}
