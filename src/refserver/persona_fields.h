// Reads one map of a persona file: every getter marks its key as known, finish() refuses the others. The first error
// stays.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "refserver/persona.h"

namespace meetlat {

class Fields {
 public:
  // `doc`, `file` and `error` outlive this object.
  Fields(const Doc& doc, const std::string& file, std::optional<Error>& error);

  void text(std::string_view key, std::string& out);  // numbers are accepted as their text
  void flag(std::string_view key, bool& out);
  void number(std::string_view key, int& out, int lowest, int highest);
  void texts(std::string_view key, std::vector<std::string>& out);
  void headers(std::string_view key, HeaderList& out);
  void scalars(std::string_view key, HeaderList& out);  // a map of texts, numbers and flags, as their text
  void tree(std::string_view key, Doc& out);            // any map, taken as it is
  template <class E, std::size_t N>
  void choice(std::string_view key, const std::array<std::pair<std::string_view, E>, N>& words, E& out) {
    std::string word;
    const Doc* doc = take(key);
    if (doc == nullptr) return;
    if (!read_text(*doc, key, word)) return;
    const auto found = std::find_if(words.begin(), words.end(), [&](const auto& w) { return w.first == word; });
    if (found == words.end()) return complain(*doc, "'" + word + "' is no value of '" + std::string(key) + "'");
    out = found->second;
  }
  // The map under `key` for further reading, or nullptr; finish() it as well.
  std::optional<Fields> below(std::string_view key);
  // The items of a list of maps.
  std::vector<Fields> each(std::string_view key);
  // The value under `key` was read otherwise.
  const Doc* take(std::string_view key);
  void complain(const Doc& at, std::string_view what);
  void finish();

 private:
  bool read_text(const Doc& doc, std::string_view key, std::string& out);

  const Doc& doc_;
  const std::string& file_;
  std::optional<Error>& error_;
  std::vector<std::string_view> known_;
};

}  // namespace meetlat
