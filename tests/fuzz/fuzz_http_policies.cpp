#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "probes/csp.h"
#include "probes/permissions_policy.h"
#include "probes/security_txt.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace meetlat::probes;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::vector<CspPolicy> policies = parse_csp(bytes);
  if (policies.size() > 20 || csp_open(policies).size() > 5 || csp_scripts(policies).empty()) std::abort();
  (void)csp_allows_blob_worker(bytes);
  std::vector<std::string> sources;
  if (!csp_frame_ancestors(policies, sources) && !sources.empty()) std::abort();
  for (const char* feature : {"camera", "microphone", "display-capture"}) {
    if (const auto list = permission_for(bytes, feature); list && list->origins.size() > 20) std::abort();
  }
  const SecurityTxt file = parse_security_txt(bytes);
  if (file.contacts.size() > 10) std::abort();
  (void)security_txt_state(file, meetlat::Instant{});
  return 0;
}
