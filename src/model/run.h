// The Run: one JSON Lines file, a header and one record per host as it finishes. Resume, report, baseline and
// later diff, merge and history read it and nothing else. The writer is history/run_store.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/evidence.h"
#include "model/report.h"
#include "model/target.h"

namespace meetlat {

// One exchange as a researcher sees it: secrets are redacted before it gets here.
struct TranscriptEntry {
  Instant at{};
  std::string kind;     // "dns", "tls", "http"
  std::string request;  // "A meet.example", "hello 192.0.2.1:443 meet.example", "GET https://..."
  std::string answer;   // "192.0.2.1", "TLSv1.3 ...", "200 text/html 5120 bytes sha256:..."
  std::string peer;     // address:port, may be empty
  std::int64_t bytes = 0;
  std::int64_t milliseconds = 0;
};

// A listed host that is never contacted, because it asked for that.
struct ExcludedHost {
  Target target;
  std::string reason;
};

struct RunHeader {
  int format = 1;
  std::string id;  // random, 16 hexadecimal digits
  std::string tool_version;
  std::string rules_version;
  std::string rules_digest;
  std::string data_digest;
  std::string vantage;      // name given by the user, or ""
  std::string list_digest;  // SHA-256 over the target ids in order
  std::vector<std::string> list_sources;
  Instant started{};
  int level = 2;  // how far the audit went (net/depth.h): a resumed Run goes on with it, and Runs of different levels
                  // differ by what was asked
  bool demo = false;
  std::vector<Target> targets;  // the whole plan, so that resume needs no list
  std::vector<ExcludedHost> excluded;
};

struct HostRecord {
  std::string host;  // Target::id
  Instant started{};
  Instant finished{};
  std::int64_t requests = 0;
  std::int64_t bytes = 0;
  HostStatus status = HostStatus::kNotFinished;  // as judged when measured; re-judging derives it anew
  std::string status_reason;
  Evidence evidence;
  std::vector<TranscriptEntry> transcript;
};

struct Run {
  RunHeader header;
  std::vector<HostRecord> hosts;  // in file order; a later "recheck" record is merged into its host
  Instant finished{};             // zero when the run has no end record
  std::string stopped;            // reason of an early stop, or empty
};

// How the reason of an early stop begins when the fault is probably on this side (no network, captive portal).
inline constexpr std::string_view kThisSide = "probably this side";

// After such a stop, what failed says nothing about the hosts: their records are taken out, so that a report calls them
// not finished and a resumed Run measures them again. Does nothing for other Runs.
void drop_unfounded(Run& run);

Json to_json(const RunHeader& header);
Result<RunHeader> run_header_from_json(const Json& json);
Json to_json(const HostRecord& record);
Result<HostRecord> host_record_from_json(const Json& json);

}  // namespace meetlat
