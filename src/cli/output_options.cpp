#include "cli/output_options.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <set>
#include <sstream>

#include "base/file.h"
#include "base/text.h"
#include "judgement/judge.h"
#include "probes/probe.h"
#include "report/html_words.h"
#include "report/publication.h"
#include "report/summary.h"
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

// A condition over what is under embargo would tell everybody for which hosts it holds.
Result<void> check_embargo(const ReportWriter& writer, const Rulebook& book) {
  if (!book.where || !writer.for_publication()) return {};
  for (const std::string& name : book.where->names()) {
    if (!under_embargo(name, book.rules)) continue;
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("--where: '{}' is not for publication, and the format {} is; use table, text or json", name,
                            writer.format()));
  }
  return {};
}

Rendering rendering_for(const OutputChoice& choice, const Rulebook& rulebook, bool to_stdout) {
  Rendering rendering;
  rendering.rules = &rulebook.rules;
  rendering.profile = rulebook.profile;
  rendering.show_excluded = choice.show_excluded;
  rendering.ranks = choice.ranks;
  rendering.choosing = choice.choosing;
  if (!choice.history.empty()) rendering.history = &choice.history;
  rendering.lang = choice.lang;
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

// Says what a person has not confirmed yet.
bool confirmed(const Report& report, const Rulebook& rulebook, const std::string& command, CliContext& context) {
  constexpr std::size_t kNamed = 20;
  const std::vector<std::string> faults = publication_faults(report, rulebook.rules, *rulebook.profile);
  if (faults.empty()) return true;
  context.exit = ExitCode::kGateFailed;
  context.err << fmt::format("meetlat: not publishable ({}):\n", faults.size());
  for (std::size_t i = 0; i < std::min(faults.size(), kNamed); ++i) {
    context.err << "  " << printable(faults[i]) << '\n';
  }
  if (faults.size() > kNamed) context.err << fmt::format("  and {} more\n", faults.size() - kNamed);
  context.err << fmt::format("  to look at each and confirm it: {}\n",
                             command.empty() ? "meetlat review RUN" : printable(command));
  return false;
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

// A report is not worth a folder that was mistyped, and not worth measuring for before that is noticed.
Result<void> check_folder(const std::string& file) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  std::error_code ignored;
  if (folder.empty() || std::filesystem::is_directory(folder, ignored)) return {};
  return fail(ErrorCode::kInvalidArgument,
              fmt::format("{} cannot be written: there is no folder {}", printable(file), printable(folder.string())));
}

// As a shell reads it back.
std::string shell_word(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+:@%,=~").find(c) != std::string_view::npos;
  });
  if (plain && !text.starts_with('~')) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

std::string review_command(const std::string& run, bool rejudge, const RuleSource& rules, const std::string& reviews) {
  std::string out = "meetlat review " + shell_word(run);
  if (rejudge) out += " --rejudge";
  if (!rules.folder.empty()) out += " --rules-dir " + shell_word(rules.folder);
  if (!rules.version.empty()) out += " --rules " + shell_word(rules.version);
  if (!reviews.empty()) out += " --reviews " + shell_word(reviews);
  return out;
}

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
  app.add_option("--where", choice.where,
                 "Show only hosts for which this certainly holds: 'grade>=B and country=NL and stun!=google'")
      ->type_name("EXPR")
      ->group(group);
  app.add_option("--color", choice.colour, "auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->capture_default_str()
      ->group(group);
  app.add_option("--columns", choice.columns, "Width of tables, 80 to 200; default: the terminal's, or 120")
      ->check(CLI::Range(80, 200))
      ->group(group);
  app.add_flag("--show-excluded", choice.show_excluded, "Name the hosts that asked not to be contacted")->group(group);
  app.add_flag(
         "--publishable", choice.publishable,
         "Exit with 1, and write no format for publication, while a cap or a contradiction is confirmed by nobody")
      ->group(group);
  app.add_option("--profile", choice.profile, "Weights and letters: a file of rules/profiles")
      ->capture_default_str()
      ->group(group);
  add_rule_options(app, choice.rules, group);
}

