// Scripts that no browser runs: a configuration with a missing comma or a bracket too many is not read by anybody, so
// nothing in it counts. Only what is an error for certain is told; the rest of the grammar is nobody's business here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace meetlat {

struct JsFault {
  int line = 0;      // 1-based
  std::string what;  // "a comma is missing before bosh"
};

// The first error of a script text for which every browser refuses the whole script. Text that a server or a template
// engine has yet to fill in is never faulted, nor is what this does not know. Linear time. `first_line` is the place
// of the script in the page that holds it.
std::optional<JsFault> js_fault(std::string_view script, int first_line = 1);

}  // namespace meetlat
