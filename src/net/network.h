// What all sessions share: resolver, trust store, guard, gate, proxy. Made once per process; thread-safe afterwards.
#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/url.h"
#include "net/address.h"
#include "net/host_gate.h"
#include "net/limits.h"
#include "net/transport.h"

namespace meetlat {

// Where a person who finds us in a log can read what this is.
inline constexpr std::string_view kContactUrl = "https://github.com/meetlat/meetlat";
// "meetlat/1.2.3 (+https://...; privacy audit of video-conferencing hosts)"
std::string default_user_agent();

struct NetworkOptions {
  std::vector<HostsEntry> hosts;  // --hosts-file: these names are never looked up elsewhere
  std::filesystem::path ca_file;  // --ca-file: used instead of the system's CAs; empty = system
  bool allow_private = false;     // --allow-private
  std::string proxy;              // --proxy, "socks5h://..." only (names resolved by the proxy), or empty
  std::string user_agent;         // --user-agent; empty = the default with version and contact URL
  HostGate::Rates rates;          // --per-host-delay
  std::string resolver;           // --resolver: "192.0.2.53", "192.0.2.53@5353"; empty: those of resolv.conf
  std::filesystem::path anchors;  // --trust-anchor: DNSKEY or DS records; empty: the installed key of the root
  std::filesystem::path ct_logs;  // --ct-logs: see CtLogs::load; empty = the bundled table
  std::filesystem::path hsts;     // --hsts-preload-list, see HstsList::load; empty: none
  std::filesystem::path geo;      // --geo: table of countries, see GeoTable::load; empty = what is installed
};

class Network {
 public:
  // kInvalidArgument (proxy form), kNotFound/kParse (CA file; kNotFound also when the system has no CA certificates;
  // --ct-logs), kIo (resolver), what trust_anchor_names() says of --trust-anchor, what HstsList::load says of
  // --hsts-preload-list, and what GeoTable::load says of --geo. Raises this process's soft limit of open files when it
  // is low.
  static Result<std::unique_ptr<Network>> create(const NetworkOptions& options);
  virtual ~Network() = default;

  // For one target, one thread. Lives no longer than the Network.
  virtual std::unique_ptr<Transport> open(std::stop_token stop) = 0;
  virtual const AddressGuard& guard() const noexcept = 0;
  virtual HostGate& gate() noexcept = 0;
  // Maker and date of the table of countries; "": there is none. A Run keeps a digest of it with those of other tables.
  virtual std::string geo_source() const { return {}; }
};

}  // namespace meetlat
