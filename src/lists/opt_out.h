// Operators who asked not to be contacted. Honoured before anything is sent; a host that opted out is never probed.
//
// The file (--opt-out FILE, beside the bundled data/opt-out.json) is JSON:
//   {"schema": "meetlat-opt-out/1",
//    "opt_outs": [{"host": "meet.example.org", "since": "2026-01-31", "reason": "asked by mail"},
//                 {"host": "*.example.net"}]}
// or plain text with one host or pattern a line and '#' comments. "*.example.net" covers example.net and every name
// below it. Ports and paths cannot be given: an opt-out is about the host as a whole.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace meetlat {

class OptOut {
 public:
  struct Entry {
    std::string pattern;  // "meet.example.org" or "*.example.org", normalised
    std::string since;    // "YYYY-MM-DD", may be empty
    std::string reason;   // may be empty
  };

  // kSchema names the entry that cannot be read: a pattern that was misread would mean a host is contacted after all.
  static Result<OptOut> parse(std::string_view bytes, std::string_view file_name);
  // kNotFound and so on when a file that was asked for cannot be read.
  static Result<OptOut> load(const std::filesystem::path& path);

  void add(const OptOut& other);
  // Precondition: the pattern is normalised.
  void add(Entry entry) { entries_.push_back(std::move(entry)); }
  // The first entry that covers this (normalised) host, or nullptr. Valid until the next add().
  const Entry* find(std::string_view host) const noexcept;
  std::size_t size() const noexcept { return entries_.size(); }

 private:
  std::vector<Entry> entries_;
};

}  // namespace meetlat
