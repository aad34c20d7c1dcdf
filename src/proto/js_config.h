// A static evaluator for the JavaScript that config.js and interface_config.js files hold. Never runs remote code.
// First depth: literals and assignments to member paths; everything else becomes Unknown with its position, which is
// never "absent".
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace meetlat {

// Where a setting was written.
struct JsOrigin {
  int source = -1;      // index given to JsConfigReader::read
  int line = 0;         // 1-based
  std::string excerpt;  // that line, at most 200 printable bytes
};

struct JsValue {
  enum class Kind { kUndefined, kNull, kBool, kNumber, kString, kArray, kObject, kUnknown };
  Kind kind = Kind::kUndefined;
  bool boolean = false;
  double number = 0;
  std::string string;
  std::vector<JsValue> items;                           // kArray
  std::map<std::string, JsValue, std::less<>> members;  // kObject
  // kUnknown: why ("call of myFunction()"); `members` may still hold what was written into it afterwards.
  // kObject: why members that are not listed are unknown; "" when complete.
  std::string unknown;
  JsOrigin origin;
};

// Three answers about a setting: a value, absent for sure, or unknown.
struct Setting {
  enum class State { kValue, kAbsent, kUnknown };
  State state = State::kAbsent;
  const JsValue* value = nullptr;  // kValue: not undefined and not unknown
  std::string why;                 // kUnknown
  JsOrigin origin;                 // kValue, kUnknown
};

class JsConfig {
 public:
  // "p2p.stunServers". An ancestor that is unknown makes its members unknown; a source region that could not be parsed
  // makes every setting that was not found unknown.
  Setting find(std::string_view path) const;
  bool found_object() const noexcept { return found_; }  // was there an assignment of the whole object?
  const std::vector<std::string>& problems() const noexcept { return problems_; }  // unreadable regions, with lines

  const JsValue& root() const noexcept { return root_; }

 private:
  friend class JsConfigReader;
  JsValue root_;
  bool found_ = false;
  bool incomplete_ = false;  // a region could not be read
  std::vector<std::string> problems_;
};

// Feeds sources in page order; last write wins.
class JsConfigReader {
 public:
  // `variables` are the roots to collect, such as "config" and "interfaceConfig" (also as window.config).
  JsConfigReader();
  ~JsConfigReader();
  // One script text. Linear time, nesting at most 200, at most 1 MiB. Returns false when it is no JavaScript that
  // assigns one of the two (e.g. an HTML page answered instead). `first_line` is the script's place in the page that
  // holds it; origins then name lines of that page.
  bool read(std::string_view script, int source, int first_line = 1);
  JsConfig config() const;            // "config"
  JsConfig interface_config() const;  // "interfaceConfig"

 private:
  JsConfig config_of(std::size_t root) const;

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace meetlat
