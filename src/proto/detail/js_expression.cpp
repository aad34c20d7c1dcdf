#include <array>
#include <cmath>

#include "proto/detail/js_interpreter.h"

namespace meetlat::detail {
namespace {

using VKind = JsVal::Kind;

int precedence_of(const JsToken& token) {
  if (token.kind == JsToken::Kind::kName) return token.text == "in" || token.text == "instanceof" ? 7 : 0;
  if (token.kind != JsToken::Kind::kPunct) return 0;
  struct Row {
    std::string_view op;
    int precedence;
  };
  static constexpr std::array<Row, 25> kRows = {
      {{"||", 1},  {"?\?", 1}, {"&&", 2}, {"|", 3},  {"^", 4},   {"&", 5},  {"==", 6}, {"!=", 6},  {"===", 6},
       {"!==", 6}, {"<", 7},   {">", 7},  {"<=", 7}, {">=", 7},  {"<<", 8}, {">>", 8}, {">>>", 8}, {"+", 9},
       {"-", 9},   {"*", 10},  {"/", 10}, {"%", 10}, {"**", 11}, {"?.", 0}, {"=>", 0}}};
  for (const Row& row : kRows) {
    if (row.op == token.text) return row.precedence;
  }
  return 0;
}

bool is_assignment_op(const JsToken& token) {
  const std::string_view op = token.text;
  return token.kind == JsToken::Kind::kPunct && op.size() <= 4 && op.back() == '=' && op != "==" && op != "===" &&
         op != "!=" && op != "!==" && op != "<=" && op != ">=";
}

}  // namespace

JsVal JsInterpreter::unknown_here(std::string_view why) const {
  JsVal value = JsVal::unknown(why);
  value.place = place(pos_);
  return value;
}

JsInterpreter::Expr JsInterpreter::fail_here() {
  error_ = true;
  return {unknown_here("not understood"), {}};
}

JsInterpreter::Expr JsInterpreter::expression() {
  Expr value = assignment();
  while (!error_ && accept(",")) value = {assignment().value, {}};
  return value;
}

JsInterpreter::Expr JsInterpreter::assignment() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return fail_here();
  const std::size_t begin = pos_;
  if ((peek().kind == Kind::kName && peek(1).text == "=>") ||
      (at("(") && peek().match > 0 && tokens_->tokens[after_bracket(pos_)].text == "=>")) {
    while (!at("=>")) ++pos_;
    ++pos_;
    skip_to(at("{") ? after_bracket(pos_) : expression_end(pos_));
    return {function_value(begin), {}};
  }
  const bool conditional_text = peek().conditional;
  const std::string doubt_before = doubt_;
  Expr target = conditional();
  if (error_ || !is_assignment_op(peek())) {
    if (conditional_text) target = {JsVal::unknown("inside a template's condition"), {}};
    return target;
  }
  const std::string_view op = peek().text;
  if (!target.ref.valid) return fail_here();
  if (op == "=" && target.ref.object == nullptr && target.ref.path.empty()) doubt_ = doubt_before;  // defines the name
  ++pos_;
  const std::size_t value_begin = pos_;
  const bool logical_op = op == "||=" || op == "&&=" || op == "?\?=";
  const std::optional<bool> truthy = js_truthy(target.value);
  const bool keep = (op == "||=" && truthy == true) || (op == "&&=" && truthy == false) ||
                    (op == "?\?=" && !target.value.is_unknown() && !target.value.is_nullish());
  dry_ += keep ? 1 : 0;
  JsVal value = assignment().value;
  dry_ -= keep ? 1 : 0;
  if (error_ || keep) return {target.value, {}};
  if (logical_op && (op == "?\?=" ? target.value.is_unknown() : !truthy)) {
    escape(value, "one of two objects");
    value = JsVal::unknown("depends on a value that is not known");
  } else if (!logical_op && op != "=") {
    value = operate(op.substr(0, op.size() - 1), target.value, value);
  }
  if (conditional_text) value = JsVal::unknown("inside a template's condition");
  if (!value.is_unknown() || value.place.source < 0) value.place = place(value_begin);
  write(target.ref, value);
  return {value, {}};
}