void add_language_option(CLI::App& app, OutputChoice& choice) {
  const std::vector<std::string> languages(kReportLanguages.begin(), kReportLanguages.end());
  app.add_option("--lang", choice.lang, "Language of --format html")
      ->check(CLI::IsMember(languages))
      ->capture_default_str()
      ->group("Report");
}

Result<Rulebook> load_rulebook(const OutputChoice& choice, std::ostream& notes) {
  if (auto writer = writer_for(choice.format); !writer) return fail(writer.error());
  if (auto folder = check_folder(choice.output); !folder) return fail(folder.error());
  std::set<std::string> files{choice.output};
  bool page = choice.format == "html";
  for (const std::string& text : choice.reports) {
    const auto extra = split_report(text);
    if (!extra) return fail(extra.error());
    if (auto writer = writer_for(extra->format); !writer) return fail(writer.error());
    page = page || extra->format == "html";
    if (auto folder = check_folder(extra->file); !folder) return fail(folder.error());
    if (!files.insert(extra->file).second) {
      return fail(ErrorCode::kInvalidArgument,
                  fmt::format("two reports would be written to {}", printable(extra->file)));
    }
  }
  if (page && std::find(kReportLanguages.begin(), kReportLanguages.end(), choice.lang) == kReportLanguages.end()) {
    const std::vector<std::string> languages(kReportLanguages.begin(), kReportLanguages.end());
    return fail(ErrorCode::kInvalidArgument, fmt::format("--format html has no words in '{}'; it has {}",
                                                         printable(choice.lang), join(languages, ", ")));
  }
  auto rules = find_rules(choice.rules, notes);
  if (!rules) return fail(rules.error());
  Rulebook book{std::move(*rules), nullptr, {}};
  book.profile = book.rules.profile(choice.profile);
  if (book.profile == nullptr) {
    std::vector<std::string> names;
    for (const Profile& profile : book.rules.profiles) names.push_back(profile.id);
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("unknown profile '{}'; known are {}", printable(choice.profile), join(names, ", ")));
  }
  if (choice.where.empty()) return book;
  auto where = Where::parse(choice.where, book.rules, find_fact);
  if (!where) return fail(where.error());
  book.where = std::move(*where);
  std::vector<std::string> formats{choice.format};
  for (const std::string& text : choice.reports) formats.push_back(text.substr(0, text.find('=')));
  for (const std::string& format : formats) {
    if (auto ok = check_embargo(*find_report_writer(format), book); !ok) return fail(ok.error());
  }
  return book;
}

Result<void> emit(const Report& report, const Run* run, const Rulebook& rulebook, const OutputChoice& given,
                  CliContext& context) {
  OutputChoice choice = given;
  std::optional<Report> part;
  if (rulebook.where) {
    // A host keeps the rank that it has among all.
    const std::vector<std::size_t> all = ranks(report);
    for (std::size_t i = 0; i < all.size(); ++i) choice.ranks.emplace(report.hosts[i].target.id, all[i]);
    part = selected(report, *rulebook.where);
  }
  const Report& shown = part ? *part : report;
  std::optional<Report> open;  // made once, when a format wants it
  Result<void> outcome;
  const bool held_back = choice.publishable && !confirmed(shown, rulebook, choice.review_command, context);
  const auto write = [&](const std::string& format, const std::string& file, bool to_stdout) {
    const ReportWriter& writer = *find_report_writer(format);
    Rendering rendering = rendering_for(choice, rulebook, to_stdout);
    rendering.run = run;
    if (writer.for_publication() && held_back) {
      context.err << fmt::format("meetlat: {} is not written{}\n", format, file == "-" ? "" : ": " + file);
      return;
    }
    if (writer.for_publication() && !open) open = publishable(shown, rulebook.rules, *rulebook.profile);
    Result<void> written =
        format == "har" && run == nullptr
            ? Result<void>(fail(ErrorCode::kInvalidArgument, "har shows what was asked of hosts, and none was asked"))
            : write_one(writer, writer.for_publication() ? *open : shown, rendering, file, context);
    if (outcome && !written) outcome = std::move(written);
  };
  write(choice.format, choice.output, choice.output == "-");
  for (const std::string& text : choice.reports) {
    const auto extra = split_report(text);  // checked by load_rulebook
    write(extra->format, extra->file, false);
  }
  return outcome;
}

}  // namespace meetlat
