#include "policy/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <optional>

#include "base/file.h"
#include "base/text.h"

namespace meetlat::policy {

namespace {

constexpr std::size_t kPrefix = 4;    // bytes
constexpr std::size_t kLongest = 60;  // bytes of a word; more is none
constexpr std::size_t kMostKnown = 20'000;
constexpr std::size_t kMaxParts = 24;  // elements of a sequence
constexpr int kShortGap = 4;
constexpr int kLongGap = 10;

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

bool word_match(const std::string& pattern, std::string_view word) noexcept {
  return pattern.find('*') == std::string::npos ? pattern == word : glob_match(pattern, word);
}

// German is also typed without umlauts: "fuer", "loeschen".
std::string without_umlauts(std::string_view word) {
  std::string out;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const std::string_view two = word.substr(i, 2);
    const bool known = two == "ä" || two == "ö" || two == "ü";
    if (!known) {
      out += word[i];
      continue;
    }
    out += two == "ä" ? "ae" : two == "ö" ? "oe" : "ue";
    ++i;
  }
  return out;
}

std::optional<Strength> strength_from(std::string_view name) {
  if (name == "strong") return Strength::kStrong;
  if (name == "weak") return Strength::kWeak;
  if (name == "heading") return Strength::kHeading;
  if (name == "none") return Strength::kNone;
  if (name == "not") return Strength::kNot;
  return std::nullopt;
}

std::vector<std::string_view> pieces(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> result;
  while (true) {
    const std::size_t at = text.find(separator);
    result.push_back(trim(text.substr(0, at)));
    if (at == std::string_view::npos) return result;
    text.remove_prefix(at + separator.size());
  }
}

}  // namespace

std::uint32_t Vocabulary::item(std::string_view name) const noexcept {
  return static_cast<std::uint32_t>(std::find(items_.begin(), items_.end(), name) - items_.begin());
}

std::uint32_t Vocabulary::add_element(Element element) {
  std::sort(element.begin(), element.end());
  element.erase(std::unique(element.begin(), element.end()), element.end());
  const auto [place, added] =
      element_ids_.try_emplace(join(element, "|"), static_cast<std::uint32_t>(elements_.size()));
  if (!added) return place->second;
  for (const std::string& word : element) {
    const std::size_t star = word.find('*');
    std::vector<std::uint32_t>& filed = star == std::string::npos ? by_word_[word]
                                        : star == 0               ? anywhere_
                                                                  : by_prefix_[word.substr(0, std::min(star, kPrefix))];
    if (filed.empty() || filed.back() != place->second) filed.push_back(place->second);
  }
  elements_.push_back(std::move(element));
  begun_by_.emplace_back();
  return place->second;
}

// Appends the words of one piece of a pattern ("stem*", "a|b", "l'union"), or a gap.
Result<void> Vocabulary::add_parts(const std::string& piece, std::vector<Part>& parts) {
  if (piece == "*" || piece == "**") {
    parts.push_back({0, piece.size() == 1 ? kShortGap : kLongGap});
    return {};
  }
  if (piece.find_first_of("^!&") != std::string::npos) {
    return fail(ErrorCode::kSchema, fmt::format("'{}': ^ and ! stand before a whole part, & between two parts", piece));
  }
  const std::vector<std::string> choices = split(piece, '|');
  std::vector<Element> made;
  for (const std::string& choice : choices) {
    std::vector<std::string> words = pattern_words(choice);
    const std::vector<std::string> others =
        lang_ == "de" ? pattern_words(without_umlauts(to_lower(choice))) : std::vector<std::string>();
    const bool only_star = std::find(words.begin(), words.end(), "*") != words.end();
    if (words.empty() || only_star || (choices.size() > 1 && words.size() > 1)) {
      return fail(ErrorCode::kSchema, fmt::format("'{}' is not one word", choice));
    }
    if (choices.size() > 1 && made.empty()) made.emplace_back();
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (choices.size() == 1) made.emplace_back();
      if (i < others.size() && others[i] != words[i]) made.back().push_back(others[i]);
      made.back().push_back(std::move(words[i]));
    }
  }
  for (Element& element : made) parts.push_back({add_element(std::move(element)), 0});
  return {};
}

