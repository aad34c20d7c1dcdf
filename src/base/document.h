// One tree for YAML, TOML and JSON documents, with positions. Readers are the only doors of the libraries'
// exceptions. Duplicate keys are kept in `map` in file order; `duplicate()` finds the first one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace meetlat {

struct Mark {
  int line = 0;    // 1-based; 0 = unknown
  int column = 0;  // 1-based; 0 = unknown
};

struct Doc {
  using Seq = std::vector<Doc>;
  struct Entry;
  using Map = std::vector<Entry>;

  std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Seq, Map>
      value;  // null unless set (an initialiser here would not compile with clang 14)
  Mark mark;

  bool is_null() const noexcept { return std::holds_alternative<std::nullptr_t>(value); }
  const bool* boolean() const noexcept { return std::get_if<bool>(&value); }
  const std::int64_t* integer() const noexcept { return std::get_if<std::int64_t>(&value); }
  const std::string* string() const noexcept { return std::get_if<std::string>(&value); }
  const Seq* seq() const noexcept { return std::get_if<Seq>(&value); }
  const Map* map() const noexcept { return std::get_if<Map>(&value); }
  // integer or double
  bool number(double& out) const noexcept;
  // The first entry of that key, or nullptr (also when this is no map).
  const Doc* find(std::string_view key) const noexcept;
};

struct Doc::Entry {
  std::string key;
  Mark mark;
  Doc value;
};

// Limits for remote documents: nesting depth and number of nodes (kTooLarge beyond them).
struct DocLimits {
  int max_depth = 64;
  std::size_t max_nodes = 500'000;
};

// kParse with "line L, column C: what" as context. Plain YAML scalars are typed by the YAML 1.2 core schema
// (so "no" is a string); quoted ones are strings. Aliases are refused (billion laughs).
Result<Doc> read_yaml(std::string_view bytes, const DocLimits& limits = {});
Result<Doc> read_toml(std::string_view bytes, const DocLimits& limits = {});
Result<Doc> read_json(std::string_view bytes, const DocLimits& limits = {});

// The first key that occurs twice in one map anywhere below, or nullptr.
const Doc::Entry* find_duplicate_key(const Doc& doc) noexcept;

}  // namespace meetlat
