// What the served client says about itself, read from its texts by bounded scans.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/url.h"
#include "proto/html.h"

namespace meetlat::probes {

// The version constant of lib-jitsi-meet.min.js: a git hash of 7 to 12 or of 40 digits, or "development"; "" when none
// is found, or when there are several that differ.
std::string library_claim(std::string_view library);

// The last "//# sourceMappingURL=" of a script; "" when it names none or a data: URL.
std::string source_map_name(std::string_view script);

// "993" of "4370.993", "5142-3-5-2" whole; "" for a plain build number and for no version.
std::string version_suffix(std::string_view version);

// The ?v= of the library's and the application's script elements, in page order.
std::vector<std::string> script_versions(const HtmlDocument& html);

// Scripts that no stock index.html has: "https://host" for one of another origin, "path" for one of this host,
// "inline sha256:... (N bytes)". Sorted, without repeats. `own` is the host.
std::vector<std::string> injected_scripts(const HtmlDocument& html, const Url& page, std::string_view own);

}  // namespace meetlat::probes
