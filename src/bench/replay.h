// The peer that a crawl is measured against: the same requests, made with libcurl's multi interface and nothing else.
#pragma once

#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/run.h"

namespace meetlat {

struct ReplayRequest {
  std::string peer;  // "127.0.0.1:8443"
  std::string url;
};
using ReplayPlan = std::vector<std::vector<ReplayRequest>>;  // per host, in the order in which they were made

struct ReplayResult {
  double seconds = 0;
  double cpu = 0;  // seconds
  std::size_t requests = 0;
  std::size_t failed = 0;
  std::size_t bytes = 0;  // of bodies, decompressed
};

// The HTTP exchanges of a Run that reached a server.
ReplayPlan replay_plan(const Run& run);
// A line per request, "peer<TAB>url"; an empty line after each host.
std::string to_text(const ReplayPlan& plan);
Result<ReplayPlan> replay_plan_from_text(std::string_view text);

// At most `jobs` hosts in flight, each one's requests one after another over kept connections, as the crawl does it.
// kIo when libcurl cannot be set up.
Result<ReplayResult> replay(const ReplayPlan& plan, std::size_t jobs, const std::filesystem::path& ca_file);

}  // namespace meetlat
