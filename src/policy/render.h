// A reading as JSON and as text for a terminal.
#pragma once

#include <iosfwd>

#include "base/json_fwd.h"
#include "policy/reading.h"

namespace meetlat::policy {

// {"is_policy", "kind", "why", "title", "form", "languages": ["de", ...], largest first, "language_percent",
// "items": {"controller": {"state", "snippet", ...}, ...}, "claims", "placeholders", "signs", "readability", ...}.
// Personal data are masked.
Json to_json(const Reading& reading);
// What a person wants to know first, items below; `columns` wide. `names_asked`: whether the document names the
// instance is told too, since somebody asked about one.
void print(const Reading& reading, int columns, std::ostream& out, bool names_asked = false);

}  // namespace meetlat::policy
