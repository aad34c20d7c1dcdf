// Sentences of a block of text, and how readable they are.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace meetlat::policy {

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Cuts at . ! ? followed by white space and what can begin a sentence; not after
// abbreviations, numbers ("Art. 6 Abs. 1 lit. f", "z. B.", "1. Mai") or single letters. ICU's break iterator cuts
// inside such references, which is where policies carry their meaning. No sentence is longer than 12 kB. Linear; white
// space at the edges is left out.
std::vector<Span> sentences_of(std::string_view text);

}  // namespace meetlat::policy