Result<std::uint32_t> Vocabulary::add_sequence(std::string_view text) {
  std::vector<Part> parts;
  for (const std::string& piece : split(text, ' ')) {
    if (piece.empty()) continue;
    if (const Result<void> ok = add_parts(piece, parts); !ok) return fail(ok.error());
  }
  const bool gaps_outside = !parts.empty() && (parts.front().gap > 0 || parts.back().gap > 0);
  if (parts.empty() || gaps_outside || parts.size() > kMaxParts) {
    return fail(ErrorCode::kSchema, fmt::format("'{}' must begin and end with a word", text));
  }
  std::string key;
  for (const Part& part : parts) key += fmt::format("{}:{} ", part.element, part.gap);
  const auto [place, added] = sequence_ids_.try_emplace(key, static_cast<std::uint32_t>(sequences_.size()));
  if (added) {
    begun_by_[parts.front().element].push_back(place->second);
    sequences_.push_back(std::move(parts));
    by_sequence_.emplace_back();
  }
  return place->second;
}

Result<void> Vocabulary::add(std::uint32_t row, std::string_view name, Strength strength, std::string_view pattern) {
  const std::uint32_t known = item(name);
  if (known == items_.size()) items_.emplace_back(name);
  Expression expression{known, strength, row, {}};
  std::optional<std::uint32_t> filed;
  for (std::string_view piece : pieces(pattern, " & ")) {
    Operand operand;
    while (!piece.empty() && (piece.front() == '!' || piece.front() == '^')) {
      (piece.front() == '!' ? operand.absent : operand.context) = true;
      piece.remove_prefix(1);
    }
    const Result<std::uint32_t> sequence = add_sequence(piece);
    if (!sequence) return fail(sequence.error());
    operand.sequence = *sequence;
    if (!filed && !operand.absent && !operand.context) {
      filed = operand.sequence;
    } else {
      expression.rest.push_back(operand);
    }
  }
  if (!filed)
    return fail(ErrorCode::kSchema, fmt::format("'{}' has no part that the sentence itself must hold", pattern));
  by_sequence_[*filed].push_back(std::move(expression));
  return {};
}

Result<Vocabulary> Vocabulary::parse(std::string_view tsv, std::string_view lang) {
  Vocabulary made;
  made.lang_ = lang;
  std::uint32_t number = 0;
  for (const std::string& line : split(tsv, '\n')) {
    ++number;
    if (trim(line).empty() || line.front() == '#') continue;
    const std::vector<std::string> cells = split(line, '\t');
    const std::optional<Strength> strength = cells.size() == 3 ? strength_from(cells[1]) : std::nullopt;
    if (!strength || trim(cells[0]).empty()) {
      return fail(ErrorCode::kSchema,
                  fmt::format("line {}: item, strong|weak|heading|none|not and a pattern were expected", number));
    }
    if (const Result<void> ok = made.add(number, trim(cells[0]), *strength, trim(cells[2])); !ok) {
      return fail(ErrorCode::kSchema, fmt::format("line {}: {}", number, ok.error().context));
    }
  }
  return made;
}

const std::vector<std::string>& Vocabulary::languages() {
  static const std::vector<std::string> all{"en", "nl", "de", "fr", "it", "es", "pt", "pl", "cs", "sv"};
  return all;
}

bool Vocabulary::knows(std::string_view lang) {
  const std::vector<std::string>& all = languages();
  return std::find(all.begin(), all.end(), lang) != all.end();
}

Result<const Vocabulary*> Vocabulary::of(std::string_view lang) {
  static std::mutex mutex;
  static std::map<std::string, Result<Vocabulary>, std::less<>> loaded;
  const std::scoped_lock lock(mutex);
  auto found = loaded.find(lang);
  if (found == loaded.end()) {
    Result<Vocabulary> made = fail(ErrorCode::kNotFound, fmt::format("no vocabulary for the language '{}'", lang));
    if (lang == "any" || knows(lang)) {
      const std::string name = fmt::format("data/policy/{}.tsv", lang);
      const Result<std::string> bytes = read_file(data_path(name));
      made = bytes ? parse(*bytes, lang) : Result<Vocabulary>(fail(bytes.error()));
      if (!made) made = fail(made.error().code, fmt::format("{}: {}", name, made.error().context));
    }
    found = loaded.emplace(std::string(lang), std::move(made)).first;
  }
  if (!found->second) return fail(found->second.error());
  return &*found->second;
}

