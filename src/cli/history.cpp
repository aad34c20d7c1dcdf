// meetlat history: how hosts changed over the Runs.
#include <fmt/core.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <ostream>
#include <set>
#include <sstream>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/history_input.h"
#include "cli/history_options.h"
#include "cli/host_choice.h"
#include "cli/output_options.h"
#include "cli/review_options.h"
#include "history/history_json.h"
#include "history/store.h"
#include "history/timeline.h"
#include "report/history_writer.h"

namespace meetlat {
namespace {

struct HistoryView {
  HistoryChoice history;
  std::string host;
  std::string since;
  std::string form = "table";
  std::string output = "-";
  std::size_t last = 10;
  int columns = 0;
  OutputChoice rules;  // rules folder only
  ReviewChoice reviews;
};

std::size_t columns_for(const HistoryView& choice) {
  constexpr int kUsualColumns = 120;
  const int terminal = choice.output == "-" ? terminal_columns(STDOUT_FILENO) : 0;
  int columns = choice.columns > 0 ? choice.columns : terminal;
  if (columns == 0) columns = kUsualColumns;
  return static_cast<std::size_t>(std::clamp(columns, 80, 200));
}

// Who opted out since is not shown, and leaves with no export.
void exclude(History& history, const OptOut& opt_out) {
  std::erase_if(history.hosts, [&](const HostHistory& host) {
    const auto target = parse_target(host.host);
    return target && opt_out.find(target->base.host()) != nullptr;
  });
  // Nor does what it published: a text stays for the hosts that are left.
  std::set<std::string, std::less<>> named;
  for (const HostHistory& host : history.hosts) {
    for (const HistorySight& sight : host.sights) named.insert(sight.policy.sha256);
  }
  std::erase_if(history.policies, [&](const auto& policy) { return !named.contains(policy.first); });
}

// The history of the host that was named; of a name without port, of all hosts of that name.
Result<History> read_hosts(HistoryStore& store, const HistoryQuery& query) {
  auto history = store.read(query);
  if (!history || query.host.empty() || !history->hosts.empty()) return history;
  HistoryQuery names;
  names.findings = names.policies = false;
  names.last = 1;
  const auto all = store.read(names);
  if (!all) return fail(all.error());
  std::vector<std::string> ids;
  for (const HostHistory& host : all->hosts) ids.push_back(host.host);
  const auto meant = hosts_meant(query.host, ids);
  if (!meant || meant->empty()) return history;
  HistoryQuery wanted = query;
  wanted.host = meant->size() == 1 ? meant->front() : "";
  history = store.read(wanted);
  if (history) {
    std::erase_if(history->hosts, [&](const HostHistory& host) {
      return std::find(meant->begin(), meant->end(), host.host) == meant->end();
    });
  }
  return history;
}

Result<History> read(const HistoryView& choice, const OptOut& opt_out) {
  HistoryQuery query;
  if (!choice.host.empty()) {
    const auto target = parse_target(choice.host);
    if (!target) return fail(target.error());
    query.host = target->id;
  }
  if (!choice.since.empty()) {
    const auto since = parse_instant(choice.since);
    if (!since) return fail(ErrorCode::kInvalidArgument, "--since: " + since.error().context);
    query.since = *since;
  }
  const bool in_full = choice.form == "json" || !query.host.empty();
  query.findings = query.policies = in_full;
  const std::filesystem::path file = history_file(choice.history);
  auto store = HistoryStore::open_for_reading(file);
  if (!store) {
    if (store.error().code != ErrorCode::kNotFound) return fail(store.error());
    return fail(ErrorCode::kNotFound,
                fmt::format("{} does not exist yet: rank and audit begin it (DEMO Runs are kept only in a file that "
                            "--history names), and 'meetlat history import' adds Runs that are there",
                            file.string()));
  }
  auto history = read_hosts(*store, query);
  if (history) exclude(*history, opt_out);
  if (history && history->hosts.empty() && !query.host.empty()) {
    return fail(ErrorCode::kNotFound, fmt::format("the history holds nothing about {}{}", printable(query.host),
                                                  query.since ? " since " + format_date(*query.since) : ""));
  }
  return history;
}

Result<void> write(const History& history, const HistoryView& choice, const RuleSet& rules, std::ostream& out) {
  if (choice.form == "csv") return write_history_csv(history, out);
  if (choice.form == "json") {
    out << dump_json(to_json(history), 1) << '\n';
    return out ? Result<void>{} : fail(ErrorCode::kIo, "the history could not be written");
  }
  const HistoryDrawing drawing{columns_for(choice), choice.last, &rules};
  if (choice.host.empty()) return write_history_table(history, drawing, out);
  for (const HostHistory& host : history.hosts) {
    if (&host != &history.hosts.front()) out << '\n';
    if (auto written = write_history_host(history, host, timeline(history, host), drawing, out); !written) {
      return written;
    }
  }
  return {};
}

Result<void> show(const HistoryView& choice, CliContext& context) {
  auto rulebook = load_rulebook(choice.rules, context.err);
  if (!rulebook) return fail(rulebook.error());
  const auto reviews = load_reviews(choice.reviews, rulebook->rules, context.err);
  if (!reviews) return fail(reviews.error());
  const auto history = read(choice, reviews->opt_out);
  if (!history) return fail(history.error());
  std::ostringstream text;
  if (auto written = write(*history, choice, rulebook->rules, text); !written) return written;
  return write_text(text.str(), choice.output, context);
}

struct TakeChoice {
  HistoryChoice history;
  HistoryInputChoice input;
};

void tell(const HistoryInput& input, CliContext& context) {
  for (const std::string& warning : input.warnings()) context.err << "meetlat: warning: " << printable(warning) << '\n';
}

Result<void> import(const TakeChoice& choice, CliContext& context) {
  auto input = HistoryInput::open(choice.input, context.err);
  if (!input) return fail(input.error());
  auto store = HistoryStore::open_for_writing(history_file(choice.history));
  if (!store) return fail(store.error());
  // Of files of a whole folder, DEMO Runs among them are nobody's mistake.
  input->real_only = choice.history.file.empty();
  for (;;) {
    if (context.stop.stop_requested()) return fail(ErrorCode::kCancelled, "what was printed is in the history");
    const auto run = input->next();
    if (!run) return fail(run.error());
    if (!*run) break;
    const auto change = store->add(**run);
    if (!change) return fail(change.error());
    const std::string_view what = *change == HistoryChange::kAdded      ? "added"
                                  : *change == HistoryChange::kReplaced ? "replaced"
                                                                        : "unchanged";
    // Only after the commit, and at once: what is printed is kept, whatever happens next.
    context.out << fmt::format("{} {} {}\n", what, printable((*run)->info.id), format_instant((*run)->info.started))
                << std::flush;
  }
  tell(*input, context);
  return {};
}

Result<void> rebuild(const TakeChoice& choice, CliContext& context) {
  auto input = HistoryInput::open(choice.input, context.err);
  if (!input) return fail(input.error());
  const std::filesystem::path file = history_file(choice.history);
  if (history_is_damaged(file)) {
    const auto aside = set_history_aside(file, Clock::system().now());
    if (!aside) return fail(aside.error());
    context.err << fmt::format("meetlat: the damaged history is now {}\n", aside->string());
  }
  auto store = HistoryStore::open_for_writing(file);
  if (!store) return fail(store.error());
  input->real_only = choice.history.file.empty();
  const auto count = store->replace_all([&]() -> Result<std::optional<HistoryRun>> {
    if (context.stop.stop_requested()) return fail(ErrorCode::kCancelled, "the history is as it was");
    return input->next();
  });
  if (!count) return fail(count.error());
  tell(*input, context);
  context.out << fmt::format("{}: {} {}\n", file.string(), *count, *count == 1 ? "Run" : "Runs");
  return {};
}

struct ForgetChoice {
  HistoryChoice history;
  std::string host;
};

Result<void> forget(const ForgetChoice& choice, CliContext& context) {
  const auto target = parse_target(choice.host);
  if (!target) return fail(target.error());
  const std::filesystem::path file = history_file(choice.history);
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return fail(ErrorCode::kNotFound, file.string());
  auto store = HistoryStore::open_for_writing(file);
  if (!store) return fail(store.error());
  const auto forgotten = store->forget(target->id);
  if (!forgotten) return fail(forgotten.error());
  if (!*forgotten) {
    return fail(ErrorCode::kNotFound, fmt::format("the history holds nothing about {}", printable(target->id)));
  }
  context.out << fmt::format("forgotten {}\n", printable(target->id));
  context.err << fmt::format(
      "meetlat: Run files may still hold it; 'meetlat review opt-out {}' keeps it from being measured and shown\n",
      printable(target->base.host()));
  return {};
}

template <class Choice, class F>
CLI::App* command(CLI::App& parent, const char* name, const char* what, const std::shared_ptr<Choice>& choice,
                  CliContext& context, F run) {
  CLI::App* out = parent.add_subcommand(name, what);
  out->callback([choice, run, &context] {
    if (auto done = run(*choice, context); !done) report_error(context, done.error());
  });
  return out;
}

void add_view_options(CLI::App& app, const std::shared_ptr<HistoryView>& choice) {
  app.add_option("--since", choice->since, "Only what was seen from that day on")->type_name("DATE");
  app.add_option("--output", choice->output, "File for it; - is standard output")->capture_default_str();
  add_history_options(app, choice->history, false);
  add_review_option(app, choice->reviews);
}

}  // namespace

void add_history(CLI::App& app, CliContext& context) {
  auto view = std::make_shared<HistoryView>();
  view->rules.format = "json";
  CLI::App* history = app.add_subcommand("history", "Show how hosts changed over the Runs, and since when");
  history->add_option("HOST", view->host, "Only this host, in full");
  history->add_option("--format", view->form, "table, csv, or json: everything, as 'import' reads it")
      ->check(CLI::IsMember({"table", "json", "csv"}))
      ->capture_default_str();
  history->add_option("--last", view->last, "Letters of a trend")->check(CLI::Range(1, 100))->capture_default_str();
  history->add_option("--columns", view->columns, "Width of the text, 80 to 200")->check(CLI::Range(80, 200));
  history->add_option("--rules-dir", view->rules.rules.folder,
                      "Rule set that names the rules, instead of the bundled one");
  add_view_options(*history, view);
  history->callback([view, history, &context] {
    if (!history->get_subcommands().empty()) return;
    if (auto done = show(*view, context); !done) report_error(context, done.error());
  });

  auto exported = std::make_shared<HistoryView>(*view);
  exported->form = "json";
  add_view_options(
      *command(*history, "export", "Everything as JSON, which import and rebuild read", exported, context, show),
      exported);

  for (const bool anew : {false, true}) {
    auto take = std::make_shared<TakeChoice>();
    CLI::App* one =
        anew ? command(*history, "rebuild", "Make the history anew from these alone", take, context, rebuild)
             : command(*history, "import", "Add Runs; those that are there stay as they are", take, context, import);
    add_history_input_options(*one, take->input);
    add_history_options(*one, take->history, false);
  }

  auto forgotten = std::make_shared<ForgetChoice>();
  CLI::App* one =
      command(*history, "forget", "Delete everything about a host, as after an opt-out", forgotten, context, forget);
  one->add_option("HOST", forgotten->host, "The host, as 'meetlat history' names it")->required();
  add_history_options(*one, forgotten->history, false);
}

}  // namespace meetlat
