// Markdown: front matter, headings, bullets, pipe tables, inline HTML and HTML tables. Not a renderer: it keeps what
// lists are made of.
#include <algorithm>
#include <cctype>
#include <map>

#include "base/text.h"
#include "lists/formats.h"
#include "lists/outline.h"

namespace meetlat {
namespace {

constexpr std::size_t kMaxLine = 20'000;  // longer ones are data, not writing

using References = std::map<std::string, std::string, std::less<>>;

// The value of href in an <a ...> tag, also when the closing quote is missing.
std::string href_of(std::string_view tag) {
  const std::size_t at = to_lower(tag).find("href");
  if (at == std::string::npos) return {};
  std::string_view rest = trim(tag.substr(at + 4));
  if (!rest.starts_with('=')) return {};
  rest = trim(rest.substr(1));
  const char quote = rest.empty() ? '\0' : rest.front();
  if (quote == '"' || quote == '\'') {
    rest.remove_prefix(1);
    return std::string(trim(rest.substr(0, rest.find_first_of(std::string{quote, ' '}))));
  }
  return std::string(rest.substr(0, rest.find_first_of(" \t")));
}

// One line of Markdown to spans. Every search is bounded by the line, which is bounded by kMaxLine; a bracket that
// finds no partner is never searched for again.
class InlineParser {
 public:
  InlineParser(std::string_view text, const References& references)
      : text_(text.substr(0, kMaxLine)), references_(references) {}

  HtmlSpans run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool image = c == '!' && at_ + 1 < text_.size() && text_[at_ + 1] == '[';
      if (c == '\\' && at_ + 1 < text_.size() && std::ispunct(static_cast<unsigned char>(text_[at_ + 1])) != 0) {
        plain_ += text_[at_ + 1];
        at_ += 2;
      } else if (((c == '[' || image) && take_link(image)) || (c == '<' && take_tag())) {
        continue;  // it moved on by itself
      } else if (c == '*' && at_ + 1 < text_.size() && text_[at_ + 1] == '*') {
        at_ += 2;
      } else if (c == '`') {
        ++at_;
      } else {
        plain_ += c;
        ++at_;
      }
    }
    flush();
    return std::move(spans_);
  }

 private:
  void flush() {
    if (!plain_.empty()) spans_.push_back({std::move(plain_), href_});
    plain_.clear();
  }

  void push_link(std::string_view text, std::string_view href) {
    flush();
    std::string shown;
    for (const char c : text) {
      if (c != '*' && c != '`') shown += c;
    }
    spans_.push_back({std::move(shown), std::string(href)});
  }

  // The matching ']' of the '[' at `from`, or npos.
  std::size_t closing(std::size_t from) {
    if (from < no_close_before_) return std::string_view::npos;
    int depth = 0;
    for (std::size_t i = from; i < text_.size() && i < from + 1000; ++i) {
      if (text_[i] == '[') ++depth;
      if (text_[i] == ']' && --depth == 0) return i;
    }
    no_close_before_ = std::min(text_.size(), from + 500);
    return std::string_view::npos;
  }

  bool take_link(bool image) {
    const std::size_t open = at_ + (image ? 1 : 0);
    const std::size_t close = closing(open);
    if (close == std::string_view::npos) return false;
    const std::string_view words = text_.substr(open + 1, close - open - 1);
    std::size_t next = close + 1;
    std::string href;
    if (next < text_.size() && text_[next] == '(') {
      std::size_t end = next + 1;
      int depth = 1;
      for (; end < text_.size(); ++end) {
        if (text_[end] == '(') ++depth;
        if (text_[end] == ')' && --depth == 0) break;
      }
      // A title may follow the address.
      const std::string_view inside = trim(text_.substr(next + 1, end - next - 1));
      href = std::string(inside.substr(0, inside.find_first_of(" \t")));
      if (href.starts_with('<')) href.erase(0, 1);
      if (href.ends_with('>')) href.pop_back();
      next = std::min(end + 1, text_.size());
    } else {
      std::string_view name = words;
      if (next < text_.size() && text_[next] == '[') {
        const std::size_t end = text_.find(']', next);
        if (end == std::string_view::npos) return false;
        if (end > next + 1) name = text_.substr(next + 1, end - next - 1);
        next = end + 1;
      }
      const auto found = references_.find(fold(name));
      if (found == references_.end()) return false;
      href = found->second;
    }
    if (!image) push_link(words, href);
    at_ = next;
    return true;
  }

