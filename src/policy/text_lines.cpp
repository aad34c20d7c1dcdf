#include "policy/text_lines.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

#include "base/text.h"

namespace meetlat::policy {
namespace {

constexpr std::size_t kEdgeLines = 2;       // lines at the top and the bottom of a page that may be its furniture
constexpr std::size_t kMaxFurniture = 120;  // characters
constexpr std::size_t kMaxPages = 20'000;   // a text of more is no document, and keeps what looks like furniture
constexpr std::uint16_t kMaxIndent = 1000;

struct Char {
  UChar32 value = 0;       // U+FFFD for a byte that is not UTF-8
  std::uint32_t size = 0;  // bytes, at least 1
};

Char char_at(std::string_view text, std::size_t at) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
  if (data[at] < 0x80) return {data[at], 1};
  const auto length = static_cast<std::int32_t>(std::min<std::size_t>(text.size() - at, 8));
  std::int32_t used = 0;
  UChar32 c = 0;
  U8_NEXT(data + at, used, length, c);
  return {c < 0 ? 0xFFFD : c, static_cast<std::uint32_t>(std::max(used, 1))};
}

UChar32 char_before(std::string_view text, std::size_t at) {
  if (at == 0) return 0;
  std::size_t begin = at - 1;
  while (begin > 0 && at - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80) --begin;
  return char_at(text, begin).value;
}

bool is_line_break(UChar32 c) {
  return c == '\n' || c == '\v' || c == '\f' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

bool is_space(UChar32 c) {
  if (c < 0x80) return c <= 0x20 || c == 0x7F;  // control characters too
  return u_isUWhiteSpace(c) != 0 || u_charType(c) == U_CONTROL_CHAR;
}

bool is_invisible(UChar32 c) {
  return c == 0xFEFF || c == 0x200B || c == 0x2060;
}

bool is_bullet(UChar32 c) {
  constexpr std::array<UChar32, 27> kBullets = {'*',    '+',    0x00B7, 0x2022, 0x2023, 0x2043, 0x204C, 0x204D, 0x2219,
                                                0x25A0, 0x25A1, 0x25AA, 0x25AB, 0x25B6, 0x25BA, 0x25C6, 0x25CB, 0x25CF,
                                                0x25E6, 0x2713, 0x2714, 0x27A2, 0x27A4, 0xF02D, 0xF0A7, 0xF0B7, 0xF0D8};
  return std::find(kBullets.begin(), kBullets.end(), c) != kBullets.end();
}

bool is_dash(UChar32 c) {
  return c == '-' || c == 0x2013 || c == 0x2014;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view first_token(std::string_view text) {
  return text.substr(0, text.find(' '));
}

// "2.", "2)", "(2)", "1.2", "1.2.3.", "a)", "(f)", "iv.".
bool is_enumerator(std::string_view token) {
  const bool opened = token.starts_with('(');
  if (opened) token.remove_prefix(1);
  const bool closed = token.ends_with(')') || token.ends_with('.');
  if (opened && !token.ends_with(')')) return false;
  if (closed) token.remove_suffix(1);
  if (token.empty() || token.size() > 8) return false;
  if (token.find_first_not_of("ivx") == std::string_view::npos) return closed && token.size() <= 4;
  if (!is_digit(token.front())) return closed && token.size() == 1 && u_isalpha(static_cast<UChar32>(token[0])) != 0;
  std::size_t digits = 0;
  bool dotted = false;
  for (const char c : token) {
    if (c == '.' && digits == 0) return false;
    if (c != '.' && !is_digit(c)) return false;
    digits = c == '.' ? 0 : digits + 1;
    dotted = dotted || c == '.';
    if (digits > 2) return false;  // a year, an amount
  }
  return digits > 0 && (closed || dotted);
}

bool is_ruler(std::string_view text) {
  return text.find_first_not_of("-=_*~+#|: ") == std::string_view::npos &&
         std::count_if(text.begin(), text.end(), [](char c) { return c != ' ' && c != '|'; }) >= 3;
}

TextLine::Kind kind_of(std::string_view text, bool has_gap) {
  if (text.empty() || is_ruler(text)) return TextLine::kBlank;
  const std::size_t hashes = text.find_first_not_of('#');
  if (hashes > 0 && hashes <= 6 && text[hashes] == ' ') return TextLine::kAlone;
  if (text.front() == '|' || has_gap) return TextLine::kAlone;
  const Char first = char_at(text, 0);
  const bool stands_apart = first.size == text.size() || text[first.size] == ' ';
  if (is_bullet(first.value) && (stands_apart || first.value > 0x7F)) return TextLine::kBullet;
  if (is_dash(first.value) && stands_apart) return TextLine::kNumber;
  return is_enumerator(first_token(text)) ? TextLine::kNumber : TextLine::kText;
}

// --- Cutting into lines

class Cutter {
 public:
  explicit Cutter(TextLines& out) : out_(out) {}

  void cut(std::string_view text) {
    out_.clean.reserve(text.size());
    start();
    for (std::size_t at = 0; at < text.size();) {
      const Char c = char_at(text, at);
      if (c.value == '\r' && at + 1 < text.size() && text[at + 1] == '\n') {
        ++at;
      } else if (is_line_break(c.value) || c.value == '\r') {
        if (c.value != '\f' || line_.width > 0) finish();  // "\n\f" leaves no blank line behind
        if (c.value == '\f') end_page();
        at += c.size;
      } else {
        take(c, text.substr(at, c.size));
        at += c.size;
      }
    }
    finish();
  }

 private:
  void start() {
    line_ = TextLine{};
    line_.begin = static_cast<std::uint32_t>(out_.clean.size());
    spaces_ = 0;
    has_gap_ = false;
  }

  void end_page() {
    if (++pages_ == std::numeric_limits<std::uint8_t>::max()) finish();
  }

  void take(const Char& c, std::string_view bytes) {
    if (is_invisible(c.value)) return;
    if (is_space(c.value)) {
      spaces_ += c.value == '\t' ? 8 : 1;
      return;
    }
    if (line_.width == 0) {
      line_.indent = static_cast<std::uint16_t>(std::min<std::size_t>(spaces_, kMaxIndent));
    } else if (spaces_ > 0) {
      // A wide gap is between the columns of a table, unless it follows a list item's bullet or number.
      has_gap_ = has_gap_ || (spaces_ >= 4 && line_.width > 6);
      out_.clean += ' ';
      ++line_.width;
    }
    spaces_ = 0;
    out_.clean += bytes;
    ++line_.width;
  }

  void finish() {
    line_.size = static_cast<std::uint32_t>(out_.clean.size()) - line_.begin;
    line_.kind = kind_of(out_.text(line_), has_gap_);
    line_.pages_before = static_cast<std::uint8_t>(pages_);
    pages_ = 0;
    out_.lines.push_back(line_);
    start();
  }

  TextLines& out_;
  TextLine line_;
  std::size_t spaces_ = 0;
  std::size_t pages_ = 0;
  bool has_gap_ = false;
};

// --- Headers, footers, page numbers

bool is_page_word(std::string_view word) {
  constexpr std::array kWords = {"page", "seite", "pagina", "página", "sida", "side", "strona", "strana",
                                 "p.",   "s.",    "pag.",   "blz.",   "of",   "von",  "van",    "de",
                                 "di",   "sur",   "av",     "z",      "/",    "-",    "–",      "|"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

// "3", "- 3 -", "3/7", "Page 3 of 7".
bool is_page_number(std::string_view text) {
  if (text.size() > 24) return false;
  std::size_t words = 0;
  bool number = false;
  for (const std::string& word : split(to_lower(text), ' ')) {
    if (++words > 4) return false;
    const bool digits =
        word.find_first_not_of("0123456789/") == std::string::npos && word.size() <= 9 && is_digit(word[0]);
    number = number || digits;
    if (!digits && !is_page_word(word)) return false;
  }
  return number;
}

// The same header with another page number has the same key.
std::string furniture_key(std::string_view text) {
  std::string key;
  for (const char c : text) {
    if (!is_digit(c))
      key += c;
    else if (!key.ends_with('#'))
      key += '#';
  }
  return key;
}

class Furniture {
 public:
  explicit Furniture(TextLines& lines) : lines_(lines) {}

  // The outermost line of an edge first; the one inside it only when the outer one was furniture.
  void drop() {
    find_pages();
    if (pages_.size() < 2 || pages_.size() > kMaxPages) return;
    for (std::size_t depth = 0; depth < kEdgeLines; ++depth) {
      drop_edge(depth, &Page::top, true);
      drop_edge(depth, &Page::bottom, false);
    }
  }

 private:
  struct Edge {
    std::array<std::size_t, kEdgeLines> lines{};  // from the outside
    std::size_t count = 0;
    std::size_t known = 0;  // how many of them, from the outside, are furniture
  };
  struct Page {
    Edge top;
    Edge bottom;
  };

  void find_pages() {
    std::vector<std::size_t> page;  // its first and last lines that are not blank
    const auto end_page = [&] {
      Page ends;
      const std::size_t half = page.size() / 2;  // of a page of few lines none is both top and bottom
      while (ends.top.count < std::min(page.size() - half, kEdgeLines)) {
        ends.top.lines[ends.top.count] = page[ends.top.count];
        ++ends.top.count;
      }
      while (ends.bottom.count < std::min(half, kEdgeLines)) {
        ends.bottom.lines[ends.bottom.count] = page[page.size() - 1 - ends.bottom.count];
        ++ends.bottom.count;
      }
      pages_.push_back(ends);
      page.clear();
    };
    for (std::size_t at = 0; at < lines_.lines.size(); ++at) {
      for (int i = 0; i < lines_.lines[at].pages_before; ++i) end_page();
      if (pages_.size() > kMaxPages) return;
      if (lines_.lines[at].kind == TextLine::kBlank) continue;
      if (page.size() == 2 * kEdgeLines) page.erase(page.begin() + kEdgeLines);
      page.push_back(at);
    }
    if (!page.empty()) end_page();
  }

  // Lines that recur on a third of the pages, at least two: of headers the first stays, of footers the last, so that
  // no text goes on past it. Page numbers all go.
  void drop_edge(std::size_t depth, Edge Page::*which, bool keep_first) {
    std::map<std::string, std::vector<std::size_t>> pages_with;  // by what the line says
    for (std::size_t page = 0; page < pages_.size(); ++page) {
      Edge& edge = pages_[page].*which;
      if (depth >= edge.count || edge.known < depth) continue;
      TextLine& line = lines_.lines[edge.lines[depth]];
      if (is_page_number(lines_.text(line))) {
        line.kind = TextLine::kDropped;
        ++edge.known;
      } else if (line.width <= kMaxFurniture) {
        pages_with[furniture_key(lines_.text(line))].push_back(page);
      }
    }
    for (const auto& [key, pages] : pages_with) {
      if (pages.size() < 2 || pages.size() * 3 < pages_.size()) continue;
      for (const std::size_t page : pages) {
        Edge& edge = pages_[page].*which;
        ++edge.known;
        const bool stays = page == (keep_first ? pages.front() : pages.back());
        lines_.lines[edge.lines[depth]].kind = stays ? TextLine::kAlone : TextLine::kDropped;
      }
    }
  }

  TextLines& lines_;
  std::vector<Page> pages_;
};

}  // namespace

TextLines lines_of(std::string_view text) {
  TextLines lines;
  Cutter(lines).cut(text.substr(0, std::numeric_limits<std::uint32_t>::max()));
  Furniture(lines).drop();
  return lines;
}

std::size_t width_of(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

bool begins_lower(std::string_view utf8) {
  return !utf8.empty() && u_islower(char_at(utf8, 0).value) != 0;
}

bool is_all_caps(std::string_view utf8) {
  std::size_t capitals = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const Char c = char_at(utf8, at);
    if (u_islower(c.value) != 0) return false;
    capitals += u_isupper(c.value) != 0 ? 1 : 0;
    at += c.size;
  }
  return capitals >= 2;
}

bool ends_sentence(std::string_view utf8) {
  constexpr std::array<std::string_view, 9> kClosing = {")", "]", "\"", "'", "»", "«", "”", "’", "“"};
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view closing : kClosing) {
      if (!utf8.ends_with(closing)) continue;
      utf8.remove_suffix(closing.size());
      again = true;
    }
  }
  return utf8.ends_with('.') || utf8.ends_with('!') || utf8.ends_with('?') || utf8.ends_with(':') ||
         utf8.ends_with("…");
}

bool ends_clause(std::string_view utf8) {
  return utf8.ends_with(',') || utf8.ends_with(';');
}

bool is_bare_bullet(std::string_view utf8) {
  return !utf8.empty() && char_at(utf8, 0).size == utf8.size() && is_bullet(char_at(utf8, 0).value);
}

bool is_letter_before(std::string_view utf8, std::size_t at) {
  return u_isalpha(char_before(utf8, at)) != 0;
}

}  // namespace meetlat::policy
