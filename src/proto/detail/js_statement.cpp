#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "proto/detail/js_interpreter.h"

namespace meetlat::detail {
namespace {

constexpr std::size_t kMaxProblems = 50;

}  // namespace

JsInterpreter::JsInterpreter() = default;

const JsVal* JsInterpreter::global(std::string_view name) const {
  const auto found = scopes_.front().find(name);
  return found == scopes_.front().end() ? nullptr : &found->second;
}

int JsInterpreter::line_of(const JsPlace& place) const {
  if (place.source < 0) return 0;
  const Source& source = sources_[static_cast<std::size_t>(place.source)];
  const auto after = std::upper_bound(source.line_starts.begin(), source.line_starts.end(), place.offset);
  return source.first_line - 1 + static_cast<int>(after - source.line_starts.begin());
}

int JsInterpreter::index_of(const JsPlace& place) const {
  return place.source < 0 ? -1 : sources_[static_cast<std::size_t>(place.source)].index;
}

std::string JsInterpreter::excerpt_of(const JsPlace& place) const {
  constexpr std::size_t kBefore = 80;
  constexpr std::size_t kLength = 200;
  if (place.source < 0) return {};
  const Source& source = sources_[static_cast<std::size_t>(place.source)];
  const auto after = std::upper_bound(source.line_starts.begin(), source.line_starts.end(), place.offset);
  std::size_t begin = *(after - 1);
  if (place.offset > begin + kBefore) begin = place.offset - kBefore;  // minified files are one line
  const std::string_view window = std::string_view(source.text).substr(begin, kLength * 2);
  return excerpt(trim(window.substr(0, window.find('\n'))), kLength);
}

void JsInterpreter::problem(std::uint32_t offset, std::string_view what) {
  if (problems_.size() >= kMaxProblems) return;
  const JsPlace where{current_source(), offset};
  problems_.push_back(fmt::format("line {}: {}: {}", line_of(where), what, fit(excerpt_of(where), 60)));
}

void JsInterpreter::give_up_source(int index, std::string_view why) {
  incomplete_.fill(true);
  if (problems_.size() < kMaxProblems) problems_.push_back(fmt::format("source {}: {}", index, why));
}

bool JsInterpreter::run(std::string text, int index, int first_line) {
  Source& source = sources_.emplace_back();
  source.index = index;
  source.first_line = first_line;
  source.text = std::move(text);
  const JsTokens tokens = tokenize_js(source.text);
  source.line_starts = tokens.line_starts;
  tokens_ = &tokens;
  pos_ = 0;
  limit_ = tokens.tokens.size() - 1;
  error_ = stopped_ = false;
  doubt_.clear();
  declared_.clear();
  constexpr std::array<std::string_view, 5> kDeclaring = {"var", "let", "const", "function", "class"};
  for (std::size_t i = 0; i + 1 < tokens.tokens.size(); ++i) {
    if (tokens.tokens[i].kind != Kind::kName || tokens.tokens[i + 1].kind != Kind::kName) continue;
    const bool declares = std::find(kDeclaring.begin(), kDeclaring.end(), tokens.tokens[i].text) != kDeclaring.end();
    if (declares) declared_.insert(tokens.tokens[i + 1].text);
  }
  const std::size_t effects_before = function_effects_.size();
  survey();
  bool relevant = false;
  for (const JsEffect& effect : effects_of(0, limit_)) {
    relevant = relevant || (effect.assigns &&
                            std::find(kWatchedRoots.begin(), kWatchedRoots.end(), effect.root) != kWatchedRoots.end());
  }
  for (const std::uint32_t offset : tokens.left_overs) {
    problem(offset, "server or template markup that was not processed");
    incomplete_.fill(true);
  }
  note_includes();
  statements(limit_);
  run_includes(static_cast<std::uint32_t>(source.text.size()));
  dry_ = 0;
  if (function_effects_.size() > effects_before || !escaped_.empty()) disturb(true);
  scopes_.resize(1);
  declared_.clear();
  tokens_ = nullptr;
  return relevant;
}

// A file that is included later may overwrite what was set before. Those that the client's packages know by name set
// something else, and what stands inside of brackets can only add to the literal that it stands in.
void JsInterpreter::note_includes() {
  includes_.clear();
  next_include_ = 0;
  std::size_t next = 0;
  int depth = 0;
  const std::vector<std::uint32_t>& marks = tokens_->left_overs;
  for (const JsToken& token : tokens_->tokens) {
    for (; next < marks.size() && (marks[next] < token.begin || token.kind == Kind::kEnd); ++next) {
      const std::string_view line = std::string_view(sources_.back().text).substr(marks[next], 300);
      const std::string_view mark = line.substr(0, line.find("-->"));
      if (depth != 0 || !mark.starts_with("<!--#") || mark.find("include") == std::string_view::npos) continue;
      const bool of_interface = mark.find("interface_config") != std::string_view::npos;
      const bool of_neither =
          mark.find("logging_config") != std::string_view::npos || mark.find(".html") != std::string_view::npos;
      if (!of_neither) includes_.push_back({marks[next], {!of_interface, true}});
    }
    if (token.kind != Kind::kPunct || token.match < 0) continue;
    depth += token.text == "(" || token.text == "[" || token.text == "{" ? 1 : -1;
  }
}

void JsInterpreter::run_includes(std::uint32_t before) {
  for (; next_include_ < includes_.size() && includes_[next_include_].first <= before; ++next_include_) {
    const auto& [offset, sets] = includes_[next_include_];
    const std::string why = fmt::format("what is included in line {} may set it", line_of({current_source(), offset}));
    for (std::size_t i = 0; i < kWatchedRoots.size(); ++i) {
      JsEffect effect;
      effect.root = kWatchedRoots[i];
      effect.assigns = true;
      if (sets[i] && find_variable(effect.root) != nullptr) apply(effect, why);
    }
  }
}

const JsToken& JsInterpreter::peek(std::size_t ahead) const {
  return tokens_->tokens[std::min(pos_ + ahead, tokens_->tokens.size() - 1)];
}

bool JsInterpreter::at(std::string_view text) const {
  const JsToken& token = peek();
  return (token.kind == Kind::kPunct || token.kind == Kind::kName) && token.text == text;
}

bool JsInterpreter::accept(std::string_view text) {
  if (!at(text)) return false;
  ++pos_;
  return true;
}

void JsInterpreter::expect(std::string_view text) {
  if (!accept(text)) error_ = true;
}

std::size_t JsInterpreter::after_bracket(std::size_t index) const {
  const std::vector<JsToken>& all = tokens_->tokens;
  if (index < all.size() && all[index].match > static_cast<std::int32_t>(index)) {
    return static_cast<std::size_t>(all[index].match) + 1;
  }
  return std::min(index + 1, all.size() - 1);
}

JsPlace JsInterpreter::place(std::size_t index) const {
  const JsToken& token = tokens_->tokens[std::min(index, tokens_->tokens.size() - 1)];
  return {current_source(), base_offset_ + token.begin};
}

void JsInterpreter::stop(std::string_view why) {
  if (dry() || stopped_) return;
  problem(place(pos_).offset, why);
  stopped_ = true;
  ++dry_;  // never undone within this script: what follows does not run
  incomplete_.fill(true);
}

void JsInterpreter::statements(std::size_t end) {
  const std::size_t outer = limit_;
  limit_ = end;
  while (pos_ < end) statement();
  pos_ = end;
  limit_ = outer;
}

void JsInterpreter::statement() {
  const std::size_t begin = pos_;
  if (next_include_ < includes_.size() && base_offset_ == 0) run_includes(tokens_->tokens[begin].begin);
  const Nesting nesting(*this);
  if (nesting.too_deep()) {
    error_ = true;
  } else {
    statement_body();
  }
  if (error_) recover(begin);
  if (pos_ == begin) ++pos_;
}

void JsInterpreter::statement_body() {
  const JsToken& token = peek();
  if (accept(";")) return;
  if (at("{")) return block();
  if (token.kind == Kind::kOpaque) {
    ++pos_;
    if (!dry()) incomplete_.fill(true);
    return;
  }
  if (token.kind == Kind::kName) {
    if (keyword_statement(token.text)) return;
    if (peek(1).kind == Kind::kPunct && peek(1).text == ":") {  // a label
      pos_ += 2;
      return;
    }
  }
  expression();
  end_of_statement();
}

bool JsInterpreter::keyword_statement(std::string_view word) {
  static constexpr std::array<std::string_view, 6> kOpaqueWords = {"for", "while", "do", "switch", "try", "with"};
  const bool name_follows = peek(1).kind == Kind::kName || peek(1).text == "{" || peek(1).text == "[";
  if (word == "var" || word == "const" || (word == "let" && name_follows)) {
    ++pos_;
    declaration(word != "var");
    return true;
  }
  if (word == "if" && peek(1).text == "(") {
    if_statement();
    return true;
  }
  if (std::find(kOpaqueWords.begin(), kOpaqueWords.end(), word) != kOpaqueWords.end()) {
    opaque_statement(word);
    return true;
  }
  if (word == "function" || word == "class" || (word == "async" && peek(1).text == "function")) {
    skip_to(function_end(pos_));  // survey() saw it
    return true;
  }
  if (word == "throw" || word == "return" || word == "import" || word == "export") {
    const std::size_t begin = pos_;
    skip_to(expression_end(pos_ + 1));
    accept(";");
    if (!dry()) {
      apply_region(begin, pos_, "code that is not read");
      stop("the script ends here");
    }
    return true;
  }
  return false;
}

void JsInterpreter::end_of_statement() {
  if (error_ || accept(";")) return;
  const JsToken& token = peek();
  if (pos_ >= limit_ || token.newline_before || token.text == "}" || token.kind == Kind::kEnd) return;
  error_ = true;
}

void JsInterpreter::block() {
  const JsToken& open = peek();
  if (open.match < 0) {
    error_ = true;
    return;
  }
  const auto close = static_cast<std::size_t>(open.match);
  ++pos_;
  scopes_.emplace_back();
  statements(close);
  scopes_.pop_back();
  pos_ = close + 1;
}

void JsInterpreter::declaration(bool block_scoped) {
  const std::size_t begin = pos_;
  do {
    if (peek().kind != Kind::kName) {  // destructuring
      skip_to(expression_end(pos_));
      if (!dry()) apply_region(begin, pos_, "a pattern of names");
      continue;
    }
    const std::string name(peek().text);
    ++pos_;
    // A var of a name that exists keeps its value.
    if (!dry() && (block_scoped || find_variable(name) == nullptr)) declare(name, JsVal::undefined(), block_scoped);
    if (!accept("=")) continue;
    const std::size_t value_begin = pos_;
    Expr value = assignment();
    if (error_) return;
    if (!value.value.is_unknown() || value.value.place.source < 0) value.value.place = place(value_begin);
    if (dry()) continue;
    Ref ref;
    ref.valid = true;
    ref.name = name;
    write(ref, std::move(value.value));
  } while (!error_ && accept(","));
  end_of_statement();
}

void JsInterpreter::if_statement() {
  ++pos_;
  expect("(");
  const Expr condition = expression();
  expect(")");
  if (error_) return;
  const std::optional<bool> known = dry() ? std::nullopt : js_truthy(condition.value);
  const std::size_t begin = pos_;
  const auto branch = [&](bool run) {
    dry_ += run ? 0 : 1;
    statement();
    dry_ -= run ? 0 : 1;
  };
  branch(known.value_or(false));
  if (accept("else")) branch(known.has_value() && !*known);
  if (!known && !dry()) {
    const int line = line_of(place(begin));
    apply_region(begin, pos_, fmt::format("depends on a condition that is not known (line {})", line));
  }
}

// Loops, switches and the like: read past, and everything that they may assign becomes unknown.
void JsInterpreter::opaque_statement(std::string_view what) {
  const std::size_t begin = pos_;
  const std::string why = fmt::format("set in a '{}' statement", what);
  ++dry_;
  skip_body_of(what);
  --dry_;
  error_ = false;
  if (!dry()) apply_region(begin, pos_, why);
}

void JsInterpreter::skip_body_of(std::string_view word) {
  ++pos_;
  if (word == "try") {
    if (at("{")) skip_to(after_bracket(pos_));
    if (accept("catch")) {
      if (at("(")) skip_to(after_bracket(pos_));
      if (at("{")) skip_to(after_bracket(pos_));
    }
    if (accept("finally") && at("{")) skip_to(after_bracket(pos_));
    return;
  }
  if (word == "do") {
    statement();
    if (accept("while") && at("(")) skip_to(after_bracket(pos_));
    accept(";");
    return;
  }
  accept("await");
  if (at("(")) skip_to(after_bracket(pos_));
  if (word == "switch") {
    if (at("{")) skip_to(after_bracket(pos_));
  } else {
    statement();
  }
}

void JsInterpreter::mark_incomplete(std::size_t begin, std::size_t end) {
  const std::vector<JsToken>& all = tokens_->tokens;
  if (begin >= end || base_offset_ != 0) {
    incomplete_.fill(true);
    return;
  }
  const std::uint32_t from = all[begin].begin;
  const std::string_view text = std::string_view(sources_.back().text).substr(from, all[end - 1].end - from);
  for (std::size_t i = 0; i < kWatchedRoots.size(); ++i) {
    if (text.find(kWatchedRoots[i]) != std::string_view::npos) incomplete_[i] = true;
  }
}

// After a syntax error: the next statement that begins behind it, outside the brackets it stands in.
void JsInterpreter::recover(std::size_t begin) {
  const std::vector<JsToken>& all = tokens_->tokens;
  const std::size_t wrong = std::max(pos_, begin);
  std::size_t next = begin;
  while (next <= wrong && next < limit_) next = std::max(after_bracket(next), next + 1);
  while (next < limit_) {
    const JsToken& token = all[next];
    if (token.kind == Kind::kPunct && token.text == ";") {
      ++next;
      break;
    }
    const std::string_view follows = all[next + 1].text;
    if (token.newline_before && token.kind == Kind::kName &&
        (all[next + 1].kind == Kind::kName || follows == "." || follows == "=" || follows == "[" || follows == "(")) {
      break;
    }
    next = std::max(after_bracket(next), next + 1);
  }
  error_ = false;
  pos_ = std::min(std::max(next, begin + 1), limit_);
  if (dry() && !stopped_) return;
  problem(place(std::min(wrong, limit_)).offset, "not understood");
  mark_incomplete(begin, pos_);
  if (!dry()) apply_region(begin, pos_, "beside something that was not understood");
}

}  // namespace meetlat::detail
