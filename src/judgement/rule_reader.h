// Inside judgement: reading rule and profile documents, with every complaint at its file, line and column.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.h"
#include "judgement/judge.h"

namespace meetlat {

// Complaints of all files, in the order in which they were found.
class Problems {
 public:
  void add(ErrorCode code, std::string text);
  bool empty() const noexcept { return lines_.empty(); }
  std::size_t size() const noexcept { return lines_.size(); }
  // The first few, one a line, with the code of the first. Precondition: not empty.
  Error joined() const;

 private:
  ErrorCode code_ = ErrorCode::kSchema;
  std::vector<std::string> lines_;
};

// One file's view of the Problems.
class Reader {
 public:
  Reader(std::string file, Problems& problems) : file_(std::move(file)), problems_(problems) {}

  void complain(Mark mark, std::string_view text, ErrorCode code = ErrorCode::kSchema);

  // Is it a map with all required keys and no others than required and optional ones? Complains about each fault.
  bool map(const Doc& doc, std::string_view what, std::initializer_list<std::string_view> required,
           std::initializer_list<std::string_view> optional);
  // Complain and return the default when the key's value has another type; a missing key gives the default silently.
  std::string text(const Doc& map, std::string_view key);  // trimmed, not empty
  double number(const Doc& map, std::string_view key, double fallback, double low, double high);
  std::vector<const Doc*> items(const Doc& map, std::string_view key);  // of a list that is not empty
  std::vector<std::string> texts(const Doc& map, std::string_view key);
  // A lower-case name with hyphens.
  std::string name(const Doc& map, std::string_view key);

  const std::string& file() const noexcept { return file_; }

 private:
  std::string file_;
  Problems& problems_;
};

// The name among `known` that is nearest to `wrong` by edits, or "" when none is near.
std::string nearest(std::string_view wrong, const std::vector<std::string>& known);
// " (did you mean 'x'?)" or "".
std::string did_you_mean(std::string_view wrong, const std::vector<std::string>& known);

// What rule documents may name.
struct FactNames {
  const FactLookup& lookup;
  std::vector<std::string> seen;  // valid paths found anywhere in the rule set: candidates for suggestions
};

// Complains and returns whatever could be read; the caller asks Problems whether it is of use.
Rule read_rule(const Doc& doc, Reader& reader, const FactNames& facts);
Guideline read_guideline(const Doc& doc, Reader& reader, const FactNames& facts);
Condition read_condition(const Doc& doc, std::string_view what, Reader& reader, const FactNames& facts);
std::vector<Reference> read_references(const Doc& doc, Reader& reader);
Profile read_profile(const Doc& doc, Reader& reader, const std::vector<Rule>& rules,
                     const std::vector<std::string>& rule_ids);

}  // namespace meetlat
