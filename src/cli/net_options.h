// The options of everything that goes on the network.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/limits.h"
#include "net/network.h"

namespace CLI {
class App;
}

namespace meetlat {

struct NetChoice {
  std::string hosts_file;
  std::string ca_file;
  std::string ct_logs;  // table of logs; "": the bundled one
  bool allow_private = false;
  std::string proxy;
  std::string user_agent;
  double per_host_delay = 1.0;  // seconds between two pages of one host, after a burst of 8
  double timeout = 15;          // seconds for one exchange
  int budget = 60;              // exchanges for one host
  std::string resolver;         // ADDRESS[@PORT]; "": those of resolv.conf
  std::string trust_anchor;     // file; "": the installed key of the root
  std::string hsts_list;        // file; "": none
  std::string geo;              // table of countries; "": what is installed
};

// --hosts-file, --ca-file, --ct-logs, --allow-private, --proxy, --resolver, --trust-anchor, --user-agent,
// --per-host-delay, --timeout, --budget
void add_net_options(CLI::App& app, NetChoice& choice);
// --geo and --hsts-preload-list, for commands that audit
void add_geo_option(CLI::App& app, NetChoice& choice);
// Reads the hosts file and starts the network. kInvalidArgument names the option, of --geo and --ct-logs too.
Result<std::unique_ptr<Network>> make_network(const NetChoice& choice);
Limits make_limits(const NetChoice& choice);

}  // namespace meetlat
