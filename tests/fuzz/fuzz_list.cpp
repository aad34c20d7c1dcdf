#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lists/list_source.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const meetlat::ListOrigin origin{"fuzz", {}, "2026-01-01"};
  (void)meetlat::parse_list(bytes, origin);
  for (const meetlat::ListSource* source : meetlat::all_list_sources()) {
    (void)source->sniff(bytes, "list");
    (void)source->parse(bytes, origin);
  }
  return 0;
}
