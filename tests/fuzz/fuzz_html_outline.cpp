#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proto/html_outline.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto outline = meetlat::outline_html(bytes); outline) {
    for (const meetlat::HtmlBlock& block : outline->blocks) (void)meetlat::text_of(block.spans);
  }
  return 0;
}
