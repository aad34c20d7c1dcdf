#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proto/js_config.h"
#include "proto/js_syntax.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto fault = meetlat::js_fault(bytes, 7); fault && (fault->line < 7 || fault->what.empty())) std::abort();
  // A NUL splits the input into two scripts, as a page may hold.
  meetlat::JsConfigReader reader;
  const std::size_t half = std::min(bytes.find('\0'), size);
  reader.read(bytes.substr(0, half), 0);
  reader.read(bytes.substr(half), 1);
  for (const meetlat::JsConfig& config : {reader.config(), reader.interface_config()}) {
    for (const char* path : {"p2p.stunServers", "p2p.stunServers.0.urls", "analytics", "x"}) {
      const meetlat::Setting setting = config.find(path);
      const bool value = setting.state == meetlat::Setting::State::kValue;
      if (value != (setting.value != nullptr)) std::abort();
      if (setting.state == meetlat::Setting::State::kUnknown && setting.why.empty()) std::abort();
    }
  }
  return 0;
}
