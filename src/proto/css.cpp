#include <cstdint>
#include <utility>

#include "base/text.h"
#include "proto/detail/utf8.h"
#include "proto/html.h"

namespace meetlat {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The parts of the CSS Syntax tokenizer that decide where a URL stands.
class CssReader {
 public:
  explicit CssReader(std::string_view css) : css_(css) {}

  std::vector<CssReference> run() {
    while (at_ < css_.size()) step();
    return std::move(found_);
  }

 private:
  void step() {
    const char c = css_[at_];
    if (css_.substr(at_, 2) == "/*") {
      const std::size_t end = css_.find("*/", at_ + 2);
      at_ = end == kNone ? css_.size() : end + 2;
    } else if (c == '"' || c == '\'') {
      const std::string text = quoted();
      if (import_) keep(text);
      import_ = false;
    } else if (c == '@' || is_name(c) || c == '\\') {
      word();
    } else {
      if (!is_space(c)) import_ = false;
      ++at_;
    }
  }

  void keep(const std::string& text) {
    const std::string_view url = trim(text);
    if (!url.empty() && !starts_with_i(url, "data:") && url.front() != '#')
      found_.push_back({std::string(url), import_});
  }

  void word() {
    std::string word;
    if (css_[at_] == '@') word.push_back(css_[at_++]);
    while (at_ < css_.size() && (is_name(css_[at_]) || css_[at_] == '\\')) {
      if (css_[at_] == '\\') {
        escape(word);
      } else {
        word.push_back(css_[at_++]);
      }
    }
    if (at_ < css_.size() && css_[at_] == '(' && (iequals(word, "url") || iequals(word, "src"))) {
      ++at_;
      function();
      import_ = false;
      return;
    }
    import_ = iequals(word, "@import");
  }

  void skip_spaces() {
    while (at_ < css_.size() && is_space(css_[at_])) ++at_;
  }

  // After "url(".
  void function() {
    skip_spaces();
    if (at_ < css_.size() && (css_[at_] == '"' || css_[at_] == '\'')) {
      keep(quoted());
      return;
    }
    std::string text;
    while (at_ < css_.size() && css_[at_] != ')') {
      if (css_[at_] == '\\') {
        escape(text);
      } else {
        text.push_back(css_[at_++]);
      }
    }
    ++at_;
    if (text.find_first_of("\"'(") == kNone) keep(text);  // otherwise a bad URL, which loads nothing
  }

  std::string quoted() {
    const char quote = css_[at_++];
    std::string text;
    while (at_ < css_.size() && css_[at_] != quote) {
      if (css_[at_] == '\n') return {};  // a bad string ends with its line
      if (css_[at_] == '\\') {
        escape(text);
      } else {
        text.push_back(css_[at_++]);
      }
    }
    ++at_;
    return text;
  }

  // At a backslash.
  void escape(std::string& out) {
    ++at_;
    if (at_ >= css_.size()) return;
    if (hex_digit(css_[at_]) < 0) {
      if (css_[at_] != '\n') out.push_back(css_[at_]);
      ++at_;
      return;
    }
    std::uint32_t value = 0;
    for (int digits = 0; digits < 6 && at_ < css_.size() && hex_digit(css_[at_]) >= 0; ++digits, ++at_) {
      value = value * 16 + static_cast<std::uint32_t>(hex_digit(css_[at_]));
    }
    if (at_ < css_.size() && is_space(css_[at_])) ++at_;
    detail::append_utf8(out, value == 0 ? 0xFFFD : value);
  }

  std::string_view css_;
  std::size_t at_ = 0;
  bool import_ = false;  // right behind "@import"
  std::vector<CssReference> found_;
};

}  // namespace

std::vector<CssReference> css_references(std::string_view css) {
  return CssReader(css).run();
}

std::vector<std::string> css_urls(std::string_view css) {
  std::vector<std::string> urls;
  for (CssReference& reference : css_references(css)) urls.push_back(std::move(reference.url));
  return urls;
}

}  // namespace meetlat
