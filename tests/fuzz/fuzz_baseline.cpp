#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json.h"
#include "history/baseline.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto json = meetlat::parse_json(bytes); json) (void)meetlat::baseline_from_json(*json);
  return 0;
}
