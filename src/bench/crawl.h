// What a crawl costs: simulated hosters in a child process, crawled here with the normal probes, beside the same
// requests made by libcurl alone.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <stop_token>
#include <string>

#include "base/result.h"

namespace meetlat {

struct CrawlBenchOptions {
  std::size_t hosts = 2000;
  std::chrono::milliseconds latency{100};  // of the hosters, before every answer
  std::size_t jobs = 256;                  // hosts in flight
  std::filesystem::path keep;              // the Run is left there; empty: nowhere
};

struct CrawlCost {
  double seconds = 0;  // wall time
  double cpu = 0;      // seconds, of the client alone
  std::int64_t peak_kib = 0;
  std::size_t requests = 0;
  std::size_t failed = 0;  // meetlat: hosts that were not measured; libcurl: requests without an answer
};

struct CrawlBenchResult {
  std::size_t hosts = 0;
  CrawlCost meetlat;
  CrawlCost curl;
};

// kIo, kTimedOut (the hosters did not start), kCancelled, and what writing a Run may fail with.
Result<CrawlBenchResult> bench_crawl(const CrawlBenchOptions& options, std::ostream& progress,
                                     const std::stop_token& stop);
void print(const CrawlBenchOptions& options, const CrawlBenchResult& result, std::ostream& out);

// The child's part: replays the plan in `plan` and prints its cost as one line of JSON for the parent.
Result<void> bench_crawl_replay(const std::filesystem::path& plan, const std::filesystem::path& ca_file,
                                std::size_t jobs, std::ostream& out);

}  // namespace meetlat
