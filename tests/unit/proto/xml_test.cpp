#include "proto/xml.h"

#include <gtest/gtest.h>

#include <string>

namespace meetlat {
namespace {

ErrorCode error_of(std::string_view bytes, const XmlLimits& limits = {}) {
  const Result<XmlElement> parsed = parse_xml(bytes, limits);
  return parsed ? ErrorCode::kNotAttempted : parsed.error().code;
}

std::string nested(std::size_t depth) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += "<a>";
  for (std::size_t i = 0; i < depth; ++i) text += "</a>";
  return text;
}

TEST(ParseXml, ResolvesNamespacesOfElementsByDefaultAndByPrefix) {
  const Result<XmlElement> root =
      parse_xml("<a xmlns='one' xmlns:p='two'><p:b xmlns='three'><c/></p:b><d xmlns=''/><e/></a>");
  ASSERT_TRUE(root) << root.error().context;
  ASSERT_EQ(root->children.size(), 3U);
  EXPECT_TRUE(root->is("a", "one"));
  EXPECT_TRUE(root->children[0].is("b", "two"));
  EXPECT_TRUE(root->children[0].children[0].is("c", "three"));
  EXPECT_TRUE(root->children[1].is("d", ""));
  EXPECT_TRUE(root->children[2].is("e", "one"));
}

TEST(ParseXml, ForgetsPrefixesWhereTheirElementEnds) {
  EXPECT_EQ(error_of("<a><b xmlns:p='x'/><p:c/></a>"), ErrorCode::kParse);
}

TEST(ParseXml, JoinsTextAndCdataAndUnescapesReferences) {
  const Result<XmlElement> root = parse_xml("<a k='&lt;&quot;&#65;'>x&amp;<b/><![CDATA[<&y]]>z</a>");
  ASSERT_TRUE(root) << root.error().context;
  EXPECT_EQ(root->attribute("k"), "<\"A");
  EXPECT_EQ(root->text, "x&<&yz");
}

TEST(ParseXml, RefusesWhatXmppForbids) {
  EXPECT_EQ(error_of("<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"), ErrorCode::kParse);
  EXPECT_EQ(error_of("<!DOCTYPE a><a/>"), ErrorCode::kParse);
  EXPECT_EQ(error_of("<a>&e;</a>"), ErrorCode::kParse);
  EXPECT_EQ(error_of("<a><!-- x --></a>"), ErrorCode::kParse);
  EXPECT_EQ(error_of("<a><?x y?></a>"), ErrorCode::kParse);
  EXPECT_EQ(error_of("<a/><b/>"), ErrorCode::kParse);
  EXPECT_EQ(error_of("<a>\xff</a>"), ErrorCode::kParse);
  EXPECT_EQ(error_of("<a>\x01</a>"), ErrorCode::kParse);
  EXPECT_EQ(error_of("<a xmlns:p='x'><p:1/></a>"), ErrorCode::kParse);
  EXPECT_EQ(error_of("<a xmlns:p='x'><p:b:c/></a>"), ErrorCode::kParse);
  EXPECT_EQ(error_of("<a>"), ErrorCode::kParse);
  EXPECT_EQ(error_of("no XML"), ErrorCode::kParse);
  EXPECT_EQ(error_of(""), ErrorCode::kParse);
  EXPECT_TRUE(parse_xml("<?xml version='1.0'?>\n<a/>\n"));
}

TEST(ParseXml, RefusesWhatIsTooLarge) {
  XmlLimits limits;
  EXPECT_TRUE(parse_xml(nested(limits.depth)));
  EXPECT_EQ(error_of(nested(limits.depth + 1)), ErrorCode::kTooLarge);
  EXPECT_EQ(error_of(nested(100'000)), ErrorCode::kTooLarge);
  limits.bytes = 10;
  EXPECT_EQ(error_of("<aaaaaaaaa/>", limits), ErrorCode::kTooLarge);
  limits = {};
  limits.elements = 2;
  EXPECT_EQ(error_of("<a><b/><b/></a>", limits), ErrorCode::kTooLarge);
  std::string many = "<a";
  for (int i = 0; i < 65; ++i) many += " a" + std::to_string(i) + "=''";
  EXPECT_EQ(error_of(many + "/>"), ErrorCode::kTooLarge);
  EXPECT_EQ(error_of("<a xmlns='" + std::string(257, 'x') + "'/>"), ErrorCode::kTooLarge);
}

TEST(WriteXml, EscapesSoThatReadingGivesTheSameBack) {
  XmlElement root("a", "one");
  root.set("k", "<'\"&>\t\n\r").with_text("]]> <&'\"\r\n");
  root.add(XmlElement("b", "two").add(XmlElement("c", "one")));
  const std::string text = write_xml(root);
  const Result<XmlElement> back = parse_xml(text);
  ASSERT_TRUE(back) << text << back.error().context;
  EXPECT_EQ(*back, root) << text;
}

TEST(WriteXml, DeclaresANamespaceOnlyWhereItChanges) {
  XmlElement root("a", "one");
  root.add(XmlElement("b", "one").add(XmlElement("c", "two"))).add(XmlElement("d"));
  EXPECT_EQ(write_xml(root), R"(<a xmlns="one"><b><c xmlns="two"/></b><d xmlns=""/></a>)");
  EXPECT_EQ(write_xml(root, "one"), R"(<a><b><c xmlns="two"/></b><d xmlns=""/></a>)");
}

TEST(WriteXml, WritesAPrefixWhenAsked) {
  XmlElement root("features", "s");
  root.prefix = "stream";
  root.add(XmlElement("b", "two"));
  EXPECT_EQ(write_xml(root), R"(<stream:features xmlns:stream="s"><b xmlns="two"/></stream:features>)");
}

TEST(WriteXml, ReplacesWhatXmlCannotHold) {
  EXPECT_EQ(write_xml(XmlElement("a").with_text(std::string("x\x01\xffy"))), "<a>x\xEF\xBF\xBD\xEF\xBF\xBDy</a>");
}

}  // namespace
}  // namespace meetlat
