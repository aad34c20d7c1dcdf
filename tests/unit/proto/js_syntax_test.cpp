#include "proto/js_syntax.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meetlat {
namespace {

using ::testing::HasSubstr;

TEST(JsSyntax, WhatEveryBrowserRefusesIsFaultedWithItsLine) {
  const struct {
    const char* script;
    int line;
    const char* what;
  } cases[] = {
      {"var config = {\n  hosts: { a: 1 }\n  bosh: 'x'\n};", 3, "a comma is missing before bosh"},
      {"var config = {\n  a: true\n  'b': 1\n};", 3, "a comma is missing"},
      {"var config = {\n  a: [ 1 2 ]\n};", 2, "a comma is missing"},
      {"var config = {\n  a: 1,\n};\n}", 4, "a } too many"},
      {"var config = {\n  a: [ 1, 2 }\n};", 2, "} where the [ of line 2 is still open"},
      {"var config = {\n  a: 1\n\n", 2, "the { of line 1 is still open"},
      {"var config = {\n  a: 'l'article' };", 2, "a comma is missing before article"},
      {"var config = {\n  a: 'open,\n  b: 1 };", 2, "does not end on its line"},
      {"var config = {\n  a: 1;\n  b: 2 };", 2, "a semicolon inside"},
      {"var config = {\n  a: ,\n  b: 2 };", 2, "a value is missing"},
      {"var config = {\n  a: 1,, b: 2 };", 2, "a comma too many"},
      {"var config = {\n  a: \xE2\x80\x9Chi\xE2\x80\x9D };", 2, "typographic"},
      {"var config = { a: 1 };\nconfig.b = ;", 2, "a value is missing"},
      {"var config = { a: 1 };\nhello world this is prose", 2, "is missing before world"},
      {"var config = { a: 1 }; /* to be\ncontinued", 1, "comment"},
  };
  for (const auto& each : cases) {
    const std::optional<JsFault> fault = js_fault(each.script);
    ASSERT_TRUE(fault.has_value()) << each.script;
    EXPECT_EQ(fault->line, each.line) << each.script;
    EXPECT_THAT(fault->what, HasSubstr(each.what)) << each.script;
  }
  EXPECT_EQ(js_fault("}", 40)->line, 40);
}

TEST(JsSyntax, WhatMayBeRightIsNotFaulted) {
  for (const char* script : {
           "var config = { a: 1, b: [1,,2,], 'c': `x${ {a: '}'}.a }y`, };",
           "var a = 1\nvar b = 2\nlabel: for (const x of [1]) { if (x) break label; else a = x }",
           "const f = async x => ({ ...x, get y() { return 1 }, async z() {}, *w() {}, [k]: 1, q })",
           "var r = a / b / c, s = /[}/]{2}'/.test('x') ? { a: 1 } : [ { b: 2 } ];",
           "switch (x) { case 1: { a: 1 } default: y() } do a(); while (b) c()",
           "class A { static x = 1; y = { a: 1 }\n get z() { return 2 } }",
           "if (x) { a = b }\n/re}/.test(y)",
           "(function (a = {}, { b = 1, c: [d] = [] } = {}) { 'use strict'; return\n{ a } })()",
           "var config = {\n{% if x %}\n a: 1\n{% endif %}\n};",
           "var config = {\n<!--# include virtual=\"hosts.js\" -->\n",
           "var a = '<!--# echo var=\"subdir\" default=\"\" -->';",
           "#!/usr/bin/node\n<!-- old\nvar a = 1\n--> also old",
           "var a\xE2\x80\x89= 1, b = { c\xE2\x80\x89: 2 }",
           "",
       }) {
    EXPECT_FALSE(js_fault(script).has_value()) << script << "\n" << js_fault(script)->what;
  }
}

}  // namespace
}  // namespace meetlat
