// Our reading of scripts against node's: whatever we say is known must be what node computes, and what node has must
// never be absent for us.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/json.h"
#include "proto/js_config.h"

namespace meetlat {
namespace {

// Prints {"config": ..., "interfaceConfig": ...} of the script named by its argument. Values that JSON lacks become
// {"$": kind}. `location` stands for what only a browser knows.
constexpr const char* kProgram = R"js(
const fs = require('fs'), vm = require('vm');
const context = { location: { hostname: 'meet.example.test', host: 'meet.example.test', search: '?q', hash: '#b' } };
context.window = context.self = context;
vm.createContext(context);
vm.runInContext(fs.readFileSync(process.argv[2], 'utf8'), context, { timeout: 5000 });
function plain(v) {
  if (v === undefined || typeof v === 'function') return { $: v === undefined ? 'undefined' : 'other' };
  if (v === null || typeof v !== 'object') return v;
  const tag = Object.prototype.toString.call(v);
  if (tag === '[object Array]') return Array.from(v, plain);
  if (tag !== '[object Object]') return { $: 'other' };
  return Object.fromEntries(Object.keys(v).map(k => [k, plain(v[k])]));
}
process.stdout.write(JSON.stringify({ config: plain(context.config), interfaceConfig: plain(context.interfaceConfig) }));
)js";

struct TemporaryFolder {
  std::filesystem::path path;
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "meetlat-js-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path.empty()) std::filesystem::remove_all(path, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
};

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string output_of(const std::string& command) {
  std::string out;
  FILE* pipe = popen(command.c_str(), "r");  // NOLINT(cert-env33-c): our own command line
  if (pipe == nullptr) return out;
  char buffer[4096];
  for (std::size_t n = fread(buffer, 1, sizeof buffer, pipe); n > 0; n = fread(buffer, 1, sizeof buffer, pipe)) {
    out.append(buffer, n);
  }
  return pclose(pipe) == 0 ? out : std::string();
}

bool is_undefined(const Json& json) {
  return json.is_object() && json_string(json, "$") == "undefined";
}

class Comparison {
 public:
  int known = 0;
  int unknown = 0;

  void same(const JsValue& ours, const Json& node, const std::string& path) {
    switch (ours.kind) {
      case JsValue::Kind::kUnknown:
        ++unknown;
        return;
      case JsValue::Kind::kUndefined:
        EXPECT_TRUE(is_undefined(node)) << path << ": " << dump_json(node);
        break;
      case JsValue::Kind::kNull:
        EXPECT_TRUE(node.is_null()) << path;
        break;
      case JsValue::Kind::kBool:
        EXPECT_EQ(Json(ours.boolean), node) << path;
        break;
      case JsValue::Kind::kNumber:
        if (std::isfinite(ours.number)) {
          EXPECT_EQ(Json(ours.number), node) << path;
        }
        break;
      case JsValue::Kind::kString:
        EXPECT_EQ(Json(ours.string), node) << path;
        break;
      case JsValue::Kind::kArray:
        return array(ours, node, path);
      case JsValue::Kind::kObject:
        return object(ours, node, path);
    }
    ++known;
  }

 private:
  void array(const JsValue& ours, const Json& node, const std::string& path) {
    ASSERT_TRUE(node.is_array()) << path;
    ASSERT_EQ(ours.items.size(), node.size()) << path;
    for (std::size_t i = 0; i < node.size(); ++i) same(ours.items[i], node[i], path + "." + std::to_string(i));
  }

  void object(const JsValue& ours, const Json& node, const std::string& path) {
    ASSERT_TRUE(node.is_object()) << path;
    for (const auto& [name, value] : ours.members) {
      if (node.contains(name)) {
        same(value, node[name], path + "." + name);
      } else {
        const bool no_claim = value.kind == JsValue::Kind::kUnknown || value.kind == JsValue::Kind::kUndefined;
        EXPECT_TRUE(no_claim) << path << "." << name;
      }
    }
    if (!ours.unknown.empty()) return;
    for (const auto& [name, value] : node.items()) {
      EXPECT_TRUE(ours.members.count(name) != 0 || is_undefined(value)) << path << "." << name << " is absent for us";
    }
  }
};

// The fewest values that must be known, so that saying "unknown" to everything does not pass.
struct Fixture {
  const char* file;
  int min_known;
};

class AgainstNode : public ::testing::TestWithParam<Fixture> {};

TEST_P(AgainstNode, KnownValuesAreNodes) {
  if (output_of("node --version 2>/dev/null").empty()) GTEST_SKIP() << "node is not installed";
  const std::filesystem::path script =
      std::filesystem::path(MEETLAT_TESTS_DIR) / "fixtures" / "proto" / "js" / GetParam().file;
  const TemporaryFolder folder;
  ASSERT_FALSE(folder.path.empty());
  std::ofstream(folder.path / "run.js") << kProgram;
  const std::string command = "node '" + (folder.path / "run.js").string() + "' '" + script.string() + "'";
  const Result<Json> node = parse_json(output_of(command));
  ASSERT_TRUE(node.has_value()) << "node could not run " << script;

  JsConfigReader reader;
  EXPECT_TRUE(reader.read(read(script), 0));
  Comparison comparison;
  for (const auto& [name, ours] :
       {std::pair{"config", reader.config()}, {"interfaceConfig", reader.interface_config()}}) {
    if (ours.found_object()) comparison.same(ours.root(), json_member(*node, name), name);
  }
  EXPECT_GE(comparison.known, GetParam().min_known);
}

std::string name_of(const ::testing::TestParamInfo<Fixture>& fixture) {
  const std::string file = fixture.param.file;
  return file.substr(0, file.find('.'));
}

INSTANTIATE_TEST_SUITE_P(Fixtures, AgainstNode,
                         ::testing::Values(Fixture{"literal.js", 24}, Fixture{"assignments.js", 20},
                                           Fixture{"shadowed.js", 3}, Fixture{"unknowns.js", 0},
                                           Fixture{"interface.js", 9}),
                         name_of);

}  // namespace
}  // namespace meetlat
