#include "proto/detail/html_scan.h"

#include <fmt/format.h>
#include <gumbo.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "proto/detail/html_nesting.h"

namespace meetlat::detail {
namespace {

constexpr std::size_t kMaxAttributes = 500;  // the tree builder compares each with all before it
constexpr int kMaxFramesets = 100;           // they nest where nothing else does
constexpr std::size_t kMaxTagName = 256;
constexpr std::size_t kMaxPrologue = 2048;  // text that an ill server may print before its page
constexpr std::size_t kNone = std::string_view::npos;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool ends_name(char c) {
  return is_space(c) || c == '/' || c == '>';
}

template <std::size_t N>
bool one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

constexpr std::array<std::string_view, 7> kRaw = {"script", "style", "iframe", "noembed", "noframes", "xmp", "title"};

// Start tags that end foreign content wherever they stand (HTML standard, "in foreign content").
constexpr std::array<std::string_view, 30> kBreakout = {
    "blockquote", "body", "br", "center", "dd",   "div",  "dl",    "dt",  "embed", "h1",
    "h2",         "h3",   "h4", "h5",     "h6",   "head", "hr",    "img", "li",    "menu",
    "meta",       "ol",   "p",  "pre",    "ruby", "span", "table", "ul",  "html",  "form"};

struct Tag {
  std::size_t begin = 0;  // of '<'
  std::size_t end = 0;    // after '>'; npos when the page ends inside the tag
  bool closing = false;
  bool self_closing = false;
  std::size_t attributes = 0;
  std::string_view name_as_written;
  std::string name;  // lower case
};

// The tag tokenizer of the HTML standard from the tag's name on.
class TagReader {
 public:
  TagReader(std::string_view page, std::size_t at) : page_(page) {
    tag_.begin = at;
    tag_.closing = page[at + 1] == '/';
    at_ = at + (tag_.closing ? 2 : 1);
  }

  Tag read() {
    const std::size_t name_begin = at_;
    while (at_ < page_.size() && !ends_name(page_[at_])) ++at_;
    tag_.name_as_written = page_.substr(name_begin, at_ - name_begin);
    tag_.name = to_lower(tag_.name_as_written.substr(0, kMaxTagName));
    tag_.end = attributes() ? at_ : kNone;
    return std::move(tag_);
  }

 private:
  void skip_spaces() {
    while (at_ < page_.size() && is_space(page_[at_])) ++at_;
  }

  // True after '>', false at the end of the page.
  bool attributes() {
    while (true) {
      skip_spaces();
      if (at_ >= page_.size()) return false;
      if (page_[at_] == '>') {
        ++at_;
        return true;
      }
      if (page_[at_] == '/') {
        ++at_;
        tag_.self_closing = at_ < page_.size() && page_[at_] == '>';
        continue;
      }
      ++tag_.attributes;
      attribute();
    }
  }

  void attribute() {
    ++at_;  // the first character belongs to the name whatever it is
    while (at_ < page_.size() && !ends_name(page_[at_]) && page_[at_] != '=') ++at_;
    const std::size_t after_name = at_;
    skip_spaces();
    if (at_ >= page_.size() || page_[at_] != '=') {
      at_ = after_name;
      return;
    }
    ++at_;
    skip_spaces();
    if (at_ >= page_.size() || page_[at_] == '>') return;
    if (page_[at_] == '"' || page_[at_] == '\'') {
      const std::size_t close = page_.find(page_[at_], at_ + 1);
      at_ = close == kNone ? page_.size() : close + 1;
      return;
    }
    while (at_ < page_.size() && !is_space(page_[at_]) && page_[at_] != '>') ++at_;
  }

  std::string_view page_;
  std::size_t at_ = 0;
  Tag tag_;
};

bool starts_tag(std::string_view page, std::size_t at) {
  if (at + 1 >= page.size() || page[at] != '<') return false;
  if (is_letter(page[at + 1])) return true;
  return page[at + 1] == '/' && at + 2 < page.size() && is_letter(page[at + 2]);
}

bool has_name_at(std::string_view page, std::size_t at, std::string_view name) {
  if (!starts_with_i(page.substr(at), name)) return false;
  return at + name.size() < page.size() && ends_name(page[at + name.size()]);
}

// Where the content of a raw text element ends: at "</name". Script content knows "<!--" and a nested "<script".
std::size_t end_of_raw(std::string_view page, std::size_t at, std::string_view name) {
  enum class State { kData, kEscaped, kDoubleEscaped } state = State::kData;
  const bool script = name == "script";
  while (at < page.size()) {
    at = page.find_first_of(script ? "<-" : "<", at);
    if (at == kNone) break;
    if (page[at] == '-') {
      if (page.substr(at, 3) == "-->") state = State::kData;
    } else if (at + 1 < page.size() && page[at + 1] == '/' && has_name_at(page, at + 2, name)) {
      if (state != State::kDoubleEscaped) return at;
      state = State::kEscaped;
    } else if (script && state == State::kData && page.substr(at, 4) == "<!--") {
      state = State::kEscaped;
      ++at;  // its dashes may already begin "-->"
    } else if (state == State::kEscaped && has_name_at(page, at + 1, name)) {
      state = State::kDoubleEscaped;
    }
    ++at;
  }
  return page.size();
}

class Scanner {
 public:
  explicit Scanner(std::string_view page) : page_(page) {
    out_.markup.reserve(page.size() + 64);
    out_.markup = "<!DOCTYPE html>";
  }

