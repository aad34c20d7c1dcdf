#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "proto/detail/js_interpreter.h"

namespace meetlat::detail {
namespace {

using VKind = JsVal::Kind;

constexpr std::size_t kMaxParts = 10'000;  // of a split

// An argument as an index: the default when it was left out, nothing when it is not known.
std::optional<double> integer_argument(const std::vector<JsVal>& arguments, std::size_t index, double fallback) {
  if (index >= arguments.size() || arguments[index].is(VKind::kUndefined)) return fallback;
  const std::optional<double> number = js_to_number(arguments[index]);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return std::trunc(*number);
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

// substr, substring and slice by their own rules for odd arguments.
std::optional<std::string> part_of(const std::string& text, std::string_view method,
                                   const std::vector<JsVal>& arguments) {
  const double size = static_cast<double>(text.size());
  const std::optional<double> first = integer_argument(arguments, 0, 0);
  const std::optional<double> second = integer_argument(arguments, 1, size);
  if (!first || !second) return std::nullopt;
  const auto clamp = [size](double value) { return std::clamp(value, 0.0, size); };
  const auto from_end = [&](double value) { return value < 0 ? clamp(size + value) : clamp(value); };
  double begin = 0;
  double end = 0;
  if (method == "substring") {
    begin = std::min(clamp(*first), clamp(*second));
    end = std::max(clamp(*first), clamp(*second));
  } else if (method == "slice") {
    begin = from_end(*first);
    end = from_end(*second);
  } else {
    begin = from_end(*first);
    end = clamp(begin + *second);
  }
  if (end <= begin) return std::string();
  return text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
}

}  // namespace

// Code that is not read gets hold of a value.
void JsInterpreter::escape(const JsVal& value, std::string_view why) {
  if (dry() || !value.is(VKind::kObject)) return;
  taint(value.object, why);
}

JsVal JsInterpreter::invoke(const Call& call) {
  JsVal result;
  if (call.callee_value.is(VKind::kUndefined) || call.callee_value.is(VKind::kNull)) {
    stop("a call of nothing");
    return unknown_here("a call of nothing");
  }
  if (!call.spread && known_call(call, result)) return result;
  escape(call.self, "handed to code that is not read");
  for (const JsVal& argument : call.arguments) {
    escape(argument, "handed to code that is not read");
    if (argument.is(VKind::kGlobal)) {
      incomplete_.fill(true);
      for (const std::string_view root : kWatchedRoots) {
        if (JsVal* value = find_variable(root); value != nullptr) {
          escape(*value, "handed to code that is not read");
          *value = unknown_here("handed to code that is not read");
        }
      }
    }
  }
  disturb(true);
  const std::string& name = call.method.empty() ? call.callee.name : call.method;
  return unknown_here(name.empty() ? "a call" : "call of " + fit(name, 40) + "()");
}

bool JsInterpreter::known_call(const Call& call, JsVal& result) {
  if (!call.method.empty() && call.self.is(VKind::kString)) return string_method(call, result);
  if (!call.method.empty() && call.self.is(VKind::kObject)) {
    return call.self.object->is_array ? array_method(call, result) : object_method(call, result);
  }
  if (!call.callee.valid || call.callee.object != nullptr || !call.callee_value.is_unknown()) return false;
  if (call.method.empty() && call.callee.path.empty()) {
    if (call.callee.name == "String" && call.arguments.size() == 1) {
      const std::optional<std::string> text = js_to_string(call.arguments[0]);
      result = text ? heap_.text(*text) : unknown_here("not known");
      return true;
    }
    if (call.callee.name == "Boolean" && call.arguments.size() == 1) {
      const std::optional<bool> truthy = js_truthy(call.arguments[0]);
      result = truthy ? JsVal::of(*truthy) : unknown_here("not known");
      return true;
    }
    static constexpr std::array<std::string_view, 6> kPure = {"parseInt",           "parseFloat", "Number",
                                                              "encodeURIComponent", "isNaN",      "decodeURIComponent"};
    const bool pure = std::find(kPure.begin(), kPure.end(), call.callee.name) != kPure.end();
    const bool plain = std::none_of(call.arguments.begin(), call.arguments.end(),
                                    [](const JsVal& v) { return v.is(VKind::kObject) || v.is(VKind::kFunction); });
    result = unknown_here("call of " + fit(call.callee.name, 40) + "()");
    return pure && plain;
  }
  if (call.callee.name == "console" || call.callee.name == "Math") {
    result = call.callee.name == "console" ? JsVal::undefined() : unknown_here("calculated");
    return true;
  }
  if (call.callee.name == "JSON" && call.method == "stringify") {
    result = unknown_here("made by JSON.stringify()");
    return true;
  }
  if (call.callee.name != "Object" && call.callee.name != "Array") return false;
  if (call.method == "isArray" && call.arguments.size() == 1 && !call.arguments[0].is_unknown()) {
    const JsVal& value = call.arguments[0];
    result = JsVal::of(value.is(VKind::kObject) && value.object->is_array);
    return !(value.is(VKind::kObject) && value.object->implicit);
  }
  if ((call.method == "hasOwn" ||
       (call.method == "call" && call.callee.path.size() == 3 && call.callee.path[1] == "hasOwnProperty")) &&
      call.arguments.size() == 2) {
    result = has_own(call.arguments[0], call.arguments[1]);
    return true;
  }
  if (call.method == "assign" && !call.arguments.empty() && call.arguments[0].is(VKind::kObject) &&
      !call.arguments[0].object->is_array) {
    for (std::size_t i = 1; i < call.arguments.size(); ++i) {
      spread_into(*call.arguments[0].object, call.arguments[i]);
    }
    result = call.arguments[0];
    return true;
  }
  result = unknown_here("call of " + fit(call.method, 40) + "()");
  return call.method == "freeze" || call.method == "keys";
}

JsVal JsInterpreter::has_own(const JsVal& object, const JsVal& key) const {
  const std::optional<std::string> name = js_to_string(key);
  if (!object.is(VKind::kObject) || object.object->is_array || !name) return unknown_here("not known");
  const auto found = object.object->members.find(*name);
  if (found != object.object->members.end() && !found->second.is_unknown()) return JsVal::of(true);
  if (found == object.object->members.end() && object.object->incomplete.empty() && *name != "__proto__" &&
      *name != "constructor" && *name != "toString" && *name != "valueOf") {
    return JsVal::of(false);
  }
  return unknown_here("not known");
}

JsVal JsInterpreter::split(const std::string& text, const Call& call) {
  if (call.arguments.size() != 1 || !call.arguments[0].is(VKind::kString)) return unknown_here("call of split()");
  const std::string& separator = call.arguments[0].text();
  if (separator.empty()) return unknown_here("call of split()");
  JsObject* array = heap_.object();
  array->is_array = true;
  std::size_t begin = 0;
  while (array->items.size() < kMaxParts) {
    const std::size_t end = text.find(separator, begin);
    array->items.push_back(heap_.text(text.substr(begin, end - begin)));
    array->items.back().place = place(pos_);
    if (end == std::string::npos) return JsVal::of(array);
    begin = end + separator.size();
  }
  return unknown_here("too many parts");
}

bool JsInterpreter::string_method(const Call& call, JsVal& result) {
  const std::string& text = call.self.text();
  const std::string& method = call.method;
  const bool one_text = call.arguments.size() == 1 && call.arguments[0].is(VKind::kString);
  result = unknown_here("call of " + fit(method, 40) + "()");
  if (call_budget_ < text.size()) return true;
  call_budget_ -= text.size();
  const bool ascii = js_is_ascii(text);
  if (method == "split") {
    result = split(text, call);
  } else if (method == "substr" || method == "substring" || method == "slice") {
    const std::optional<std::string> part = ascii ? part_of(text, method, call.arguments) : std::nullopt;
    if (part) result = heap_.text(*part);
  } else if (method == "toLowerCase") {
    if (ascii) result = heap_.text(to_lower(text));
  } else if (method == "toUpperCase") {
    if (ascii) result = heap_.text(upper(text));
  } else if (method == "trim") {
    if (ascii) {
      constexpr const char* kSpaces = " \t\n\r\v\f";
      const std::size_t first = text.find_first_not_of(kSpaces);
      const std::size_t last = text.find_last_not_of(kSpaces);
      result = heap_.text(first == std::string::npos ? std::string() : text.substr(first, last - first + 1));
    }
  } else if (method == "toString" && call.arguments.empty()) {
    result = call.self;
  } else if (one_text) {
    const std::string& other = call.arguments[0].text();
    const std::size_t found = text.find(other);
    if (method == "startsWith") result = JsVal::of(text.compare(0, other.size(), other) == 0);
    if (method == "includes") result = JsVal::of(found != std::string::npos);
    if (method == "endsWith") {
      result = JsVal::of(text.size() >= other.size() &&
                         text.compare(text.size() - other.size(), std::string::npos, other) == 0);
    }
    if (method == "indexOf" && ascii) {
      result = JsVal::of(found == std::string::npos ? -1.0 : static_cast<double>(found));
    }
  }
  // A method of a text changes nothing, unless it calls back.
  return std::none_of(call.arguments.begin(), call.arguments.end(),
                      [](const JsVal& v) { return v.is(VKind::kFunction) || v.is(VKind::kObject); });
}

bool JsInterpreter::array_method(const Call& call, JsVal& result) {
  JsObject& array = *call.self.object;
  const std::string& method = call.method;
  const bool known = array.incomplete.empty() && array.members.empty();
  result = unknown_here("call of " + fit(method, 40) + "()");
  if (method == "map" || method == "filter") {
    if (!known || call.arguments.size() != 1) return false;
    result = map_or_filter(call);
    return true;
  }
  if (call_budget_ < array.items.size()) return false;
  call_budget_ -= array.items.size();
  if (method == "push") {
    if (!known || heap_.exhausted()) return false;
    for (const JsVal& argument : call.arguments) {
      array.items.push_back(argument);
      array.items.back().place = place(pos_ - 1);
    }
    result = JsVal::of(static_cast<double>(array.items.size()));
    return true;
  }
  if (method == "join") {
    const bool plain = call.arguments.empty() || call.arguments[0].is(VKind::kString);
    if (!known || !plain) return known;
    const std::string separator = call.arguments.empty() ? "," : call.arguments[0].text();
    std::string text;
    for (std::size_t i = 0; i < array.items.size(); ++i) {
      if (i > 0) text += separator;
      const JsVal& item = array.items[i];
      const std::optional<std::string> part = item.is_nullish() ? std::string() : js_to_string(item);
      if (!part || text.size() > JsHeap::kMaxText) return true;
      text += *part;
    }
    result = heap_.text(std::move(text));
    return true;
  }
  if (method == "includes" || method == "indexOf") {
    if (!known || call.arguments.size() != 1) return true;
    for (std::size_t i = 0; i < array.items.size(); ++i) {
      const std::optional<bool> equal = js_equal(array.items[i], call.arguments[0], true);
      if (!equal) return true;
      if (*equal) {
        result = method == "includes" ? JsVal::of(true) : JsVal::of(static_cast<double>(i));
        return true;
      }
    }
    result = method == "includes" ? JsVal::of(false) : JsVal::of(-1.0);
    return true;
  }
  return false;
}

JsVal JsInterpreter::map_or_filter(const Call& call) {
  const JsVal& function = call.arguments[0];
  JsObject* made = heap_.object();
  made->is_array = true;
  const std::vector<JsVal> items = call.self.object->items;
  const bool boolean = function.is_unknown() && call.method == "filter" && find_variable("Boolean") == nullptr &&
                       pos_ >= 2 && tokens_->tokens[pos_ - 2].text == "Boolean";
  for (std::size_t i = 0; i < items.size(); ++i) {
    JsVal value = boolean ? items[i] : run_function(function, {items[i], JsVal::of(static_cast<double>(i))});
    if (value.is_unknown()) {
      disturb(true);  // it was called, whatever it does
      return value;
    }
    if (call.method == "map") {
      made->items.push_back(std::move(value));
      continue;
    }
    const std::optional<bool> keep = js_truthy(value);
    if (!keep) return unknown_here("call of filter()");
    if (*keep) made->items.push_back(items[i]);
  }
  return JsVal::of(made);
}

// A function whose body is one expression.
JsVal JsInterpreter::run_function(const JsVal& function, const std::vector<JsVal>& arguments) {
  JsVal unread = unknown_here("call of a function that is not read");
  constexpr std::size_t kCost = 16;
  if (!function.is(VKind::kFunction) || function.place.source != current_source() || template_depth_ > 0 ||
      base_offset_ != 0 || call_budget_ < kCost) {
    return unread;
  }
  const Nesting nesting(*this);
  if (nesting.too_deep()) return unread;
  const std::vector<JsToken>& all = tokens_->tokens;
  const std::size_t back = pos_;
  std::size_t i = function.function;
  Scope scope;
  std::size_t count = 0;
  const auto bind = [&](std::size_t token) {
    scope[std::string(all[token].text)] = count < arguments.size() ? arguments[count] : JsVal::undefined();
    ++count;
  };
  if (all[i].text == "function") ++i;
  if (all[i].kind == Kind::kName && all[i + 1].text == "=>") {
    bind(i++);
  } else {
    if (all[i].kind == Kind::kName) ++i;
    if (all[i].text != "(" || all[i].match < 0) return unread;
    const auto close = static_cast<std::size_t>(all[i].match);
    for (++i; i < close; ++i) {
      if (all[i].text == ",") continue;
      if (all[i].kind != Kind::kName || (i + 1 < close && all[i + 1].text != ",")) return unread;
      bind(i);
    }
    ++i;
  }
  if (all[i].text == "=>") ++i;
  std::size_t end = 0;
  if (all[i].text == "{") {
    if (all[i].match < 0 || all[i + 1].text != "return") return unread;
    end = static_cast<std::size_t>(all[i].match);
    i += 2;
  }
  scopes_.push_back(std::move(scope));
  pos_ = i;
  JsVal value = expression_end(i) > i ? assignment().value : JsVal::undefined();
  accept(";");
  const bool whole = !error_ && (end == 0 || pos_ == end);
  call_budget_ -= std::min(call_budget_, kCost + (pos_ - i));
  error_ = false;
  pos_ = back;
  scopes_.pop_back();
  return whole ? value : unread;
}

bool JsInterpreter::object_method(const Call& call, JsVal& result) {
  if (call.method == "hasOwnProperty" && call.arguments.size() == 1 &&
      get_at(call.self.object, call.method) == nullptr) {
    result = has_own(call.self, call.arguments[0]);
    return true;
  }
  return false;
}

}  // namespace meetlat::detail
