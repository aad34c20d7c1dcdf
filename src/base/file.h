// Local files, whole, with errors that name the path.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"

namespace meetlat {

// kNotFound, kPermission, kTooLarge, kIo. Folders are refused (kIo).
Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes = std::size_t{256} << 20);
// Written beside and renamed over; kDiskFull, kPermission, kIo. Parent folders are made.
Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes);
// Lower-case hexadecimal SHA-256 (OpenSSL).
std::string sha256_hex(std::string_view bytes);
// An Error for `errno_value` that names `what`.
Error error_from_errno(int errno_value, std::string_view what);

// Where rules/ and data/ are: $MEETLAT_DATADIR, else beside the source tree when run from a build tree, else the
// installed share folder. `relative` is such as "rules" or "data/builds.csv".
std::filesystem::path data_path(std::string_view relative);
// $XDG_CACHE_HOME/meetlat or ~/.cache/meetlat; $XDG_STATE_HOME/meetlat or ~/.local/state/meetlat.
std::filesystem::path cache_dir();
std::filesystem::path config_dir();  // $XDG_CONFIG_HOME/meetlat or ~/.config/meetlat
std::filesystem::path state_dir();

}  // namespace meetlat
