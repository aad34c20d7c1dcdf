#include "policy/paragraphs.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/text.h"
#include "policy/text_lines.h"

namespace meetlat::policy {
namespace {

constexpr std::size_t kWrapLimit = 160;     // columns; a longer line was not wrapped
constexpr std::size_t kMinColumn = 40;      // columns; in a narrower text what is wrapped cannot be told by width
constexpr std::size_t kNeighbours = 3;      // lines before and after that tell how wide the column is
constexpr std::size_t kMaxWords = 200'000;  // that are looked at to decide on hyphens

bool contains(const auto& words, std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find(' '));
}

std::string_view last_word(std::string_view text) {
  const std::size_t space = text.find_last_of(" \f");
  return space == std::string_view::npos ? text : text.substr(space + 1);
}

// Of the web or of mail: its small first letter does not mean that a sentence goes on.
bool is_address(std::string_view word) {
  return word.find('@') != std::string_view::npos || word.find("://") != std::string_view::npos ||
         word.starts_with("www.");
}

// --- Hyphens

// All words of the text that are not at a line's end, sorted: to look up how it writes a divided word elsewhere.
class WrittenWords {
 public:
  explicit WrittenWords(const TextLines& lines) : lines_(lines) {}

  bool has(std::string_view word) {
    if (!built_) build();
    return std::binary_search(words_.begin(), words_.end(), word);
  }

 private:
  static std::string_view bare(std::string_view word) {
    constexpr std::string_view kPunctuation = ".,;:!?()[]\"'";
    const std::size_t begin = word.find_first_not_of(kPunctuation);
    if (begin == std::string_view::npos) return {};
    return word.substr(begin, word.find_last_not_of(kPunctuation) - begin + 1);
  }

  void build() {
    built_ = true;
    for (const TextLine& line : lines_.lines) {
      std::string_view text = lines_.text(line);
      for (std::size_t space = text.find(' '); space != std::string_view::npos; space = text.find(' ')) {
        if (words_.size() == kMaxWords) break;
        if (const auto word = bare(text.substr(0, space)); word.size() > 2) words_.push_back(word);
        text.remove_prefix(space + 1);
      }
    }
    std::sort(words_.begin(), words_.end());
  }

