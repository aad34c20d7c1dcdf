// How a report is judged, drawn and where it goes: shared by rank, audit and report.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "cli/rule_source.h"
#include "model/report.h"
#include "model/rule.h"
#include "model/run.h"
#include "model/score_history.h"
#include "report/where.h"

namespace CLI {
class App;
}

namespace meetlat {

struct OutputChoice {
  std::string format;                // of the main report
  std::string output = "-";          // "-": standard output
  std::vector<std::string> reports;  // FORMAT=FILE, further renderings of the same report
  std::string colour = "auto";       // auto, always, never
  int columns = 0;                   // 0: the terminal's, or 120
  std::string lang = "en";           // see Rendering::lang
  bool show_excluded = false;
  bool publishable = false;  // formats for publication want that a person confirmed what they say
  std::string where;         // only hosts for which this holds (report/where.h); "": all
  std::string profile = "default";
  RuleSource rules;
  std::map<std::string, std::size_t, std::less<>> ranks;  // see Rendering::ranks
  bool choosing = false;                                  // see Rendering::choosing
  ScoreHistory history;                                   // see Rendering::history
  std::string reviews_file;                               // that --reviews named, for what is said to type next
  std::string review_command;  // with which a person answers what --publishable found open; "": named in general
};

// --format, --output, --report, --where, --color, --columns, --show-excluded, --publishable, --profile, --rules-dir,
// --rules. Not --lang: audit has one with more languages.
void add_output_options(CLI::App& app, OutputChoice& choice, const char* default_format);

// --lang, of the words of --format html.
void add_language_option(CLI::App& app, OutputChoice& choice);

struct Rulebook {
  RuleSet rules;
  const Profile* profile = nullptr;  // inside rules.profiles: a Rulebook is moved, never copied
  std::optional<Where> where;
};
// kInvalidArgument for an unknown profile, formats, a condition or report files that make no sense: asked before
// anybody is probed. What the user should know of the rules that were found is said on `notes`.
Result<Rulebook> load_rulebook(const OutputChoice& choice, std::ostream& notes);

// 'meetlat review RUN' with the options that make it judge as here, as one would type it.
std::string review_command(const std::string& run, bool rejudge, const RuleSource& rules, const std::string& reviews);

// Writes the main report and the further ones, each of the hosts for which --where holds, and those that are for
// publication without what is under embargo. With `publishable`, those are written only when publication_faults() has
// nothing to say; else that is said on context.err, with kGateFailed as the exit code. `run` is what was judged, null
// when there is none: then har is kInvalidArgument. The first error is returned after everything was tried.
Result<void> emit(const Report& report, const Run* run, const Rulebook& rulebook, const OutputChoice& choice,
                  CliContext& context);

// A whole result to standard output ("-"), or to a file at once. kIo, kDiskFull, kPermission.
Result<void> write_text(const std::string& text, const std::string& output, CliContext& context);

// Is the stream of that descriptor a terminal, and how wide? 0 when it is none.
int terminal_columns(int descriptor);

}  // namespace meetlat
