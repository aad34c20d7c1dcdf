#include <algorithm>
#include <initializer_list>
#include <unordered_map>

#include "proto/detail/js_interpreter.h"

namespace meetlat::detail {
namespace {

bool is_assignment(std::string_view op) {
  static constexpr std::array<std::string_view, 16> kOps = {
      "=", "+=", "-=", "*=", "/=", "%=", "**=", "<<=", ">>=", ">>>=", "&=", "|=", "^=", "&&=", "||=", "?\?="};
  return std::find(kOps.begin(), kOps.end(), op) != kOps.end();
}

bool is_global(std::string_view name) {
  return name == "window" || name == "self" || name == "globalThis" || name == "this" || name == "top" ||
         name == "parent" || name == "frames";
}

bool is_keyword(std::string_view name) {
  static constexpr std::array<std::string_view, 34> kWords = {
      "if",    "else",    "for",    "while",     "do",         "switch", "case",    "default", "try",
      "catch", "finally", "return", "throw",     "new",        "typeof", "void",    "delete",  "in",
      "of",    "var",     "let",    "const",     "function",   "class",  "extends", "break",   "continue",
      "null",  "true",    "false",  "undefined", "instanceof", "async",  "await"};
  return std::find(kWords.begin(), kWords.end(), name) != kWords.end();
}

bool contains(std::initializer_list<std::string_view> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Roots whose members are no settings, or are followed by their own name.
bool is_plain_root(std::string_view root) {
  return is_global(root) || root == "document" || root == "location" || root == "module" || root == "exports" ||
         std::find(kWatchedRoots.begin(), kWatchedRoots.end(), root) != kWatchedRoots.end();
}

bool changes_array(std::string_view method) {
  return contains({"push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill", "copyWithin"}, method);
}

// Functions that are known to change their first argument, in the language and in common libraries.
bool changes_argument(std::string_view function) {
  return contains({"assign", "extend", "merge", "mergeWith", "defaults", "defaultsDeep", "defineProperty",
                   "defineProperties", "setPrototypeOf", "set", "unset"},
                  function);
}

}  // namespace

// Behind the function, arrow function's body or class that begins at `index`.
std::size_t JsInterpreter::function_end(std::size_t index) const {
  const std::vector<JsToken>& all = tokens_->tokens;
  const std::size_t last = all.size() - 1;
  std::size_t at = index;
  while (at < last && !(all[at].kind == Kind::kPunct && (all[at].text == "(" || all[at].text == "{"))) ++at;
  if (all[at].text == "(") at = after_bracket(at);
  while (at < last && all[at].text != "{" && all[at].kind != Kind::kEnd && all[at].text != ";") ++at;
  return all[at].text == "{" ? after_bracket(at) : at;
}

// Behind an expression, by its brackets and the first comma, semicolon or closing bracket outside them.
std::size_t JsInterpreter::expression_end(std::size_t index) const {
  const std::vector<JsToken>& all = tokens_->tokens;
  std::size_t at = index;
  while (at < all.size() - 1) {
    const JsToken& token = all[at];
    if (token.kind == Kind::kPunct) {
      const std::string_view text = token.text;
      if (text == "," || text == ";" || text == ")" || text == "]" || text == "}") break;
    }
    if (at > index && token.newline_before && token.kind == Kind::kName && is_keyword(token.text)) break;
    at = after_bracket(at);
  }
  return at;
}

// Finds every function in the script, notes what each may do when somebody calls it, and hoists names.
void JsInterpreter::survey() {
  const std::vector<JsToken>& all = tokens_->tokens;
  std::unordered_map<std::string_view, int> uses;
  for (const JsToken& token : all) {
    if (token.kind == Kind::kName) ++uses[token.text];
  }
  std::set<JsEffect> found;
  for (std::size_t i = 0; i + 1 < all.size();) {
    const JsToken& token = all[i];
    const bool member = i > 0 && all[i - 1].kind == Kind::kPunct && (all[i - 1].text == "." || all[i - 1].text == "?.");
    const bool key = all[i + 1].text == ":";
    std::size_t end = 0;
    bool used = true;
    if (token.kind == Kind::kName && !member && !key && (token.text == "function" || token.text == "class")) {
      end = function_end(i);
      const bool statement = i == 0 || all[i].newline_before || all[i - 1].text == ";" || all[i - 1].text == "}";
      if (statement && all[i + 1].kind == Kind::kName) {
        used = uses[all[i + 1].text] > 1;
        JsVal value;
        value.kind = JsVal::Kind::kFunction;
        value.function = static_cast<std::uint32_t>(i);
        value.place = place(i);
        scopes_.front()[std::string(all[i + 1].text)] = value;
      }
    } else if (token.kind == Kind::kPunct && token.text == "=>") {
      end = all[i + 1].text == "{" ? after_bracket(i + 1) : expression_end(i + 1);
    } else if (token.kind == Kind::kPunct && token.text == ")" && all[i + 1].text == "{" && token.match > 0) {
      const JsToken& before = all[static_cast<std::size_t>(token.match) - 1];
      if ((before.kind == Kind::kName && !is_keyword(before.text)) || before.kind == Kind::kString) {
        end = after_bracket(i + 1);  // a method in an object literal
      }
    } else if (token.kind == Kind::kName && token.text == "var" && all[i + 1].kind == Kind::kName) {
      scopes_.front().try_emplace(std::string(all[i + 1].text));
    }
    if (end > i) {
      if (used) {
        for (JsEffect& effect : effects_of(i + 1, end)) found.insert(std::move(effect));
      }
      i = end;
    } else {
      ++i;
    }
  }
  // Functions that only hand an object on count when some function here changes objects by other names.
  const bool renamed = std::any_of(found.begin(), found.end(), [](const JsEffect& e) { return e.renamed; });
  for (const JsEffect& effect : found) {
    if (renamed || !effect.reads) function_effects_.push_back(effect);
  }
}

// Reads name.member["member"] from `index` on; returns the index behind it.
std::size_t JsInterpreter::chain(std::size_t index, JsEffect& effect, bool& computed) const {
  const std::vector<JsToken>& all = tokens_->tokens;
  const std::size_t last = all.size() - 1;
  effect.root = all[index].text;
  std::size_t at = index + 1;
  const auto push = [&](std::string member) {
    if (computed) return;
    const bool watched = std::find(kWatchedRoots.begin(), kWatchedRoots.end(), member) != kWatchedRoots.end();
    if (effect.path.empty() && (is_global(effect.root) || watched)) {
      effect.root = std::move(member);  // x.config is most likely window.config by another name
    } else {
      effect.path.push_back(std::move(member));
    }
  };
  while (at < last) {
    const JsToken& token = all[at];
    if (token.kind != Kind::kPunct) break;
    if ((token.text == "." || token.text == "?.") && all[at + 1].kind == Kind::kName) {
      push(std::string(all[at + 1].text));
      at += 2;
    } else if (token.text == "[") {
      const bool literal = token.match == static_cast<std::int32_t>(at) + 2 && all[at + 1].kind == Kind::kString &&
                           all[at + 1].why == nullptr;
      if (literal) {
        push(*all[at + 1].string);
      } else {
        computed = true;
      }
      if (token.match < 0) break;
      at = after_bracket(at);
    } else {
      break;
    }
  }
  return at;
}

std::vector<JsEffect> JsInterpreter::effects_of(std::size_t begin, std::size_t end) const {
  const std::vector<JsToken>& all = tokens_->tokens;
  end = std::min(end, all.size() - 1);
  bool pattern = false;  // [a, b] = ... or {a, b} = ...: any name may be assigned
  for (std::size_t i = begin; i + 1 < end && !pattern; ++i) {
    const JsToken& token = all[i];
    if (token.kind != Kind::kPunct || all[i + 1].text != "=" || token.match < 0) continue;
    const auto open = static_cast<std::size_t>(token.match);
    if (token.text == "}") pattern = true;
    if (token.text == "]") {
      const bool index =
          open > 0 && (all[open - 1].kind == Kind::kName || all[open - 1].text == ")" || all[open - 1].text == "]") &&
          !is_keyword(all[open - 1].text);
      pattern = !index;
    }
  }
  std::vector<JsEffect> found;
  for (std::size_t i = begin; i < end; ++i) {
    const JsToken& token = all[i];
    if (token.kind == Kind::kTemplate && token.text.find("${") != std::string_view::npos) {
      for (const std::string_view root : kWatchedRoots) {  // not looked into: it could hold any expression
        if (token.text.find(root) != std::string_view::npos) found.push_back({std::string(root), {}, false});
      }
    }
    if (token.kind != Kind::kName || is_keyword(token.text)) continue;
    const std::string_view before = i > 0 && all[i - 1].kind != Kind::kString ? all[i - 1].text : std::string_view();
    if (before == "." || before == "?.") continue;
    JsEffect effect;
    bool computed = false;
    const std::size_t after = chain(i, effect, computed);
    const std::string_view next = all[after].kind == Kind::kPunct ? all[after].text : std::string_view();
    const bool changes = is_assignment(next) || next == "++" || next == "--" || before == "++" || before == "--" ||
                         before == "delete" || pattern;
    const bool exported = before == "=" && i >= 2 && (all[i - 2].text == "exports" || all[i - 2].text == "module");
    const bool plain_root = is_plain_root(effect.root);
    if (changes) {
      effect.assigns = !computed;
      effect.renamed = !plain_root && (computed || !effect.path.empty());
    } else if (next == "(") {
      if (effect.path.empty()) continue;
      effect.renamed = !plain_root && (computed || changes_array(effect.path.back()));
      if (!computed) effect.path.pop_back();
    } else if (exported || next == "=>") {
      continue;
    } else {
      effect.reads = !(before == "(" && i >= 2 && changes_argument(all[i - 2].text));
    }
    found.push_back(std::move(effect));
  }
  return found;
}

void JsInterpreter::apply(const JsEffect& effect, std::string_view why) {
  JsVal* value = find_variable(effect.root);
  const auto unknown = [&] {
    JsVal v = JsVal::unknown(why);
    v.place = place(std::min(pos_, limit_));
    return v;
  };
  if (value == nullptr) {
    if (effect.assigns && effect.path.empty()) scopes_.front()[effect.root] = unknown();
    return;
  }
  if (effect.assigns && effect.path.empty()) {
    may_be_unknown(*value);
    *value = unknown();
    return;
  }
  JsObject* object = value->is(JsVal::Kind::kObject) ? value->object : nullptr;
  for (std::size_t i = 0; i < effect.path.size(); ++i) {
    if (object == nullptr) return;  // nothing known there
    const std::string& name = effect.path[i];
    const bool last = i + 1 == effect.path.size();
    JsVal* next = get_at(object, name);
    if (last && effect.assigns) {
      if (next != nullptr) may_be_unknown(*next);
      return set_at(object, name, unknown());
    }
    if (next == nullptr) {
      if (effect.assigns) set_at(object, name, unknown());
      return;
    }
    object = next->is(JsVal::Kind::kObject) ? next->object : nullptr;
  }
  if (object != nullptr && !effect.assigns) taint(object, why);
}

void JsInterpreter::apply_region(std::size_t begin, std::size_t end, std::string_view why) {
  for (const JsEffect& effect : effects_of(begin, end)) apply(effect, why);
  const std::vector<JsToken>& all = tokens_->tokens;
  const bool calls = std::any_of(all.begin() + static_cast<std::ptrdiff_t>(begin),
                                 all.begin() + static_cast<std::ptrdiff_t>(std::min(end, all.size())),
                                 [](const JsToken& t) { return t.kind == Kind::kPunct && t.text == "("; });
  if (calls) disturb(true);
}

void JsInterpreter::taint(JsObject* object, std::string_view why) {
  JsHeap::taint(object, why, escaped_);
}

// An unknown value may be this one: what is written through it may end up here.
void JsInterpreter::may_be_unknown(const JsVal& value) {
  if (dry() || !value.is(JsVal::Kind::kObject) || value.object->escaped) return;
  value.object->escaped = true;
  escaped_.push_back(value.object);
}

// Code that was not read may have run: functions of these scripts, or somebody who keeps an object.
void JsInterpreter::disturb(bool call) {
  const std::size_t cost = escaped_.size() + (call ? function_effects_.size() : 0);
  if (cost == 0) return;
  if (disturb_budget_ < cost) {
    for (Scope& scope : scopes_) {
      for (auto& [name, value] : scope) {
        if (value.is(JsVal::Kind::kObject)) taint(value.object, "too many calls to follow");
        value = JsVal::unknown("too many calls to follow");
      }
    }
    incomplete_.fill(true);
    return;
  }
  disturb_budget_ -= cost;
  for (std::size_t i = 0; i < escaped_.size(); ++i) taint(escaped_[i], "handed to code that is not read");
  if (!call) return;
  for (const JsEffect& effect : function_effects_) apply(effect, "set by a function that is not read");
}

}  // namespace meetlat::detail
