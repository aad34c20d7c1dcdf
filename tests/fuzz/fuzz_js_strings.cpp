#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "proto/js_strings.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = meetlat::printable({reinterpret_cast<const char*>(data), size});
  std::size_t length = 0;
  for (const auto& url : meetlat::script_urls(text)) length += url.size();
  if (length > text.size() * 4) std::abort();
  return 0;
}
