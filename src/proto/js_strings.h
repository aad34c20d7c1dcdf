// Addresses that stand as text in a script, whatever the script does with them. Pure: no network.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace meetlat {

// The absolute URLs (http, https, ws, wss, or without scheme, "//host/") with which string literals begin, in order,
// without repeats; comments do not count, nor do templates (`...`) whose host is put together. `script` is valid UTF-8;
// at most 1 MiB is read, and at most 500 URLs of at most 2,000 bytes are returned. Linear, never fails.
std::vector<std::string> script_urls(std::string_view script);

}  // namespace meetlat
