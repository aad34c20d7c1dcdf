// What differs between two normalised texts of one sentence or heading a line.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "model/diff.h"

namespace meetlat {

inline constexpr std::size_t kMostLines = 1000;  // lines that a TextDiff holds; the counts are of all

enum class TextVerdict {
  kSame,       // white space, letter case, line ends and invisible characters apart
  kReordered,  // the same lines in another order: a moved menu, a swapped paragraph
  kEdited,     // what differs are headings, dates, entries of menus: no whole sentence
  kChanged,    // sentences differ
};

struct TextDiff {
  TextVerdict verdict = TextVerdict::kSame;
  // Lines of one text alone, in reading order: what went at a place stands before what came there.
  std::vector<LineChange> lines;
  std::size_t added = 0;
  std::size_t removed = 0;
  std::size_t kept = 0;
};

// A line that moved is no change, so lines are matched wherever they stand, each at most once: a longest common
// subsequence with its moves taken back comes to the same, at quadratic cost. O(n log n) for any input.
TextDiff diff_texts(std::string_view before, std::string_view after);

// Does it read like a sentence rather than a heading, a date or an entry of a menu? Five words, or three that end as a
// sentence does; numbers are no words.
bool is_sentence(std::string_view line);

}  // namespace meetlat