  Result<HtmlScan> run() {
    while (at_ < page_.size() && !failed_) {
      const std::size_t open = std::min(page_.find('<', at_), page_.size());
      if (open > at_ && !nesting_.text()) refuse("too many tags, or nested too deeply");
      out_.markup.append(page_.substr(at_, open - at_));
      at_ = open;
      if (at_ < page_.size()) markup();
    }
    if (failed_) return fail(ErrorCode::kTooLarge, std::move(problem_));
    out_.looks_like_html = looks_like_html();
    out_.deepest = nesting_.deepest();
    return std::move(out_);
  }

 private:
  void refuse(std::string problem) {
    failed_ = true;
    problem_ = std::move(problem);
  }

  void markup() {
    const char next = at_ + 1 < page_.size() ? page_[at_ + 1] : '\0';
    if (starts_tag(page_, at_)) return tag();
    if (next == '!' || next == '?') return declaration();
    if (next == '/') {  // "</" and no letter: dropped up to '>'
      const std::size_t end = page_.find('>', at_);
      at_ = end == kNone ? page_.size() : end + 1;
      return;
    }
    if (!nesting_.text()) return refuse("too many tags, or nested too deeply");
    out_.markup.append("&lt;");  // a lone '<' must not meet the letter behind a removed comment
    ++at_;
  }

  void declaration() {
    std::size_t end = 0;
    if (page_.substr(at_, 4) == "<!--") {
      end = end_of_comment(at_);
      out_.comments.emplace_back(page_.substr(at_, end - at_));
    } else {
      if (!doctype_ && starts_with_i(page_.substr(at_), "<!doctype")) doctype_ = true, note_tag(at_, true);
      end = page_.find('>', at_);
      end = end == kNone ? page_.size() : end + 1;
    }
    at_ = end;
  }

  std::size_t end_of_comment(std::size_t begin) const {
    for (std::size_t dashes = page_.find("--", begin + 2); dashes != kNone; dashes = page_.find("--", dashes + 1)) {
      if (page_.substr(dashes + 2, 1) == ">") return dashes + 3;
      if (dashes >= begin + 4 && page_.substr(dashes + 2, 2) == "!>") return dashes + 4;
    }
    return page_.size();
  }

  void tag() {
    Tag tag = TagReader(page_, at_).read();
    if (tag.end == kNone) {  // a page that was cut inside a tag: browsers drop it
      at_ = page_.size();
      return;
    }
    at_ = tag.end;
    if (tag.attributes > kMaxAttributes) return refuse("a tag with more than 500 attributes");
    const std::string_view text = page_.substr(tag.begin, tag.end - tag.begin);
    if (tag.closing) return close(tag);
    const bool known = gumbo_tagn_enum(tag.name.data(), static_cast<unsigned>(tag.name.size())) != GUMBO_TAG_UNKNOWN;
    if (known && tag.name != "svg" && tag.name != "math") note_tag(tag.begin, false);
    if (tag.name == "svg" || tag.name == "math") {
      if (!tag.self_closing) foreign(tag.name);
      return;
    }
    if (one_of(tag.name, kRaw) || tag.name == "textarea") return raw(tag, text);
    if (tag.name == "plaintext") {
      leaf("pre");
      out_.markup.append("<pre>");
      append_escaped(page_.substr(at_), true);
      at_ = page_.size();
      return;
    }
    if (tag.name == "isindex") return;  // obsolete; the tree builder would make a whole form of it
    if (tag.name == "frameset" && ++framesets_ > kMaxFramesets) return refuse("more than 100 framesets");
    if (!nesting_.open(tag.name, text)) return refuse("too many tags, or nested too deeply");
    out_.markup.append(text);
  }

  void close(const Tag& tag) {
    if (tag.name == "svg" || tag.name == "math" || tag.name == "plaintext") return;
    if (one_of(tag.name, kRaw) || tag.name == "textarea") return;  // without its start tag it means nothing
    if (!nesting_.close(tag.name)) return refuse("too many tags, or nested too deeply");
    out_.markup.append("</").append(tag.name_as_written).append(">");
  }

  // An element without elements inside: it costs, and may end others.
  void leaf(std::string_view name) {
    if (!nesting_.open(name, {}) || !nesting_.close(name)) refuse("too many tags, or nested too deeply");
  }

  void append_escaped(std::string_view text, bool ampersands) {
    for (const char c : text) {
      if (c == '<') {
        out_.markup.append("&lt;");
      } else if (c == '&' && ampersands) {
        out_.markup.append("&amp;");
      } else {
        out_.markup.push_back(c);
      }
    }
  }

