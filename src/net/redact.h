// Secrets out of what is stored: transcripts never hold a token, password or session.
#pragma once

#include <string>
#include <string_view>

namespace meetlat {

// The URL (or relative reference) with "REDACTED" for the values of token-like parameters of its query and fragment,
// for long random values under any name, and for a user name with password.
std::string redact_url(std::string_view url);

}  // namespace meetlat
