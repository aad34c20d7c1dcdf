#include "cli/app.h"

#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <thread>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/option_table.h"

namespace meetlat {
namespace {

// The first SIGINT or SIGTERM asks to stop, so that what was measured is shown; the second one ends at once. A thread
// that waits for the signals may do what a handler may not.
class SignalStop {
 public:
  SignalStop() {
    sigset_t signals{};
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    // Every later thread inherits the mask, so only the waiter below sees them.
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::thread([this, signals] {
      for (int count = 0;; ++count) {
        int number = 0;
        if (sigwait(&signals, &number) != 0) return;
        if (count > 0) _exit(128 + number);
        source_.request_stop();
      }
    }).detach();
  }
  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
};

void add_environment(CLI::App& command) {
  for (CLI::Option* option : command.get_options()) {
    if (option->get_lnames().empty() || option->get_lnames().front() == "help") continue;
    std::string name = "MEETLAT_" + option->get_lnames().front();
    for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    option->envname(name);
  }
  for (CLI::App* nested : command.get_subcommands({})) add_environment(*nested);
}

// Every long option of a subcommand can also come from the environment: --per-host-delay is MEETLAT_PER_HOST_DELAY.
// Only of the one that is called: CLI11 checks the variables of all it knows of, and what is a good --format of one
// command is none of another.
void add_environment(CLI::App& app, int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const auto named = app.get_subcommands([&](const CLI::App* command) { return command->get_name() == argv[i]; });
    if (named.empty()) continue;
    add_environment(*named.front());
    return;
  }
}

struct ConfigFile {
  std::string path;
  bool must_exist = false;
};

// The one that the environment names, else the working folder's, else the user's; a default that does not exist is no
// fault.
ConfigFile config_file() {
  if (const char* named = std::getenv("MEETLAT_CONFIG"); named != nullptr && named[0] != '\0') return {named, true};
  std::error_code ignored;
  if (std::filesystem::is_regular_file("meetlat.toml", ignored)) return {"meetlat.toml"};
  const std::filesystem::path user = config_dir() / "meetlat.toml";
  return {std::filesystem::is_regular_file(user, ignored) ? user.string() : "meetlat.toml"};
}

// Whoever read standard output (| head) has closed it: nobody is left to hear anything, an error message least of all.
bool reader_is_gone() {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

// As programs end by default then, so that shells and pipelines see what they know.
void end_by_sigpipe() {
  signal(SIGPIPE, SIG_DFL);
  raise(SIGPIPE);
}

std::string footer() {
  return "Exit status: 0 fine, 1 a gate failed, 2 wrong usage, 3 could not run, 4 no host could be audited.\n"
         "Reports go to standard output, everything else to standard error.";
}

}  // namespace

void report_error(CliContext& context, const Error& error) {
  if (!context.out && reader_is_gone()) end_by_sigpipe();
  context.err << "meetlat: " << describe(error) << '\n';
  context.exit = error.code == ErrorCode::kInvalidArgument ? ExitCode::kUsage : ExitCode::kCannotRun;
}

int run_app(int argc, char** argv) {
  // A peer that closed its end is an error of the write, not a death by signal. For standard output see reader_is_gone.
  signal(SIGPIPE, SIG_IGN);
  static SignalStop* const signals = new SignalStop();  // never destroyed: its thread waits until the end
  CliContext context{std::cin, std::cout, std::cerr, signals->token(), ExitCode::kOk};

  CLI::App app{"meetlat measures how private video-conferencing hosts are.", "meetlat"};
  app.set_version_flag("--version", std::string("meetlat ") + MEETLAT_VERSION);
  app.require_subcommand(1);
  app.footer(footer());
  const ConfigFile config = config_file();
  app.set_config("--config", config.path, "Read options from this TOML file", config.must_exist)
      ->envname("MEETLAT_CONFIG");
  app.allow_config_extras(CLI::config_extras_mode::error);
  add_rank(app, context);
  add_audit(app, context);
  add_list(app, context);
  add_report(app, context);
  add_diff(app, context);
  add_history(app, context);
  add_baseline(app, context);
  add_review(app, context);
  add_letter(app, context);
  add_rules(app, context);
  add_policy(app, context);
  add_serve(app, context);
  add_bench(app, context);
  add_docs(app, context);
  name_values(app);
  add_environment(app, argc, argv);

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help, --version
    return app.exit(success, context.out, context.err);
  } catch (const CLI::ParseError& error) {
    // CLI11 complains about the missing subcommand when it did not know the word that was given.
    const std::vector<std::string> unknown = app.remaining(true);
    const bool is_word = !unknown.empty() && !unknown.front().starts_with('-');
    std::string what = error.what();
    if (error.get_name() == "RequiredError" && is_word) {
      what = fmt::format("unknown command '{}'", printable(unknown.front()));
    } else if (error.get_name() == "ConfigError") {
      what = fmt::format("the configuration file {}: {}", app.get_config_ptr()->as<std::string>(), what);
    }
    context.err << "meetlat: " << what << "\nTry 'meetlat --help' or 'meetlat COMMAND --help'.\n";
    return static_cast<int>(ExitCode::kUsage);
  } catch (const std::bad_alloc&) {
    context.err << "meetlat: out of memory\n";
    return static_cast<int>(ExitCode::kCannotRun);
  }
  context.out.flush();
  if (!context.out && reader_is_gone()) end_by_sigpipe();
  if (!context.out && context.exit == ExitCode::kOk) {
    context.err << "meetlat: standard output could not be written (closed or full)\n";
    context.exit = ExitCode::kCannotRun;
  }
  return static_cast<int>(context.exit);
}

}  // namespace meetlat
