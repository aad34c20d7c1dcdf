#include <algorithm>
#include <utility>

#include "proto/detail/js_interpreter.h"

namespace meetlat::detail {

using VKind = JsVal::Kind;

JsVal JsInterpreter::function_value(std::size_t begin) {
  JsVal value;
  value.kind = VKind::kFunction;
  value.function = static_cast<std::uint32_t>(begin);
  value.place = place(begin);
  if (template_depth_ > 0) return unknown_here("a function");
  return value;
}

JsInterpreter::Expr JsInterpreter::primary() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return fail_here();
  const std::size_t begin = pos_;
  const JsToken& token = peek();
  JsVal value;
  switch (token.kind) {
    case Kind::kNumber:
      value = JsVal::of(token.number);
      break;
    case Kind::kString:
      value.kind = VKind::kString;
      value.string = token.string;
      if (token.why != nullptr) value = JsVal::unknown(token.why);
      break;
    case Kind::kTemplate:
      value = template_literal(token);
      break;
    case Kind::kRegex:
      value = JsVal::unknown("a regular expression");
      break;
    case Kind::kOpaque:
      value = JsVal::unknown(token.why);
      break;
    case Kind::kName:
      return name();
    case Kind::kPunct:
      if (token.text == "(") return parenthesised();
      if (token.text == "[") return {array_literal(), {}};
      if (token.text == "{") return {object_literal(), {}};
      return fail_here();
    default:
      return fail_here();
  }
  ++pos_;
  value.place = place(begin);
  return {value, {}};
}

JsInterpreter::Expr JsInterpreter::parenthesised() {
  ++pos_;
  Expr inner = expression();
  expect(")");
  return inner;
}

JsInterpreter::Expr JsInterpreter::name() {
  const std::size_t begin = pos_;
  const std::string_view text = peek().text;
  if (text == "function" || text == "class" || (text == "async" && peek(1).text == "function")) {
    skip_to(function_end(pos_));
    return {function_value(begin), {}};
  }
  if (text == "new") {
    ++pos_;
    const bool outer_dry = dry();
    if (peek().kind != Kind::kName && !at("(")) return fail_here();
    skip_to(at("(") ? after_bracket(pos_) : pos_ + 1);
    while (at(".")) pos_ += 2;
    if (at("(")) {
      // Whatever it constructs may keep and change what it is given.
      const std::size_t arguments = pos_;
      call({JsVal::unknown("made by 'new'"), {}}, {}, {});
      if (error_) return fail_here();
      if (!outer_dry) apply_region(arguments, pos_, "handed to code that is not read");
    }
    JsVal value = JsVal::unknown("made by 'new'");
    value.place = place(begin);
    return {value, {}};
  }
  if (peek(1).kind == Kind::kString && !peek(1).newline_before) return fail_here();
  ++pos_;
  Expr result = word(text);
  if (result.value.place.source < 0) result.value.place = place(begin);
  return result;
}

JsInterpreter::Expr JsInterpreter::word(std::string_view text) {
  if (text == "true" || text == "false") return {JsVal::of(text == "true"), {}};
  if (text == "null") return {JsVal::null(), {}};
  if (text == "undefined") return {JsVal::undefined(), {}};
  if (text == "NaN") return {JsVal::of(std::stod("nan")), {}};
  Ref ref;
  ref.valid = true;
  ref.name = text;
  if (const JsVal* variable = find_variable(text); variable != nullptr) return {*variable, ref};
  if (text == "window" || text == "self" || text == "globalThis" || text == "this") return {JsVal::global(), {}};
  static constexpr std::string_view kReserved[] = {
      "if",     "else",  "for",      "while", "do",         "switch", "case",    "default", "var",  "const",
      "return", "break", "continue", "in",    "instanceof", "catch",  "finally", "try",     "throw"};
  if (std::find(std::begin(kReserved), std::end(kReserved), text) != std::end(kReserved)) {
    --pos_;
    return fail_here();
  }
  doubt(text);
  return {JsVal::unknown("set by another script, if at all"), ref};
}

JsVal JsInterpreter::array_literal() {
  const std::size_t open = pos_++;
  JsObject* array = heap_.object();
  array->is_array = true;
  constexpr std::size_t kMaxItems = 20'000;
  while (!error_ && !at("]")) {
    if (array->items.size() >= kMaxItems && tokens_->tokens[open].match > 0) {
      apply_region(pos_, after_bracket(open) - 1, "set in an array that is too long to read");
      skip_to(after_bracket(open) - 1);
      array->incomplete = "an array that is too long to read";
      break;
    }
    if (accept(",")) {  // an elision
      array->items.emplace_back();
      continue;
    }
    const std::size_t begin = pos_;
    const bool spread = accept("...");
    JsVal value = assignment().value;
    if (error_) {
      recover_in_literal(begin, open, *array);
      continue;
    }
    if (spread) {
      escape(value, "spread into an array");
      array->incomplete = "an array with spread values";
    }
    if (!value.is_unknown() || value.place.source < 0) value.place = place(begin);
    array->items.push_back(std::move(value));
    if (!at("]")) expect(",");
    if (error_) recover_in_literal(begin, open, *array);
  }
  expect("]");
  if (heap_.exhausted()) error_ = true;
  JsVal value = JsVal::of(array);
  value.place = place(open);
  return value;
}

