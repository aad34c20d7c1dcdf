// Which hosts of a report serve the same client: files of hosts that claim one build are compared by their digests. Two
// hosts with the same files serve the same program, whatever it is; nobody outside can say more.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/report.h"
#include "report/layout.h"

namespace meetlat {

// One file of a host beside the same file of other hosts that claim the same build.
struct ClientFilePeers {
  std::string path;
  std::size_t same = 0;  // other hosts whose file is the same
  std::size_t different = 0;
};

class ClientIndex {
 public:
  // Of all audited hosts.
  explicit ClientIndex(const Report& report);

  // Empty when the host claims no build, none of its files was read, or it is the only one of its build.
  std::vector<ClientFilePeers> peers(const HostReport& host) const;

 private:
  // Of one build and path: how often each digest was seen.
  std::map<std::pair<std::string, std::string>, std::map<std::string, std::size_t>> seen_;
};

// The part of the text report about them. Nothing when there is nothing to compare.
void print_client(Page& page, const HostReport& host, const ClientIndex& clients);

}  // namespace meetlat
