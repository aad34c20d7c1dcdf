// The vocabulary of the policy reader: what each language says when it states an item of Articles 13 and 14 GDPR, and
// a few kinds of words beside. Data in data/policy/<language>.tsv, compiled once per process.
//
// A line is "item TAB strength TAB pattern". The pattern language:
//   word          the word, whatever its case and accents; punctuation and hyphens count for nothing
//   stem* *en     '*' inside a word stands for letters
//   a|b*|c        one of these words (each a single word)
//   *             alone: up to four words; **: up to ten
//   X & Y         both in one sentence, in any order
//   X & !Y        X, and Y nowhere in the sentence
//   X & ^Y        Y may also stand in the headings above or in the sentence that leads a list in
// Strengths:
//   strong        a sentence with it states the item
//   weak          a hint: not enough to say that the item is stated
//   heading       a heading with it states the item when text follows below it
//   none          a sentence with it says that there is none ("we have no recipients"), which counts as stated
//   not           a veto: strong and weak matches of the item in that sentence do not count
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "policy/words.h"

namespace meetlat::policy {

enum class Strength : std::uint8_t { kStrong, kWeak, kHeading, kNone, kNot };

// A match: the row of the vocabulary and the word where it begins.
struct Match {
  std::uint32_t item = 0;  // index into Vocabulary::items()
  Strength strength = Strength::kStrong;
  std::uint32_t word = 0;
  std::uint32_t words = 1;  // how many it spans
  std::uint32_t row = 0;    // line of the file, 1-based
};

// Sequences found in a piece of text; what expressions are evaluated on. Reused to save allocations.
struct Seen {
  struct One {
    std::uint32_t sequence = 0;
    std::uint32_t word = 0;
    std::uint32_t words = 0;
  };
  std::vector<One> all;
  std::vector<bool> present;  // by sequence; empty when nothing was looked for
  bool has(std::uint32_t sequence) const noexcept { return sequence < present.size() && present[sequence]; }
};

// What a vocabulary makes of the words of one document: asked once for each distinct word, since most words recur.
class WordMemo {
 private:
  friend class Vocabulary;
  struct Known {
    std::vector<std::uint64_t> elements;    // bit set of the elements that the word matches
    std::vector<std::uint32_t> beginnings;  // sequences that can begin with it
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, Known, Hash, std::equal_to<>> known_;
  std::vector<const Known*> here_;  // of the words that are looked at
};

class Vocabulary {
 public:
  // kSchema with the line.
  static Result<Vocabulary> parse(std::string_view tsv, std::string_view lang);
  // data/policy/<lang>.tsv ("any": words of no one language); kNotFound for a language without vocabulary. Loaded once,
  // lives for ever, thread-safe.
  static Result<const Vocabulary*> of(std::string_view lang);
  // The languages that have one.
  static const std::vector<std::string>& languages();
  static bool knows(std::string_view lang);

  Vocabulary(Vocabulary&&) noexcept = default;
  Vocabulary& operator=(Vocabulary&&) noexcept = default;

  const std::string& lang() const noexcept { return lang_; }
  // Names of the first column, each once.
  const std::vector<std::string>& items() const noexcept { return items_; }
  // Index of the item, or items().size().
  std::uint32_t item(std::string_view name) const noexcept;

  // Sequences that occur in words [begin, end). Linear: a bounded number of candidates of bounded length per word.
  // `memo` belongs to this vocabulary and to one thread; it is kept from call to call.
  void find(const Words& words, std::size_t begin, std::size_t end, Seen& seen, WordMemo& memo) const;
  void find(const Words& words, std::size_t begin, std::size_t end, Seen& seen) const;
  // Expressions that hold in a sentence with these sequences; `context` are those of the headings and the lead-in.
  void evaluate(const Seen& sentence, std::span<const Seen* const> context, std::vector<Match>& matches) const;

 private:
  Vocabulary() = default;

  // One word of a pattern, with its alternatives; '*' where letters may stand.
  using Element = std::vector<std::string>;
  // A sequence is a row of parts: the index of an element, or a gap of up to so many words.
  struct Part {
    std::uint32_t element = 0;
    int gap = 0;  // > 0: no element
  };
  struct Operand {
    std::uint32_t sequence = 0;
    bool context = false;
    bool absent = false;
  };
  struct Expression {
    std::uint32_t item = 0;
    Strength strength = Strength::kStrong;
    std::uint32_t row = 0;
    std::vector<Operand> rest;  // beside the sequence it is filed under
  };

  Result<void> add(std::uint32_t row, std::string_view item, Strength strength, std::string_view pattern);
  Result<void> add_parts(const std::string& piece, std::vector<Part>& parts);
  std::uint32_t add_element(Element element);
  Result<std::uint32_t> add_sequence(std::string_view text);
  WordMemo::Known know(std::string_view word) const;
  bool matches(const std::vector<Part>& sequence, std::size_t part, const std::vector<const WordMemo::Known*>& words,
               std::size_t at, std::size_t& stop) const;

  std::string lang_;
  std::vector<std::string> items_;
  std::vector<Element> elements_;
  std::unordered_map<std::string, std::uint32_t> element_ids_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> by_word_;  // elements with a word without '*'
  std::unordered_map<std::string, std::vector<std::uint32_t>>
      by_prefix_;                        // ... by the first bytes before its first '*'
  std::vector<std::uint32_t> anywhere_;  // ... with a word that begins with '*'
  std::vector<std::vector<Part>> sequences_;
  std::unordered_map<std::string, std::uint32_t> sequence_ids_;
  std::vector<std::vector<std::uint32_t>> begun_by_;  // by element: sequences
  std::vector<std::vector<Expression>> by_sequence_;
};

}  // namespace meetlat::policy
