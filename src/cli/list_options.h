// The options by which `list` and `rank` choose hosters: --list SRC (repeatable), --offline, --opt-out FILE.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "lists/merge.h"
#include "lists/opt_out.h"

namespace CLI {
class App;
}

namespace meetlat {

class Network;

struct ListChoice {
  std::vector<std::string> sources;  // file, URL, "-", "bundled"; none: the bundled list
  bool offline = false;              // never fetch: URLs come from their stored copies
  std::filesystem::path opt_out;     // --opt-out: beside the bundled opt-outs
  OptOut reviewed;                   // opt-outs of the reviews
  std::istream* input = nullptr;     // what "-" reads; nullptr: standard input
  std::stop_token stop;
};

// --list, --offline, --opt-out. `choice` outlives the app.
void add_list_options(CLI::App& app, ListChoice& choice);

// Every opt-out there is: the bundled ones, those of --opt-out and those of the reviews.
Result<OptOut> load_opt_outs(const ListChoice& choice);

// Does it need the network at all? False for files, "-", "bundled" and everything offline.
bool needs_network(const ListChoice& choice);

// Reads, parses and merges. Notes and counts go to `warnings`, one line each, "meetlat: ..." in front. An error names
// the source that could not be read; one bad source fails the whole, since a shorter ranking would look complete.
// `network` may be nullptr when needs_network() is false.
Result<MergedList> gather_targets(const ListChoice& choice, Network* network, std::ostream& warnings);
Result<MergedList> gather_targets(const ListChoice& choice, Network& network, std::ostream& warnings);

}  // namespace meetlat
