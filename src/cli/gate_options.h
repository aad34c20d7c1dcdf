// Gates: when a report is good enough for CI. Filters and gates are two things; these only set the exit code.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "history/confirmation.h"
#include "judgement/notes.h"
#include "model/report.h"

namespace CLI {
class App;
}

namespace meetlat {

struct Rulebook;

struct GateChoice {
  std::string fail_on;        // severity: a failed finding of that severity or a graver one
  std::string min_grade;      // letter: a host below it
  double min_score = -1;      // lower end of a host's range below it
  std::string baseline;       // file: anything that got worse
  int max_not_measured = -1;  // hosts without a grade, more than that
  std::string confirm;        // N/M: see cli/confirm.h
  int confirm_pause = 60;     // seconds
};

// --fail-on, --min-grade, --min-score, --baseline, --max-not-measured
void add_gate_options(CLI::App& app, GateChoice& choice);

// Faults of the options and of the baseline file, before anybody is probed.
Result<void> check_gate_choice(const GateChoice& choice);

// Waivers of `notes` keep findings out of every gate: what is waived today counts as passed, in letters and scores too.
// A waiver that has expired fails a gate of its own while its finding is there, whichever gate was asked for. What got
// worse than the baseline and is not confirmed by `confirmed` fails nothing; what could not be looked at often enough,
// since it was interrupted, passes nothing: kCannotRun. Says on context.err which gate failed and why; sets
// kGateFailed, or kNothingAudited when no host could be audited.
Result<void> apply_gates(const Report& report, const Rulebook& rulebook, const Notes& notes, const GateChoice& choice,
                         CliContext& context, const Confirmed* confirmed = nullptr);

}  // namespace meetlat
