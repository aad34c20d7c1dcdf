#include "proto/js_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace meetlat {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using State = Setting::State;

JsConfig config_of(std::string_view script) {
  JsConfigReader reader;
  reader.read(script, 0);
  return reader.config();
}

// "unknown", "absent" or the value in a short form.
std::string shown(const Setting& setting) {
  if (setting.state == State::kAbsent) return "absent";
  if (setting.state == State::kUnknown) return "unknown";
  const JsValue& value = *setting.value;
  switch (value.kind) {
    case JsValue::Kind::kNull:
      return "null";
    case JsValue::Kind::kBool:
      return value.boolean ? "true" : "false";
    case JsValue::Kind::kNumber:
      return std::to_string(value.number);
    case JsValue::Kind::kString:
      return "'" + value.string + "'";
    case JsValue::Kind::kArray:
      return "array of " + std::to_string(value.items.size());
    case JsValue::Kind::kObject:
      return "object of " + std::to_string(value.members.size());
    default:
      return "?";
  }
}

std::string find(std::string_view script, std::string_view path) {
  return shown(config_of(script).find(path));
}

TEST(JsConfig, AValueHasItsPlace) {
  JsConfigReader reader;
  ASSERT_TRUE(
      reader.read("var config = {\n  p2p: {\n    stunServers: [ { urls: 'stun:a.test' } ] // here\n  }\n};", 7));
  const JsConfig config = reader.config();
  const Setting setting = config.find("p2p.stunServers");
  ASSERT_EQ(setting.state, State::kValue);
  EXPECT_EQ(setting.origin.source, 7);
  EXPECT_EQ(setting.origin.line, 3);
  EXPECT_EQ(setting.origin.excerpt, "stunServers: [ { urls: 'stun:a.test' } ] // here");
  EXPECT_EQ(shown(config.find("p2p.stunServers.0.urls")), "'stun:a.test'");
  EXPECT_EQ(shown(config.find("p2p.stunServers.1")), "absent");
}

TEST(JsConfig, ReadsTheFormsOfRealFiles) {
  const struct {
    const char* script;
    const char* path;
    const char* expected;
  } cases[] = {
      {"var config = {a: 1}", "a", "1.000000"},
      {"var config = {a: 1}", "b", "absent"},
      {"let config = {a: null, b: [], c: undefined}", "a", "null"},
      {"let config = {a: null, b: [], c: undefined}", "b", "array of 0"},
      {"let config = {a: null, b: [], c: undefined}", "c", "absent"},
      {"const config = {a: [1,,2,]}", "a", "array of 3"},
      {"window.config = {a: '//host' /* it's */}", "a", "'//host'"},
      {"window['config'] = {'a-b': !1}", "a-b", "false"},
      {"var config = {}; config.a = {}; config['a'].b = -5;", "a.b", "-5.000000"},
      {"var config = {}; config.a = 1; config.a = 2;", "a", "2.000000"},
      {"var config = config || {}; config.a = 16 / 9 > 1;", "a", "true"},
      {"var config = {a: {}}; config.a = config.a || {b: 1};", "a", "object of 0"},
      {"var h = 'x'; var config = {a: `w${h}${1 + 1}`, h};", "a", "'wx2'"},
      {"var h = 'x'; var config = {a: `w${h}${1 + 1}`, h};", "h", "'x'"},
      {"var config = {a: 'A.b.'.substr(0, 3).split('.').join('_').toLowerCase() + '.'}", "a", "'a_b.'"},
      {"var config = {a: 'ab'.startsWith('a') ? 'yes' : 'no'}", "a", "'yes'"},
      {"var config = {}; if (config.hasOwnProperty('a')) { config.b = 1 } else config.b = 2", "b", "2.000000"},
      {"var config = {re: /[/'\"{]/g, a: 1}", "a", "1.000000"},
      {"var config = {a: 1}\nconfig.b = 2\nconfig.c = 3", "b", "2.000000"},
      {"var config = {a: 1}; var o = config; o.a = 2;", "a", "2.000000"},
      {"var config = {a: `x${`a${1 + 1}`}y`, b: 1}", "a", "'xa2y'"},
      {"var config = {a: `x${'}'}y`, b: 1}", "a", "'x}y'"},
      {"var config = {a: 1}; function f(c) { c.a = 2 }", "a", "1.000000"},
      {"var config = {a: 1}; document.addEventListener('x', () => { start({ config: config, b: config.a }); });", "a",
       "1.000000"},
      {"var config = {a: 1}; if (typeof module === 'object') module.exports = config;", "a", "1.000000"},
  };
  for (const auto& each : cases) EXPECT_EQ(find(each.script, each.path), each.expected) << each.script;
}

