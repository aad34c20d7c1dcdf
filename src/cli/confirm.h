// --confirm N/M: hosts that got worse than the baseline are looked at again before the gate fails for them.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/gate_options.h"
#include "cli/scan_run.h"
#include "history/confirmation.h"

namespace CLI {
class App;
}

namespace meetlat {

// --confirm, --confirm-pause, for commands that measure.
void add_confirm_options(CLI::App& app, GateChoice& choice);
// The same, hidden, for a command that asks no host: check_confirm() then says so.
void add_refused_confirm_option(CLI::App& app, GateChoice& choice);

// Faults of the options, before anybody is probed. `asks_nobody`: what was given so that no host can be looked at again
// ("report shows a stored Run"); empty: nothing.
Result<void> check_confirm(const GateChoice& choice, std::string_view asks_nobody);

// How hosts of a Run are measured once more.
struct AskAgain {
  const ScanChoice& scan;
  const NetChoice& net;
  Network& network;
  const std::vector<const Probe*>& probes;
};

// Looks again at the hosts that got worse, and at no other ones, until each finding was seen often enough or cannot be
// any more, with a pause between the looks. Every look is added to the file of the Run as it ends; those that an
// interrupted command left there count. Stops between two looks when `context.stop` is requested. Errors: the baseline
// cannot be read, the Run not be written, the network not be used.
Result<Confirmed> confirm(const ScanResult& scanned, const Report& report, const Rulebook& rulebook,
                          const Reviews& reviews, const GateChoice& gate, const AskAgain& again, CliContext& context);

}  // namespace meetlat
