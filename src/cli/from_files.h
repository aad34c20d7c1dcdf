// meetlat audit --from-files: settings judged before they are deployed, without the network.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "cli/gate_options.h"
#include "cli/output_options.h"
#include "model/report.h"
#include "scan/offline.h"

namespace CLI {
class App;
}

namespace meetlat {

struct FromFilesChoice {
  std::vector<std::string> files;  // "-": standard input
  std::string host;
  std::string build;
};

// --from-files, --host, --build
void add_from_files_options(CLI::App& app, FromFilesChoice& choice);

// Options that only a measured host can answer to, and --host or --build without files.
Result<void> check_from_files(const FromFilesChoice& choice, const std::vector<std::string>& hosts,
                              const OutputChoice& output, const GateChoice& gate);

struct JudgedFiles {
  FilesReading reading;
  Report report;  // of one entry, kFromFiles
};

// Reads and judges; what could not be read is said on context.err.
Result<JudgedFiles> judge_named_files(const FromFilesChoice& choice, const Rulebook& rulebook, bool quiet,
                                      CliContext& context);

}  // namespace meetlat
