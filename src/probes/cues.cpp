#include "probes/cues.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kPrefix = 3;
constexpr int kMaxGap = 4;

// Letters and digits; UTF-8 sequences count as letters except General Punctuation (quotation marks, dashes, dots).
bool is_word_byte(std::string_view text, std::size_t at) noexcept {
  const unsigned char c = static_cast<unsigned char>(text[at]);
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '*';
  if (c == 0xE2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) == 0x80) return false;
  return true;
}

std::size_t sequence_length(unsigned char lead) noexcept {
  if (lead < 0x80) return 1;
  if (lead >= 0xF0) return 4;
  if (lead >= 0xE0) return 3;
  return 2;
}

// One or more '*' in `pattern`, each for any bytes. Patterns and words are short.
bool glob_match(std::string_view pattern, std::string_view word) noexcept {
  std::size_t p = 0;
  std::size_t w = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (w < word.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = w;
    } else if (p < pattern.size() && pattern[p] == word[w]) {
      ++p;
      ++w;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      w = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

std::vector<std::string_view> tokens(std::string_view folded) {
  std::vector<std::string_view> result;
  result.reserve(folded.size() / 6 + 1);
  std::size_t at = 0;
  while (at < folded.size()) {
    if (folded[at] == ' ' || folded[at] == '\n' || folded[at] == '\t') {
      ++at;
      continue;
    }
    const std::size_t start = at;
    if (!is_word_byte(folded, at)) {
      at = std::min(folded.size(), at + sequence_length(static_cast<unsigned char>(folded[at])));
    } else {
      while (at < folded.size() && is_word_byte(folded, at)) {
        at = std::min(folded.size(), at + sequence_length(static_cast<unsigned char>(folded[at])));
      }
    }
    result.push_back(folded.substr(start, at - start));
  }
  return result;
}

std::vector<CueTable::Part> CueTable::parts_of(std::string_view folded_pattern) {
  std::vector<Part> parts;
  for (const std::string_view token : tokens(folded_pattern)) {
    Part part;
    part.text = std::string(token);
    part.gap = token == "*";
    part.glob = !part.gap && token.find('*') != std::string_view::npos;
    parts.push_back(std::move(part));
  }
  return parts;
}

void CueTable::add(Cue cue, std::string_view pattern) {
  Pattern made{parts_of(fold(pattern)), cues_.size()};
  if (made.parts.empty() || made.parts.front().gap) return;
  const std::size_t index = patterns_.size();
  const Part& first = made.parts.front();
  if (!first.glob) {
    by_word_[first.text].push_back(index);
  } else if (const std::size_t star = first.text.find('*'); star == 0) {
    anywhere_.push_back(index);
  } else {
    by_prefix_[first.text.substr(0, std::min(star, kPrefix))].push_back(index);
  }
  cues_.push_back(std::move(cue));
  patterns_.push_back(std::move(made));
}

std::vector<TsvRow> tsv_rows(std::string_view tsv) {
  std::vector<TsvRow> rows;
  bool header = false;
  int number = 0;
  for (const std::string& raw : split(tsv, '\n')) {
    ++number;
    if (trim(raw).empty() || raw.front() == '#') continue;
    if (header) rows.push_back({number, split(raw, '\t')});
    header = true;
  }
  return rows;
}

Result<CueTable> CueTable::parse(std::string_view tsv) {
  CueTable table;
  for (const auto& [number, cells] : tsv_rows(tsv)) {
    if (cells.size() != 4 || (cells[2] != "strong" && cells[2] != "weak") || trim(cells[3]).empty()) {
      return fail(ErrorCode::kSchema,
                  fmt::format("line {}: item, lang, strong or weak, pattern were expected", number));
    }
    table.add(Cue{cells[0], cells[1], cells[2] == "strong"}, trim(cells[3]));
  }
  if (table.cues_.empty()) return fail(ErrorCode::kSchema, "the table has no cues");
  return table;
}

bool CueTable::matches(const Pattern& pattern, std::size_t part, const std::vector<std::string_view>& words,
                       std::size_t at) const {
  for (; part < pattern.parts.size(); ++part) {
    const Part& wanted = pattern.parts[part];
    if (wanted.gap) {
      for (int skip = 0; skip <= kMaxGap; ++skip) {
        if (matches(pattern, part + 1, words, at + static_cast<std::size_t>(skip))) return true;
      }
      return false;
    }
    if (at >= words.size()) return false;
    if (wanted.glob ? !glob_match(wanted.text, words[at]) : wanted.text != words[at]) return false;
    ++at;
  }
  return true;
}

CueCounts CueTable::count(std::string_view folded) const {
  CueCounts counts(cues_.size(), 0);
  const std::vector<std::string_view> words = tokens(folded);
  std::string key;
  const auto try_all = [&](const std::vector<std::size_t>& indices, std::size_t at) {
    for (const std::size_t index : indices) {
      if (matches(patterns_[index], 0, words, at)) ++counts[patterns_[index].cue];
    }
  };
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string_view word = words[at].substr(0, 64);  // longer "words" are no words
    key.assign(word);
    if (const auto found = by_word_.find(key); found != by_word_.end()) try_all(found->second, at);
    for (std::size_t length = 1; length <= std::min(kPrefix, word.size()); ++length) {
      key.assign(word.substr(0, length));
      if (const auto found = by_prefix_.find(key); found != by_prefix_.end()) try_all(found->second, at);
    }
    if (word.size() < 64) try_all(anywhere_, at);
  }
  return counts;
}

BestLanguage best_language(const CueTable& table, const CueCounts& counts) {
  std::map<std::string, std::set<std::string>> by_lang;
  std::map<std::string, int> hits;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const Cue& cue = table.cues()[i];
    if (counts[i] == 0 || !cue.strong) continue;
    by_lang[cue.lang].insert(cue.item);
    hits[cue.lang] += counts[i];
  }
  BestLanguage best;
  int best_hits = 0;
  for (const auto& [lang, items] : by_lang) {
    // Between languages with equally many items the one with more matches speaks.
    if (items.size() > best.items.size() || (items.size() == best.items.size() && hits[lang] > best_hits)) {
      best.lang = lang;
      best.items.assign(items.begin(), items.end());
      best_hits = hits[lang];
    }
  }
  return best;
}

int total(const CueTable& table, const CueCounts& counts, std::string_view item, std::string_view lang) {
  int sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const Cue& cue = table.cues()[i];
    if (cue.item == item && (lang.empty() || cue.lang == lang || cue.lang == "any")) sum += counts[i];
  }
  return sum;
}

}  // namespace meetlat::probes