WordMemo::Known Vocabulary::know(std::string_view word) const {
  WordMemo::Known known;
  known.elements.resize(elements_.size() / 64 + 1);
  if (word.size() > kLongest) return known;
  const auto take = [&](const std::vector<std::uint32_t>& candidates) {
    for (const std::uint32_t id : candidates) {
      const Element& element = elements_[id];
      std::uint64_t& bits = known.elements[id / 64];
      const std::uint64_t bit = std::uint64_t{1} << (id % 64);
      if ((bits & bit) != 0 || std::none_of(element.begin(), element.end(),
                                            [&](const std::string& each) { return word_match(each, word); })) {
        continue;
      }
      bits |= bit;
      known.beginnings.insert(known.beginnings.end(), begun_by_[id].begin(), begun_by_[id].end());
    }
  };
  std::string key(word);
  if (const auto found = by_word_.find(key); found != by_word_.end()) take(found->second);
  for (std::size_t length = std::min(kPrefix, word.size()); length >= 1; --length) {
    key.resize(length);
    if (const auto found = by_prefix_.find(key); found != by_prefix_.end()) take(found->second);
  }
  take(anywhere_);
  return known;
}

bool Vocabulary::matches(const std::vector<Part>& sequence, std::size_t part,
                         const std::vector<const WordMemo::Known*>& words, std::size_t at, std::size_t& stop) const {
  for (; part < sequence.size(); ++part) {
    const Part& wanted = sequence[part];
    if (wanted.gap > 0) {
      for (int skip = 0; skip <= wanted.gap && at + static_cast<std::size_t>(skip) < words.size(); ++skip) {
        if (matches(sequence, part + 1, words, at + static_cast<std::size_t>(skip), stop)) return true;
      }
      return false;
    }
    if (at >= words.size()) return false;
    if ((words[at]->elements[wanted.element / 64] >> (wanted.element % 64) & 1) == 0) return false;
    ++at;
  }
  stop = at;
  return true;
}

void Vocabulary::find(const Words& words, std::size_t begin, std::size_t end, Seen& seen, WordMemo& memo) const {
  seen.all.clear();
  seen.present.assign(sequences_.size(), false);
  // A hostile text may hold nothing but new words.
  if (memo.known_.size() >= kMostKnown) memo.known_.clear();
  memo.here_.clear();
  for (std::size_t at = begin; at < end; ++at) {
    const std::string_view word = words[at].substr(0, kLongest + 1);
    auto known = memo.known_.find(word);
    if (known == memo.known_.end()) known = memo.known_.emplace(std::string(word), know(word)).first;
    memo.here_.push_back(&known->second);
  }
  for (std::size_t at = 0; at < memo.here_.size(); ++at) {
    for (const std::uint32_t sequence : memo.here_[at]->beginnings) {
      std::size_t stop = at;
      if (matches(sequences_[sequence], 1, memo.here_, at + 1, stop)) {
        seen.present[sequence] = true;
        seen.all.push_back({sequence, static_cast<std::uint32_t>(begin + at), static_cast<std::uint32_t>(stop - at)});
      }
    }
  }
}

void Vocabulary::find(const Words& words, std::size_t begin, std::size_t end, Seen& seen) const {
  WordMemo once;
  find(words, begin, end, seen, once);
}

void Vocabulary::evaluate(const Seen& sentence, std::span<const Seen* const> context,
                          std::vector<Match>& matches) const {
  const auto around = [&](std::uint32_t sequence) {
    return std::any_of(context.begin(), context.end(), [&](const Seen* each) { return each->has(sequence); });
  };
  for (const Seen::One& one : sentence.all) {
    for (const Expression& expression : by_sequence_[one.sequence]) {
      const bool holds = std::all_of(expression.rest.begin(), expression.rest.end(), [&](const Operand& operand) {
        const bool here = sentence.has(operand.sequence) || (operand.context && around(operand.sequence));
        return here != operand.absent;
      });
      if (holds) matches.push_back({expression.item, expression.strength, one.word, one.words, expression.row});
    }
  }
}

}  // namespace meetlat::policy
