// One pass over a document: sentence by sentence, each with the headings above it and the sentence that led its list
// in, against the vocabularies of its language. Internal to the policy reader.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/document.h"
#include "policy/language.h"
#include "policy/marks.h"
#include "policy/reading.h"
#include "policy/vocabulary.h"

namespace meetlat::policy {

// What one kind of words (an item, a claim, "first", "terms") came to.
struct Tally {
  struct Place {
    std::size_t offset = 0;  // of the sentence in the text
    std::size_t at = 0;      // where the match begins in the text
    std::size_t after = 0;   // where the text goes on after it
    std::string snippet;     // not masked
    std::string heading;
    std::string lang;
    int cue = 0;
  };
  int strong = 0;    // sentences and headings
  int headings = 0;  // of those
  int none = 0;
  int weak = 0;
  std::optional<Place> first_strong;
  std::optional<Place> first_none;
  std::optional<Place> first_weak;
};

struct Tallies {
  std::map<std::string, Tally, std::less<>> by_kind;
  std::string text;
  bool cut = false;  // was the document longer than what is read?
  int sentences = 0;
  int words = 0;
  int long_words = 0;
  std::optional<int> log_days;
  std::string log_sentence;  // that says so, not masked
  std::string dpo_contact;

  const Tally& of(std::string_view kind) const;
  int strong(std::string_view kind) const { return of(kind).strong; }
};

// Errors: a vocabulary that cannot be read.
Result<Tallies> read_sentences(const Document& document, const Languages& languages);

}  // namespace meetlat::policy
