// What is to be audited, and what public lists claim about it. Claims are never facts: they are shown as the
// list's claims and nothing is judged by them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/json_fwd.h"
#include "base/result.h"
#include "base/url.h"

namespace meetlat {

// One statement of one list.
struct Claim {
  std::string key;     // "country" (ISO 3166-1 alpha-2), "non-google-stun", "on-big-tech", "dial-in", "recording",
                       // "official", "access", "hoster", "operator", "operator-url", "operator-kind",
                       // "privacy-policy" (URL), "software", "no-ip-log", ...
  std::string value;   // "yes", "no", "unsure", or text; remarks are kept in `remark`
  std::string remark;  // what the cell said beside it ("only Frontend"), may be empty
  std::string source;  // list origin: file name, URL, or source id of the bundled data
  std::string date;    // "YYYY-MM-DD" when the list states it, else of its retrieval; may be empty

  friend bool operator==(const Claim&, const Claim&) = default;
};

// A line of a list that names a target.
struct ListPlace {
  std::string source;    // as in Target::sources
  std::size_t line = 0;  // 1-based

  friend bool operator==(const ListPlace&, const ListPlace&) = default;
};

struct Target {
  std::string id;             // unique in a Run: authority plus base path without the last slash, "meet.example/F"
  Url base;                   // the instance; its path ends with '/'
  std::vector<Claim> claims;  // in the order of the sources
  std::vector<std::string> sources;  // where it was listed, in order, no repeats
  std::vector<ListPlace> places;     // the first line of each source that names it, where a source has lines

  // From a URL. The path becomes a base path ending in '/'.
  static Target from_url(const Url& url);
  // First claim of that key, or nullptr.
  const Claim* claim(std::string_view key) const noexcept;

  friend bool operator==(const Target&, const Target&) = default;
};

// The operand of `audit` and a line of a plain list: URL, host, host:port or host/base; https when no scheme is
// given. kInvalidArgument with advice when it is none of these.
Result<Target> parse_target(std::string_view text);

Json to_json(const Target& target);
Result<Target> target_from_json(const Json& json);

}  // namespace meetlat
