// Run files and exports of the history, one Run after the other.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/output_options.h"
#include "cli/review_options.h"
#include "model/history.h"

namespace CLI {
class App;
}

namespace meetlat {

struct HistoryInputChoice {
  std::vector<std::string> files;  // Run files, exports, folders of Run files
  bool rejudge = false;            // judge Runs of other rules by today's
  OutputChoice rules;              // profile and rules folder only
  ReviewChoice reviews;
};

// FILE..., --rejudge, --profile, --rules-dir, --rules, --reviews
void add_history_input_options(CLI::App& app, HistoryInputChoice& choice);

class HistoryInput {
 public:
  // Loads rules and reviews, and lists the folders. `warnings`: of rules and reviews.
  static Result<HistoryInput> open(const HistoryInputChoice& choice, std::ostream& warnings);
  HistoryInput(HistoryInput&&) noexcept;
  ~HistoryInput();

  bool real_only = false;  // pass DEMO Runs over

  // The next Run, or nullopt after the last one. What a folder holds and cannot be used is passed over with a warning;
  // a file that was named is an error.
  Result<std::optional<HistoryRun>> next();
  // What was passed over so far, and what to do about it.
  std::vector<std::string> warnings() const;

 private:
  struct Impl;
  explicit HistoryInput(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace meetlat
