// What this process has used so far.
#pragma once

#include <cstdint>

namespace meetlat {

double cpu_seconds();            // user and system time of all threads, ended ones too
std::int64_t peak_memory_kib();  // VmHWM: most memory resident at once since this program started; 0 if unknown

}  // namespace meetlat
