#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "proto/detail/js_interpreter.h"

namespace meetlat::detail {

using VKind = JsVal::Kind;

JsInterpreter::Ref JsInterpreter::unreadable_ref() {
  Ref ref;
  ref.valid = ref.unknown_key = true;
  return ref;
}

JsInterpreter::Expr JsInterpreter::unknown_member(const Expr& base) {
  Expr result{base.value.is_unknown() ? base.value : unknown_here("a member that is not known"), base.ref};
  if (result.value.place.source < 0) result.value.place = place(pos_);
  return result;
}

JsInterpreter::Expr JsInterpreter::member(const Expr& base, std::string_view key) {
  if (dry()) return {unknown_here("not read"), unreadable_ref()};
  const JsVal& value = base.value;
  Ref ref;
  ref.valid = true;
  ref.name = key;
  switch (value.kind) {
    case VKind::kUndefined:
    case VKind::kNull:
      stop("a member of nothing is used");
      return {unknown_here("a member of nothing"), ref};
    case VKind::kGlobal: {
      const JsVal* variable = find_variable(key);
      return {variable != nullptr ? *variable : unknown_here("set by another script, if at all"), ref};
    }
    case VKind::kObject: {
      ref.object = value.object;
      const JsVal* found = get_at(value.object, ref.name);
      if (found != nullptr) return {*found, ref};
      if (value.object->is_array && key == "length" && value.object->incomplete.empty()) {
        return {JsVal::of(static_cast<double>(value.object->items.size())), ref};
      }
      static constexpr std::array<std::string_view, 8> kInherited = {
          "constructor",   "toString",  "valueOf",        "hasOwnProperty",
          "isPrototypeOf", "__proto__", "toLocaleString", "propertyIsEnumerable"};
      bool inherited = value.object->is_array && js_array_index(key) == std::string_view::npos;
      for (const std::string_view name : kInherited) inherited = inherited || key == name;
      if (!value.object->incomplete.empty()) return {unknown_here(value.object->incomplete), ref};
      if (inherited) return {unknown_here("a method"), ref};
      return {JsVal::undefined(), ref};
    }
    case VKind::kString:
      if (key == "length" && affordable(value) && js_is_ascii(value.text())) {
        return {JsVal::of(static_cast<double>(value.text().size())), {}};
      }
      ref.discard = true;
      return {unknown_here("a member of a text"), ref};
    case VKind::kBool:
    case VKind::kNumber:
      ref.discard = true;
      return {unknown_here("a member of a number"), ref};
    default: {
      Expr result = unknown_member(base);
      if (!value.is_unknown()) result.ref = unreadable_ref();
      constexpr std::size_t kMaxPath = 50;
      if (result.ref.valid && !result.ref.unknown_key) {
        if (result.ref.path.size() < kMaxPath) {
          result.ref.path.emplace_back(key);
        } else {
          result.ref.unknown_key = true;
        }
      }
      return result;
    }
  }
}

JsInterpreter::Expr JsInterpreter::index(const Expr& base) {
  ++pos_;
  const JsVal key = expression().value;
  expect("]");
  if (error_ || dry()) return {unknown_here("not read"), unreadable_ref()};
  const std::optional<std::string> name =
      key.is(VKind::kUndefined) || !affordable(key) ? std::nullopt : js_to_string(key);
  if (base.value.is(VKind::kString)) return member(base, "0");
  if (name) return member(base, *name);
  if (base.value.is_nullish()) {
    stop("a member of nothing is used");
    return {};
  }
  may_be_unknown(base.value);
  Expr result = unknown_member(base);
  result.ref.valid = true;
  result.ref.unknown_key = true;
  result.ref.object = base.value.is(VKind::kObject) ? base.value.object : nullptr;
  result.ref.name.clear();
  if (base.value.is(VKind::kGlobal)) result.ref.name = "window";
  return result;
}

JsVal* JsInterpreter::find_variable(std::string_view name) {
  for (std::size_t i = scopes_.size(); i-- > 0;) {
    const auto found = scopes_[i].find(name);
    if (found != scopes_[i].end()) return &found->second;
    if (i > 64) i = 1;  // deeper scopes than any real script has: only the outermost counts
  }
  return nullptr;
}

void JsInterpreter::declare(const std::string& name, JsVal value, bool block_scoped) {
  Scope& scope = block_scoped ? scopes_.back() : scopes_.front();
  scope[name] = std::move(value);
}

// A browser ends a script at a name that is not defined. A whole configuration that follows was reached all the same,
// since without it there would be no client; single settings that follow may not have been.
void JsInterpreter::doubt(std::string_view name) {
  static constexpr std::array<std::string_view, 47> kInBrowsers = {"Array",
                                                                   "Boolean",
                                                                   "Date",
                                                                   "Error",
                                                                   "Infinity",
                                                                   "Intl",
                                                                   "JSON",
                                                                   "Map",
                                                                   "Math",
                                                                   "Number",
                                                                   "Object",
                                                                   "Promise",
                                                                   "Proxy",
                                                                   "Reflect",
                                                                   "RegExp",
                                                                   "Set",
                                                                   "String",
                                                                   "Symbol",
                                                                   "URL",
                                                                   "URLSearchParams",
                                                                   "XMLHttpRequest",
                                                                   "addEventListener",
                                                                   "alert",
                                                                   "arguments",
                                                                   "clearTimeout",
                                                                   "console",
                                                                   "crypto",
                                                                   "decodeURI",
                                                                   "decodeURIComponent",
                                                                   "document",
                                                                   "encodeURI",
                                                                   "encodeURIComponent",
                                                                   "escape",
                                                                   "fetch",
                                                                   "history",
                                                                   "isNaN",
                                                                   "localStorage",
                                                                   "location",
                                                                   "navigator",
                                                                   "parent",
                                                                   "parseFloat",
                                                                   "parseInt",
                                                                   "performance",
                                                                   "screen",
                                                                   "sessionStorage",
                                                                   "setTimeout",
                                                                   "top"};
  if (dry() || !doubt_.empty() || assigned_.empty() || declared_.count(name) != 0) return;
  if (std::find(kInBrowsers.begin(), kInBrowsers.end(), name) != kInBrowsers.end()) return;
  doubt_ = fmt::format("comes after '{}' (line {}), at which the script ends where nobody defined it",
                       name.substr(0, 40), line_of(place(pos_ == 0 ? 0 : pos_ - 1)));
}

JsVal* JsInterpreter::get_at(JsObject* object, const std::string& name) {
  if (object->is_array) {
    const std::size_t i = js_array_index(name);
    if (i < object->items.size()) return &object->items[i];
  }
  const auto found = object->members.find(name);
  return found == object->members.end() ? nullptr : &found->second;
}

void JsInterpreter::set_at(JsObject* object, const std::string& name, JsVal value) {
  constexpr std::size_t kMaxGap = 64;
  if (name == "__proto__" || (object->is_array && name == "length")) {
    return taint(object, "changed in a way that is not read");
  }
  if (object->is_array) {
    const std::size_t i = js_array_index(name);
    if (i != std::string_view::npos) {
      if (i > object->items.size() + kMaxGap) return taint(object, "an array with a gap");
      if (i >= object->items.size()) object->items.resize(i + 1);
      object->items[i] = std::move(value);
      return;
    }
  }
  object->members[name] = std::move(value);
}

void JsInterpreter::write(const Ref& ref, JsVal value) {
  if (dry() || !ref.valid || ref.discard) return;
  if (ref.unknown_key) {
    if (ref.object != nullptr) {
      taint(ref.object, "a computed member was assigned");
    } else if (ref.name == "window" || !scopes_.front().empty()) {
      disturb(true);
      if (ref.name == "window") incomplete_.fill(true);
    }
    return;
  }
  const bool is_root = ref.object == nullptr && ref.path.empty() &&
                       std::find(kWatchedRoots.begin(), kWatchedRoots.end(), ref.name) != kWatchedRoots.end();
  if (is_root && assigned_.count(ref.name) == 0) {
    doubt_.clear();
  } else if (!doubt_.empty() && !value.is_unknown() && (is_root || ref.object != nullptr || !ref.path.empty())) {
    const JsPlace written = value.place;
    escape(value, doubt_);
    value = JsVal::unknown(doubt_);
    value.place = written;
  }
  const auto put = [&](JsVal v) {
    if (ref.object != nullptr) return set_at(ref.object, ref.name, std::move(v));
    for (const std::string_view root : kWatchedRoots) {
      if (ref.name == root) assigned_.insert(ref.name);
    }
    JsVal* variable = find_variable(ref.name);
    if (variable != nullptr) {
      *variable = std::move(v);
    } else {
      scopes_.front()[ref.name] = std::move(v);
    }
  };
  if (ref.path.empty()) return put(std::move(value));
  // A member of something unknown: it is an object now, of which only this is known.
  JsObject* object = heap_.object();
  object->implicit = true;
  const JsVal* old = ref.object != nullptr ? get_at(ref.object, ref.name) : find_variable(ref.name);
  object->incomplete = old != nullptr && old->is_unknown() ? old->text() : "set by another script, if at all";
  JsVal outer = JsVal::of(object);
  outer.place = value.place;
  const bool root_assigned = assigned_.count(ref.name) != 0;
  put(outer);
  if (ref.object == nullptr && !root_assigned) assigned_.erase(ref.name);  // only a member was
  for (std::size_t i = 0; i + 1 < ref.path.size(); ++i) {
    JsObject* inner = heap_.object();
    inner->implicit = true;
    inner->incomplete = object->incomplete;
    JsVal holder = JsVal::of(inner);
    holder.place = value.place;
    set_at(object, ref.path[i], holder);
    object = inner;
  }
  set_at(object, ref.path.back(), std::move(value));
  disturb(false);
}

}  // namespace meetlat::detail
