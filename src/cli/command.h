// What the subcommands share. One file per subcommand; CLI11 is included in src/cli/*.cpp only.
#pragma once

#include <iosfwd>
#include <stop_token>
#include <string_view>

#include "base/error.h"

namespace CLI {
class App;
}

namespace meetlat {

// DESIGN: 0 fine, 1 gate failed, 2 usage, 3 could not run, 4 no host could be audited.
enum class ExitCode { kOk = 0, kGateFailed = 1, kUsage = 2, kCannotRun = 3, kNothingAudited = 4 };

struct CliContext {
  std::istream& in;
  std::ostream& out;              // reports only
  std::ostream& err;              // everything else
  std::stop_token stop;           // requested by the first SIGINT or SIGTERM
  ExitCode exit = ExitCode::kOk;  // set by the subcommand's callback
};

// Prints "meetlat: <error>" to context.err and sets the exit code: kUsage for kInvalidArgument, else kCannotRun.
void report_error(CliContext& context, const Error& error);

// Each adds one subcommand with its options and its callback. The context outlives the app.
void add_rank(CLI::App& app, CliContext& context);
void add_audit(CLI::App& app, CliContext& context);
void add_list(CLI::App& app, CliContext& context);
void add_report(CLI::App& app, CliContext& context);
void add_diff(CLI::App& app, CliContext& context);
void add_history(CLI::App& app, CliContext& context);
void add_review(CLI::App& app, CliContext& context);
void add_baseline(CLI::App& app, CliContext& context);
void add_letter(CLI::App& app, CliContext& context);
void add_rules(CLI::App& app, CliContext& context);
void add_policy(CLI::App& app, CliContext& context);
void add_serve(CLI::App& app, CliContext& context);
void add_bench(CLI::App& app, CliContext& context);
void add_docs(CLI::App& app, CliContext& context);  // completion and, hidden, the manual

}  // namespace meetlat
