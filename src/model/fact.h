// Facts: what a probe saw, where, and how to see it again by hand. Probes never say good or bad.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/json_fwd.h"
#include "base/result.h"

namespace meetlat {

using Value = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>>;

// A row of a probe's fact table. `type` is "bool", "int", "double", "string", "strings" or "text". A text is a whole
// document (a string of any length) that is kept for comparison: no rule can ask for it, and no report shows more of it
// than its length and digest.
struct FactSpec {
  std::string_view path;  // "tls.version"
  std::string_view type;
  std::string_view doc;  // meaning, unit, allowed values
};

// What a fact is about. The kind is stored with the name, so "address 192.0.2.1" and "host 192.0.2.1" differ.
enum class SubjectKind { kTarget, kHost, kAddress, kOrigin, kUrl };

struct Subject {
  SubjectKind kind = SubjectKind::kTarget;
  std::string name;  // empty for kTarget

  static Subject target() { return {}; }
  static Subject host(std::string name) { return {SubjectKind::kHost, std::move(name)}; }
  static Subject address(std::string name) { return {SubjectKind::kAddress, std::move(name)}; }
  static Subject origin(std::string name) { return {SubjectKind::kOrigin, std::move(name)}; }
  static Subject url(std::string name) { return {SubjectKind::kUrl, std::move(name)}; }

  friend auto operator<=>(const Subject&, const Subject&) = default;
};

std::string to_string(const Subject& subject);  // "" for the target, "address 192.0.2.1", ...

// Where a value was seen.
struct Provenance {
  std::string where;    // URL, "192.0.2.1:443", "DNS A meet.example", "config.js line 12"
  std::string excerpt;  // at most 200 printable bytes of what was there; may be empty
  std::string check;    // a command that shows it by hand: "curl -sI https://meet.example/"; may be empty
  Instant at{};         // when
};

struct Fact {
  std::string path;
  Subject subject;
  Result<Value> value = fail(ErrorCode::kNotAttempted, "");  // or why it was not measured
  Provenance provenance;
  bool is_text = false;  // of type "text": kept in Runs, never shown whole

  bool measured() const noexcept { return value.has_value(); }
};

std::string to_string(const Value& value);  // for people: "yes", "42", "a, b"
// The value for people, of a text only "5120 bytes of text, sha256 <64 digits>". Whatever shows a fact to somebody
// takes it from here. Not masked. Precondition: measured().
std::string value_words(const Fact& fact);
Json to_json(const Fact& fact);
Result<Fact> fact_from_json(const Json& json);

}  // namespace meetlat