JsInterpreter::Expr JsInterpreter::conditional() {
  Expr condition = binary(1);
  if (error_ || !accept("?")) return condition;
  const std::optional<bool> known = dry() ? std::nullopt : js_truthy(condition.value);
  const std::size_t begin = pos_;
  const auto branch = [&](bool run) {
    dry_ += run ? 0 : 1;
    JsVal value = assignment().value;
    dry_ -= run ? 0 : 1;
    return value;
  };
  const JsVal yes = branch(known == true);
  expect(":");
  const JsVal no = error_ ? JsVal() : branch(known == false);
  if (known) return {*known ? yes : no, {}};
  if (!dry()) apply_region(begin, pos_, "one of two values");
  JsVal unknown = JsVal::unknown("depends on a condition that is not known");
  unknown.place = place(begin);
  return {unknown, {}};
}

JsInterpreter::Expr JsInterpreter::binary(int min_precedence) {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return fail_here();
  Expr left = unary();
  while (!error_) {
    const std::string_view op = peek().text;
    const int precedence = precedence_of(peek());
    if (precedence == 0 || precedence < min_precedence) break;
    ++pos_;
    if (op == "&&" || op == "||" || op == "?\?") {
      left = logical(left, op, precedence);
      continue;
    }
    const JsVal right = binary(op == "**" ? precedence : precedence + 1).value;
    if (!error_) left = {operate(op, left.value, right), {}};
  }
  return left;
}

JsInterpreter::Expr JsInterpreter::logical(const Expr& left, std::string_view op, int precedence) {
  enum class Decision { kLeft, kRight, kUnknown } decision = Decision::kUnknown;
  if (op == "?\?") {
    if (!left.value.is_unknown()) decision = left.value.is_nullish() ? Decision::kRight : Decision::kLeft;
  } else if (const std::optional<bool> truthy = js_truthy(left.value); truthy.has_value()) {
    decision = truthy.value() == (op == "||") ? Decision::kLeft : Decision::kRight;
  }
  if (dry()) decision = Decision::kUnknown;
  const std::size_t begin = pos_;
  const int skip = decision == Decision::kRight ? 0 : 1;
  dry_ += skip;
  const JsVal right = binary(precedence + 1).value;
  dry_ -= skip;
  if (decision == Decision::kLeft) return {left.value, {}};
  if (decision == Decision::kRight) return {right, {}};
  JsVal unknown = JsVal::unknown("depends on a value that is not known");
  unknown.place = left.value.place.source >= 0 ? left.value.place : place(begin);
  if (!dry()) {
    apply_region(begin, pos_, "one of two values");
    escape(left.value, "one of two objects");
  }
  return {unknown, {}};
}

JsVal JsInterpreter::add(const JsVal& a, const JsVal& b) {
  if (a.is(VKind::kString) || b.is(VKind::kString)) {
    const std::optional<std::string> left = js_to_string(a);
    const std::optional<std::string> right = js_to_string(b);
    if (left && right) return heap_.text(*left + *right);
    return JsVal::unknown("a part of the text is not known");
  }
  const bool objects = a.is(VKind::kObject) || b.is(VKind::kObject);
  const std::optional<double> left = objects ? std::nullopt : js_to_number(a);
  const std::optional<double> right = objects ? std::nullopt : js_to_number(b);
  if (left && right) return JsVal::of(*left + *right);
  return JsVal::unknown("an operand is not known");
}

// Operations that look at a long text again and again share one budget.
bool JsInterpreter::affordable(const JsVal& text) {
  constexpr std::size_t kShort = 2000;
  if (!text.is(VKind::kString) || text.text().size() <= kShort) return true;
  if (call_budget_ < text.text().size()) return false;
  call_budget_ -= text.text().size();
  return true;
}

