#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/rdata.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto name = meetlat::name_in_rdata(bytes)) {
    if (name->size() > 253 || name->find('.') == std::string::npos) std::abort();
    for (const char c : *name) {
      const bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
      if (!fine) std::abort();
    }
  }
  if (meetlat::text_in_rdata(bytes).size() > 1024) std::abort();
  if (const auto caa = meetlat::caa_in_rdata(bytes)) {
    if (caa->tag.empty() || caa->value.size() > 2048 || meetlat::to_string(*caa).size() > 1024) std::abort();
  }
  if (const auto tlsa = meetlat::tlsa_in_rdata(bytes)) {
    if (tlsa->data.size() + 3 != size || meetlat::to_string(*tlsa).size() > 160) std::abort();
  }
  if (meetlat::https_in_rdata(bytes).size() > 520) std::abort();
  return 0;
}
