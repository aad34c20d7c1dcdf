// meetlat diff BASE HEAD: what changed between two Runs, and why.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>
#include <sstream>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output_options.h"
#include "cli/review_options.h"
#include "history/diff.h"
#include "history/run_store.h"
#include "judgement/judge.h"
#include "probes/probe.h"
#include "report/diff_writer.h"

namespace meetlat {
namespace {

struct DiffChoice {
  std::string base;
  std::string head;
  std::string form = "text";
  std::string host;
  std::string output = "-";
  int columns = 0;
  bool rejudge = false;
  std::string base_rules;  // folder of the rules that BASE was judged by
  OutputChoice rules;      // profile and rules folder only
  ReviewChoice reviews;
};

// Both Runs as they are to be compared.
Result<void> read_both(const DiffChoice& choice, const Rulebook& rulebook, const OptOut& opt_out, Run& base,
                       Run& head) {
  for (const auto& [run, file] : {std::pair(&base, &choice.base), std::pair(&head, &choice.head)}) {
    auto read = read_run(*file);
    if (!read) return fail(read.error());
    *run = *std::move(read);
    if (!choice.rejudge) {
      if (auto same = demand_same_rules(*run, *file, rulebook.rules); !same) return same;
    }
    exclude(*run, opt_out);
  }
  if (choice.host.empty()) return {};
  const auto in_base = narrow_to(base, choice.host);
  const auto in_head = narrow_to(head, choice.host);
  // One of them is enough: the host may be new, or gone.
  return in_base ? Result<void>{} : in_head;
}

// BASE by the rules of its time, when they were named.
struct FirstVerdict {
  RuleSet rules;
  Report report;
};
Result<std::unique_ptr<FirstVerdict>> first_verdict(const DiffChoice& choice, const Run& base, const Reviews& reviews) {
  if (choice.base_rules.empty()) return std::unique_ptr<FirstVerdict>{};
  auto rules = load_rules(choice.base_rules, find_fact);
  if (!rules) return fail(rules.error());
  if (rules->digest != base.header.rules_digest) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("--base-rules: {} holds rule set {} ({}), but {} was judged by {} ({})", choice.base_rules,
                            rules->version, rules->digest.substr(0, 12), choice.base, base.header.rules_version,
                            base.header.rules_digest.substr(0, 12)));
  }
  auto out = std::make_unique<FirstVerdict>();
  out->rules = *std::move(rules);
  const Profile* profile = out->rules.profile(choice.rules.profile);
  if (profile == nullptr) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("--base-rules: no profile '{}' there", printable(choice.rules.profile)));
  }
  out->report = judge(base, out->rules, *profile, reviews);
  return out;
}

Result<void> write(const Diff& diff, const DiffChoice& choice, const RuleSet& rules, std::ostream& out) {
  if (choice.form == "json") return write_diff_json(diff, rules, out);
  if (choice.form == "updates") return write_diff_updates(diff, rules, out);
  constexpr int kUsualColumns = 120;
  const int terminal = choice.output == "-" ? terminal_columns(STDOUT_FILENO) : 0;
  int columns = choice.columns > 0 ? choice.columns : terminal;
  if (columns == 0) columns = kUsualColumns;
  return write_diff_text(diff, rules, static_cast<std::size_t>(std::clamp(columns, 80, 200)), out);
}

// What the short form cannot say.
void tell_of_updates(const Diff& diff, std::ostream& err) {
  const auto shown = std::count_if(diff.changes.begin(), diff.changes.end(), is_update);
  const auto rest = static_cast<std::ptrdiff_t>(diff.changes.size()) - shown;
  if (rest > 0) {
    err << fmt::format("meetlat: {} further change(s) are no news of the hosts' own doing; --format text has them\n",
                       rest);
  }
  if (diff.other_tool) {
    err << "meetlat: warning: the Runs were made by different versions of meetlat or its tables; changes may be ours\n";
  }
}

Result<void> compare_runs(const DiffChoice& choice, CliContext& context) {
  auto rulebook = load_rulebook(choice.rules, context.err);
  if (!rulebook) return fail(rulebook.error());
  const auto reviews = load_reviews(choice.reviews, rulebook->rules, context.err);
  if (!reviews) return fail(reviews.error());
  Run base;
  Run head;
  if (auto read = read_both(choice, *rulebook, reviews->opt_out, base, head); !read) return read;
  if (head.header.started < base.header.started) {
    context.err << fmt::format(
        "meetlat: warning: BASE ({}) is of {}, HEAD ({}) of {}: the other way round, what is new would be new\n",
        printable(choice.base), format_instant(base.header.started), printable(choice.head),
        format_instant(head.header.started));
  }
  const Report base_report = judge(base, rulebook->rules, *rulebook->profile, reviews->reviews);
  const Report head_report = judge(head, rulebook->rules, *rulebook->profile, reviews->reviews);
  const auto first = first_verdict(choice, base, reviews->reviews);
  if (!first) return fail(first.error());
  DiffInput input{base.header, base_report, head.header, head_report, rulebook->rules};
  if (*first) {
    input.base_as_judged = &(*first)->report;
    input.base_rules = &(*first)->rules;
  }
  const Diff changes = diff(input);
  if (choice.form == "updates") tell_of_updates(changes, context.err);
  if (choice.output == "-") return write(changes, choice, rulebook->rules, context.out);
  std::ostringstream text;
  if (auto written = write(changes, choice, rulebook->rules, text); !written) return written;
  return write_file_atomically(choice.output, text.str());
}

}  // namespace

void add_diff(CLI::App& app, CliContext& context) {
  auto choice = std::make_shared<DiffChoice>();
  choice->rules.format = "json";
  CLI::App* command = app.add_subcommand("diff", "Show what changed between two Runs, and why");
  command->add_option("BASE", choice->base, "File of the earlier Run")->required();
  command->add_option("HEAD", choice->head, "File of the later Run")->required();
  command->add_option("--format", choice->form, "text, json, or updates: dated lines for a news page")
      ->check(CLI::IsMember({"text", "json", "updates"}))
      ->capture_default_str();
  command->add_option("--host", choice->host, "Only this host");
  command->add_option("--output", choice->output, "File for the changes; - is standard output")->capture_default_str();
  command->add_option("--columns", choice->columns, "Width of the text, 80 to 200")->check(CLI::Range(80, 200));
  command->add_flag("--rejudge", choice->rejudge, "Judge both by the rules of today, even if others judged them then");
  command
      ->add_option("--base-rules", choice->base_rules,
                   "Rule set that BASE was judged by, to tell apart what the rules changed; with --rejudge")
      ->type_name("DIR");
  command->add_option("--profile", choice->rules.profile, "Weights and letters")->capture_default_str();
  add_rule_options(*command, choice->rules.rules, {});
  add_review_option(*command, choice->reviews);
  command->callback([choice, &context] {
    if (auto done = compare_runs(*choice, context); !done) report_error(context, done.error());
  });
}

}  // namespace meetlat
