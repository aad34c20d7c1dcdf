// meetlat rank: crawl hoster lists, probe, judge, rank.
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <sstream>

#include "cli/command.h"
#include "cli/confirm.h"
#include "cli/gate_options.h"
#include "cli/list_options.h"
#include "cli/output_options.h"
#include "cli/published.h"
#include "cli/review_options.h"
#include "cli/scan_run.h"

namespace meetlat {
namespace {

struct RankChoice {
  std::string from;  // show this published ranking instead of measuring
  ListChoice list;
  ScanChoice scan;
  NetChoice net;
  OutputChoice output;
  GateChoice gate;
  ReviewChoice reviews;
  HistoryChoice history;
};

Result<ScanPlan> plan_for(const ListChoice& list, bool quiet, Network& network, CliContext& context) {
  std::ostringstream unheard;
  auto merged = gather_targets(list, network, quiet ? static_cast<std::ostream&>(unheard) : context.err);
  if (!merged) return fail(merged.error());
  ScanPlan plan;
  plan.list_digest = merged->digest();
  plan.list_sources = merged->source_names();
  plan.targets = std::move(merged->targets);
  for (ExcludedTarget& excluded : merged->excluded) {
    plan.excluded.push_back({std::move(excluded.target), excluded.reason});
  }
  return plan;
}

Result<void> show_published(const RankChoice& choice, const Rulebook& rulebook, const LoadedReviews& reviews,
                            std::ostream& notes, CliContext& context) {
  ListChoice list = choice.list;
  list.reviewed = reviews.opt_out;
  const auto opt_out = load_opt_outs(list);
  if (!opt_out) return fail(opt_out.error());
  const auto published = published_report(choice.from, choice.net, *opt_out, rulebook.rules, context.stop, notes);
  if (!published) return fail(published.error());
  OutputChoice output = choice.output;
  output.ranks = published->ranks;
  output.choosing = true;
  if (auto written = emit(published->report, nullptr, rulebook, output, context); !written) return written;
  return apply_gates(published->report, rulebook, {}, choice.gate, context);
}

Result<void> rank(const RankChoice& choice, CliContext& context) {
  std::ostringstream unheard;
  std::ostream& notes = choice.scan.quiet ? static_cast<std::ostream&>(unheard) : context.err;
  auto rulebook = load_rulebook(choice.output, notes);
  if (!rulebook) return fail(rulebook.error());
  if (auto ok = check_gate_choice(choice.gate); !ok) return ok;
  const char* nobody = choice.from.empty() ? "" : "--from shows what somebody else measured";
  if (auto ok = check_confirm(choice.gate, nobody); !ok) return ok;
  auto reviews = load_reviews(choice.reviews, rulebook->rules, notes);
  if (!reviews) return fail(reviews.error());
  if (!choice.from.empty()) return show_published(choice, *rulebook, *reviews, notes, context);
  ListChoice list = choice.list;
  list.reviewed = reviews->opt_out;
  auto network = make_network(choice.net);
  if (!network) return fail(network.error());
  ScanPlan plan;
  if (choice.scan.resume.empty()) {
    auto made = plan_for(list, choice.scan.quiet, **network, context);
    if (!made) return fail(made.error());
    plan = std::move(*made);
  }
  auto opt_out = load_opt_outs(list);
  if (!opt_out) return fail(opt_out.error());
  plan.opt_out = *std::move(opt_out);
  const std::vector<const Probe*> probes(all_probes().begin(), all_probes().end());
  auto scanned = scan_into_run(plan, choice.scan, choice.net, **network, rulebook->rules, probes, context);
  if (!scanned) return fail(scanned.error());
  OutputChoice output = choice.output;
  output.reviews_file = choice.reviews.file;
  return finish_scan(*scanned, *rulebook, reviews->reviews, output, choice.gate, choice.history,
                     {choice.scan, choice.net, **network, probes}, context);
}

}  // namespace

void add_rank(CLI::App& app, CliContext& context) {
  auto choice = std::make_shared<RankChoice>();
  CLI::App* command = app.add_subcommand("rank", "Crawl lists of hosters, audit every instance and rank them");
  add_list_options(*command, choice->list);
  auto* resume = command->add_option("--resume", choice->scan.resume, "Go on with this Run; nothing is measured twice")
                     ->group("Measuring");
  auto* from = command
                   ->add_option("--from", choice->from,
                                "Show a ranking that somebody published (a JSON report: file or URL); no host is asked")
                   ->group("Lists")
                   ->type_name("SRC");
  add_output_options(*command, choice->output, "table");
  add_language_option(*command, choice->output);
  add_scan_options(*command, choice->scan);
  resume->excludes(command->get_option("--run"))
      ->excludes(command->get_option("--list"))
      ->excludes(command->get_option("--level"));
  for (const char* measuring : {"--list", "--offline", "--resume", "--run", "--vantage", "--level", "--whole-client"}) {
    from->excludes(command->get_option(measuring));
  }
  add_net_options(*command, choice->net);
  add_geo_option(*command, choice->net);
  add_gate_options(*command, choice->gate);
  add_confirm_options(*command, choice->gate);
  add_review_option(*command, choice->reviews);
  add_history_options(*command, choice->history, true);
  choice->scan.may_resume = true;
  command->callback([choice, &context] {
    choice->list.stop = context.stop;
    choice->list.input = &context.in;
    if (auto done = rank(*choice, context); !done) report_error(context, done.error());
  });
}

}  // namespace meetlat
