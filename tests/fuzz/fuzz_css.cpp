#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proto/html.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::size_t length = 0;
  for (const auto& url : meetlat::css_urls(bytes)) length += url.size();
  if (length > size * 4) std::abort();
  return 0;
}