  bool take_tag() {
    const std::size_t length = text_.substr(at_, 2000).find('>');
    if (length == std::string_view::npos) return false;
    const std::size_t close = at_ + length;
    const std::string_view inside = text_.substr(at_ + 1, close - at_ - 1);
    if (starts_with_i(inside, "http://") || starts_with_i(inside, "https://")) {
      push_link(inside, inside);
    } else if (starts_with_i(inside, "a ") || starts_with_i(inside, "a\t")) {
      flush();
      href_ = href_of(inside);
    } else if (iequals(inside, "/a")) {
      flush();
      href_.clear();
    } else if (!inside.empty() && (std::isalpha(static_cast<unsigned char>(inside.front())) != 0 ||
                                   inside.front() == '/' || inside.front() == '!')) {
      plain_ += ' ';
    } else {
      return false;
    }
    at_ = close + 1;
    return true;
  }

  std::string_view text_;
  const References& references_;
  std::size_t at_ = 0;
  std::size_t no_close_before_ = 0;
  std::string plain_;
  std::string href_;
  HtmlSpans spans_;
};

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out.push_back(line);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return out;
}

std::vector<std::string_view> cells_of(std::string_view line) {
  line = trim(line);
  if (line.starts_with('|')) line.remove_prefix(1);
  std::vector<std::string_view> out;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    const bool bar = i < line.size() && line[i] == '|' && (i == 0 || line[i - 1] != '\\');
    if (!bar && i != line.size()) continue;
    // The closing bar ends the row; a missing one does too.
    if (i == line.size() && trim(line.substr(from)).empty() && !out.empty()) break;
    out.push_back(trim(line.substr(from, i - from)));
    from = i + 1;
    if (out.size() == 100) break;
  }
  return out;
}

bool is_delimiter_row(std::string_view line) {
  line = trim(line);
  return line.size() >= 3 && line.find('-') != std::string_view::npos && line.find('|') != std::string_view::npos &&
         line.find_first_not_of("|-: \t") == std::string_view::npos;
}

// "* ", "- ", "+ ", "• ", "1. ", "1) ": the bullet's length, or 0.
std::size_t bullet_length(std::string_view line) {
  for (const std::string_view mark :
       {"* ", "- ", "+ ", "*\t", "-\t", "+\t", "• ", "•\t", "•", "▪ ", "◦ ", "– ", "· "}) {
    if (line.starts_with(mark)) return mark.size();
  }
  std::size_t digits = 0;
  while (digits < line.size() && digits < 9 && std::isdigit(static_cast<unsigned char>(line[digits])) != 0) ++digits;
  if (digits > 0 && digits + 1 < line.size() && (line[digits] == '.' || line[digits] == ')') &&
      line[digits + 1] == ' ') {
    return digits + 2;
  }
  return 0;
}

// "**Jitsi Meet :**" or "Jitsi servers:" on a line of their own.
bool is_label(std::string_view line) {
  line = trim(line);
  const bool bold =
      (line.starts_with("**") && line.ends_with("**")) || (line.starts_with("__") && line.ends_with("__"));
  if (line.size() > 120 || line.find("://") != std::string_view::npos || line.find("](") != std::string_view::npos) {
    return false;
  }
  return (bold && line.size() > 4) || (line.ends_with(':') && !line.starts_with('|') && words_of(line).size() <= 8);
}

class MarkdownReader {
 public:
  explicit MarkdownReader(std::string_view text) : lines_(lines_of(text)) {}

  std::vector<OutlineBlock> run() {
    collect_references();
    skip_front_matter();
    while (at_ < lines_.size()) step();
    return std::move(blocks_);
  }

 private:
  HtmlSpans spans(std::string_view text) const { return InlineParser(text, references_).run(); }

  void collect_references() {
    for (const std::string_view line : lines_) {
      const std::string_view text = trim(line);
      const std::size_t close = text.find("]:");
      if (!text.starts_with('[') || close == std::string_view::npos || close > 200) continue;
      const std::string_view target = trim(text.substr(close + 2));
      references_.emplace(fold(text.substr(1, close - 1)), std::string(target.substr(0, target.find_first_of(" \t"))));
    }
  }

  void skip_front_matter() {
    while (at_ < lines_.size() && trim(lines_[at_]).empty()) ++at_;
    if (at_ >= lines_.size()) return;
    const std::string_view fence = trim(lines_[at_]);
    if (fence != "---" && fence != "+++") return;
    for (std::size_t i = at_ + 1; i < lines_.size() && i < at_ + 200; ++i) {
      if (trim(lines_[i]) != fence) continue;
      at_ = i + 1;
      return;
    }
  }

  void step() {
    const std::string_view line = lines_[at_];
    const std::string_view text = trim(line);
    if (text.starts_with("<!--")) return skip_comment();
    if (starts_with_i(text, "<table")) return html_table();
    if (text.starts_with('#')) return heading(text);
    if (text.find('|') != std::string_view::npos && at_ + 1 < lines_.size() && is_delimiter_row(lines_[at_ + 1])) {
      return table(true);
    }
    if (text.starts_with('|') && text.size() > 1) return table(false);
    if (at_ + 1 < lines_.size() && is_underline(text, trim(lines_[at_ + 1]))) {
      add_heading(trim(lines_[at_ + 1]).front() == '=' ? 1 : 2, text);
      at_ += 2;
      return;
    }
    if (is_label(text)) {
      add_heading(7, text);
    } else if (!text.empty() && !text.starts_with("```") && text.find_first_not_of("-=*_ ") != std::string_view::npos) {
      item(text);
    }
    ++at_;
  }

