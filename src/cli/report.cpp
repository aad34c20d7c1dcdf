// meetlat report RUN: any rendering of a stored Run, without probing anybody.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "base/text.h"
#include "cli/command.h"
#include "cli/confirm.h"
#include "cli/gate_options.h"
#include "cli/history_options.h"
#include "cli/output_options.h"
#include "cli/review_options.h"
#include "history/run_store.h"
#include "judgement/judge.h"
#include "report/summary.h"

namespace meetlat {
namespace {

constexpr int kTrials = 1000;
constexpr std::uint64_t kSeed = 1;

struct ReportChoice {
  std::string run;
  std::string host;
  bool rejudge = false;
  bool sensitivity = false;
  OutputChoice output;
  GateChoice gate;
  ReviewChoice reviews;
  HistoryChoice history;
};

void print_sensitivity(const Sensitivity& result, std::ostream& out) {
  out << fmt::format(
      "How often a letter holds when weights move by up to 30 % and category scores by up to 0.1 ({} trials):\n\n",
      result.trials);
  for (const Sensitivity::Row& row : result.rows) {
    std::string others;
    for (const auto& [letter, count] : row.letters) {
      if (letter == row.letter) continue;
      others += fmt::format("  {} {:.0f} %", letter, 100.0 * count / result.trials);
    }
    out << fmt::format("{}  {:5.1f} %  {}{}\n", row.letter, 100 * row.holds, printable(row.host), others);
  }
  out << fmt::format("\nOn average {:.1f} %.\n", 100 * result.holds);
}

Result<void> show(const ReportChoice& choice, CliContext& context) {
  auto rulebook = load_rulebook(choice.output, context.err);
  if (!rulebook) return fail(rulebook.error());
  if (auto ok = check_gate_choice(choice.gate); !ok) return ok;
  if (auto ok = check_confirm(choice.gate, "report shows a stored Run and asks nobody"); !ok) return ok;
  auto run = read_run(choice.run);
  if (!run) return fail(run.error());
  // The Run keeps what was seen, not what was thought of it; other rules would silently say something else.
  if (!choice.rejudge) {
    if (auto same = demand_same_rules(*run, choice.run, rulebook->rules); !same) return same;
  }
  const auto reviews = load_reviews(choice.reviews, rulebook->rules, context.err);
  if (!reviews) return fail(reviews.error());
  exclude(*run, reviews->opt_out);
  OutputChoice output = with_score_history(choice.output, choice.history, context);
  output.review_command = review_command(choice.run, choice.rejudge, choice.output.rules, choice.reviews.file);
  if (!choice.host.empty()) {
    const Report whole = judge(*run, rulebook->rules, *rulebook->profile, reviews->reviews);
    const std::vector<std::size_t> all = ranks(whole);
    for (std::size_t i = 0; i < all.size(); ++i) output.ranks.emplace(whole.hosts[i].target.id, all[i]);
    if (auto ok = narrow_to(*run, choice.host); !ok) return ok;
  }
  const Report report = judge(*run, rulebook->rules, *rulebook->profile, reviews->reviews);
  if (choice.sensitivity) {
    print_sensitivity(sensitivity(report, rulebook->rules, *rulebook->profile, kTrials, kSeed), context.out);
    return {};
  }
  if (auto written = emit(report, &*run, *rulebook, output, context); !written) return written;
  return apply_gates(report, *rulebook, reviews->reviews.notes, choice.gate, context);
}

}  // namespace

void add_report(CLI::App& app, CliContext& context) {
  auto choice = std::make_shared<ReportChoice>();
  CLI::App* command = app.add_subcommand("report", "Show a stored Run in any form, without probing anybody");
  command->add_option("RUN", choice->run, "File of the Run")->required();
  command->add_option("--host", choice->host, "Only this host");
  command->add_flag("--rejudge", choice->rejudge, "Judge by the rules of today, even if the Run was judged by others");
  command->add_flag("--sensitivity", choice->sensitivity, "Show how often letters hold when the weights change");
  add_output_options(*command, choice->output, "table");
  add_language_option(*command, choice->output);
  add_gate_options(*command, choice->gate);
  add_refused_confirm_option(*command, choice->gate);
  add_review_option(*command, choice->reviews);
  add_history_options(*command, choice->history, false);
  command->callback([choice, &context] {
    if (auto done = show(*choice, context); !done) report_error(context, done.error());
  });
}

}  // namespace meetlat
