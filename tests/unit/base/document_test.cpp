#include "base/document.h"

#include <gtest/gtest.h>

namespace meetlat {
namespace {

TEST(Yaml, TypesByTheCoreSchema) {
  const auto doc = read_yaml("a: no\nb: true\nc: 12\nd: '12'\ne: 1.5\nf:\ng: [x, 2]\n");
  ASSERT_TRUE(doc.has_value()) << describe(doc.error());
  EXPECT_EQ(*doc->find("a")->string(), "no");
  EXPECT_EQ(*doc->find("b")->boolean(), true);
  EXPECT_EQ(*doc->find("c")->integer(), 12);
  EXPECT_EQ(*doc->find("d")->string(), "12");
  double number = 0;
  EXPECT_TRUE(doc->find("e")->number(number));
  EXPECT_EQ(number, 1.5);
  EXPECT_TRUE(doc->find("f")->is_null());
  EXPECT_EQ(doc->find("g")->seq()->size(), 2U);
  EXPECT_EQ(doc->find("c")->mark.line, 3);
  EXPECT_EQ(doc->find("c")->mark.column, 4);
}

TEST(Yaml, KeepsDuplicateKeysForTheCaller) {
  const auto doc = read_yaml("a:\n  x: 1\n  y: 2\n  x: 3\n");
  ASSERT_TRUE(doc.has_value());
  const Doc::Entry* twice = find_duplicate_key(*doc);
  ASSERT_NE(twice, nullptr);
  EXPECT_EQ(twice->key, "x");
  EXPECT_EQ(twice->mark.line, 4);
}

TEST(Yaml, ErrorsNameLineAndColumn) {
  const auto doc = read_yaml("a: 1\nb: [1, 2\nc: 3\n");
  ASSERT_FALSE(doc.has_value());
  EXPECT_EQ(doc.error().code, ErrorCode::kParse);
  EXPECT_NE(doc.error().context.find("line "), std::string::npos);
}

TEST(Yaml, RefusesBombs) {
  EXPECT_EQ(read_yaml("a: &x [1]\nb: *x\n").error().code, ErrorCode::kUnsupported);
  EXPECT_FALSE(read_yaml(std::string(100000, '[')).has_value());
  EXPECT_FALSE(read_yaml("a: " + std::string(200, '[') + std::string(200, ']')).has_value());
}

TEST(Json, BuildsTheSameTree) {
  const auto doc =
      read_json(R"({"list":[{"url":"https://meet.example/"},null,true,1,1.5],"big":18446744073709551615})");
  ASSERT_TRUE(doc.has_value()) << describe(doc.error());
  EXPECT_EQ(*doc->find("list")->seq()->at(0).find("url")->string(), "https://meet.example/");
  double big = 0;
  EXPECT_TRUE(doc->find("big")->number(big));
  EXPECT_GT(big, 1e19);
}

TEST(Json, ErrorsNameLineAndColumn) {
  const auto doc = read_json("{\n \"a\": 1,\n}\n");
  ASSERT_FALSE(doc.has_value());
  EXPECT_NE(doc.error().context.find("line 3, column 1"), std::string::npos) << doc.error().context;
}

TEST(Json, LimitsDepthAndNodes) {
  EXPECT_EQ(read_json(std::string(100, '[') + std::string(100, ']')).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(read_json("[1,2,3]", DocLimits{64, 3}).error().code, ErrorCode::kTooLarge);
}

TEST(Toml, KeepsFileOrderAndMarks) {
  const auto doc = read_toml(
      "z = 1\n[[params.servers]]\nurl = \"https://a.example\"\n[[params.servers]]\nurl = \"https://b.example\"\nday = "
      "2020-05-02\n");
  ASSERT_TRUE(doc.has_value()) << describe(doc.error());
  EXPECT_EQ(doc->map()->front().key, "z");
  const Doc::Seq& servers = *doc->find("params")->find("servers")->seq();
  ASSERT_EQ(servers.size(), 2U);
  EXPECT_EQ(*servers[1].find("url")->string(), "https://b.example");
  EXPECT_EQ(*servers[1].find("day")->string(), "2020-05-02");
}

TEST(Toml, ErrorsNameLine) {
  const auto doc = read_toml("a = 1\na = 2\n");
  ASSERT_FALSE(doc.has_value());
  EXPECT_NE(doc.error().context.find("line 2"), std::string::npos) << doc.error().context;
}

}  // namespace
}  // namespace meetlat
