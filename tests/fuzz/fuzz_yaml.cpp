#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto doc = meetlat::read_yaml(bytes); doc) (void)meetlat::find_duplicate_key(*doc);
  return 0;
}
