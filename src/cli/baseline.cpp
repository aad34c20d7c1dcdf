// meetlat baseline RUN -o FILE: what gates compare with. A command of its own: never a side effect.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>

#include "base/file.h"
#include "base/json.h"
#include "cli/command.h"
#include "cli/output_options.h"
#include "cli/review_options.h"
#include "history/baseline.h"
#include "history/run_store.h"
#include "judgement/judge.h"

namespace meetlat {
namespace {

struct BaselineChoice {
  std::string run;
  std::string file;
  OutputChoice rules;  // profile and rules folder only
  ReviewChoice reviews;
  bool rejudge = false;
};

Result<void> make(const BaselineChoice& choice, CliContext& context) {
  auto rulebook = load_rulebook(choice.rules, context.err);
  if (!rulebook) return fail(rulebook.error());
  auto run = read_run(choice.run);
  if (!run) return fail(run.error());
  if (!choice.rejudge) {
    if (auto same = demand_same_rules(*run, choice.run, rulebook->rules); !same) return same;
  }
  const auto reviews = load_reviews(choice.reviews, rulebook->rules, context.err);
  if (!reviews) return fail(reviews.error());
  exclude(*run, reviews->opt_out);
  const Report report = judge(*run, rulebook->rules, *rulebook->profile, reviews->reviews);
  const std::string text = dump_json(make_baseline(report, rulebook->rules), 1) + "\n";
  if (choice.file == "-") {
    context.out << text;
  } else if (auto written = write_file_atomically(choice.file, text); !written) {
    return written;
  }
  const auto graded = std::count_if(report.hosts.begin(), report.hosts.end(),
                                    [](const HostReport& host) { return host.grade.letter.has_value(); });
  context.err << fmt::format("meetlat: baseline of {} hosts, {} of them graded\n", report.hosts.size(), graded);
  return {};
}

}  // namespace

void add_baseline(CLI::App& app, CliContext& context) {
  auto choice = std::make_shared<BaselineChoice>();
  choice->rules.format = "json";
  CLI::App* command = app.add_subcommand("baseline", "Make or update the file that --baseline compares with");
  command->add_option("RUN", choice->run, "File of the Run")->required();
  command->add_option("-o,--output", choice->file, "File of the baseline; - is standard output")->required();
  command->add_flag("--rejudge", choice->rejudge, "Judge by the rules of today, even if the Run was judged by others");
  command->add_option("--profile", choice->rules.profile, "Weights and letters")->capture_default_str();
  add_rule_options(*command, choice->rules.rules, {});
  add_review_option(*command, choice->reviews);
  command->callback([choice, &context] {
    if (auto done = make(*choice, context); !done) report_error(context, done.error());
  });
}

}  // namespace meetlat
