// --history FILE, --no-history: where Runs are remembered, for every command that writes or reads the history.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "cli/output_options.h"
#include "judgement/overrides.h"
#include "model/run.h"
#include "model/score_history.h"

namespace CLI {
class App;
}

namespace meetlat {

struct HistoryChoice {
  std::string file;  // "": the default one
  bool off = false;  // nothing is written and nothing read
};

// --history, of commands that read; with `writes`, --no-history too.
void add_history_options(CLI::App& app, HistoryChoice& choice, bool writes);

std::filesystem::path history_file(const HistoryChoice& choice);

// Remembers the Run as it is judged by that rulebook. Never fails: what goes wrong is a warning, since a Run that was
// measured is worth more than its line in the history. A DEMO Run is kept only in a file that the user named, so that
// trying the bundled fixtures leaves the user's history alone.
void keep_in_history(const Run& run, const Report& report, const std::string& run_file, const HistoryChoice& choice,
                     CliContext& context);

// The choice with the latest scores of every host, when a form of it draws lines of them. A history that cannot be read
// is a warning; that there is none yet is nothing to say.
OutputChoice with_score_history(OutputChoice output, const HistoryChoice& choice, CliContext& context);

}  // namespace meetlat
