#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/geo.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  meetlat::GeoRanges ranges;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (!ranges.parse_geo_text(bytes, "geoip")) return 0;
  for (std::size_t i = 0; i < ranges.v4.size(); ++i) {
    if (ranges.v4[i].last < ranges.v4[i].first) std::abort();
    if (i > 0 && ranges.v4[i].first <= ranges.v4[i - 1].last) std::abort();
  }
  for (std::size_t i = 0; i < ranges.v6.size(); ++i) {
    if (ranges.v6[i].last < ranges.v6[i].first) std::abort();
    if (i > 0 && ranges.v6[i].first <= ranges.v6[i - 1].last) std::abort();
  }
  return 0;
}
