#include "cli/history_options.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "base/text.h"
#include "history/history_run.h"
#include "history/store.h"

namespace meetlat {
namespace {

constexpr std::size_t kPointsDrawn = 30;

}  // namespace

void add_history_options(CLI::App& app, HistoryChoice& choice, bool writes) {
  const char* group = "History";
  CLI::Option* file =
      app.add_option("--history", choice.file,
                     "File of the history; default: history.db in the state folder, which DEMO Runs do not go into")
          ->type_name("FILE")
          ->group(group)
          ->envname("MEETLAT_HISTORY");  // of nested commands too: all of them mean one file
  if (!writes) return;
  app.add_flag("--no-history", choice.off, "Do not remember this Run in the history")->group(group)->excludes(file);
}

std::filesystem::path history_file(const HistoryChoice& choice) {
  return choice.file.empty() ? default_history_file() : std::filesystem::path(choice.file);
}

void keep_in_history(const Run& run, const Report& report, const std::string& run_file, const HistoryChoice& choice,
                     CliContext& context) {
  if (choice.off || (run.header.demo && choice.file.empty())) return;
  const HistoryRun kept = history_run(run.header, report);
  if (kept.hosts.empty()) return;
  const auto warn = [&](const Error& error) {
    context.err << fmt::format(
        "meetlat: warning: this Run is not in the history: {}\n"
        "meetlat: the Run itself is safe; to add it later: meetlat history import {}\n",
        printable(describe(error)), printable(run_file));
  };
  auto store = HistoryStore::open_for_writing(history_file(choice));
  if (!store) return warn(store.error());
  if (const auto added = store->add(kept); !added) warn(added.error());
}

OutputChoice with_score_history(OutputChoice output, const HistoryChoice& choice, CliContext& context) {
  const bool drawn = output.format == "html" || std::any_of(output.reports.begin(), output.reports.end(),
                                                            [](const auto& text) { return text.starts_with("html="); });
  if (choice.off || !drawn) return output;
  auto store = HistoryStore::open_for_reading(history_file(choice));
  auto scores = store ? store->scores(kPointsDrawn) : Result<ScoreHistory>(tl::unexpected(store.error()));
  if (scores) {
    output.history = *std::move(scores);
  } else if (scores.error().code != ErrorCode::kNotFound) {
    context.err << "meetlat: warning: scores of earlier Runs are left out: " << printable(describe(scores.error()))
                << '\n';
  }
  return output;
}

}  // namespace meetlat
