// meetlat policy FILE...: the policy reader alone, on one document.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <iterator>
#include <memory>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/output_options.h"
#include "policy/reading.h"
#include "policy/render.h"

namespace meetlat {
namespace {

struct PolicyChoice {
  std::string source;
  std::string format = "text";
  std::string media_type;
  policy::Names names;
};

Result<std::string> bytes_of(const PolicyChoice& choice, CliContext& context) {
  if (choice.source != "-") return read_file(choice.source, std::size_t{11} << 20);
  return std::string(std::istreambuf_iterator<char>(context.in), {});
}

Result<void> run(const PolicyChoice& choice, CliContext& context) {
  const Result<std::string> bytes = bytes_of(choice, context);
  if (!bytes) return fail(bytes.error());
  const Result<policy::Document> document = policy::open_document(*bytes, {choice.media_type, choice.source});
  if (!document) return fail(document.error().code, fmt::format("{}: {}", choice.source, document.error().context));
  const Result<policy::Reading> reading = policy::read_policy(*document, choice.names);
  if (!reading) return fail(reading.error());
  if (choice.format == "json") {
    context.out << dump_json(policy::to_json(*reading), 2) << '\n';
  } else {
    const int columns = terminal_columns(1);
    policy::print(*reading, columns > 0 ? columns : 120, context.out);
  }
  context.out.flush();
  if (!context.out) return fail(ErrorCode::kIo, "standard output could not be written (closed or full)");
  return {};
}

}  // namespace

void add_policy(CLI::App& app, CliContext& context) {
  auto choice = std::make_shared<PolicyChoice>();
  CLI::App* command =
      app.add_subcommand("policy", "Read one document: is it a privacy policy, and what does it state?");
  command->add_option("FILE", choice->source, "HTML, Markdown, text, PDF or JSON; - is standard input")->required();
  command->add_option("--format", choice->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  command->add_option("--media-type", choice->media_type, "What the server called it, such as text/html");
  command->add_option("--host", choice->names.host, "The instance that it should be about");
  command->callback([choice, &context] {
    if (auto done = run(*choice, context); !done) report_error(context, done.error());
  });
}

}  // namespace meetlat
