// One format of hoster lists: sniffs, then parses; never fetches.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/url.h"
#include "model/target.h"

namespace meetlat {

// Where the bytes came from; goes into every claim.
struct ListOrigin {
  std::string name;  // file name, URL, "standard input", "bundled"
  Url url;           // when it was a URL, for relative links; else empty()
  std::string date;  // "YYYY-MM-DD" of the list if known (Last-Modified), else of reading
};

struct ParsedList {
  std::string format;              // id of the format that was used
  std::string date;                // "YYYY-MM-DD" that the list states of itself, or empty
  std::vector<Target> targets;     // in list order, duplicates inside the list merged
  std::size_t placeholders = 0;    // rows that name no host ("?"), dropped
  std::size_t other_software = 0;  // rows that say they are something else, dropped
  std::vector<std::string> notes;  // what a list keeper would want to know: "line 12: not a host name: ..."
};

class ListSource {
 public:
  virtual ~ListSource() = default;
  virtual std::string_view format() const noexcept = 0;  // "markdown", "html", "text", "json", ...
  // Can this be that format at all? Cheap; judged by content, `name` only breaks ties.
  virtual bool sniff(std::string_view bytes, std::string_view name) const noexcept = 0;
  // kParse/kSchema when it is not, after all; an empty result when the format fits but no instance is in it.
  virtual Result<ParsedList> parse(std::string_view bytes, const ListOrigin& origin) const = 0;
};

// In the order in which they are tried.
std::span<const ListSource* const> all_list_sources() noexcept;

// Tries the formats in order. A list that yields nothing is kSchema naming the formats tried and why each failed.
Result<ParsedList> parse_list(std::string_view bytes, const ListOrigin& origin);

}  // namespace meetlat
