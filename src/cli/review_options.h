// --reviews FILE: what a person corrected, excluded or said of findings, for every command that shows hosts.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>

#include "base/result.h"
#include "judgement/overrides.h"
#include "lists/opt_out.h"
#include "model/rule.h"
#include "model/run.h"

namespace CLI {
class App;
}

namespace meetlat {

struct ReviewChoice {
  std::string file;         // "": the default one, when it exists
  bool may_be_new = false;  // a named file that is not there holds no records yet, and is no error
};

// --reviews
void add_review_option(CLI::App& app, ReviewChoice& choice);

// The named file, else review.yml in the configuration folder.
std::filesystem::path review_file(const std::string& named);

// May that file be begun? kInvalidArgument when its folder is not there; the configuration folder is made when needed.
Result<void> check_review_folder(const std::filesystem::path& file);

struct LoadedReviews {
  Reviews reviews;
  OptOut opt_out;  // the bundled ones and those of the file
};

// What counts today. Records that do not count are named on `warnings`, a line each. A file that cannot be read is an
// error: an opt-out in it would be passed over.
Result<LoadedReviews> load_reviews(const ReviewChoice& choice, const RuleSet& rules, std::ostream& warnings);

// Takes hosts that opted out since out of a Run that was read: they are shown as excluded, and never measured again.
void exclude(Run& run, const OptOut& opt_out);

// Only that host; of a host name without a port, every one of that name. kInvalidArgument when the Run does not have
// it.
Result<void> narrow_to(Run& run, const std::string& host);

// kInvalidArgument when the Run was judged by another rule set than this: what it says would differ from what it said.
Result<void> demand_same_rules(const Run& run, const std::string& file, const RuleSet& rules);

}  // namespace meetlat
