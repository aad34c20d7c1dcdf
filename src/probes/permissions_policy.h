// Permissions-Policy: who may use camera, microphone and the like through a page. A dictionary of RFC 9651 structured
// fields whose members are allowlists.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meetlat::probes {

struct Allowlist {
  bool everybody = false;            // *
  bool self = false;                 // the page's own origin
  std::vector<std::string> origins;  // others, as written, at most 20
};

// What a header's value says of one feature ("camera"); the last mention counts. nullopt when it does not mention it,
// or not in a form that browsers read, or the value is no structured field, which browsers leave aside as a whole.
std::optional<Allowlist> permission_for(std::string_view header, std::string_view feature);

}  // namespace meetlat::probes
