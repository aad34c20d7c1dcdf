// Notices when most hosts fail alike: then it is probably this side (no network, captive portal, TLS interception), and
// speaking about the hosts would be false.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "model/run.h"

namespace meetlat {

class AlikeWatch {
 public:
  void add(const HostRecord& record);
  // Empty, or why the run should stop. `complete`: nothing is left to measure, so that short lists count too.
  std::string verdict(bool complete) const;

 private:
  std::size_t total_ = 0;
  std::map<std::string, std::size_t> kinds_;  // what failed how: "the DNS resolver gave no answer", ...
};

}  // namespace meetlat
