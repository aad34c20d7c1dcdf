#include "proto/js_config.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <utility>

#include "base/text.h"
#include "proto/detail/js_interpreter.h"
#include "proto/detail/utf8.h"

namespace meetlat {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxNodes = 30'000;
constexpr std::size_t kMaxTextBytes = std::size_t{16} << 20;
constexpr int kMaxDepth = 200;
constexpr std::size_t kMaxExcerpts = 5'000;  // real files have some hundred settings

// Copies what the interpreter holds into a tree of its own, within limits: objects may be shared and form cycles.
class Copier {
 public:
  explicit Copier(const detail::JsInterpreter& from) : from_(from) {}

  JsValue copy(const detail::JsVal& value, int depth = 0) {
    using Kind = detail::JsVal::Kind;
    JsValue out;
    out.origin = origin(value.place);
    if (++nodes_ > kMaxNodes || depth > kMaxDepth) return unknown(std::move(out), "too large to follow");
    switch (value.kind) {
      case Kind::kUndefined:
        break;
      case Kind::kNull:
        out.kind = JsValue::Kind::kNull;
        break;
      case Kind::kBool:
        out.kind = JsValue::Kind::kBool;
        out.boolean = value.boolean;
        break;
      case Kind::kNumber:
        out.kind = JsValue::Kind::kNumber;
        out.number = value.number;
        break;
      case Kind::kString:
        text_ += value.text().size();
        if (text_ > kMaxTextBytes) return unknown(std::move(out), "too much text");
        out.kind = JsValue::Kind::kString;
        out.string = value.text();
        break;
      case Kind::kObject:
        return object(*value.object, std::move(out), depth);
      case Kind::kFunction:
        return unknown(std::move(out), "a function");
      case Kind::kGlobal:
        return unknown(std::move(out), "the window");
      case Kind::kUnknown:
        return unknown(std::move(out), value.text());
    }
    return out;
  }

 private:
  static JsValue unknown(JsValue out, std::string why) {
    out.kind = JsValue::Kind::kUnknown;
    out.unknown = std::move(why);
    return out;
  }

  // A value in a cycle is met again and again.
  const JsOrigin& origin(const detail::JsPlace& place) {
    JsOrigin& out = origins_[{place.source, place.offset}];
    if (place.source < 0 || out.line != 0) return out;
    out.source = from_.index_of(place);
    out.line = from_.line_of(place);
    if (origins_.size() <= kMaxExcerpts) out.excerpt = from_.excerpt_of(place);
    return out;
  }

  JsValue object(const detail::JsObject& from, JsValue out, int depth) {
    if (from.is_array && !from.incomplete.empty()) return unknown(std::move(out), from.incomplete);
    out.kind = from.is_array ? JsValue::Kind::kArray : JsValue::Kind::kObject;
    if (from.implicit) out.kind = JsValue::Kind::kUnknown;
    out.unknown = from.incomplete;
    for (const detail::JsVal& item : from.items) out.items.push_back(copy(item, depth + 1));
    for (const auto& [name, value] : from.members) {
      if (nodes_ > kMaxNodes) {
        out.unknown = "too large to follow";
        break;
      }
      text_ += name.size();
      out.members.emplace(name, copy(value, depth + 1));
    }
    return out;
  }

  const detail::JsInterpreter& from_;
  std::map<std::pair<int, std::uint32_t>, JsOrigin> origins_;
  std::size_t nodes_ = 0;
  std::size_t text_ = 0;
};

Setting unknown_setting(std::string why, const JsOrigin& origin) {
  Setting setting;
  setting.state = Setting::State::kUnknown;
  setting.why = std::move(why);
  setting.origin = origin;
  return setting;
}

bool looks_like_markup(std::string_view script) {
  const std::string_view text = trim(script);
  return text.empty() || (text.front() == '<' && text.substr(0, 4) != "<!--");
}

}  // namespace

struct JsConfigReader::Impl {
  detail::JsInterpreter interpreter;
};

JsConfigReader::JsConfigReader() : impl_(std::make_unique<Impl>()) {}
JsConfigReader::~JsConfigReader() = default;

bool JsConfigReader::read(std::string_view script, int source, int first_line) {
  if (script.size() > kMaxBytes) {
    impl_->interpreter.give_up_source(source, "a script of more than 1 MiB");
    return false;
  }
  if (looks_like_markup(script)) return false;
  return impl_->interpreter.run(detail::repair_utf8(script), source, first_line);
}

JsConfig JsConfigReader::config() const {
  return config_of(0);
}
JsConfig JsConfigReader::interface_config() const {
  return config_of(1);
}

JsConfig JsConfigReader::config_of(std::size_t root) const {
  const detail::JsInterpreter& interpreter = impl_->interpreter;
  const std::string_view name = detail::kWatchedRoots.at(root);
  JsConfig config;
  config.found_ = interpreter.assigned(name);
  config.incomplete_ = interpreter.incomplete(root);
  config.problems_ = interpreter.problems();
  if (const detail::JsVal* value = interpreter.global(name); value != nullptr) {
    config.root_ = Copier(interpreter).copy(*value);
  }
  return config;
}

Setting JsConfig::find(std::string_view path) const {
  const JsValue* value = &root_;
  while (true) {
    if (path.empty()) break;
    const std::size_t dot = path.find('.');
    const std::string_view name = path.substr(0, dot);
    path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
    const JsValue* next = nullptr;
    if (value->kind == JsValue::Kind::kArray) {
      const std::size_t index = detail::js_array_index(name);
      if (index < value->items.size()) next = &value->items[index];
    } else if (const auto member = value->members.find(name); member != value->members.end()) {
      next = &member->second;
    }
    if (next == nullptr) {
      if (value->kind == JsValue::Kind::kUnknown || !value->unknown.empty())
        return unknown_setting(value->unknown, value->origin);
      if (incomplete_) return unknown_setting("a part of the configuration could not be read", {});
      if (value == &root_ && !found_) return unknown_setting("no configuration was found", {});
      return {};
    }
    value = next;
  }
  if (value->kind == JsValue::Kind::kUnknown) return unknown_setting(value->unknown, value->origin);
  if (value->kind == JsValue::Kind::kUndefined) {
    if (&root_ == value && !found_) return unknown_setting("no configuration was found", {});
    return {};
  }
  Setting setting;
  setting.state = Setting::State::kValue;
  setting.value = value;
  setting.origin = value->origin;
  return setting;
}

}  // namespace meetlat
