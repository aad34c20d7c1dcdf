#include "cli/from_files.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <istream>
#include <iterator>
#include <ostream>

#include "base/file.h"
#include "base/text.h"
#include "judgement/judge.h"

namespace meetlat {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;  // what the reader of settings takes

Result<NamedFile> open_file(const std::string& name, CliContext& context) {
  if (name == "-") {
    NamedFile file{name, {}};
    for (std::istreambuf_iterator<char> at(context.in), end; at != end && file.bytes.size() <= kMaxBytes; ++at) {
      file.bytes += *at;
    }
    if (file.bytes.size() > kMaxBytes) return fail(ErrorCode::kTooLarge, "standard input: more than 1 MiB");
    return file;
  }
  Result<std::string> bytes = read_file(name, kMaxBytes);
  if (!bytes) return fail(bytes.error());
  return NamedFile{name, std::move(*bytes)};
}

}  // namespace

void add_from_files_options(CLI::App& app, FromFilesChoice& choice) {
  const char* group = "Files instead of a host";
  app.add_option(
         "--from-files", choice.files,
         "Judge these files without the network: config.js, interface_config.js, index.html; - is standard input")
      ->group(group);
  app.add_option("--host", choice.host, "The instance that the files are for (default: what they name)")->group(group);
  app.add_option("--build", choice.build, "The client's web build or release: 9268, stable-11031 (default: the page's)")
      ->group(group);
}

Result<void> check_from_files(const FromFilesChoice& choice, const std::vector<std::string>& hosts,
                              const OutputChoice& output, const GateChoice& gate) {
  const auto wrong = [](std::string text) { return fail(ErrorCode::kInvalidArgument, std::move(text)); };
  if (choice.files.empty()) {
    if (!choice.host.empty() || !choice.build.empty()) return wrong("--host and --build go with --from-files");
    if (hosts.empty()) return wrong("HOST is required (or --from-files FILE...)");
    return {};
  }
  if (!hosts.empty()) return wrong("--from-files asks no host: leave out HOST, or give its name as --host");
  if (output.format == "table") return wrong("--format table is a ranking, and files have no rank");
  if (!gate.min_grade.empty() || gate.min_score >= 0 || gate.max_not_measured >= 0 || !gate.baseline.empty()) {
    return wrong("files get no grade: of the gates, --from-files knows --fail-on alone");
  }
  return {};
}

Result<JudgedFiles> judge_named_files(const FromFilesChoice& choice, const Rulebook& rulebook, bool quiet,
                                      CliContext& context) {
  std::vector<NamedFile> files;
  for (const std::string& name : choice.files) {
    Result<NamedFile> file = open_file(name, context);
    if (!file) return fail(file.error());
    files.push_back(std::move(*file));
  }
  Result<FilesReading> reading = read_files(files, {choice.host, choice.build}, context.stop);
  if (!reading) return fail(reading.error());
  JudgedFiles judged{std::move(*reading), {}};
  if (!quiet) {
    for (const std::string& note : judged.reading.notes) context.err << "meetlat: " << printable(note) << '\n';
  }
  ReportHeader& header = judged.report.header;
  header.tool_version = MEETLAT_VERSION;
  header.rules_version = rulebook.rules.version;
  header.rules_digest = rulebook.rules.digest;
  header.profile = rulebook.profile->id;
  header.profile_version = rulebook.profile->version;
  header.started = header.finished = Clock::system().now();
  judged.report.hosts.push_back(
      judge_files(judged.reading.words, judged.reading.evidence, rulebook.rules, *rulebook.profile));
  return judged;
}

}  // namespace meetlat