  const TextLines& lines_;
  std::vector<std::string_view> words_;
  bool built_ = false;
};

enum class Joint { kSpace, kNothing, kDropHyphen, kDropSoftHyphen, kDropLongHyphen };

bool is_hyphenated(std::string_view text) {
  if (text.ends_with("\xC2\xAD") || text.ends_with("\xE2\x80\x90")) return true;
  return text.size() >= 2 && text.ends_with('-') && is_letter_before(text, text.size() - 1);
}

// How `left`, the paragraph so far, and `right`, the line that goes on with it, are put together.
Joint joint_of(std::string_view left, std::string_view right, WrittenWords& words) {
  // "Log- und Sitzungsdaten": a hyphen that stands for the rest of the word.
  constexpr std::array kConjunctions = {"und", "oder", "sowie", "bzw.", "and",   "or",  "en",
                                        "of",  "et",   "ou",    "och",  "eller", "oraz"};
  if (!is_hyphenated(left)) return Joint::kSpace;
  if (left.ends_with("\xC2\xAD")) return Joint::kDropSoftHyphen;
  const bool is_long = left.ends_with("\xE2\x80\x90");
  const Joint drop = is_long ? Joint::kDropLongHyphen : Joint::kDropHyphen;
  const std::string_view begin = last_word(left.substr(0, left.size() - (is_long ? 3 : 1)));
  std::string_view rest = first_word(right);
  const bool conjunction = contains(kConjunctions, rest);
  while (!rest.empty() && std::string_view(".,;:!?)]\"'").find(rest.back()) != std::string_view::npos) {
    rest.remove_suffix(1);
  }
  const std::string whole = std::string(begin).append(rest);
  if (words.has(whole)) return drop;
  if (conjunction) return Joint::kSpace;
  if (words.has(std::string(begin).append("-").append(rest))) return Joint::kNothing;
  const bool parts_are_words =
      !begins_lower(rest) || begin.size() < 2 || begin.find('-') != std::string_view::npos || is_all_caps(begin);
  return parts_are_words ? Joint::kNothing : drop;
}

// --- Does a line go on?

// The column behind its last character.
std::size_t end_of(const TextLine& line) {
  return std::size_t{line.indent} + line.width;
}

// The widest lines near one, leaving out the widest of all when there are more than two (an address of the web that
// could not be broken), so that it is what the text was wrapped to.
std::size_t column_at(const TextLines& lines, std::size_t at) {
  std::size_t widest = 0;
  std::size_t second = 0;
  std::size_t count = 0;
  const auto look = [&](const TextLine& line) {
    if (line.kind == TextLine::kBlank) return false;
    if (line.kind == TextLine::kDropped) return true;
    const std::size_t width = end_of(line);
    second = std::max(second, std::min(widest, width));
    widest = std::max(widest, width);
    ++count;
    return true;
  };
  for (std::size_t i = at; i + kNeighbours >= at && look(lines.lines[i]) && i > 0; --i) {
  }
  for (std::size_t i = at + 1; i <= at + kNeighbours && i < lines.lines.size() && look(lines.lines[i]); ++i) {
  }
  return count > 2 ? second : widest;
}

// The width below which 90 % of the text lies: what most of it was wrapped to.
std::size_t usual_width(const TextLines& lines) {
  std::array<std::size_t, kWrapLimit + 2> mass{};
  std::size_t total = 0;
  for (const TextLine& line : lines.lines) {
    mass[std::min(end_of(line), kWrapLimit + 1)] += line.width;
    total += line.width;
  }
  std::size_t width = 0;
  for (std::size_t seen = mass[0]; seen * 10 < total * 9 && width <= kWrapLimit; seen += mass[width]) ++width;
  return width;
}

class Joiner {
 public:
  explicit Joiner(const TextLines& lines) : lines_(lines), usual_(usual_width(lines)) {}

  // Is line `b` the continuation of line `a`? Nothing but the end of a page, and then perhaps blank lines, lies
  // between.
  bool goes_on(std::size_t a, std::size_t b, bool blank_between) const {
    const TextLine& before = lines_.lines[a];
    const TextLine& after = lines_.lines[b];
    if (before.kind == TextLine::kAlone || after.kind == TextLine::kAlone || after.kind == TextLine::kBullet)
      return false;
    const std::string_view text = lines_.text(before);
    const std::string_view next = lines_.text(after);
    const std::size_t column = column_at(lines_, a);
    const bool ends = ends_sentence(text);
    const bool full = is_full(before, next, column, ends && !begins_lower(next));
    if (before.kind == TextLine::kBullet && is_bare_bullet(text)) return true;
    if (after.kind == TextLine::kNumber && (!full || ends || ends_clause(text))) return false;
    if (blank_between) return begins_lower(next) && !ends && full;
    if (is_all_caps(text) != is_all_caps(next) && !full) return false;
    if (ends && is_first_line(before, b)) return false;
    // Short, behind a full stop, without one of its own: a heading or a row of a table, not a paragraph's last line.
    const bool heads = ends && !begins_lower(next) && !ends_sentence(next) && !ends_clause(next);
    if (heads && end_of(after) * 10 < column * 6) return false;
    if (column > kWrapLimit) return begins_lower(next) && !ends && end_of(before) * 2 > kWrapLimit;
    if (full && !(ends && usual_ > kWrapLimit)) return true;  // a text of long lines: each is a paragraph
    const bool unfinished =
        (begins_lower(next) && !is_address(first_word(next)) && !ends) || text.ends_with(',') || is_hyphenated(text);
    return unfinished && end_of(before) * 2 >= column;
  }

