// Reading one list from where it is: a file, a URL with a stored copy, standard input, or the bundled one.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "lists/merge.h"

namespace meetlat {

class Network;

inline constexpr std::string_view kBundledList = "bundled";
inline constexpr std::size_t kMaxListBytes = std::size_t{8} << 20;  // real lists have 1 to 250 kB

struct LoadOptions {
  bool offline = false;                       // a URL comes from its stored copy or not at all
  Network* network = nullptr;                 // may be null when offline or when no source is a URL
  std::filesystem::path cache_dir;            // of stored copies; empty: cache_dir()/lists
  std::istream* input = nullptr;              // what "-" reads; nullptr: std::cin
  const Clock* clock = nullptr;               // nullptr: the system's
  std::chrono::milliseconds timeout{30'000};  // for the whole fetch, redirects included
  std::stop_token stop;
};

// Is that source spec a URL?
bool is_list_url(std::string_view spec) noexcept;

// `spec` is a file name, an http(s) URL, "-" or "bundled". A URL is asked for with the stored copy's ETag and
// Last-Modified; the stored copy is used with a warning when the fetch fails or what came is no list any more. Errors:
// kInvalidArgument (a form that is no source), those of read_file() and of the network, kOffline (no stored copy), and
// of parse_list(); each names the source.
Result<LoadedList> load_list(std::string_view spec, const LoadOptions& options);

}  // namespace meetlat
