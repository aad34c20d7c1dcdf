#include "cli/gate_options.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <optional>
#include <ostream>
#include <vector>

#include "base/file.h"
#include "base/text.h"
#include "cli/file_kind.h"
#include "cli/output_options.h"
#include "history/baseline.h"
#include "report/summary.h"

namespace meetlat {
namespace {

constexpr std::size_t kNamed = 5;  // hosts or rules named for one gate; the report has all of them

// Collects what failed and says it in a few lines.
class Gates {
 public:
  explicit Gates(std::ostream& err) : err_(err) {}
  void say(const std::string& gate, const std::vector<std::string>& reasons) {
    if (reasons.empty()) return;
    failed_ = true;
    err_ << fmt::format("meetlat: gate {} failed ({}):\n", gate, reasons.size());
    for (std::size_t i = 0; i < std::min(reasons.size(), kNamed); ++i) err_ << "  " << printable(reasons[i]) << '\n';
    if (reasons.size() > kNamed) err_ << fmt::format("  and {} more\n", reasons.size() - kNamed);
  }
  bool failed() const { return failed_; }

 private:
  std::ostream& err_;
  bool failed_ = false;
};

std::vector<std::string> findings_of(const Report& report, const RuleSet& rules, Severity least) {
  std::vector<std::string> out;
  for (const HostReport& host : report.hosts) {
    for (const Finding& finding : host.findings) {
      const Rule* rule = rules.rule(finding.rule);
      if (finding.outcome != Outcome::kFail || rule == nullptr || rule->severity < least) continue;
      out.push_back(fmt::format("{}: {} ({})", host.target.id, rule->id, to_string(rule->severity)));
    }
  }
  return out;
}

// 'A' is best. A host that was measured but not graded has not shown that it reaches the letter.
std::vector<std::string> below_grade(const Report& report, char least) {
  std::vector<std::string> out;
  for (const HostReport& host : report.hosts) {
    if (host.status != HostStatus::kMeasured) continue;
    if (!host.grade.letter) {
      out.push_back(fmt::format("{}: not graded, {}", host.target.id, host.grade.not_graded_reason));
    } else if (*host.grade.letter > least) {
      out.push_back(fmt::format("{}: {}, {}", host.target.id, *host.grade.letter, host.grade.main_reason));
    }
  }
  return out;
}

std::vector<std::string> below_score(const Report& report, double least) {
  std::vector<std::string> out;
  for (const HostReport& host : report.hosts) {
    if (host.status != HostStatus::kMeasured || host.grade.range.low >= least) continue;
    out.push_back(fmt::format("{}: {:.1f}", host.target.id, shown_score(host.grade.range.low)));
  }
  return out;
}

std::vector<std::string> without_grade(const Report& report) {
  std::vector<std::string> out;
  for (const HostReport& host : report.hosts) {
    if (host.status == HostStatus::kExcluded || host.grade.letter) continue;
    out.push_back(fmt::format(
        "{}: {}", host.target.id,
        host.status == HostStatus::kMeasured ? host.grade.not_graded_reason : std::string(words_for(host.status))));
  }
  return out;
}

std::vector<std::string> expired_waivers(const Report& report) {
  std::vector<std::string> out;
  for (const HostReport& host : report.hosts) {
    for (const FindingNote& note : host.notes) {
      if (note.kind != ReviewKind::kWaiver || note.state != FindingNote::State::kOver) continue;
      out.push_back(fmt::format("{}: {}, {} [{}]", host.target.id, note.rule, words_for(note), note.id));
    }
  }
  return out;
}

std::size_t count_waived(const Report& report) {
  std::size_t count = 0;
  for (const HostReport& host : report.hosts) {
    for (const Finding& finding : host.findings) {
      if (finding.outcome == Outcome::kFail && is_waived(host, finding.rule)) ++count;
    }
  }
  return count;
}

bool asks_for_something(const GateChoice& choice) {
  return !choice.fail_on.empty() || !choice.min_grade.empty() || choice.min_score >= 0 || !choice.baseline.empty() ||
         choice.max_not_measured >= 0;
}

// What the rules changed is no news of a host, so it fails nothing; it must not go unsaid either.
void tell_of_other_rules(const Baseline& base, const Report& report, const BaselineDiff& diff, std::ostream& err) {
  if (!diff.other_rules && !diff.other_profile) return;
  constexpr std::size_t kDigits = 12;
  const std::string then = printable(diff.base_rules);
  err << fmt::format(
      "meetlat: warning: the baseline was judged by rule set {} ({}) and profile {} {}, this report by {} "
      "({}) and {} {}\n",
      then, printable(base.rules_digest.substr(0, kDigits)), printable(base.profile), printable(base.profile_version),
      diff.head_rules, report.header.rules_digest.substr(0, kDigits), report.header.profile,
      report.header.profile_version);
  if (diff.base_rules == diff.head_rules && base.rules_digest != report.header.rules_digest) {
    err << "  (one name for two rule sets: their contents differ)\n";
  }
  std::vector<LetterChange> moved;
  for (const auto* list : {&diff.worse, &diff.better}) {
    std::copy_if(list->begin(), list->end(), std::back_inserter(moved),
                 [](const auto& each) { return !each.comparable; });
  }
  if (!moved.empty()) {
    err << fmt::format("  {} letter(s) moved, which fails nothing, since it may be the rules' doing:\n", moved.size());
    for (std::size_t i = 0; i < std::min(moved.size(), kNamed); ++i) {
      err << fmt::format("    {}: {} then, {} now\n", printable(moved[i].host), moved[i].before, moved[i].after);
    }
  }
  if (!diff.failures_of_new_rules.empty()) {
    err << fmt::format("  {} finding(s) of rules that are new or ask something else now, which fail nothing\n",
                       diff.failures_of_new_rules.size());
  }
  err << fmt::format(
      "  to compare letters: --rules {} judges as then, if that set was kept; 'meetlat baseline' makes "
      "the baseline anew\n",
      then);
}

// What got worse, parted by how it was confirmed. Without --confirm one look is enough.
class Worse {
 public:
  explicit Worse(const Confirmed* confirmed) : confirmed_(confirmed) {}
  void add(const std::string& host, const std::string& rule, const std::string& what) {
    const Doubt* doubt = confirmed_ == nullptr ? nullptr : confirmed_->find(host, rule);
    if (doubt == nullptr) {
      failed.push_back(what);
      return;
    }
    const std::string line = fmt::format("{} ({})", what, looks_words(*doubt));
    switch (decision(*doubt, confirmed_->confirmation)) {
      case Decision::kConfirmed:
        failed.push_back(line);
        break;
      case Decision::kNotConfirmed:
        not_confirmed.push_back(fmt::format("{}: not confirmed ({})", what, looks_words(*doubt)));
        break;
      case Decision::kOpen:
        open.push_back(fmt::format("{}: not decided ({})", what, looks_words(*doubt)));
        break;
    }
  }
  void tell(std::ostream& err) const {
    for (const auto* list : {&not_confirmed, &open}) {
      for (const std::string& line : *list) err << "meetlat: " << printable(line) << '\n';
    }
  }