TEST(JsConfig, WhatIsNotCertainIsUnknownAndNeverAbsent) {
  const struct {
    const char* script;
    const char* path;
  } cases[] = {
      {"var config = {a: f()}", "a"},
      {"var config = {a: f()}", "a.b"},
      {"var config = {...other}", "a"},
      {"var config = {[key()]: 1}", "a"},
      {"var config = {a: 1, [key()]: 2}", "a"},
      {"var config = {a: location.host}", "a"},
      {"var config = {}; if (window.x) config.a = 1;", "a"},
      {"var config = {a: 1}; if (window.x) {} else { delete config.a }", "a"},
      {"var config = {a: 1}; (function() { config.a = 2 })();", "a"},
      {"var config = {a: 1}; (function(c) { c.a = 2 })(config);", "a"},
      {"var config = {a: 1}; (function(w) { w.config.a = 2 })(window);", "a"},
      {"var config = {a: 1}; function f() { config.a = 2 } f();", "a"},
      {"var config = {a: 1}; document.addEventListener('x', () => { config.a = 2; });", "a"},
      {"var config = {a: 1}; on('x', () => { var c = config; c.a = 2; });", "a"},
      {"var config = {a: 1}; on('x', () => { Object.assign(config, { a: 2 }); });", "a"},
      {"var config = {a: 1}; function g(c) { c['a'] = 2 } on('x', () => { g(window.config); });", "a"},
      {"var config = {a: []}; on('x', () => { config.a.push(2); });", "a"},
      {"var config = {a: 1}; for (var k in x) config[k] = x[k];", "a"},
      {"var config = {a: 1}; change(config);", "a"},
      {"var config = {b: {a: 1}}; var o = {x: config.b}; change(o);", "b.a"},
      {"var config = {a: 1}; [config.a] = [2];", "a"},
      {"var config = {a: 1}; x && (config.a = 2);", "a"},
      {"var config = {a: 'x'.replace('x', 'y')}", "a"},
      {"var config = {a: '<!--# echo var=\"x\" default=\"\" -->.test'}", "a"},
      {"var config = {a: 1}; try { config.a = 2 } catch (e) { }", "a"},
      {"config.a = 1;", "b"},
      {"var other = {};", "a"},
      {"var config = {a: 1}; config.b.c = 1; config.d = 2;", "d"},
  };
  for (const auto& each : cases) EXPECT_EQ(find(each.script, each.path), "unknown") << each.script;
}

TEST(JsConfig, SettingsBehindAnUndefinedNameMayNeverHaveBeenSet) {
  const auto state = [](const std::string& script, std::string_view path) {
    JsConfigReader reader;
    reader.read(script, 0);
    return reader.config().find(path).state;
  };
  const std::string after_misspelt = "var config = {a: 1};\nconfig.lang = fr;\nconfig.b = 2;\nconfig.a = 3;";
  EXPECT_EQ(state(after_misspelt, "b"), State::kUnknown);
  EXPECT_EQ(state(after_misspelt, "a"), State::kUnknown);
  EXPECT_EQ(state(after_misspelt, "c"), State::kAbsent);
  EXPECT_EQ(state("var config = {}; track('x'); config.b = 2;", "b"), State::kUnknown);
  EXPECT_EQ(state("var config = {}; interfaceConfig.APP_NAME = 'x'; config.b = 2;", "b"), State::kUnknown);
  // Certain all the same: without a configuration there would be no client, and these names are always defined.
  EXPECT_EQ(state("var x = setup(); var config = {b: 2};", "b"), State::kValue);
  EXPECT_EQ(state("var config = {}; config.a = location.host; config.b = 2;", "b"), State::kValue);
  EXPECT_EQ(state("var config = {}; if (typeof track !== 'undefined') track(); config.b = 2;", "b"), State::kValue);
  EXPECT_EQ(state("var config = {}; track(); config.b = 2; function track() {}", "b"), State::kValue);
  EXPECT_EQ(state("var config = {}; other = 1; config.b = 2;", "b"), State::kValue);
}

