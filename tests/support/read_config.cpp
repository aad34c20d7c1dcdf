// Prints what the reader of configurations makes of files, as JSON, for tests/measure/configs.py.
//
// usage: read_config FILE...   A file is a script, or a page with inlined scripts (it begins with '<').
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "base/json.h"
#include "proto/html.h"
#include "proto/js_config.h"

namespace meetlat {
namespace {

Json tree(const JsValue& value) {
  switch (value.kind) {
    case JsValue::Kind::kUndefined:
      return Json{{"$", "undefined"}};
    case JsValue::Kind::kNull:
      return nullptr;
    case JsValue::Kind::kBool:
      return value.boolean;
    case JsValue::Kind::kNumber:
      return value.number;
    case JsValue::Kind::kString:
      return value.string;
    case JsValue::Kind::kArray: {
      Json items = Json::array();
      for (const JsValue& item : value.items) items.push_back(tree(item));
      return items;
    }
    case JsValue::Kind::kObject:
    case JsValue::Kind::kUnknown: {
      Json members = Json::object();
      for (const auto& [name, member] : value.members) members["." + name] = tree(member);
      if (!value.unknown.empty()) members["$"] = "unknown: " + value.unknown;
      return members;
    }
  }
  return nullptr;
}

Json describe(const JsConfig& config) {
  // What find() says of a key that is nowhere: absent, or unknown because something could not be read.
  const Setting nothing = config.find("a key that no configuration has");
  Json json{{"found", config.found_object()}, {"root", tree(config.root())}, {"problems", config.problems()}};
  json["elsewhere"] = nothing.state == Setting::State::kAbsent ? "" : nothing.why;
  return json;
}

Json read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  JsConfigReader reader;
  if (text.starts_with('<')) {
    if (const Result<HtmlDocument> page = parse_html(text)) {
      for (const HtmlScript& script : page->scripts) reader.read(script.text, 0);
    }
  } else {
    reader.read(text, 0);
  }
  return Json{{"config", describe(reader.config())}, {"interfaceConfig", describe(reader.interface_config())}};
}

}  // namespace
}  // namespace meetlat

int main(int argc, char** argv) {
  meetlat::Json files = meetlat::Json::object();
  for (int i = 1; i < argc; ++i) files[argv[i]] = meetlat::read(argv[i]);
  std::puts(meetlat::dump_json(files).c_str());
  return 0;
}
