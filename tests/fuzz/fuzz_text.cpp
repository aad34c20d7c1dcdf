#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string printable = meetlat::printable(bytes);
  for (const char c : printable) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) std::abort();
  }
  if (meetlat::printable(printable) != printable) std::abort();
  if (meetlat::display_width(meetlat::fit(printable, 20)) > 20) std::abort();
  (void)meetlat::fold(bytes);
  (void)meetlat::excerpt(bytes, 50);
  (void)meetlat::icontains(bytes, bytes.substr(size / 2));
  if (meetlat::join(meetlat::split(bytes, 0x2C), ",") != bytes) std::abort();
  return 0;
}