  static bool is_underline(std::string_view text, std::string_view below) {
    return !text.empty() && bullet_length(text) == 0 && below.size() >= 3 &&
           (below.find_first_not_of('=') == std::string_view::npos ||
            below.find_first_not_of('-') == std::string_view::npos);
  }

  void skip_comment() {
    while (at_ < lines_.size() && lines_[at_].find("-->") == std::string_view::npos) ++at_;
    ++at_;
  }

  void add_heading(int level, std::string_view text) {
    OutlineBlock block;
    block.kind = OutlineBlock::Kind::kHeading;
    block.level = level;
    block.spans = spans(text);
    block.line = at_ + 1;
    blocks_.push_back(std::move(block));
  }

  void heading(std::string_view text) {
    std::size_t level = 0;
    while (level < text.size() && text[level] == '#') ++level;
    if (level <= 6) {
      std::string_view words = trim(text.substr(level));
      while (words.ends_with('#')) words.remove_suffix(1);
      add_heading(static_cast<int>(level), words);
    }
    ++at_;
  }

  void item(std::string_view text) {
    OutlineBlock block;
    const std::size_t bullet = bullet_length(text);
    // Lines that start with an emoji are how some lists write bullets.
    block.bullet = bullet > 0 || skip_decoration(text).size() < text.size();
    block.spans = spans(text.substr(bullet));
    block.line = at_ + 1;
    blocks_.push_back(std::move(block));
  }

  void table(bool headed) {
    OutlineBlock block;
    block.kind = OutlineBlock::Kind::kTable;
    block.headed = headed;
    block.line = at_ + 1;
    for (; at_ < lines_.size(); ++at_) {
      const std::string_view text = trim(lines_[at_]);
      if (text.find('|') == std::string_view::npos) break;
      if (is_delimiter_row(text)) {
        // The row above a delimiter is a heading; keep line numbers right with a row that holds nothing.
        block.rows.emplace_back();
        continue;
      }
      std::vector<HtmlSpans> row;
      for (const std::string_view cell : cells_of(text)) row.push_back(spans(cell));
      block.rows.push_back(std::move(row));
    }
    blocks_.push_back(std::move(block));
  }

  void html_table() {
    std::string html;
    int depth = 0;
    for (; at_ < lines_.size(); ++at_) {
      const std::string lower = to_lower(lines_[at_]);
      html.append(lines_[at_]).append("\n");
      if (lower.find("<table") != std::string::npos) ++depth;
      if (lower.find("</table") != std::string::npos && --depth <= 0) break;
    }
    ++at_;
    auto outline = outline_html(html);
    if (!outline) return;
    for (HtmlBlock& part : outline->blocks) {
      if (part.kind != HtmlBlock::Kind::kTable) continue;
      OutlineBlock block;
      block.kind = OutlineBlock::Kind::kTable;
      block.rows = std::move(part.rows);
      blocks_.push_back(std::move(block));
    }
  }

  std::vector<std::string_view> lines_;
  References references_;
  std::size_t at_ = 0;
  std::vector<OutlineBlock> blocks_;
};

class MarkdownSource final : public ListSource {
 public:
  std::string_view format() const noexcept override { return "markdown"; }

  bool sniff(std::string_view bytes, std::string_view name) const noexcept override {
    if (name.ends_with(".md") || name.ends_with(".markdown")) return true;
    const std::string_view head = bytes.substr(0, 200'000);
    if (head.find("\n|") != std::string_view::npos || head.starts_with("|")) return true;
    if (head.find("](http") != std::string_view::npos) return true;
    for (const std::string_view mark : {"\n# ", "\n## ", "\n### ", "\n**", "\n* ", "\n- ", "\n• ", "\n1. "}) {
      if (head.find(mark) != std::string_view::npos) return true;
    }
    // Prose with addresses on lines of their own is the simplest Markdown.
    if (head.find("\nhttps://") != std::string_view::npos || head.find("\nhttp://") != std::string_view::npos)
      return true;
    return head.starts_with("# ") || head.starts_with("* ") || head.starts_with("- ");
  }

  Result<ParsedList> parse(std::string_view bytes, const ListOrigin& origin) const override {
    ListBuilder list(format(), origin);
    read_outline(outline_markdown(bytes), list);
    return std::move(list).finish();
  }
};

}  // namespace

std::vector<OutlineBlock> outline_markdown(std::string_view text) {
  return MarkdownReader(text).run();
}

const ListSource& markdown_source() noexcept {
  static const MarkdownSource source;
  return source;
}

}  // namespace meetlat
