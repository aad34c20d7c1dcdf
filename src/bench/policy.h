// What it costs to read a privacy policy, beside what its parts cost that no reader can do without: the HTML tree
// (gumbo) and the guess of the language (CLD2), measured in the same run.
#pragma once

#include <cstddef>
#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "base/result.h"

namespace meetlat {

struct PolicyBenchOptions {
  std::vector<std::filesystem::path> files;  // HTML; empty: the bundled hosters' policies
  std::size_t words = 5000;                  // each document is repeated until it has as many
  std::size_t repeats = 40;
};

struct PolicyBenchRow {
  std::string name;
  std::string lang;
  std::size_t words = 0;
  double milliseconds = 0;  // CPU of one reading, from bytes to items
  double floor = 0;         // of the tree and the language alone
};

struct PolicyBenchResult {
  double load_milliseconds = 0;  // the first reading of each language compiles its vocabulary: once per process
  std::vector<PolicyBenchRow> rows;
};

// kNotFound, kPermission, kIo, kTooLarge.
Result<PolicyBenchResult> bench_policy(const PolicyBenchOptions& options);
void print(const PolicyBenchOptions& options, const PolicyBenchResult& result, std::ostream& out);

}  // namespace meetlat
