#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "base/text.h"
#include "proto/detail/js_token.h"
#include "proto/detail/utf8.h"

namespace meetlat::detail {
namespace {

using Kind = JsToken::Kind;

constexpr const char* kSsi = "server-side include not processed";
constexpr const char* kTemplateText = "template not rendered";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_name(char c) {
  return is_name_start(c) || is_digit(c);
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Longest first.
constexpr std::array<std::string_view, 54> kPuncts = {
    ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "?\?=", "=>", "==", "!=",
    "<=",   ">=",  "&&",  "||",  "??",  "?.",  "++",  "--",  "+=",  "-=",  "*=",   "/=", "%=", "&=",
    "|=",   "^=",  "<<",  ">>",  "**",  "{",   "}",   "(",   ")",   "[",   "]",    ";",  ",",  "<",
    ">",    "+",   "-",   "*",   "/",   "%",   "&",   "|",   "^",   "!",   "~",    "?"};

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  JsTokens run() {
    out_.line_starts.push_back(0);
    for (std::size_t i = source_.find('\n'); i != std::string_view::npos; i = source_.find('\n', i + 1)) {
      out_.line_starts.push_back(static_cast<std::uint32_t>(i + 1));
    }
    while (true) {
      skip_blank();
      const std::size_t begin = at_;
      JsToken token = at_ < source_.size() ? next() : JsToken{};
      token.begin = static_cast<std::uint32_t>(begin);
      token.end = static_cast<std::uint32_t>(at_);
      token.text = source_.substr(begin, at_ - begin);
      token.newline_before = newline_;
      token.conditional = template_depth_ > 0;
      newline_ = false;
      match_bracket(token);
      const bool done = token.kind == Kind::kEnd;
      out_.tokens.push_back(std::move(token));
      if (done) return std::move(out_);
    }
  }

 private:
  std::string_view rest(std::size_t length) const { return source_.substr(std::min(at_, source_.size()), length); }

  void skip_line() { at_ = std::min(source_.find_first_of("\r\n", at_), source_.size()); }

  // Kept until it is passed, so that long lines are searched once.
  std::size_t end_of_line() {
    if (line_end_ < at_ || line_end_ == 0) line_end_ = std::min(source_.find('\n', at_), source_.size());
    return line_end_;
  }

  // Where `closing` stands on this line from at_ on, or npos; a line without it is searched once.
  std::size_t find_on_line(std::string_view closing) {
    const std::size_t line_end = end_of_line();
    std::size_t& none_before = closing == "-->"  ? no_comment_end_
                               : closing == "%}" ? no_statement_end_
                               : closing == "#}" ? no_remark_end_
                                                 : no_value_end_;
    if (at_ < none_before) return std::string_view::npos;
    const std::size_t end = source_.substr(at_, line_end - at_).find(closing);
    if (end == std::string_view::npos) none_before = line_end;
    return end == std::string_view::npos ? end : at_ + end;
  }

  // White space, comments, and template statements such as {% if x %}.
  void skip_blank() {
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (c == '\n' || c == '\r') {
        newline_ = true;
        ++at_;
      } else if (c == ' ' || c == '\t' || c == '\f' || c == '\v') {
        ++at_;
      } else if (!skip_marked_blank(c)) {
        return;
      }
    }
  }

  // The same, of more than one character; false when none stands here. The next character is `c`.
  bool skip_marked_blank(char c) {
    if (std::string_view("\xC2\xEF\xE2/<{#-").find(c) == std::string_view::npos) return false;  // none begins so
    if ((rest(5) == "<!--#" && server_include()) || ((rest(2) == "{%" || rest(2) == "{#") && template_statement())) {
      return true;
    }
    if (rest(2) == "\xC2\xA0") {
      at_ += 2;
    } else if (rest(3) == "\xEF\xBB\xBF") {
      at_ += 3;
    } else if (rest(3) == "\xE2\x80\xA8" || rest(3) == "\xE2\x80\xA9") {
      newline_ = true;
      at_ += 3;
    } else if (rest(2) == "/*") {
      block_comment();
    } else if (rest(2) == "//" || (rest(2) == "#!" && at_ == 0) || rest(4) == "<!--" ||
               (rest(3) == "-->" && (newline_ || out_.tokens.empty()))) {
      skip_line();  // also the comments of the web's early days
    } else {
      return false;
    }
    return true;
  }

  void block_comment() {
    const std::size_t end = source_.find("*/", at_ + 2);
    if (end == std::string_view::npos) out_.open_comment = static_cast<std::uint32_t>(at_);
    const std::size_t stop = end == std::string_view::npos ? source_.size() : end + 2;
    const std::string_view comment = source_.substr(at_, stop - at_);
    newline_ = newline_ || comment.find('\n') != std::string_view::npos;
    at_ = stop;
  }