 private:
  // Is line `b` indented as the first line of a paragraph is: more than the line before, or than the one after it?
  bool is_first_line(const TextLine& before, std::size_t b) const {
    const TextLine& line = lines_.lines[b];
    if (before.kind == TextLine::kText && line.indent > before.indent + 1) return true;
    if (b + 1 == lines_.lines.size() || before.kind != TextLine::kText) return false;
    const TextLine& after = lines_.lines[b + 1];
    return after.kind == TextLine::kText && line.indent > after.indent + 1;
  }

  // Would the next word not have fitted? Letters differ in width on paper, hence the tolerance; after a full stop it is
  // smaller, since there a paragraph may have ended.
  bool is_full(const TextLine& line, std::string_view next, std::size_t column, bool strict) const {
    const std::size_t needed = end_of(line) + 1 + width_of(first_word(next));
    return needed * 100 >= column * (strict ? 95 : 85) && needed * 100 >= usual_ * 55 && needed >= kMinColumn;
  }

  const TextLines& lines_;
  std::size_t usual_;
};

// --- Writing

class Writer {
 public:
  explicit Writer(const TextLines& lines) : words_(lines) {}

  void page_ends() { ++pages_; }

  void begin(std::string_view text) {
    if (!out_.empty()) out_ += "\n\n";
    out_.append(pages_, '\f');
    pages_ = 0;
    start_ = out_.size();
    out_ += text;
  }

  void go_on(std::string_view text) {
    // Only the last word matters; a paragraph may be megabytes long.
    const std::string_view left =
        std::string_view(out_).substr(std::max(start_, out_.size() - std::min<std::size_t>(out_.size(), 256)));
    const Joint joint = joint_of(left, text, words_);
    if (joint == Joint::kDropHyphen) out_.pop_back();
    if (joint == Joint::kDropSoftHyphen) out_.resize(out_.size() - 2);
    if (joint == Joint::kDropLongHyphen) out_.resize(out_.size() - 3);
    if (pages_ == 0) {
      if (joint == Joint::kSpace && !out_.ends_with('\f')) out_ += ' ';
      out_ += text;
      return;
    }
    // The end of the page stands where a space would; behind the first word, when that completes a divided one.
    const std::size_t at = joint == Joint::kSpace ? 0 : std::min(text.find(' '), text.size());
    out_ += text.substr(0, at);
    out_.append(pages_, '\f');
    pages_ = 0;
    out_ += text.substr(joint == Joint::kSpace ? 0 : std::min(at + 1, text.size()));
  }

  std::string take() {
    if (pages_ > 0 && !out_.empty()) out_ += "\n\n";
    out_.append(pages_, '\f');
    return std::move(out_);
  }

 private:
  WrittenWords words_;
  std::string out_;
  std::size_t start_ = 0;  // of the last paragraph
  std::size_t pages_ = 0;  // ends of pages that are not written yet
};

}  // namespace

std::string paragraphs_of(std::string_view text) {
  const TextLines lines = lines_of(text);
  const Joiner joiner(lines);
  Writer writer(lines);
  constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  std::size_t last = kNone;  // the last line that was written
  bool blank = false;        // was there a blank line since?
  bool page_ended = false;   // did a page end since?
  for (std::size_t at = 0; at < lines.lines.size(); ++at) {
    const TextLine& line = lines.lines[at];
    for (int i = 0; i < line.pages_before; ++i) writer.page_ends();
    page_ended = page_ended || line.pages_before > 0;
    if (line.kind == TextLine::kBlank) {
      blank = true;
      continue;
    }
    if (line.kind == TextLine::kDropped) continue;
    const bool may_join = last != kNone && (page_ended || !blank);
    if (may_join && joiner.goes_on(last, at, blank)) {
      writer.go_on(lines.text(line));
    } else {
      writer.begin(lines.text(line));
    }
    last = at;
    blank = page_ended = false;
  }
  return writer.take();
}

}  // namespace meetlat::policy
