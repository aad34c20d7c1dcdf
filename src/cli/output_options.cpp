#include "cli/output_options.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <set>
#include <sstream>

#include "base/file.h"
#include "base/text.h"
#include "judgement/judge.h"
#include "probes/probe.h"
#include "report/writer.h"

namespace meetlat {
namespace {

constexpr int kDefaultColumns = 120;

std::string known_formats() {
  std::vector<std::string> names;
  for (const ReportWriter* writer : all_report_writers()) names.emplace_back(writer->format());
  return join(names, ", ");
}

Result<const ReportWriter*> writer_for(std::string_view format) {
  if (const ReportWriter* writer = find_report_writer(format)) return writer;
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("unknown report format '{}'; known are {}", printable(format), known_formats()));
}

struct ExtraReport {
  std::string format;
  std::string file;
};

Result<ExtraReport> split_report(const std::string& text) {
  const std::size_t at = text.find('=');
  if (at == std::string::npos || at == 0 || at + 1 == text.size()) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("--report wants FORMAT=FILE, not '{}'; formats are {}", printable(text), known_formats()));
  }
  return ExtraReport{text.substr(0, at), text.substr(at + 1)};
}

Rendering rendering_for(const OutputChoice& choice, const Rulebook& rulebook, bool to_stdout) {
  Rendering rendering;
  rendering.rules = &rulebook.rules;
  rendering.profile = rulebook.profile;
  rendering.show_excluded = choice.show_excluded;
  rendering.ranks = choice.ranks;
  const int terminal = to_stdout ? terminal_columns(STDOUT_FILENO) : 0;
  int columns = choice.columns;
  if (columns == 0) columns = terminal > 0 ? terminal : kDefaultColumns;
  rendering.columns = static_cast<std::size_t>(std::clamp(columns, 80, 200));
  const char* no_colour = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  const bool dumb = kind != nullptr && std::string_view(kind) == "dumb";
  const bool wanted = terminal > 0 && !dumb && (no_colour == nullptr || no_colour[0] == '\0');
  rendering.colour = choice.colour == "always" || (choice.colour == "auto" && wanted);
  return rendering;
}

Result<void> write_one(const ReportWriter& writer, const Report& report, const Rendering& rendering,
                       const std::string& file, CliContext& context) {
  if (file == "-") {
    auto written = writer.write(report, rendering, context.out);
    context.out.flush();
    if (written && !context.out) {
      return fail(ErrorCode::kIo, "standard output could not be written (closed or full)");
    }
    return written;
  }
  std::ostringstream text;
  if (auto written = writer.write(report, rendering, text); !written) return written;
  return write_file_atomically(file, text.str());
}

}  // namespace

Result<void> write_text(const std::string& text, const std::string& output, CliContext& context) {
  if (output != "-") return write_file_atomically(output, text);
  context.out << text;
  context.out.flush();
  if (!context.out) return fail(ErrorCode::kIo, "standard output could not be written (closed or full)");
  return {};
}

int terminal_columns(int descriptor) {
  if (isatty(descriptor) == 0) return 0;
  winsize size{};
  if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

void add_output_options(CLI::App& app, OutputChoice& choice, const char* default_format) {
  const char* group = "Report";
  choice.format = default_format;
  app.add_option("--format", choice.format, "Form of the report: " + known_formats())
      ->capture_default_str()
      ->group(group);
  app.add_option("--output", choice.output, "File for the report; - is standard output")
      ->capture_default_str()
      ->group(group);
  app.add_option("--report", choice.reports, "FORMAT=FILE: the same report in a further form; may be repeated")
      ->group(group)
      ->allow_extra_args(false);
  app.add_option("--color", choice.colour, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str()
      ->group(group);
  app.add_option("--columns", choice.columns, "Width of tables, 80 to 200; default: the terminal's, or 120")
      ->check(CLI::Range(80, 200))
      ->group(group);
  app.add_flag("--show-excluded", choice.show_excluded, "Name the hosts that asked not to be contacted")->group(group);
  app.add_option("--profile", choice.profile, "Weights and letters: a file of rules/profiles")
      ->capture_default_str()
      ->group(group);
  app.add_option("--rules-dir", choice.rules_dir, "Rule set to judge by, instead of the bundled one")->group(group);
}

Result<Rulebook> load_rulebook(const OutputChoice& choice) {
  if (auto writer = writer_for(choice.format); !writer) return fail(writer.error());
  std::set<std::string> files{choice.output};
  for (const std::string& text : choice.reports) {
    const auto extra = split_report(text);
    if (!extra) return fail(extra.error());
    if (auto writer = writer_for(extra->format); !writer) return fail(writer.error());
    if (!files.insert(extra->file).second) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("two reports would be written to {}", printable(extra->file)));
    }
  }
  const std::filesystem::path folder =
      choice.rules_dir.empty() ? data_path("rules") : std::filesystem::path(choice.rules_dir);
  auto rules = load_rules(folder, find_fact);
  if (!rules) return fail(rules.error());
  Rulebook book{std::move(*rules), nullptr};
  book.profile = book.rules.profile(choice.profile);
  if (book.profile == nullptr) {
    std::vector<std::string> names;
    for (const Profile& profile : book.rules.profiles) names.push_back(profile.id);
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("unknown profile '{}'; known are {}", printable(choice.profile), join(names, ", ")));
  }
  return book;
}

Result<void> emit(const Report& report, const Rulebook& rulebook, const OutputChoice& choice, CliContext& context) {
  Result<void> outcome;
  const auto keep_first = [&](Result<void> result) {
    if (outcome && !result) outcome = std::move(result);
  };
  keep_first(write_one(*find_report_writer(choice.format), report,
                       rendering_for(choice, rulebook, choice.output == "-"), choice.output, context));
  for (const std::string& text : choice.reports) {
    const auto extra = split_report(text);  // checked by load_rulebook
    keep_first(write_one(*find_report_writer(extra->format), report, rendering_for(choice, rulebook, false),
                         extra->file, context));
  }
  return outcome;
}

}  // namespace meetlat