  // An SSI comment that stands as a line of its own, for a file or a block; false where it stands for a value.
  bool server_include() {
    const std::size_t end = find_on_line("-->");
    if (end != std::string_view::npos && (!(newline_ || out_.tokens.empty()) || after_operator())) return false;
    out_.left_overs.push_back(static_cast<std::uint32_t>(at_));
    at_ = end == std::string_view::npos ? end_of_line() : end + 3;
    return true;
  }

  bool after_operator() const {
    return !out_.tokens.empty() && out_.tokens.back().kind == Kind::kPunct &&
           std::string_view(";{}),").find(out_.tokens.back().text.front()) == std::string_view::npos;
  }

  // {% ... %} and {# ... #} on one line.
  bool template_statement() {
    const bool statement = source_[at_ + 1] == '%';
    const std::size_t end = find_on_line(statement ? "%}" : "#}");
    if (end == std::string_view::npos) return false;
    if (statement) {
      out_.left_overs.push_back(static_cast<std::uint32_t>(at_));
      note_template(source_.substr(at_ + 2, end - std::min(end, at_ + 2)));
    }
    at_ = end + 2;
    return true;
  }

  void note_template(std::string_view statement) {
    while (!statement.empty() && (statement.front() == '-' || statement.front() == '+' || statement.front() == ' ')) {
      statement.remove_prefix(1);
    }
    for (const std::string_view opening : {"if ", "for ", "range ", "with "}) {
      if (statement.substr(0, opening.size()) == opening) ++template_depth_;
    }
    if (statement.substr(0, 3) == "end" && template_depth_ > 0) --template_depth_;
  }

  JsToken next() {
    const char c = source_[at_];
    if (is_name_start(c)) return name();
    if (is_digit(c) || (c == '.' && at_ + 1 < source_.size() && is_digit(source_[at_ + 1]))) return number();
    if (c == '"' || c == '\'') return string();
    if (c == '`') return template_literal();
    if (c == '<' && rest(5) == "<!--#") return server_value();
    if (c == '{' && rest(2) == "{{") {
      JsToken token = template_value();
      if (token.kind != Kind::kEnd) return token;
    }
    if (c == '/' && regex_may_start()) {
      JsToken token = regex();
      if (token.kind == Kind::kRegex) return token;
    }
    for (const std::string_view punct : kPuncts) {
      if (punct.front() != c || rest(punct.size()) != punct) continue;
      if (punct == "?." && at_ + 2 < source_.size() && is_digit(source_[at_ + 2])) continue;
      at_ += punct.size();
      return of(Kind::kPunct);
    }
    ++at_;
    if (c == '=' || c == '.' || c == ':') return of(Kind::kPunct);
    return of(Kind::kBad);
  }

  static JsToken of(Kind kind, const char* why = nullptr) {
    JsToken token;
    token.kind = kind;
    token.why = why;
    return token;
  }

  JsToken name() {
    while (at_ < source_.size() && is_name(source_[at_])) ++at_;
    return of(Kind::kName);
  }

  JsToken number() {
    const std::size_t begin = at_;
    while (at_ < source_.size() && (is_name(source_[at_]) || source_[at_] == '.' ||
                                    ((source_[at_] == '+' || source_[at_] == '-') &&
                                     (source_[at_ - 1] == 'e' || source_[at_ - 1] == 'E') && rest_is_decimal(begin)))) {
      ++at_;
    }
    std::string digits;
    for (const char c : source_.substr(begin, at_ - begin)) {
      if (c != '_') digits.push_back(c);
    }
    JsToken token = of(Kind::kNumber);
    const std::optional<double> value = number_value(digits);
    if (!value) return of(Kind::kOpaque, "a number in a form that is not read");
    token.number = *value;
    return token;
  }

  bool rest_is_decimal(std::size_t begin) const {
    return source_[begin] != '0' || begin + 1 >= source_.size() || hex_value(source_[begin + 1]) < 0 ||
                   source_[begin + 1] == 'e' || source_[begin + 1] == 'E'
               ? source_.substr(begin, 2) != "0x" && source_.substr(begin, 2) != "0X"
               : false;
  }

