// meetlat list: read, merge and convert hoster lists; nobody is probed.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/list_options.h"
#include "cli/net_options.h"
#include "cli/output_options.h"
#include "lists/list_writer.h"

namespace meetlat {
namespace {

struct ListCommand {
  ListChoice list;
  NetChoice net;
  std::vector<std::string> operands;
  std::string format = "table";
  std::string output = "-";
  bool show_excluded = false;
};

Result<void> run(const ListCommand& command, CliContext& context) {
  ListChoice choice = command.list;
  choice.sources.insert(choice.sources.begin(), command.operands.begin(), command.operands.end());
  choice.input = &context.in;
  choice.stop = context.stop;
  std::unique_ptr<Network> network;
  if (needs_network(choice)) {
    auto made = make_network(command.net);
    if (!made) return fail(made.error());
    network = std::move(*made);
  }
  const auto merged = gather_targets(choice, network.get(), context.err);
  if (!merged) return fail(merged.error());
  ListRendering rendering;
  rendering.format = command.format;
  rendering.show_excluded = command.show_excluded;
  const int terminal = command.output == "-" ? terminal_columns(STDOUT_FILENO) : 0;
  rendering.columns = terminal > 0 ? static_cast<std::size_t>(terminal) : 120;
  const std::string text = render_list(*merged, rendering);
  return write_text(text, command.output, context);
}

}  // namespace

void add_list(CLI::App& app, CliContext& context) {
  auto choice = std::make_shared<ListCommand>();
  CLI::App* command = app.add_subcommand("list", "Read, merge and convert lists of hosters; no probing");
  command->add_option("SRC", choice->operands,
                      "Lists: files, http(s) URLs, - for standard input, or 'bundled' (the default)");
  add_list_options(*command, choice->list);
  std::vector<std::string> formats;
  for (const std::string_view format : list_formats()) formats.emplace_back(format);
  command->add_option("--format", choice->format, "Form of the result: " + join(formats, ", "))
      ->check(CLI::IsMember(formats))
      ->capture_default_str()
      ->group("Report");
  command->add_option("--output", choice->output, "File for the result; - is standard output")
      ->capture_default_str()
      ->group("Report");
  command->add_flag("--show-excluded", choice->show_excluded, "Name the hosts that asked not to be contacted")
      ->group("Report");
  add_net_options(*command, choice->net);
  command->callback([choice, &context] {
    if (auto done = run(*choice, context); !done) report_error(context, done.error());
  });
}

}  // namespace meetlat