JsVal JsInterpreter::operate(std::string_view op, const JsVal& a, const JsVal& b) {
  if (dry()) return {};
  if (op == "in") return affordable(a) ? has_own(b, a) : JsVal::unknown("too much text");
  if (a.is_unknown()) return a;
  if (b.is_unknown()) return b;
  if (!affordable(a) || !affordable(b)) return JsVal::unknown("too much text");
  if (op == "+") return add(a, b);
  if (op == "==" || op == "===" || op == "!=" || op == "!==") {
    const std::optional<bool> equal = js_equal(a, b, op.size() == 3);
    if (!equal) return JsVal::unknown("a comparison that is not known");
    return JsVal::of(*equal == (op.front() == '='));
  }
  if (a.is(VKind::kString) && b.is(VKind::kString) && (op.front() == '<' || op.front() == '>')) {
    return JsVal::unknown("a comparison that is not read");
  }
  const std::optional<double> left = js_to_number(a);
  const std::optional<double> right = js_to_number(b);
  if (!left || !right) return JsVal::unknown("an operand is not known");
  if (op == "-") return JsVal::of(*left - *right);
  if (op == "*") return JsVal::of(*left * *right);
  if (op == "/") return JsVal::of(*left / *right);
  if (op == "%") return JsVal::of(std::fmod(*left, *right));
  if (op == "<") return JsVal::of(*left < *right);
  if (op == ">") return JsVal::of(*left > *right);
  if (op == "<=") return JsVal::of(*left <= *right);
  if (op == ">=") return JsVal::of(*left >= *right);
  return JsVal::unknown("an operation that is not read");
}

// `target` and the operator before (prefix) or behind it.
JsInterpreter::Expr JsInterpreter::increment(bool prefix, std::string_view op, const Expr& target) {
  if (error_ || !target.ref.valid) return fail_here();
  const JsVal counted = affordable(target.value) ? target.value : JsVal::unknown("too much text");
  const std::optional<double> number = js_to_number(counted);
  JsVal value = number ? JsVal::of(*number + (op == "++" ? 1 : -1)) : unknown_here("counts something unknown");
  value.place = place(pos_ - 1);
  write(target.ref, value);
  if (prefix || !number) return {value, {}};
  return {JsVal::of(*number), {}};
}

JsInterpreter::Expr JsInterpreter::type_of() {
  static constexpr std::array<std::string_view, 5> kNotInBrowsers = {"module", "exports", "require", "process",
                                                                     "global"};
  if (peek().kind == Kind::kName && find_variable(peek().text) == nullptr) {
    for (const std::string_view name : kNotInBrowsers) {
      if (!at(name)) continue;
      unary();
      return {JsVal::of(std::string("undefined")), {}};
    }
  }
  const std::string doubt_before = doubt_;
  const Expr operand = unary();
  if (operand.ref.path.empty()) doubt_ = doubt_before;  // may be asked of any name
  const std::string_view type = js_typeof(operand.value);
  if (type.empty()) return {unknown_here("the type of something that is not known"), {}};
  return {JsVal::of(std::string(type)), {}};
}

