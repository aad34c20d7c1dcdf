// Looking up what a person said about the findings of one host.
#pragma once

#include <string_view>

#include "model/report.h"

namespace meetlat {

// The note of that kind about that rule, or nullptr.
const FindingNote* note_on(const HostReport& host, std::string_view rule, ReviewKind kind) noexcept;
// Is it waived today?
bool is_waived(const HostReport& host, std::string_view rule) noexcept;

}  // namespace meetlat
