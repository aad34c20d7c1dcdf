// meetlat completion SHELL; and, for the build, the pages of the manual.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/command.h"
#include "cli/completion.h"
#include "cli/manual.h"
#include "cli/option_table.h"

namespace meetlat {
namespace {

struct ManualChoice {
  std::string sources;
  std::string to;
};

}  // namespace

void add_docs(CLI::App& app, CliContext& context) {
  auto shell = std::make_shared<std::string>();
  CLI::App* completion = app.add_subcommand("completion", "Print the script with which a shell completes this command");
  completion->add_option("SHELL", *shell, "bash or zsh")->required()->check(CLI::IsMember({"bash", "zsh"}));
  completion->footer("To try it: source <(meetlat completion bash)");
  completion->callback([shell, &app, &context] {
    const CommandRow table = option_table(app);
    context.out << (*shell == "bash" ? bash_completion(table) : zsh_completion(table));
  });

  auto choice = std::make_shared<ManualChoice>();
  CLI::App* manual = app.add_subcommand("manual", "Write the pages of the manual for scdoc(1)")->group("");
  manual->add_option("SOURCES", choice->sources, "Folder of their sources")->required();
  manual->add_option("TO", choice->to, "Folder for the pages")->required();
  manual->callback([choice, &app, &context] {
    if (auto done = write_manual(option_table(app), choice->sources, choice->to); !done) {
      report_error(context, done.error());
    }
  });
}

}  // namespace meetlat
