// A random key of this user, and codes made with it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace meetlat {

// The 32 bytes of the key in this file, which is made on first use: readable by its owner only (0600), parent folders
// as the system makes them. kPermission, kIo; kSchema when the file is no key.
Result<std::string> user_key(const std::filesystem::path& file);
// HMAC-SHA-256 (RFC 2104) as lower-case hexadecimal.
std::string hmac_hex(std::string_view key, std::string_view text);

}  // namespace meetlat