TEST(JsConfig, ALongTextIsNotLookedAtForEver) {
  const std::string text = "var a = '" + std::string(300'000, '1') + "', o = {}, config = {};\n";
  for (const char* use : {"+a;", "o[a];", "a.length;", "a == a + 'x';", "a in o;", "a.split('2');", "`${a}`;"}) {
    std::string script = text;
    while (script.size() < 700'000) script += use;
    JsConfigReader reader;
    EXPECT_TRUE(reader.read(script + "config.b = 1;", 0)) << use;
    EXPECT_EQ(shown(reader.config().find("b")), "1.000000") << use;  // or the test runs into its time limit
  }
}

TEST(JsConfig, AnArrayThatIsTooLongIsUnknownAndTheRestIsRead) {
  std::string script = "var config = {a: [";
  for (int i = 0; i < 100'000; ++i) script += "1,";
  EXPECT_EQ(find(script + "], b: 2};", "a"), "unknown");
  EXPECT_EQ(find(script + "], b: 2};", "b"), "2.000000");
}

TEST(JsConfig, AnUnknownValueSaysWhyAndWhere) {
  const Setting setting = config_of("var config = {};\nvar h = compute();\nconfig.a = 'x' + h;").find("a");
  ASSERT_EQ(setting.state, State::kUnknown);
  EXPECT_THAT(setting.why, HasSubstr("compute()"));
  EXPECT_EQ(setting.origin.line, 2);
}

TEST(JsConfig, AServerIncludeInsideQuotesDoesNotDerailTheRest) {
  const char* script =
      "var subdomain = \"<!--# echo var=\"subdomain\" default=\"\" -->\";\n"
      "if (subdomain) { subdomain = subdomain.substr(0, 3); }\n"
      "var config = { muc: 'conference.' + subdomain + 'x.test', b: 'https://http://x.test' };";
  EXPECT_EQ(find(script, "muc"), "unknown");
  EXPECT_EQ(find(script, "b"), "'https://http://x.test'");
  EXPECT_EQ(find(script, "c"), "absent");
}

TEST(JsConfig, AnUnprocessedIncludeMayHoldAnything) {
  const JsConfig config = config_of("<!--#include virtual=\"/base.js\" -->\nvar config = { a: 1 };");
  EXPECT_EQ(shown(config.find("a")), "1.000000");
  EXPECT_EQ(shown(config.find("b")), "unknown");
  EXPECT_THAT(config.problems(), Not(IsEmpty()));
}

TEST(JsConfig, AnUnprocessedIncludeMayOverwriteWhatStandsBeforeIt) {
  const char* later = "var config = { a: 1 };\n<!--# include virtual=\"more.js\" -->\nconfig.b = 2;";
  EXPECT_EQ(find(later, "a"), "unknown");
  EXPECT_EQ(find(later, "b"), "2.000000");
  EXPECT_EQ(find("var config = { a: 1 };\n<!--# include virtual=\"more.js\" -->\n", "a"), "unknown");
  // Of the client's packages, which set something else.
  for (const char* name : {"/interface_config.js", "/logging_config.js", "title.html"}) {
    const std::string script = std::string("var config = { a: 1 };\n<!--#include virtual=\"") + name + "\" -->\n";
    EXPECT_EQ(find(script, "a"), "1.000000") << name;
  }
  EXPECT_EQ(find("var config = {\n<!--#include virtual=\"hosts.js\" -->\n a: 1 };", "a"), "1.000000");
}

TEST(JsConfig, TemplateLeftOversAreUnknownAndTheRestIsStillRead) {
  const char* script =
      "var config = {\n  domain: {{ domain }},\n  text: '{{ x }}',\n{% if y %}\n  z: 1,\n{% endif %}\n  w: 2\n};\n"
      "{{ if .Env.P2P }}\nconfig.p2p = 1;\n{{ end }}\nconfig.last = 3;";
  for (const char* path : {"domain", "text", "z", "p2p", "other"}) EXPECT_EQ(find(script, path), "unknown") << path;
  EXPECT_EQ(find(script, "w"), "2.000000");
  EXPECT_EQ(find(script, "last"), "3.000000");
  EXPECT_THAT(config_of(script).problems().front(), HasSubstr("line 2"));
}

TEST(JsConfig, AfterSomethingUnreadableItGoesOnAtTheNextStatement) {
  const JsConfig config = config_of("var config = { a: 1 };\nconfig.b = = 2;\nconfig.c = 3;");
  EXPECT_EQ(shown(config.find("a")), "1.000000");
  EXPECT_EQ(shown(config.find("b")), "unknown");
  EXPECT_EQ(shown(config.find("c")), "3.000000");
  EXPECT_EQ(shown(config.find("d")), "unknown");
  ASSERT_FALSE(config.problems().empty());
  EXPECT_THAT(config.problems().front(), HasSubstr("line 2"));
}

TEST(JsConfig, AnUnreadableEntryLeavesTheOthersOfItsObject) {
  const char* script = "var config = { a: 1, b: foo bar, c: 3 };";
  EXPECT_EQ(find(script, "a"), "1.000000");
  EXPECT_EQ(find(script, "b"), "unknown");
  EXPECT_EQ(find(script, "c"), "3.000000");
  EXPECT_EQ(find(script, "d"), "unknown");
}

TEST(JsConfig, OtherScriptsOfThePageDoNotMatter) {
  JsConfigReader reader;
  EXPECT_FALSE(reader.read("(function() { track('x'); })(); } syntax error", 0));
  EXPECT_TRUE(reader.read("var config = { a: 1 };", 1));
  EXPECT_TRUE(reader.read("var interfaceConfig = { APP_NAME: 'x' };", 2));
  EXPECT_TRUE(reader.read("config.b = 2;", 3));
  const JsConfig config = reader.config();
  EXPECT_TRUE(config.found_object());
  EXPECT_EQ(shown(config.find("a")), "1.000000");
  EXPECT_EQ(config.find("b").origin.source, 3);
  EXPECT_EQ(shown(config.find("c")), "absent");
  EXPECT_EQ(shown(reader.interface_config().find("APP_NAME")), "'x'");
}

TEST(JsConfig, SaysWhenItIsNoConfiguration) {
  for (const char* text : {"", "  \n", "<!DOCTYPE html><html><script>var config = {}</script></html>", "alert(1)",
                           "{\"config\": {}}", "<script>var config = {};</script>"}) {
    JsConfigReader reader;
    EXPECT_FALSE(reader.read(text, 0)) << text;
    EXPECT_FALSE(reader.config().found_object()) << text;
    EXPECT_EQ(shown(reader.config().find("a")), "unknown") << text;
  }
}

TEST(JsConfig, AnAssignmentOfAMemberAloneIsNoWholeObject) {
  const JsConfig config = config_of("config.a = 1; config.b = {c: 2};");
  EXPECT_FALSE(config.found_object());
  EXPECT_EQ(shown(config.find("a")), "1.000000");
  EXPECT_EQ(shown(config.find("b.c")), "2.000000");
  EXPECT_EQ(shown(config.find("b.d")), "absent");
}

TEST(JsConfig, HostileTextsEndSoonAndSayUnknown) {
  const auto repeated = [](std::string_view unit, std::size_t bytes = 100'000) {
    std::string out;
    while (out.size() + unit.size() <= bytes) out += unit;
    return out;
  };
  const std::string texts[] = {
      "var config = " + repeated("["),
      "var config = " + repeated("{a:"),
      "var config = " + repeated("("),
      "var config = " + repeated("!") + "1",
      "var config = " + repeated("a?") + "1",
      "var config = " + repeated("`${"),
      "var config = {a: `" + repeated("${1}", 900'000) + "`};",
      "var config = {a: `" + repeated("${`${1}`}", 900'000) + "`};",
      "var config = {}; " + repeated("if(x){"),
      "var config = {}; " + repeated("config.a=[config.a,config.a];"),
      "var config = {a:'x'}; " + repeated("config.a+=config.a;"),
      "var config = {}; config.a = config; " + repeated("f(config);"),
      "var config = {}; " + repeated("function f(){config.x=1} f();"),
      "var config = {}; " + repeated("config.a.b.c = q;"),
      "var config = {}; config" + repeated(".a") + " = 1;",
      "var config = {}; " + repeated("} "),
      "var config = {}; " + repeated("<!--# x "),
      "var config = {}; '" + repeated("<!--# x ") + "'",
      "var config = {a: '1,2,3'.split(',').map(a => " + repeated("a.split(',').map(a => ", 3000) + "a",
      "var config = {}; " + repeated("config['k'+1]=`a${1}`;"),
  };
  for (const std::string& text : texts) {
    const JsConfig config = config_of(text);
    EXPECT_NE(config.find("zzz").state, State::kValue) << text.substr(0, 60);
  }
  JsConfigReader reader;
  EXPECT_FALSE(reader.read("var config = {};" + std::string(std::size_t{1} << 20, ' '), 0));
  EXPECT_EQ(shown(reader.config().find("a")), "unknown");
}

TEST(JsConfig, CyclesAreCopiedOnlySoFar) {
  const JsConfig config = config_of("var config = {a: 1}; config.self = config;");
  EXPECT_EQ(shown(config.find("self.self.a")), "1.000000");
}

}  // namespace
}  // namespace meetlat
