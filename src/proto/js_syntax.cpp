#include "proto/js_syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "proto/detail/js_token.h"
#include "proto/detail/utf8.h"

namespace meetlat {
namespace {

using detail::JsToken;
using detail::JsTokens;
using Kind = JsToken::Kind;

// Words beside which two names may stand without an operator. More than the grammar has, so that what is left is sure.
constexpr std::array<std::string_view, 52> kWords = {
    "accessor",   "as",        "async",   "await",    "break", "case",   "catch",      "class",   "const",
    "continue",   "debugger",  "default", "delete",   "do",    "else",   "enum",       "export",  "extends",
    "finally",    "for",       "from",    "function", "get",   "if",     "implements", "import",  "in",
    "instanceof", "interface", "let",     "meta",     "new",   "of",     "package",    "private", "protected",
    "public",     "return",    "set",     "static",   "super", "switch", "target",     "throw",   "try",
    "typeof",     "using",     "var",     "void",     "while", "with",   "yield"};

bool is_word(const JsToken& token) {
  return std::find(kWords.begin(), kWords.end(), token.text) != kWords.end();
}

// Blanks and letters beyond ASCII are not told apart.
bool is_plain_name(const JsToken& token) {
  return token.kind == Kind::kName && !is_word(token) &&
         std::all_of(token.text.begin(), token.text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// A “typographic” quote, which is neither a letter nor a blank.
bool has_curly_quote(std::string_view name) {
  for (std::size_t at = name.find("\xE2\x80"); at != std::string_view::npos; at = name.find("\xE2\x80", at + 1)) {
    if (at + 2 >= name.size()) return false;
    const auto last = static_cast<unsigned char>(name[at + 2]);
    if (last >= 0x98 && last <= 0x9F) return true;
  }
  return false;
}

bool is_quoted(const JsToken& token) {
  return !token.text.empty() && (token.text.front() == '"' || token.text.front() == '\'');
}

class Checker {
 public:
  explicit Checker(const JsTokens& tokens) : tokens_(tokens) {}

  std::optional<JsFault> run() {
    if (!tokens_.left_overs.empty()) return {};
    for (const JsToken& token : tokens_.tokens) {
      if (token.kind == Kind::kEnd) {
        at_end();
      } else if (doubtful(token)) {
        return {};
      } else {
        look_at(token);
      }
      if (fault_) return fault_;
      before_ = &token;
    }
    return {};
  }

 private:
  // What a bracket holds. kCode: statements, a class, the head of a loop: there, little is an error for certain.
  enum class Holds { kCode, kObject, kArray, kExpression };
  struct Open {
    Holds holds = Holds::kCode;
    const JsToken* token = nullptr;
  };

  Holds inside() const { return open_.empty() ? Holds::kCode : open_.back().holds; }
  bool before(std::string_view text) const {
    return before_ != nullptr && before_->kind == Kind::kPunct && before_->text == text;
  }

  void fault(const JsToken& token, std::string what) {
    fault_ = JsFault{tokens_.line_of(token.begin), std::move(what)};
  }

  // Something after which a browser may read the rest otherwise than our tokens say.
  bool doubtful(const JsToken& token) const {
    const bool quoted = is_quoted(token);
    if (token.kind == Kind::kOpaque) return token.text.empty() || token.text.front() < '.' || token.text.front() > '9';
    if (token.kind == Kind::kBad) return !quoted || token.text.find("<!--#") != std::string_view::npos;
    if (token.kind == Kind::kString && token.text.size() >= 2) {
      if (token.text.find("{{") != std::string_view::npos || token.text.find("{%") != std::string_view::npos)
        return true;
      const std::string_view inner = token.text.substr(1, token.text.size() - 2);
      return inner.find("<!--#") != std::string_view::npos && inner.find(token.text.front()) != std::string_view::npos;
    }
    // Division or the beginning of a regular expression?
    if (token.kind != Kind::kPunct || (token.text != "/" && token.text != "/=")) return false;
    return before_ == nullptr || before(")") || before("}") || (before_->kind == Kind::kName && is_word(*before_));
  }

  void look_at(const JsToken& token) {
    if (token.kind == Kind::kBad) return fault(token, "a text in quotes does not end on its line");
    if (token.kind == Kind::kName && has_curly_quote(token.text)) return fault(token, "a typographic quotation mark");
    if (token.kind == Kind::kPunct) return punctuation(token);
    const bool begins_value = token.kind == Kind::kString || token.kind == Kind::kNumber ||
                              token.kind == Kind::kOpaque || is_plain_name(token);
    if (!begins_value || before_ == nullptr) return;
    const bool literal = inside() != Holds::kCode;
    bool ended_value = before_->kind == Kind::kString || before_->kind == Kind::kNumber ||
                       before_->kind == Kind::kOpaque || is_plain_name(*before_);
    if (literal)
      ended_value = ended_value || before_->kind == Kind::kTemplate || before("}") || before("]") || before(")");
    if (!ended_value || (!literal && token.newline_before)) return;
    fault(token, fmt::format("{} is missing before {}", literal ? "a comma" : "a semicolon or an operator",
                             excerpt(token.text, 40)));
  }

  void punctuation(const JsToken& token) {
    const char c = token.text.size() == 1 ? token.text.front() : '\0';
    const bool closes = c == ')' || c == ']' || c == '}';
    const bool ends_value = closes || c == ',' || c == ';';
    if (ends_value && before("=")) return fault(token, "a value is missing behind =");
    if (inside() == Holds::kObject) {
      if ((ends_value || c == '=') && before(":")) return fault(token, "a value is missing behind :");
      if (c == ',' && (before(",") || before("{"))) return fault(token, "a comma too many");
    }
    if (c == ';' && inside() != Holds::kCode) return fault(token, "a semicolon inside of brackets");
    if (c == '(' || c == '[' || c == '{') return open_.push_back({holds(c, token), &token});
    if (closes) close(c, token);
  }

  void close(char c, const JsToken& token) {
    if (open_.empty()) return fault(token, fmt::format("a {} too many", c));
    const JsToken& opening = *open_.back().token;
    const char wanted = opening.text == "(" ? ')' : opening.text == "[" ? ']' : '}';
    if (wanted != c) {
      return fault(token, fmt::format("{} where the {} of line {} is still open", c, opening.text,
                                      tokens_.line_of(opening.begin)));
    }
    open_.pop_back();
  }

  void at_end() {
    if (tokens_.open_comment) {
      fault_ = JsFault{tokens_.line_of(*tokens_.open_comment), "a comment that does not end"};
    } else if (!open_.empty()) {
      const JsToken& opening = *open_.back().token;
      fault(*before_, fmt::format("the text ends while the {} of line {} is still open", opening.text,
                                  tokens_.line_of(opening.begin)));
    } else if (before("=")) {
      fault(*before_, "the text ends behind =");
    }
  }

  Holds holds(char c, const JsToken& token) const {
    if (before_ == nullptr) return Holds::kCode;
    const bool after_word = before_->kind == Kind::kName && is_word(*before_);
    if (c == '(') return after_word ? Holds::kCode : Holds::kExpression;
    if (c == '[') return Holds::kArray;
    if (after_word) return before_->text == "return" && !token.newline_before ? Holds::kObject : Holds::kCode;
    for (const std::string_view text : {"=", "(", "[", "?", "&&", "||", "??", "..."}) {
      if (before(text)) return Holds::kObject;
    }
    const bool in_list = inside() == Holds::kArray || inside() == Holds::kExpression;
    if (before(",") && in_list) return Holds::kObject;
    if (before(":") && (in_list || inside() == Holds::kObject)) return Holds::kObject;
    return Holds::kCode;
  }

  const JsTokens& tokens_;
  const JsToken* before_ = nullptr;
  std::vector<Open> open_;
  std::optional<JsFault> fault_;
};

}  // namespace

std::optional<JsFault> js_fault(std::string_view script, int first_line) {
  const std::string text = detail::repair_utf8(script);
  const JsTokens tokens = detail::tokenize_js(text);
  std::optional<JsFault> fault = Checker(tokens).run();
  if (fault) fault->line += first_line - 1;
  return fault;
}

}  // namespace meetlat
