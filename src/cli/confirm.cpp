#include "cli/confirm.h"

#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <ostream>
#include <set>

#include "base/text.h"
#include "cli/progress.h"
#include "history/run_store.h"
#include "judgement/judge.h"
#include "report/summary.h"
#include "scan/scanner.h"

namespace meetlat {
namespace {

// What is waived is nothing to look at again.
HostReport as_gates_see(const Target& target, const HostRecord& look, const Rulebook& rulebook,
                        const Reviews& reviews) {
  HostReport host = judge(target, look, rulebook.rules, *rulebook.profile, reviews);
  apply_waivers(host, rulebook.rules, *rulebook.profile);
  return host;
}

// Judges each look as it ends and keeps it in the Run.
class Looks final : public ScanObserver {
 public:
  Looks(RunWriter& writer, Confirmed& out, const Rulebook& rulebook, const Reviews& reviews, ProgressLine& line)
      : writer_(writer), out_(out), rulebook_(rulebook), reviews_(reviews), line_(line) {}

  void progress(const ScanProgress& progress) override { line_.update(progress); }
  Result<void> finished(HostRecord record) override {
    line_.host(record);
    const std::string host = record.host;
    records_.insert_or_assign(host, std::move(record));
    return {};
  }
  Result<void> rechecked(const std::string& host, const Evidence& facts) override {
    for (const Fact& fact : facts.all()) records_.at(host).evidence.insert(fact);
    return {};
  }
  // After the scan, since a second look may have added to what was seen.
  Result<void> take(const std::map<std::string, const Target*>& targets) {
    for (const auto& [host, record] : records_) {
      if (auto written = writer_.add_look(record); !written) return written;
      count_look(out_.doubts, as_gates_see(*targets.at(host), record, rulebook_, reviews_));
    }
    return writer_.sync();
  }

 private:
  RunWriter& writer_;
  Confirmed& out_;
  const Rulebook& rulebook_;
  const Reviews& reviews_;
  ProgressLine& line_;
  std::map<std::string, HostRecord> records_;
};

// False when it was interrupted.
bool pause(std::chrono::seconds length, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, length, [] { return false; });
  return !stop.stop_requested();
}

// Hosts of which something is not decided yet, in the order of the report.
std::vector<Target> open_hosts(const Confirmed& confirmed, const std::map<std::string, const Target*>& targets) {
  std::vector<Target> out;
  std::set<std::string> seen;
  for (const Doubt& doubt : confirmed.doubts) {
    if (decision(doubt, confirmed.confirmation) != Decision::kOpen || !seen.insert(doubt.host).second) continue;
    out.push_back(*targets.at(doubt.host));
  }
  return out;
}

// Looks that an interrupted command left in the Run, after what is compared was seen.
Result<void> take_earlier(const ScanResult& scanned, const std::map<std::string, const Target*>& targets,
                          const Rulebook& rulebook, const Reviews& reviews, Confirmed& out) {
  const auto looks = read_looks(scanned.file);
  if (!looks) return fail(looks.error());
  std::map<std::string, Instant> first;
  for (const HostRecord& record : scanned.run.hosts) first.emplace(record.host, record.finished);
  for (const HostRecord& look : *looks) {
    const auto at = first.find(look.host);
    if (at == first.end() || look.started < at->second) continue;
    count_look(out.doubts, as_gates_see(*targets.at(look.host), look, rulebook, reviews));
  }
  return {};
}

ScanOptions options_for(const AskAgain& again, const Run& run) {
  ScanOptions options;
  options.jobs = again.scan.jobs;
  options.limits = make_limits(again.net);
  options.probes = again.probes;
  options.depth = again.scan.depth;
  options.depth.level = run.header.level;
  options.stop_when_alike = false;  // these few are here because they fail
  return options;
}

}  // namespace

void add_confirm_options(CLI::App& app, GateChoice& choice) {
  app.add_option("--confirm", choice.confirm,
                 "Look again at hosts that got worse than --baseline: what was seen in fewer than N of M looks fails "
                 "nothing")
      ->type_name("N/M")
      ->group("Gates");
  app.add_option("--confirm-pause", choice.confirm_pause, "Time between the looks of --confirm")
      ->check(CLI::Range(0, 86'400))
      ->capture_default_str()
      ->group("Gates");
}

void add_refused_confirm_option(CLI::App& app, GateChoice& choice) {
  app.add_option("--confirm", choice.confirm)->group("");
}

Result<void> check_confirm(const GateChoice& choice, std::string_view asks_nobody) {
  if (choice.confirm.empty()) return {};
  if (!asks_nobody.empty()) {
    return fail(
        ErrorCode::kInvalidArgument,
        fmt::format("--confirm looks at hosts again, but {}; give it to the rank or audit that measures", asks_nobody));
  }
  if (auto parsed = confirmation_from(choice.confirm); !parsed) return fail(parsed.error());
  if (choice.baseline.empty()) {
    return fail(ErrorCode::kInvalidArgument,
                "--confirm goes with --baseline: it looks again at what is new against that");
  }
  return {};
}

Result<Confirmed> confirm(const ScanResult& scanned, const Report& report, const Rulebook& rulebook,
                          const Reviews& reviews, const GateChoice& gate, const AskAgain& again, CliContext& context) {
  Confirmed out;
  const auto confirmation = confirmation_from(gate.confirm);
  if (!confirmation) return fail(confirmation.error());
  out.confirmation = *confirmation;
  const auto base = read_baseline(gate.baseline);
  if (!base) return fail(base.error());
  out.doubts = doubts_of(compare(*base, with_waivers(report, rulebook.rules, *rulebook.profile), rulebook.rules));
  if (out.doubts.empty()) return out;
  std::map<std::string, const Target*> targets;
  for (const Target& target : scanned.run.header.targets) targets.emplace(target.id, &target);
  if (!again.scan.resume.empty()) {
    if (auto taken = take_earlier(scanned, targets, rulebook, reviews, out); !taken) return fail(taken.error());
  }
  auto writer = RunWriter::append_to(scanned.file);
  if (!writer) return fail(writer.error());
  const ScanOptions options = options_for(again, scanned.run);
  const auto mode = again.scan.quiet     ? ProgressLine::Mode::kQuiet
                    : again.scan.verbose ? ProgressLine::Mode::kVerbose
                                         : ProgressLine::Mode::kPlain;
  ProgressLine line(context.err, mode, terminal_columns(STDERR_FILENO));
  while (true) {
    const std::vector<Target> open = open_hosts(out, targets);
    if (open.empty() || context.stop.stop_requested()) break;
    line.note(fmt::format("meetlat: {} not as good as in the baseline; looking again in {} s (at most {} looks in all)",
                          count_words(open.size(), "host"), gate.confirm_pause, out.confirmation.most));
    if (!pause(std::chrono::seconds{gate.confirm_pause}, context.stop)) break;
    Looks looks(*writer, out, rulebook, reviews, line);
    const auto outcome = scan(open, {}, again.network, options, Clock::system(), looks, context.stop);
    if (auto taken = looks.take(targets); !taken) return fail(taken.error());
    if (!outcome) return fail(outcome.error());
  }
  if (out.any_open() && again.scan.may_resume) {
    line.note("meetlat: not all of it was looked at often enough; --resume with the same gates goes on");
  }
  return out;
}

}  // namespace meetlat
