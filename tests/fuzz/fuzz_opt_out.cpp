#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lists/opt_out.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto parsed = meetlat::OptOut::parse(bytes, "opt-out");
  if (parsed) (void)parsed->find("meet.example.test");
  return 0;
}