  void raw(const Tag& tag, std::string_view text) {
    const std::size_t begin = at_;
    const std::size_t end = end_of_raw(page_, begin, tag.name);
    const std::string_view content = page_.substr(begin, end - begin);
    at_ = end;
    if (end < page_.size()) {
      const Tag closing = TagReader(page_, end).read();
      at_ = closing.end == kNone ? page_.size() : closing.end;
    }
    if (tag.name == "noembed" || tag.name == "noframes") return;
    if (tag.name == "xmp") {
      out_.markup.append("<div>");
      append_escaped(content, true);
      out_.markup.append("</div>");
      return leaf("div");
    }
    leaf(tag.name);
    out_.markup.append(text);
    if (tag.name == "script" || tag.name == "style") {
      out_.markup.append(fmt::format("{}", out_.raw.size()));
      out_.raw.push_back({content, begin});
    } else if (tag.name != "iframe") {
      append_escaped(content, false);
    }
    out_.markup.append("</").append(tag.name).append(">");
  }

  // Inline SVG and MathML: no text that a reader needs, but images and styles load. Ends at the first end tag, or
  // where an HTML element breaks out of it. Without an end tag the start tag alone is dropped.
  void foreign(const std::string& name) {
    std::size_t& no_end_from = name == "svg" ? no_svg_end_ : no_math_end_;
    if (at_ >= no_end_from) return;
    if (!has_end(name)) {
      no_end_from = at_;
      return;
    }
    bool html_inside = false;  // <foreignObject>, <desc> and <title> may hold HTML
    while (at_ < page_.size() && !failed_) {
      at_ = std::min(page_.find('<', at_), page_.size());
      if (page_.substr(at_, 4) == "<!--") {
        at_ = end_of_comment(at_);
        continue;
      }
      if (!starts_tag(page_, at_)) {
        at_ = std::min(at_ + 1, page_.size());
        continue;
      }
      const Tag tag = TagReader(page_, at_).read();
      if (!tag.closing && !html_inside && one_of(tag.name, kBreakout)) return;
      at_ = tag.end == kNone ? page_.size() : tag.end;
      if (tag.closing && tag.name == name) return;
      if (tag.name == "foreignobject" || tag.name == "desc" || tag.name == "annotation-xml") {
        html_inside = !tag.closing && !tag.self_closing;
      } else if (!tag.closing) {
        foreign_reference(tag);
      }
    }
  }

  bool has_end(const std::string& name) {
    std::size_t& next = name == "svg" ? next_svg_end_ : next_math_end_;
    const std::string_view needle = name == "svg" ? "svg" : "math";
    while (next != kNone && next < at_) next = find_end(needle, at_);
    return next != kNone;
  }

  std::size_t find_end(std::string_view needle, std::size_t from) const {
    for (std::size_t at = page_.find("</", from); at != kNone; at = page_.find("</", at + 2)) {
      if (has_name_at(page_, at + 2, needle)) return at + 1;
    }
    return kNone;
  }

  void foreign_reference(const Tag& tag) {
    if (tag.attributes > kMaxAttributes) return refuse("a tag with more than 500 attributes");
    if (tag.name == "image" || tag.name == "use" || tag.name == "feimage") {
      const std::size_t name_end = tag.begin + 1 + tag.name_as_written.size();
      out_.markup.append("<x-svg-image ").append(page_.substr(name_end, tag.end - 1 - name_end));
      if (out_.markup.back() == '/') out_.markup.back() = ' ';
      out_.markup.append("></x-svg-image>");
      leaf("x-svg-image");
    } else if ((tag.name == "style" || tag.name == "script") && !tag.self_closing) {
      raw(tag, page_.substr(tag.begin, tag.end - tag.begin));
    }
  }

  void note_tag(std::size_t at, bool doctype) {
    if (first_tag_ == kNone) first_tag_ = at;
    const bool page_start = doctype || has_name_at(page_, at + 1, "html");
    if (page_start && first_page_tag_ == kNone) first_page_tag_ = at;
  }

  // A page starts with markup. Where something stands before it (a server's warning), only a doctype or <html> soon
  // after, and not inside quotes as in a script, makes it one.
  bool looks_like_html() const {
    if (first_tag_ == kNone) return false;
    std::size_t start = 0;
    while (start < page_.size() && is_space(page_[start])) ++start;
    if (start < page_.size() && page_[start] == '<') return true;
    if (first_page_tag_ == kNone || first_page_tag_ > kMaxPrologue || first_page_tag_ == 0) return false;
    return std::string_view("\"'`").find(page_[first_page_tag_ - 1]) == kNone;
  }

  std::string_view page_;
  std::size_t at_ = 0;
  HtmlScan out_;
  HtmlNesting nesting_;
  bool failed_ = false;
  bool doctype_ = false;
  int framesets_ = 0;
  std::string problem_;
  std::size_t first_tag_ = kNone;
  std::size_t first_page_tag_ = kNone;
  std::size_t no_svg_end_ = kNone;
  std::size_t no_math_end_ = kNone;
  std::size_t next_svg_end_ = 0;
  std::size_t next_math_end_ = 0;
};

}  // namespace

Result<HtmlScan> scan_html(std::string_view page) {
  return Scanner(page).run();
}

}  // namespace meetlat::detail
