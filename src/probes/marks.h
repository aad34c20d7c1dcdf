// Data files that tell a product by marks in an answer: intermediaries, bot walls, parking companies, other software.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/session.h"

namespace meetlat::probes {

// One sign; every member that is set must hold. Texts are lower case and looked for inside the lower-cased value.
struct Mark {
  std::string header;    // name of a header that must be there
  std::string contains;  // in that header's value
  std::string title;
  std::string resource;  // in the URL of something that the page loads
  std::string generator;
  std::string refresh;  // in the target of a meta refresh
  std::string body;     // in the first 64 KiB of the body; letter case counts
  std::size_t body_shorter_than = 0;
  int status = 0;
};

struct MarkedThing {
  std::string name;
  std::vector<Mark> any;
};

struct MarkHit {
  std::string name;
  std::string what;  // "header server: cloudflare"
};

class MarkTable {
 public:
  // A YAML list of {name, any: [mark, ...]}. kParse or kSchema with the line.
  static Result<MarkTable> parse(std::string_view yaml);
  // The first thing with a matching mark; an empty name when none. `html` may be null (headers only).
  MarkHit match(const Exchange& exchange, const HtmlDocument* html) const;

 private:
  std::vector<MarkedThing> things_;
};

// The tables of the installation, read once per process; an error when the file is missing or broken.
const Result<MarkTable>& intermediaries();
const Result<MarkTable>& bot_walls();
const Result<MarkTable>& parking();
const Result<MarkTable>& other_software();

}  // namespace meetlat::probes