JsVal JsInterpreter::object_literal() {
  const std::size_t open = pos_++;
  JsObject* object = heap_.object();
  while (!error_ && !at("}")) {
    const std::size_t begin = pos_;
    if (accept(",")) {  // left over by a template, or a mistake
      object->incomplete = "not understood in whole";
      error_ = tokens_->tokens[open].match < 0;
      continue;
    }
    const bool fine = property(*object);
    if (fine && !error_ && (at("}") || accept(","))) continue;
    error_ = true;
    recover_in_literal(begin, open, *object);
  }
  expect("}");
  if (heap_.exhausted()) error_ = true;
  JsVal value = JsVal::of(object);
  value.place = place(open);
  return value;
}

// Goes on behind the comma that ends the broken entry; keeps the error where the literal has no end.
void JsInterpreter::recover_in_literal(std::size_t begin, std::size_t open, JsObject& object) {
  const std::int32_t match = tokens_->tokens[open].match;
  if (match < 0 || heap_.exhausted()) return;
  const auto close = static_cast<std::size_t>(match);
  const std::size_t wrong = std::min(std::max(pos_, begin), close);
  std::size_t next = begin;
  while (next < close) {
    const JsToken& token = tokens_->tokens[next];
    if (next >= wrong && token.kind == Kind::kPunct && token.text == ",") break;
    next = std::max(after_bracket(next), next + 1);
  }
  if (!dry()) problem(place(wrong).offset, "not understood");
  object.incomplete = "not understood in whole";
  // What the broken entry named may be anything.
  if (!dry()) apply_region(begin, std::min(next, close), "beside something that was not understood");
  for (std::size_t i = begin; i < std::min(next, close) && !object.is_array; ++i) {
    const JsToken& token = tokens_->tokens[i];
    std::string key;
    if (token.kind == Kind::kName) key = token.text;
    if (token.kind == Kind::kString) key = *token.string;
    if (!key.empty() && object.members.count(key) != 0) object.members[key] = unknown_here("not understood");
  }
  error_ = false;
  pos_ = next < close ? next + 1 : close;
}

bool JsInterpreter::property_key(std::string& key, bool& known) {
  const JsToken& token = peek();
  known = true;
  if (token.kind == Kind::kName) {
    key = token.text;
  } else if (token.kind == Kind::kString) {
    key = *token.string;
    known = token.why == nullptr;
  } else if (token.kind == Kind::kNumber) {
    const std::optional<std::string> text = js_number_text(token.number);
    known = text.has_value();
    key = text.value_or("");
  } else if (token.kind == Kind::kOpaque) {
    known = false;
  } else if (at("[")) {
    ++pos_;
    const JsVal value = assignment().value;
    const std::optional<std::string> text = js_to_string(value);
    known = text.has_value() && !dry();
    key = text.value_or("");
    expect("]");
    return !error_;
  } else {
    return false;
  }
  ++pos_;
  return true;
}

void JsInterpreter::put_property(JsObject& object, const std::string& key, bool known, JsVal value) {
  if (known && key != "__proto__") {
    object.members[key] = std::move(value);
    return;
  }
  escape(value, "a computed member");
  if (key == "__proto__") {
    object.incomplete = "has a prototype";
    return;
  }
  // It may have replaced any of those before it.
  object.incomplete = "a key that is not known";
  for (auto& [name, member] : object.members) member = JsVal::unknown("a key that is not known follows");
}

void JsInterpreter::spread_into(JsObject& object, const JsVal& from) {
  if (from.is_nullish() || from.is(VKind::kBool) || from.is(VKind::kNumber)) return;
  const bool readable = from.is(VKind::kObject) && from.object != &object && from.object->incomplete.empty() &&
                        !from.object->is_array && call_budget_ >= from.object->members.size();
  if (!readable) {
    escape(from, "spread into an object");
    object.incomplete = "spreads something that is not known";
    for (auto& [name, member] : object.members)
      member = JsVal::unknown("something that is not known is spread over it");
    return;
  }
  call_budget_ -= from.object->members.size();
  for (const auto& [name, member] : from.object->members) object.members[name] = member;
}

