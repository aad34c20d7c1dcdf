// What asking about a server's TLS costs: our verdict (with the certificate and the headers of a page) and --tls full,
// beside sslscan, nmap's ssl-enum-ciphers and testssl.sh, on one nginx in one run: connections, time, CPU of both ends.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"

namespace meetlat {

struct TlsBenchOptions {
  std::vector<std::chrono::milliseconds> round_trips{std::chrono::milliseconds{0}, std::chrono::milliseconds{50}};
  int repeats = 5;       // of ours; the peers run once for each round trip
  bool testssl = false;  // it takes minutes
};

struct TlsBenchRow {
  std::string tool;
  std::chrono::milliseconds round_trip{0};
  double connections = 0;
  double seconds = 0;   // wall
  double client = 0;    // seconds of CPU; of a peer with its process, of ours without: a crawl starts one for all hosts
  double server = 0;    // seconds of CPU of nginx
  std::string missing;  // why there are no numbers: "not installed"
};

struct TlsBenchResult {
  std::size_t suites = 0;  // that --tls full found, and groups
  std::size_t groups = 0;
  std::vector<TlsBenchRow> rows;
};

// kNotFound without nginx; kIo, kCancelled.
Result<TlsBenchResult> bench_tls(const TlsBenchOptions& options, std::ostream& progress, const std::stop_token& stop);
void print(const TlsBenchOptions& options, const TlsBenchResult& result, std::ostream& out);

// The child's part: passes connections on to 127.0.0.1:`target` as if it were `round_trip` away, counts them in
// `folder`/count and says its port in `folder`/port. Until it is ended.
Result<void> bench_tls_relay(std::uint16_t target, std::chrono::milliseconds round_trip,
                             const std::filesystem::path& folder, const std::stop_token& stop);

}  // namespace meetlat
