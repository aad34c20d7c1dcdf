#include "probes/tls_hellos.h"

namespace meetlat::probes {

std::unique_ptr<FindingPlan> full_plan(const TlsRegistry& registry) {
  return verdict_plan(registry);
}

}  // namespace meetlat::probes
