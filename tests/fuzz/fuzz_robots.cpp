#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proto/robots.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const meetlat::Robots robots = meetlat::Robots::parse(bytes);
  (void)robots.allows("/");
  (void)robots.allows("/config.js?v=1");
  (void)robots.allows(bytes.substr(0, 300));
  if (!robots.allows("/robots.txt")) std::abort();
  return 0;
}