JsInterpreter::Expr JsInterpreter::unary() {
  const Nesting nesting(*this);
  if (nesting.too_deep()) return fail_here();
  const std::size_t begin = pos_;
  if (accept("!")) {
    const std::optional<bool> truthy = js_truthy(unary().value);
    return {truthy ? JsVal::of(!*truthy) : JsVal::unknown("not known"), {}};
  }
  if (accept("-") || accept("+")) {
    const bool minus = tokens_->tokens[begin].text == "-";
    const JsVal operand = unary().value;
    const std::optional<double> number = affordable(operand) ? js_to_number(operand) : std::nullopt;
    if (!number) return {operand.is_unknown() ? operand : unknown_here("no number"), {}};
    return {JsVal::of(minus ? -*number : *number), {}};
  }
  if (accept("~")) {
    unary();
    return {unknown_here("an operation that is not read"), {}};
  }
  if (accept("++") || accept("--")) {
    const std::string_view op = tokens_->tokens[begin].text;
    const Expr target = unary();
    return increment(true, op, target);
  }
  if (peek().kind == Kind::kName) {
    if (accept("typeof")) return type_of();
    if (accept("void")) {
      unary();
      return {JsVal::undefined(), {}};
    }
    if (accept("delete")) {
      const Expr target = unary();
      if (dry()) return {};
      if (target.ref.valid && target.ref.object != nullptr && !target.ref.unknown_key && target.ref.path.empty() &&
          !target.ref.object->is_array && target.ref.object->incomplete.empty()) {
        target.ref.object->members.erase(target.ref.name);
      } else if (target.ref.valid && target.ref.path.empty()) {
        write(target.ref, unknown_here("deleted"));
      }
      return {JsVal::of(true), {}};
    }
    if (at("await") && peek(1).kind == Kind::kName) {
      ++pos_;
      unary();
      return {unknown_here("awaited"), {}};
    }
  }
  return postfix();
}

JsInterpreter::Expr JsInterpreter::postfix() {
  Expr value = primary();
  JsVal self;
  std::string_view method;
  while (!error_) {
    const JsToken& token = peek();
    if (token.kind == Kind::kTemplate) {  // a tagged template
      ++pos_;
      if (!dry()) disturb(true);
      value = {unknown_here("a tagged template"), {}};
      continue;
    }
    if (token.kind != Kind::kPunct) break;
    if (token.text == "." || token.text == "?.") {
      const bool optional = token.text == "?.";
      ++pos_;
      if (optional && !dry() && (value.value.is_nullish() || value.value.is_unknown())) {
        // The rest of the chain runs only if there is something.
        const bool nothing = value.value.is_nullish();
        const std::size_t begin = pos_;
        while (peek().kind == Kind::kName || at(".") || at("?.")) ++pos_;
        while (at("(") || at("[") || at(".") || at("?.")) {
          skip_to(at("(") || at("[") ? after_bracket(pos_) : pos_ + 1);
          if (peek().kind == Kind::kName &&
              (tokens_->tokens[pos_ - 1].text == "." || tokens_->tokens[pos_ - 1].text == "?.")) {
            ++pos_;
          }
        }
        if (!nothing) apply_region(begin, pos_, "one of two values");
        value = {nothing ? JsVal::undefined() : unknown_here("not known"), {}};
        continue;
      }
      if (optional && at("(")) continue;
      if (optional && at("[")) continue;
      if (peek().kind != Kind::kName) return fail_here();
      method = peek().text;
      self = value.value;
      ++pos_;
      value = member(value, method);
    } else if (token.text == "[") {
      self = value.value;
      method = {};
      value = index(value);
    } else if (token.text == "(") {
      value = call(value, self, method);
      self = {};
      method = {};
    } else if ((token.text == "++" || token.text == "--") && !token.newline_before) {
      ++pos_;
      value = increment(false, token.text, value);
    } else {
      break;
    }
  }
  return value;
}

JsInterpreter::Expr JsInterpreter::call(const Expr& callee, const JsVal& self, std::string_view method) {
  const std::size_t begin = pos_;
  Call made;
  made.callee = callee.ref;
  made.callee_value = callee.value;
  made.self = self;
  made.method = method;
  ++pos_;
  while (!error_ && !at(")")) {
    if (accept("...")) made.spread = true;
    made.arguments.push_back(assignment().value);
    if (!accept(",")) break;
  }
  expect(")");
  if (error_ || dry()) return {unknown_here("not read"), {}};
  JsVal result = invoke(made);
  if (result.place.source < 0) result.place = place(begin);
  return {result, {}};
}

}  // namespace meetlat::detail