bool JsInterpreter::property(JsObject& object) {
  const std::size_t begin = pos_;
  const bool conditional_text = peek().conditional;
  if (accept("...")) {
    const JsVal from = assignment().value;
    if (!error_ && !dry()) spread_into(object, from);
    return !error_;
  }
  const std::string_view next = peek(1).kind == Kind::kPunct ? peek(1).text : std::string_view();
  const bool plain = next == ":" || next == "," || next == "}" || next == "(";
  if (at("*") || ((at("get") || at("set") || at("async") || at("static")) && !plain)) {
    ++pos_;
    accept("*");
    std::string key;
    bool known = false;
    if (!property_key(key, known) || !at("(")) return false;
    skip_to(function_end(pos_));
    put_property(object, key, known, unknown_here("a computed property"));
    return true;
  }
  std::string key;
  bool known = false;
  const bool is_name = peek().kind == Kind::kName;
  if (!property_key(key, known)) return false;
  JsVal value;
  if (accept(":")) {
    const std::size_t value_begin = pos_;
    value = assignment().value;
    if (error_) return false;
    if (!value.is_unknown() || value.place.source < 0) value.place = place(value_begin);
  } else if (at("(")) {
    skip_to(function_end(pos_));
    value = unknown_here("a function");
  } else if (is_name && (at(",") || at("}"))) {
    value = word(key).value;
    if (error_) return false;
    value.place = place(begin);
  } else {
    return false;
  }
  if (conditional_text) {
    escape(value, "inside a template's condition");
    value = unknown_here("inside a template's condition");
  }
  put_property(object, key, known, std::move(value));
  return true;
}

// Text of a template literal between its ${ }.
JsVal JsInterpreter::template_text(std::string_view raw) {
  std::string out;
  if (raw.find("{{") != std::string_view::npos || raw.find("<!--#") != std::string_view::npos ||
      raw.find("{%") != std::string_view::npos) {
    return unknown_here("template not rendered");
  }
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\r') {
      out.push_back('\n');
      if (i + 1 < raw.size() && raw[i + 1] == '\n') ++i;
      continue;
    }
    if (raw[i] != '\\') {
      out.push_back(raw[i]);
      continue;
    }
    const char c = i + 1 < raw.size() ? raw[i + 1] : '\0';
    if (c == 'n') {
      out.push_back('\n');
    } else if (c == '`' || c == '$' || c == '\\' || c == '"' || c == '\'' || c == '/' || c == '{') {
      out.push_back(c);
    } else {
      return unknown_here("an escape sequence that is not read");
    }
    ++i;
  }
  return heap_.text(std::move(out));
}

// The expression inside ${ }, read by tokens of its own.
JsVal JsInterpreter::evaluate_piece(std::string_view piece, std::uint32_t offset) {
  constexpr int kMaxTemplates = 3;
  if (template_depth_ >= kMaxTemplates) return unknown_here("templates within templates");
  const JsTokens inner = tokenize_js(piece);
  const JsTokens* const outer = std::exchange(tokens_, &inner);
  const std::size_t outer_pos = std::exchange(pos_, 0);
  const std::size_t outer_limit = std::exchange(limit_, inner.tokens.size() - 1);
  const std::uint32_t outer_base = std::exchange(base_offset_, offset);
  ++template_depth_;
  JsVal value = expression().value;
  if (error_ || peek().kind != Kind::kEnd) value = JsVal::unknown("not understood");
  error_ = false;
  --template_depth_;
  tokens_ = outer;
  pos_ = outer_pos;
  limit_ = outer_limit;
  base_offset_ = outer_base;
  return value;
}

JsVal JsInterpreter::template_literal(const JsToken& token) {
  if (dry()) return {};
  const std::string_view all = token.text.substr(1, token.text.size() - 2);
  JsVal result = JsVal::of(std::string());
  std::size_t at_text = 0;
  std::size_t i = 0;
  const auto append = [&](const JsVal& part) {
    if (result.is_unknown()) return;
    result = part.is_unknown() ? part : add(result, part);
  };
  while (i < all.size()) {
    if (all[i] == '\\') {
      i += 2;
      continue;
    }
    if (all.substr(i, 2) != "${") {
      ++i;
      continue;
    }
    append(template_text(all.substr(at_text, i - at_text)));
    const std::size_t close = template_hole_end(all, i + 2);
    if (close >= all.size()) return JsVal::unknown("a template that is not read");
    append(evaluate_piece(all.substr(i + 2, close - i - 2),
                          base_offset_ + token.begin + static_cast<std::uint32_t>(i) + 3));
    i = at_text = close + 1;
  }
  append(template_text(all.substr(std::min(at_text, all.size()))));
  return result;
}

}  // namespace meetlat::detail
