#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json.h"
#include "history/history_json.h"
#include "history/timeline.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto json = meetlat::parse_json(bytes);
  if (!json) return 0;
  const auto history = meetlat::history_from_json(*json);
  if (!history) return 0;
  // What was read is written and read again as the same.
  const meetlat::Json once = meetlat::to_json(*history);
  const auto again = meetlat::history_from_json(once);
  if (!again || meetlat::dump_json(meetlat::to_json(*again)) != meetlat::dump_json(once)) std::abort();
  const auto next = meetlat::runs_of(*history);
  while (next()) {
  }
  for (const meetlat::HostHistory& host : history->hosts) (void)meetlat::timeline(*history, host);
  return 0;
}
