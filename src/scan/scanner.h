// Probes all targets with a pool of threads, one thread per target in flight, and hands finished hosts to one writer.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "model/run.h"
#include "model/target.h"
#include "net/depth.h"
#include "net/limits.h"
#include "net/network.h"
#include "probes/probe.h"

namespace meetlat {

struct ScanOptions {
  std::size_t jobs = 64;
  Limits limits;
  Depth depth;
  std::vector<const Probe*> probes;        // in order
  std::chrono::seconds recheck_after{60};  // least time between first sight and second look
  bool stop_when_alike = true;             // stop when most hosts fail alike
};

struct ScanProgress {
  std::size_t done = 0;
  std::size_t in_flight = 0;
  std::size_t total = 0;
  std::size_t rechecks_waiting = 0;
  std::chrono::milliseconds elapsed{};
};

// Called from the thread that called scan(), never concurrently.
class ScanObserver {
 public:
  virtual ~ScanObserver() = default;
  virtual void progress(const ScanProgress&) {}  // at least every 200 ms
  // A host is done. An error stops the scan (e.g. disk full) after what is in flight was handed over.
  virtual Result<void> finished(HostRecord record) = 0;
  virtual Result<void> rechecked(const std::string& host, const Evidence& facts) = 0;
};

struct ScanOutcome {
  std::string stopped;  // "interrupted", "probably this side: 40 of 42 hosts ...", or empty
};

// Blocks until all is done or `stop` is requested. `rechecks` are hosts of an earlier part of the same Run whose second
// look is still due (resume), with their evidence.
Result<ScanOutcome> scan(std::span<const Target> targets, std::span<const HostRecord> rechecks, Network& network,
                         const ScanOptions& options, const Clock& clock, ScanObserver& observer,
                         const std::stop_token& stop);

}  // namespace meetlat
