#include "proto/detail/js_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.h"

namespace meetlat::detail {

using Kind = JsVal::Kind;

JsVal JsVal::of(bool value) {
  JsVal v;
  v.kind = Kind::kBool;
  v.boolean = value;
  return v;
}

JsVal JsVal::of(double value) {
  JsVal v;
  v.kind = Kind::kNumber;
  v.number = value;
  return v;
}

JsVal JsVal::of(std::string value) {
  JsVal v;
  v.kind = Kind::kString;
  v.string = std::make_shared<const std::string>(std::move(value));
  return v;
}

JsVal JsVal::of(JsObject* value) {
  JsVal v;
  v.kind = Kind::kObject;
  v.object = value;
  return v;
}

JsVal JsVal::unknown(std::string_view why) {
  JsVal v = of(std::string(why));
  v.kind = Kind::kUnknown;
  return v;
}

JsVal JsVal::null() {
  JsVal v;
  v.kind = Kind::kNull;
  return v;
}

JsVal JsVal::global() {
  JsVal v;
  v.kind = Kind::kGlobal;
  return v;
}

JsObject* JsHeap::object() {
  objects_.emplace_back();
  return &objects_.back();
}

JsVal JsHeap::text(std::string value) {
  text_bytes_ += value.size() + 64;
  if (value.size() > kMaxText || text_bytes_ > kMaxTextBytes) return JsVal::unknown("too much text");
  return JsVal::of(std::move(value));
}

void JsHeap::taint(JsObject* object, std::string_view why, std::vector<JsObject*>& met) {
  std::vector<JsObject*> todo{object};
  const auto visit = [&todo](const JsVal& value) {
    if (value.kind == Kind::kObject) todo.push_back(value.object);
  };
  while (!todo.empty()) {
    JsObject* next = todo.back();
    todo.pop_back();
    if (next->incomplete.empty()) next->incomplete = why;
    if (!next->escaped) met.push_back(next);
    next->escaped = true;
    for (const auto& [name, value] : next->members) visit(value);
    for (const JsVal& value : next->items) visit(value);
    next->members.clear();  // so that each is walked once
    next->items.clear();
  }
}

std::optional<bool> js_truthy(const JsVal& value) {
  switch (value.kind) {
    case Kind::kUndefined:
    case Kind::kNull:
      return false;
    case Kind::kBool:
      return value.boolean;
    case Kind::kNumber:
      return value.number != 0 && !std::isnan(value.number);
    case Kind::kString:
      return !value.text().empty();
    case Kind::kObject:
      if (value.object->implicit) return std::nullopt;
      return true;
    case Kind::kFunction:
    case Kind::kGlobal:
      return true;
    case Kind::kUnknown:
      break;
  }
  return std::nullopt;
}

std::optional<std::string> js_number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  if (value == 0) return "0";
  if (std::fabs(value) >= 1e21 || std::fabs(value) < 1e-6) return std::nullopt;
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed);
  if (end.ec != std::errc()) return std::nullopt;
  // Past 2^53 the shortest digits and the exact ones differ; such numbers are no settings.
  if (std::fabs(value) > 9007199254740992.0) return std::nullopt;
  return std::string(buffer.data(), end.ptr);
}

std::optional<std::string> js_to_string(const JsVal& value) {
  switch (value.kind) {
    case Kind::kUndefined:
      return "undefined";
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return value.boolean ? "true" : "false";
    case Kind::kNumber:
      return js_number_text(value.number);
    case Kind::kString:
      return value.text();
    default:
      return std::nullopt;
  }
}

std::optional<double> js_to_number(const JsVal& value) {
  switch (value.kind) {
    case Kind::kUndefined:
      return std::nan("");
    case Kind::kNull:
      return 0.0;
    case Kind::kBool:
      return value.boolean ? 1.0 : 0.0;
    case Kind::kNumber:
      return value.number;
    case Kind::kString: {
      const std::string& text = value.text();
      if (text.empty()) return 0.0;
      double number = 0;
      const bool plain = text.find_first_not_of("0123456789.") == std::string::npos;
      const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
      if (plain && parsed.ec == std::errc() && parsed.ptr == text.data() + text.size()) return number;
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

std::optional<bool> js_equal(const JsVal& a, const JsVal& b, bool strict) {
  if (a.is_unknown() || b.is_unknown() || a.is(Kind::kFunction) || b.is(Kind::kFunction)) return std::nullopt;
  const auto implicit = [](const JsVal& v) { return v.is(Kind::kObject) && v.object->implicit; };
  if (implicit(a) || implicit(b)) return std::nullopt;
  if (a.kind != b.kind) {
    if (strict) return false;
    if (a.is_nullish() && b.is_nullish()) return true;
    if (a.is_nullish() || b.is_nullish()) return false;
    return std::nullopt;
  }
  switch (a.kind) {
    case Kind::kBool:
      return a.boolean == b.boolean;
    case Kind::kNumber:
      return a.number == b.number;
    case Kind::kString:
      return a.text() == b.text();
    case Kind::kObject:
      return a.object == b.object;
    default:
      return true;
  }
}

std::string_view js_typeof(const JsVal& value) {
  switch (value.kind) {
    case Kind::kUndefined:
      return "undefined";
    case Kind::kBool:
      return "boolean";
    case Kind::kNumber:
      return "number";
    case Kind::kString:
      return "string";
    case Kind::kFunction:
      return "function";
    case Kind::kObject:
      return value.object->implicit ? "" : "object";
    case Kind::kNull:
    case Kind::kGlobal:
      return "object";
    case Kind::kUnknown:
      break;
  }
  return "";
}

std::size_t js_array_index(std::string_view name) {
  std::size_t index = 0;
  if (name.empty() || name.size() > 9 || (name.size() > 1 && name.front() == '0')) return std::string_view::npos;
  const auto parsed = std::from_chars(name.data(), name.data() + name.size(), index);
  return parsed.ptr == name.data() + name.size() && parsed.ec == std::errc() ? index : std::string_view::npos;
}

bool js_is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace meetlat::detail