  static std::optional<double> number_value(const std::string& digits) {
    const char* first = digits.data();
    const char* last = digits.data() + digits.size();
    if (digits.size() > 2 && digits[0] == '0' && !is_digit(digits[1]) && digits[1] != '.' && digits[1] != 'e') {
      const char base = static_cast<char>(digits[1] | 0x20);
      const int radix = base == 'x' ? 16 : base == 'o' ? 8 : base == 'b' ? 2 : 0;
      std::uint64_t value = 0;
      if (radix == 0) return std::nullopt;
      const auto parsed = std::from_chars(first + 2, last, value, radix);
      if (parsed.ec != std::errc() || parsed.ptr != last || value > (std::uint64_t{1} << 53U)) return std::nullopt;
      return static_cast<double>(value);
    }
    if (digits.size() > 1 && digits[0] == '0' && is_digit(digits[1])) return std::nullopt;  // octal of old
    const std::string padded = digits.front() == '.' ? "0" + digits : digits;
    double value = 0;
    const auto parsed = std::from_chars(padded.data(), padded.data() + padded.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != padded.data() + padded.size()) return std::nullopt;
    return value;
  }

  JsToken string() {
    const char quote = source_[at_++];
    std::string value;
    const char* why = nullptr;
    std::uint32_t high = 0;  // first half of a surrogate pair
    while (at_ < source_.size() && source_[at_] != quote) {
      const char c = source_[at_];
      if (c == '\n' || c == '\r') return of(Kind::kBad);
      if (rest(5) == "<!--#" && skip_server_comment()) {
        why = kSsi;
        continue;
      }
      if (rest(2) == "{{" || rest(2) == "{%") why = why == nullptr ? kTemplateText : why;
      if (c != '\\') {
        if (high != 0) why = "half a character";
        high = 0;
        value.push_back(c);
        ++at_;
      } else if (!escape(value, high)) {
        why = "an escape sequence that is not read";
        high = 0;
      }
    }
    if (at_ >= source_.size()) return of(Kind::kBad);
    ++at_;
    if (high != 0) why = "half a character";
    JsToken token = of(Kind::kString, why);
    token.string = std::make_shared<const std::string>(std::move(value));
    return token;
  }

  // Inside a string: its quotes belong to the server, not to the string.
  bool skip_server_comment() {
    const std::size_t end = find_on_line("-->");
    if (end == std::string_view::npos) return false;
    at_ = end + 3;
    return true;
  }

  bool hex_digits(std::size_t count, std::uint32_t& value) {
    value = 0;
    for (std::size_t i = 0; i < count; ++i, ++at_) {
      if (at_ >= source_.size() || hex_value(source_[at_]) < 0) return false;
      value = value * 16 + static_cast<std::uint32_t>(hex_value(source_[at_]));
    }
    return true;
  }

  bool unicode_escape(std::uint32_t& value) {
    if (at_ >= source_.size() || source_[at_] != '{') return hex_digits(4, value);
    ++at_;
    value = 0;
    while (at_ < source_.size() && hex_value(source_[at_]) >= 0 && value <= 0x10FFFF) {
      value = value * 16 + static_cast<std::uint32_t>(hex_value(source_[at_++]));
    }
    if (at_ >= source_.size() || source_[at_] != '}' || value > 0x10FFFF) return false;
    ++at_;
    return true;
  }

  // At a backslash. False when the value is no longer known.
  bool escape(std::string& out, std::uint32_t& high) {
    ++at_;
    if (at_ >= source_.size()) return true;
    const char c = source_[at_++];
    if (c == 'u' || c == 'x') {
      std::uint32_t value = 0;
      if (!(c == 'x' ? hex_digits(2, value) : unicode_escape(value))) return false;
      if (high != 0) {
        if (value < 0xDC00 || value > 0xDFFF) return false;
        append_utf8(out, 0x10000 + ((high - 0xD800) << 10U) + (value - 0xDC00));
        high = 0;
      } else if (value >= 0xD800 && value <= 0xDBFF) {
        high = value;
      } else if (value >= 0xDC00 && value <= 0xDFFF) {
        return false;
      } else {
        append_utf8(out, value);
      }
      return true;
    }
    if (high != 0) return false;
    if (c == '\r' && at_ < source_.size() && source_[at_] == '\n') ++at_;
    if (c == '\n' || c == '\r') return true;
    constexpr std::string_view kNames = "nrtbfv";
    constexpr std::string_view kValues = "\n\r\t\b\f\v";
    const std::size_t known = kNames.find(c);
    if (is_digit(c)) {
      if (c != '0' || (at_ < source_.size() && is_digit(source_[at_]))) return false;
      out.push_back('\0');
      return true;
    }
    out.push_back(known == std::string_view::npos ? c : kValues[known]);
    return true;
  }