  std::vector<std::string> failed;
  std::vector<std::string> not_confirmed;
  std::vector<std::string> open;

 private:
  const Confirmed* confirmed_;
};

Result<void> against_baseline(const Report& report, const RuleSet& rules, const std::string& file,
                              const Confirmed* confirmed, Gates& gates, std::ostream& err) {
  const auto base = read_baseline(file);
  if (!base) return fail(base.error());
  const BaselineDiff diff = compare(*base, report, rules);
  tell_of_other_rules(*base, report, diff, err);
  Worse worse(confirmed);
  for (const LetterChange& change : diff.worse) {
    if (!change.comparable) continue;
    worse.add(change.host, {}, fmt::format("{}: {} became {}", change.host, change.before, change.after));
  }
  std::size_t unknown_before = 0;
  for (const RuleChange& change : diff.new_failures) {
    if (change.was_not_measured) {  // nobody knows that it got worse
      ++unknown_before;
      continue;
    }
    worse.add(change.host, change.rule,
              fmt::format("{}: {}, {}", change.host, change.rule, to_string(change.severity)));
  }
  gates.say("--baseline", worse.failed);
  worse.tell(err);
  if (unknown_before > 0) {
    err << fmt::format("meetlat: {} finding(s) fail now that the baseline could not measure\n", unknown_before);
  }
  if (!diff.hosts_not_measured.empty()) {
    err << fmt::format("meetlat: {} host(s) of the baseline could not be measured now\n",
                       diff.hosts_not_measured.size());
  }
  return {};
}

}  // namespace

void add_gate_options(CLI::App& app, GateChoice& choice) {
  const char* group = "Gates";
  app.add_option("--fail-on", choice.fail_on, "Exit with 1 when a finding of this severity or a graver one failed")
      ->check(CLI::IsMember({"info", "low", "medium", "high", "critical"}))
      ->group(group);
  app.add_option("--min-grade", choice.min_grade, "Exit with 1 when an audited host has no letter or one below this")
      ->check(CLI::IsMember({"A", "B", "C", "D", "E"}))
      ->group(group);
  app.add_option("--min-score", choice.min_score, "Exit with 1 when the lower end of a host's score is below this")
      ->check(CLI::Range(0.0, 100.0))
      ->group(group);
  app.add_option("--baseline", choice.baseline, "Exit with 1 when something got worse than in this file")->group(group);
  app.add_option("--max-not-measured", choice.max_not_measured, "Exit with 1 when more hosts than this have no grade")
      ->check(CLI::Range(0, 1'000'000))
      ->group(group);
}

Result<void> check_gate_choice(const GateChoice& choice) {
  if (choice.baseline.empty()) return {};
  const auto base = read_baseline(choice.baseline);
  if (base) return {};
  const auto bytes = read_file(choice.baseline);
  return fail(wanted_instead(base.error(), bytes ? *bytes : "", "a baseline, which 'meetlat baseline' makes of a Run"));
}

Result<void> apply_gates(const Report& seen, const Rulebook& rulebook, const Notes& notes, const GateChoice& choice,
                         CliContext& context, const Confirmed* confirmed) {
  const bool any = std::any_of(seen.hosts.begin(), seen.hosts.end(), [](const HostReport& host) {
    return host.status == HostStatus::kMeasured || host.status == HostStatus::kFromFiles;
  });
  if (!any) {
    context.err << "meetlat: no host could be audited\n";
    context.exit = ExitCode::kNothingAudited;
  }
  if (!asks_for_something(choice)) return {};
  const RuleSet& rules = rulebook.rules;
  const std::size_t waived = count_waived(seen);
  std::optional<Report> changed;
  if (waived > 0) changed = with_waivers(seen, rules, *rulebook.profile);
  const Report& report = changed ? *changed : seen;
  Gates gates(context.err);
  if (!choice.fail_on.empty()) gates.say("--fail-on", findings_of(report, rules, *severity_from(choice.fail_on)));
  if (!choice.min_grade.empty()) gates.say("--min-grade", below_grade(report, choice.min_grade.front()));
  if (choice.min_score >= 0) gates.say("--min-score", below_score(report, choice.min_score));
  if (choice.max_not_measured >= 0) {
    const std::vector<std::string> without = without_grade(report);
    if (without.size() > static_cast<std::size_t>(choice.max_not_measured)) gates.say("--max-not-measured", without);
  }
  if (!choice.baseline.empty()) {
    if (auto ok = against_baseline(report, rules, choice.baseline, confirmed, gates, context.err); !ok) return ok;
  }
  gates.say("waiver expired", expired_waivers(seen));
  if (waived > 0) {
    context.err << fmt::format("meetlat: {} waived, and counted as passed by the gates\n",
                               count_words(waived, "finding"));
  }
  for (const std::string& idle : idle_waivers(notes, seen, false)) {
    context.err << "meetlat: warning: " << printable(idle) << '\n';
  }
  if (!any) return {};
  if (gates.failed()) {
    context.exit = ExitCode::kGateFailed;
  } else if (confirmed != nullptr && confirmed->any_open()) {
    context.exit = ExitCode::kCannotRun;
  }
  return {};
}

}  // namespace meetlat
