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
constexpr std::size_t kMostBeginnings = 20'000;
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

bool Seen::has(std::uint32_t sequence) const noexcept {
  return std::any_of(all.begin(), all.end(), [&](const One& one) { return one.sequence == sequence; });
}

std::uint32_t Vocabulary::item(std::string_view name) const noexcept {
  return static_cast<std::uint32_t>(std::find(items_.begin(), items_.end(), name) - items_.begin());
}

void Vocabulary::index(std::uint32_t sequence) {
  for (const std::string& word : sequences_[sequence].front().words) {
    const std::size_t star = word.find('*');
    std::vector<std::uint32_t>& place = star == std::string::npos ? by_word_[word]
                                        : star == 0               ? anywhere_
                                                                  : by_prefix_[word.substr(0, std::min(star, kPrefix))];
    if (place.empty() || place.back() != sequence) place.push_back(sequence);
  }
}

// Appends the words of one piece of a pattern ("stem*", "a|b", "l'union"), or a gap.
Result<void> Vocabulary::add_elements(const std::string& piece, std::vector<Element>& elements) const {
  if (piece == "*" || piece == "**") {
    elements.push_back({{}, piece.size() == 1 ? kShortGap : kLongGap});
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
      std::vector<std::string>& place = made.back().words;
      if (i < others.size() && others[i] != words[i]) place.push_back(others[i]);
      place.push_back(std::move(words[i]));
    }
  }
  elements.insert(elements.end(), made.begin(), made.end());
  return {};
}

Result<std::uint32_t> Vocabulary::add_sequence(std::string_view text) {
  std::vector<Element> elements;
  for (const std::string& piece : split(text, ' ')) {
    if (piece.empty()) continue;
    if (const Result<void> ok = add_elements(piece, elements); !ok) return fail(ok.error());
  }
  const bool gaps_outside = !elements.empty() && (elements.front().gap > 0 || elements.back().gap > 0);
  if (elements.empty() || gaps_outside || elements.size() > kMaxParts) {
    return fail(ErrorCode::kSchema, fmt::format("'{}' must begin and end with a word", text));
  }
  std::string key;
  for (const Element& element : elements) key += fmt::format("{}{} ", join(element.words, "|"), element.gap);
  const auto [place, added] = sequence_ids_.try_emplace(key, static_cast<std::uint32_t>(sequences_.size()));
  if (added) {
    sequences_.push_back(std::move(elements));
    by_sequence_.emplace_back();
    index(place->second);
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

Result<const Vocabulary*> Vocabulary::of(std::string_view lang) {
  static std::mutex mutex;
  static std::map<std::string, Result<Vocabulary>, std::less<>> loaded;
  const std::scoped_lock lock(mutex);
  auto found = loaded.find(lang);
  if (found == loaded.end()) {
    Result<Vocabulary> made = fail(ErrorCode::kNotFound, fmt::format("no vocabulary for the language '{}'", lang));
    const auto& all = languages();
    if (lang == "any" || std::find(all.begin(), all.end(), lang) != all.end()) {
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

bool Vocabulary::matches(const std::vector<Element>& sequence, std::size_t element, const Words& words, std::size_t at,
                         std::size_t end, std::size_t& stop) const {
  for (; element < sequence.size(); ++element) {
    const Element& wanted = sequence[element];
    if (wanted.gap > 0) {
      for (int skip = 0; skip <= wanted.gap && at + static_cast<std::size_t>(skip) < end; ++skip) {
        if (matches(sequence, element + 1, words, at + static_cast<std::size_t>(skip), end, stop)) return true;
      }
      return false;
    }
    if (at >= end) return false;
    const std::string_view word = words[at];
    if (std::none_of(wanted.words.begin(), wanted.words.end(),
                     [&](const std::string& each) { return word_match(each, word); })) {
      return false;
    }
    ++at;
  }
  stop = at;
  return true;
}

std::vector<std::uint32_t> Vocabulary::beginning_with(std::string_view word) const {
  std::vector<std::uint32_t> result;
  if (word.size() > kLongest) return result;
  const auto take = [&](const std::vector<std::uint32_t>& candidates) {
    for (const std::uint32_t sequence : candidates) {
      const std::vector<std::string>& first = sequences_[sequence].front().words;
      if (std::any_of(first.begin(), first.end(), [&](const std::string& each) { return word_match(each, word); })) {
        result.push_back(sequence);
      }
    }
  };
  std::string key(word);
  if (const auto found = by_word_.find(key); found != by_word_.end()) take(found->second);
  for (std::size_t length = std::min(kPrefix, word.size()); length >= 1; --length) {
    key.resize(length);
    if (const auto found = by_prefix_.find(key); found != by_prefix_.end()) take(found->second);
  }
  take(anywhere_);
  // A sequence is filed under each of its first words.
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

void Vocabulary::find(const Words& words, std::size_t begin, std::size_t end, Seen& seen,
                      Beginnings& beginnings) const {
  seen.all.clear();
  for (std::size_t at = begin; at < end; ++at) {
    const std::string_view word = words[at];
    auto known = beginnings.known_.find(word);
    if (known == beginnings.known_.end()) {
      // A hostile text may hold nothing but new words.
      if (beginnings.known_.size() >= kMostBeginnings) beginnings.known_.clear();
      known = beginnings.known_.emplace(std::string(word.substr(0, kLongest + 1)), beginning_with(word)).first;
    }
    for (const std::uint32_t sequence : known->second) {
      std::size_t stop = at;
      if (matches(sequences_[sequence], 1, words, at + 1, end, stop)) {
        seen.all.push_back({sequence, static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(stop - at)});
      }
    }
  }
}

void Vocabulary::find(const Words& words, std::size_t begin, std::size_t end, Seen& seen) const {
  Beginnings once;
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
