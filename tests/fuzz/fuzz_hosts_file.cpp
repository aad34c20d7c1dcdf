#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/address.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto entries = meetlat::parse_hosts_file(bytes, "hosts"); entries) {
    for (const auto& entry : *entries) {
      const auto again = meetlat::Address::parse(entry.address.str());
      if (!again || *again != entry.address) std::abort();
      (void)meetlat::AddressGuard::special_purpose(entry.address);
    }
  }
  (void)meetlat::Address::parse(bytes);
  return 0;
}
