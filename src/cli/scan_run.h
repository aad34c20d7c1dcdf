// Measuring hosts into a Run: what rank and audit share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "cli/gate_options.h"
#include "cli/history_options.h"
#include "cli/net_options.h"
#include "cli/output_options.h"
#include "judgement/overrides.h"
#include "lists/opt_out.h"
#include "model/rule.h"
#include "model/run.h"
#include "net/depth.h"
#include "probes/probe.h"

namespace CLI {
class App;
}

namespace meetlat {

struct AskAgain;  // cli/confirm.h

struct ScanChoice {
  std::size_t jobs = 64;
  std::string run;      // file of the Run; "": one of its own in the state folder
  std::string resume;   // go on with this Run
  std::string vantage;  // name of the place measured from
  bool verbose = false;
  bool quiet = false;
  bool may_resume = false;  // the command that goes on with a Run is this one
  Depth depth;              // how far to go with each host; a resumed Run has a level of its own
};

// --jobs, --run, --vantage, --level, --whole-client, --verbose, --quiet
void add_scan_options(CLI::App& app, ScanChoice& choice);

// What is to be measured, when it is no resumed Run.
struct ScanPlan {
  std::vector<Target> targets;
  std::vector<ExcludedHost> excluded;
  std::vector<std::string> list_sources;
  std::string list_digest;
  OptOut opt_out;  // hosts of a resumed Run that opted out since are left alone
};

struct ScanResult {
  Run run;
  std::string file;  // where the Run is
  std::optional<Error>
      failed;  // why it ended early by a fault of this machine (disk full); the run holds what was measured
};

// Measures with the given probes. Errors: the Run file cannot be made, or the resumed one not be read.
Result<ScanResult> scan_into_run(const ScanPlan& plan, const ScanChoice& choice, const NetChoice& net, Network& network,
                                 const RuleSet& rules, const std::vector<const Probe*>& probes, CliContext& context);

// Judges, remembers and writes what was measured, applies the gates and sets the exit code: also after an interruption
// or a fault, since nothing that was measured may be lost. Returns the fault, if there was one, after all that. With
// --confirm, hosts are looked at again by `again` after the report was written.
Result<void> finish_scan(const ScanResult& scanned, const Rulebook& rulebook, const Reviews& reviews,
                         const OutputChoice& output, const GateChoice& gate, const HistoryChoice& history,
                         const AskAgain& again, CliContext& context);

}  // namespace meetlat
