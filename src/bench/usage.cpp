#include "bench/usage.h"

#include <sys/resource.h>

#include <charconv>
#include <fstream>
#include <string>

#include "base/text.h"

namespace meetlat {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Not ru_maxrss: that survives exec, so a child would start with its parent's peak.
std::int64_t peak_memory_kib() {
  constexpr std::string_view kKey = "VmHWM:";
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with(kKey)) continue;
    const std::string_view number = trim(std::string_view(line).substr(kKey.size()));
    std::int64_t kib = 0;
    std::from_chars(number.data(), number.data() + number.size(), kib);
    return kib;
  }
  return 0;
}

}  // namespace meetlat
