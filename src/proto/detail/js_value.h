// Values of the static evaluator. Objects have identity, as in JavaScript: two names may mean one object.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meetlat::detail {

struct JsObject;

// Where a value was written.
struct JsPlace {
  int source = -1;  // position among the scripts read so far; several may have one index of the caller
  std::uint32_t offset = 0;
};

struct JsVal {
  enum class Kind : std::uint8_t {
    kUndefined,
    kNull,
    kBool,
    kNumber,
    kString,
    kObject,    // objects and arrays
    kFunction,  // range of tokens of the current script
    kGlobal,    // window, self, globalThis
    kUnknown,
  };
  Kind kind = Kind::kUndefined;
  bool boolean = false;
  double number = 0;
  std::shared_ptr<const std::string> string;  // kString; kUnknown: why
  JsObject* object = nullptr;
  std::uint32_t function = 0;  // index of its first token
  JsPlace place;

  static JsVal undefined() { return {}; }
  static JsVal of(bool value);
  static JsVal of(double value);
  static JsVal of(std::string value);
  static JsVal of(JsObject* value);
  static JsVal unknown(std::string_view why);
  static JsVal null();
  static JsVal global();

  bool is(Kind k) const noexcept { return kind == k; }
  bool is_unknown() const noexcept { return kind == Kind::kUnknown; }
  bool is_nullish() const noexcept { return kind == Kind::kUndefined || kind == Kind::kNull; }
  const std::string& text() const noexcept { return *string; }
};

struct JsObject {
  bool is_array = false;
  bool implicit = false;   // made up because a member of an unknown value was assigned
  bool escaped = false;    // an unknown value may be this object
  std::string incomplete;  // why members that are not in the table are unknown; empty when complete
  std::map<std::string, JsVal, std::less<>> members;
  std::vector<JsVal> items;
};

// Owns every object; they may form cycles.
class JsHeap {
 public:
  static constexpr std::size_t kMaxObjects = 400'000;
  static constexpr std::size_t kMaxTextBytes = std::size_t{32} << 20;
  static constexpr std::size_t kMaxText = std::size_t{1} << 20;

  JsObject* object();             // never nullptr
  JsVal text(std::string value);  // unknown once too much text was made
  bool exhausted() const noexcept { return objects_.size() >= kMaxObjects; }
  // Unknown code may have changed this object and all that hangs on it. What is met for the first time is appended to
  // `met`: from now on an unknown value may be that object.
  static void taint(JsObject* object, std::string_view why, std::vector<JsObject*>& met);

 private:
  std::deque<JsObject> objects_;
  std::size_t text_bytes_ = 0;
};

// What JavaScript's rules make of known values; nullopt when that is not known (objects, mostly).
std::optional<bool> js_truthy(const JsVal& value);
std::optional<std::string> js_to_string(const JsVal& value);
std::optional<double> js_to_number(const JsVal& value);
// === and ==
std::optional<bool> js_equal(const JsVal& a, const JsVal& b, bool strict);
// typeof; "" when not known
std::string_view js_typeof(const JsVal& value);
// A number as JavaScript prints it; nullopt for forms that are not needed here.
std::optional<std::string> js_number_text(double value);
// The index that a property name means for an array, or npos.
std::size_t js_array_index(std::string_view name);
bool js_is_ascii(std::string_view text);

}  // namespace meetlat::detail
