#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proto/html.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto page = meetlat::parse_html(bytes);
  if (page && page->text.size() > size * 8 + 16) std::abort();  // the text comes from the page
  for (const auto& script : page ? page->scripts : std::vector<meetlat::HtmlScript>()) {
    if (script.offset > size) std::abort();
  }
  return 0;
}
