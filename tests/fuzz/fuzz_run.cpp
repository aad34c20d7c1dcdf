#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json.h"
#include "model/evidence.h"
#include "model/fact.h"
#include "model/run.h"
#include "model/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto json = meetlat::parse_json(bytes);
  if (!json) return 0;
  // What was read is written and read again as the same.
  if (const auto header = meetlat::run_header_from_json(*json); header) {
    const meetlat::Json once = meetlat::to_json(*header);
    const auto again = meetlat::run_header_from_json(once);
    if (!again || meetlat::dump_json(meetlat::to_json(*again)) != meetlat::dump_json(once)) std::abort();
  }
  if (const auto record = meetlat::host_record_from_json(*json); record) {
    const meetlat::Json once = meetlat::to_json(*record);
    const auto again = meetlat::host_record_from_json(once);
    if (!again || meetlat::dump_json(meetlat::to_json(*again)) != meetlat::dump_json(once)) std::abort();
  }
  (void)meetlat::evidence_from_json(*json);
  (void)meetlat::fact_from_json(*json);
  (void)meetlat::target_from_json(*json);
  return 0;
}
