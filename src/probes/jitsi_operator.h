// Who runs an instance, in its own words.
#pragma once

#include <string>
#include <string_view>

namespace meetlat::probes {

// The name after "operated by", "betrieben von", ... in a text of lines; "" when there is none. At most 80 characters,
// of the first such phrase that is followed by a name. "powered by Jitsi" is no operator.
std::string operator_phrase(std::string_view text);

// Is it a product's or the client's default name rather than an operator's?
bool is_default_provider(std::string_view name);

}  // namespace meetlat::probes
