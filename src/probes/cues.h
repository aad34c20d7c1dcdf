// Word patterns in many languages, matched against folded text in linear time. The pattern language is that of
// data/policy-cues.tsv: '*' inside or around a word stands for letters, a lone '*' for up to four words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

namespace meetlat::probes {

// A row of the project's own vocabulary tables. Comments ('#'), blank lines and the heading line are left out.
struct TsvRow {
  int line = 0;  // 1-based
  std::vector<std::string> cells;
};
std::vector<TsvRow> tsv_rows(std::string_view tsv);

struct Cue {
  std::string item;  // "controller", or a kind of word such as "first"
  std::string lang;
  bool strong = true;
};

// How often each cue of a table occurs in a text.
using CueCounts = std::vector<int>;  // by index of the cue

class CueTable {
 public:
  // Lines "item TAB lang TAB strength TAB pattern" after a header line; '#' comments. kSchema with the line.
  static Result<CueTable> parse(std::string_view tsv);

  void add(Cue cue, std::string_view pattern);
  // `folded` is the result of base/text.h fold(). Linear: per word a bounded number of candidates of bounded length.
  CueCounts count(std::string_view folded) const;
  const std::vector<Cue>& cues() const noexcept { return cues_; }

 private:
  struct Part {
    std::string text;  // with '*' where letters may stand; "*" alone is a gap of words
    bool gap = false;
    bool glob = false;
  };
  struct Pattern {
    std::vector<Part> parts;
    std::size_t cue = 0;
  };
  static std::vector<Part> parts_of(std::string_view folded_pattern);
  bool matches(const Pattern& pattern, std::size_t part, const std::vector<std::string_view>& words,
               std::size_t at) const;

  std::vector<Cue> cues_;
  std::vector<Pattern> patterns_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_word_;    // first part without '*'
  std::unordered_map<std::string, std::vector<std::size_t>> by_prefix_;  // up to three bytes before the first '*'
  std::vector<std::size_t> anywhere_;                                    // first part begins with '*'
};

// Words and single punctuation marks of folded text, as views into it.
std::vector<std::string_view> tokens(std::string_view folded);

// Distinct strong items per language, of the best language; the language's name.
struct BestLanguage {
  std::string lang;
  std::vector<std::string> items;  // distinct, sorted
};
BestLanguage best_language(const CueTable& table, const CueCounts& counts);
// Sum of the counts of one item in a language (and "any"); every language when `lang` is empty.
int total(const CueTable& table, const CueCounts& counts, std::string_view item, std::string_view lang);

}  // namespace meetlat::probes