  // Up to the closing back-tick.
  JsToken template_literal() {
    for (++at_; at_ < source_.size(); ++at_) {
      const char c = source_[at_];
      if (c == '\\') {
        ++at_;
      } else if (c == '`') {
        ++at_;
        return of(Kind::kTemplate);
      } else if (rest(2) == "${") {
        at_ = template_hole_end(source_, at_ + 2);
      }
    }
    at_ = source_.size();
    return of(Kind::kBad);
  }

  JsToken server_value() {
    at_ = source_.find("-->", at_) + 3;  // server_include() saw it on this line
    return of(Kind::kOpaque, kSsi);
  }

  // {{ name }} on one line; kEnd when this is JavaScript after all.
  JsToken template_value() {
    const std::size_t end = find_on_line("}}");
    if (end == std::string_view::npos) return of(Kind::kEnd);
    note_template(source_.substr(at_ + 2, end - at_ - 2));
    out_.left_overs.push_back(static_cast<std::uint32_t>(at_));
    at_ = end + 2;
    return of(Kind::kOpaque, kTemplateText);
  }

  bool regex_may_start() const {
    if (out_.tokens.empty()) return true;
    const JsToken& last = out_.tokens.back();
    if (last.kind == Kind::kName) {
      static constexpr std::array<std::string_view, 8> kBefore = {"return", "typeof", "case", "in",
                                                                  "of",     "delete", "void", "else"};
      return std::find(kBefore.begin(), kBefore.end(), last.text) != kBefore.end();
    }
    if (last.kind != Kind::kPunct) return false;
    return last.text != ")" && last.text != "]" && last.text != "}" && last.text != "++" && last.text != "--";
  }

  JsToken regex() {
    const std::size_t begin = at_;
    bool in_class = false;
    for (++at_; at_ < source_.size() && source_[at_] != '\n'; ++at_) {
      const char c = source_[at_];
      if (c == '\\') {
        ++at_;
      } else if (c == '[') {
        in_class = true;
      } else if (c == ']') {
        in_class = false;
      } else if (c == '/' && !in_class) {
        ++at_;
        while (at_ < source_.size() && is_name(source_[at_])) ++at_;
        return of(Kind::kRegex);
      }
    }
    at_ = begin;
    return of(Kind::kBad);
  }

  void match_bracket(JsToken& token) {
    if (token.kind != Kind::kPunct || token.text.size() != 1) return;
    const char c = token.text.front();
    const auto index = static_cast<std::int32_t>(out_.tokens.size());
    if (c == '(' || c == '[' || c == '{') {
      open_.push_back(index);
    } else if ((c == ')' || c == ']' || c == '}') && !open_.empty()) {
      JsToken& opening = out_.tokens[static_cast<std::size_t>(open_.back())];
      const char wanted = opening.text == "(" ? ')' : opening.text == "[" ? ']' : '}';
      if (wanted != c) return;
      token.match = open_.back();
      opening.match = index;
      open_.pop_back();
    }
  }

  std::string_view source_;
  std::size_t at_ = 0;
  bool newline_ = false;
  int template_depth_ = 0;
  std::size_t line_end_ = 0;
  // Up to here, the closing mark was looked for in vain.
  std::size_t no_comment_end_ = 0;
  std::size_t no_statement_end_ = 0;
  std::size_t no_remark_end_ = 0;
  std::size_t no_value_end_ = 0;
  std::vector<std::int32_t> open_;
  JsTokens out_;
};

}  // namespace

int JsTokens::line_of(std::uint32_t offset) const {
  const auto after = std::upper_bound(line_starts.begin(), line_starts.end(), offset);
  return static_cast<int>(after - line_starts.begin());
}

std::size_t template_hole_end(std::string_view source, std::size_t at) {
  std::vector<int> braces{0};  // one entry for each ${ that is open
  std::size_t ticks = 1;       // back-ticks that are open, that of the literal itself among them
  for (; at < source.size(); ++at) {
    const char c = source[at];
    const bool in_text = braces.size() < ticks;
    if (c == '\\') {
      ++at;
    } else if (c == '`') {
      in_text ? --ticks : ++ticks;
    } else if (in_text && source.substr(at, 2) == "${") {
      braces.push_back(0);
      ++at;
    } else if (!in_text && c == '{') {
      ++braces.back();
    } else if (!in_text && c == '}') {
      if (braces.back()-- > 0) continue;
      braces.pop_back();
      if (braces.empty()) return at;
    } else if (!in_text && (c == '"' || c == '\'')) {
      // Up to the closing quote or the end of the line.
      for (++at; at < source.size() && source[at] != c && source[at] != '\n'; ++at) {
        if (source[at] == '\\') ++at;
      }
    }
  }
  return source.size();
}

JsTokens tokenize_js(std::string_view source) {
  return Lexer(source).run();
}

}  // namespace meetlat::detail
