#include "proto/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace meetlat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

HtmlDocument page(std::string_view html) {
  Result<HtmlDocument> document = parse_html(html);
  EXPECT_TRUE(document.has_value());
  return document ? *document : HtmlDocument();
}

std::vector<std::string> resources(const HtmlDocument& document) {
  std::vector<std::string> out;
  for (const HtmlResource& resource : document.resources) out.push_back(resource.element + " " + resource.url);
  return out;
}

std::string repeated(std::string_view unit, std::size_t bytes, std::string_view before = "<html>") {
  std::string out(before);
  while (out.size() + unit.size() <= bytes) out += unit;
  return out;
}

TEST(Html, CollectsTranslationsOfThePage) {
  const Result<HtmlDocument> page = parse_html(
      "<html><link rel=alternate hreflang='de-AT' href=/de><link rel=alternate type=application/rss+xml href=/feed>"
      "<a hreflang=FR href=/fr>x</a></html>");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->links.size(), 2U);
  EXPECT_EQ(page->links[0].href + " " + page->links[0].hreflang, "/de de-at");
  EXPECT_EQ(page->links[1].href + " " + page->links[1].hreflang, "/fr fr");
}

TEST(Html, ReadsWhatTheHeadSays) {
  const HtmlDocument document = page(
      "<!DOCTYPE html><html lang=DE-de><head><title> A &amp; B\n C </title><base href='/x/'>"
      "<meta name=generator content='Made by hand'><meta name=Description content='about'>"
      "<meta http-equiv=REFRESH content=\"5; URL='/next?a=1'\">"
      "<meta http-equiv=Content-Security-Policy content=\"default-src 'self'\"></head><body>x</body></html>");
  EXPECT_TRUE(document.is_html);
  EXPECT_EQ(document.lang, "de-de");
  EXPECT_EQ(document.title, "A & B C");
  EXPECT_EQ(document.base_href, "/x/");
  EXPECT_EQ(document.generator, "Made by hand");
  EXPECT_EQ(document.description, "about");
  EXPECT_EQ(document.meta_refresh, "/next?a=1");
  EXPECT_EQ(document.csp, "default-src 'self'");
}

TEST(Html, TextIsWhatAReaderSeesWithBlocksOnTheirOwnLines) {
  const HtmlDocument document = page(
      "<html><style>no</style><script>no</script><p>One <b>bold</b>\n word.<p hidden>no<div style='color:red; DISPLAY "
      ": "
      "none'>no</div><div "
      "aria-hidden=true>seen</div><ul><li>item<li>other</ul><table><tr><td>cell<td>next</table>a<br>b"
      "<!-- no --><textarea>typed</textarea>c&nbsp;d");
  EXPECT_EQ(document.text, "One bold word.\nseen\nitem\nother\ncell\nnext\na\nb\ntyped\nc d");
}

TEST(Html, TemplatesAreReadButApart) {
  const HtmlDocument document = page(
      "<html><body><p>page</p><template id=welcome><p>Run by <a href='/imprint'>us</a></p><img src=t.png></template>"
      "<a href=/here>there</a>");
  EXPECT_EQ(document.text, "page\nthere");
  EXPECT_THAT(document.templates, ElementsAre("Run by us"));
  ASSERT_EQ(document.links.size(), 2U);
  EXPECT_TRUE(document.links[0].in_template);
  EXPECT_EQ(document.links[0].href, "/imprint");
  EXPECT_FALSE(document.links[1].in_template);
  EXPECT_THAT(resources(document), ElementsAre("template:img t.png"));
}

TEST(Html, LinksHaveTheTextThatAPersonWouldName) {
  const HtmlDocument document = page(
      "<html><a href=' /a?b=1&amp;c=2 ' rel='NoFollow'>  Some <i>text</i> </a><a href=/b title=Titled></a>"
      "<a href=/c><img alt=Pictured src=p.png></a><a href=/d aria-label=Labelled><span hidden>no</span></a>"
      "<map><area href=/e alt=Area></map><link rel=privacy-policy href=/f><a name=no-link>x</a>"
      "<div hidden><a href=/g>inside</a></div>");
  std::vector<std::string> found;
  for (const HtmlLink& link : document.links) found.push_back(link.href + " " + link.text + " " + link.rel);
  EXPECT_THAT(found, ElementsAre("/a?b=1&c=2 Some text nofollow", "/b Titled ", "/c Pictured ", "/d Labelled ",
                                 "/e Area ", "/f  privacy-policy", "/g inside "));
}

TEST(Html, ListsWhatABrowserLoadsByItself) {
  const HtmlDocument document = page(
      "<html><head><script src=s.js></script><link rel='preconnect stylesheet' href=//cdn.example.test>"
      "<link rel=canonical href=no><link rel=\"shortcut icon\" href=i.ico><style>@import 'c.css';</style></head>"
      "<body><img src=a.png srcset='b.png 1x, c.png 2x'><picture><source srcset=d.webp></picture><iframe "
      "src=f></iframe>"
      "<object data=o></object><embed src=e><video src=v poster=w></video><audio src=u></audio><form action=/post>"
      "<button formaction=/other></button></form><i style='background:url(\"bg.png\")'></i><img src='data:x'>"
      "<noscript><img src=//pixel.example.test/p></noscript><svg><image xlink:href=svg.png /></svg><a href=no>x</a>");
  EXPECT_THAT(resources(document),
              ElementsAre("script s.js", "link:preconnect //cdn.example.test", "link:stylesheet //cdn.example.test",
                          "link:icon i.ico", "css c.css", "img a.png", "img b.png", "img c.png", "source d.webp",
                          "iframe f", "object o", "embed e", "video v", "video w", "audio u", "form /post",
                          "form /other", "css bg.png", "noscript:img //pixel.example.test/p", "svg:image svg.png"));
}

TEST(Html, KeepsInlineScriptsWithTypeAndPlace) {
  const std::string html =
      "\xEF\xBB\xBF<html><script>var config = {a:'</div>'}; // <b></script><script "
      "type=\"Application/JSON\">{}</script>"
      "<script src=x.js>ignored</script><script><!-- if (a < b) { '<script></script>' } --></script>";
  const HtmlDocument document = page(html);
  ASSERT_EQ(document.scripts.size(), 3U);
  EXPECT_EQ(document.scripts[0].text, "var config = {a:'</div>'}; // <b>");
  EXPECT_EQ(document.scripts[1].type, "application/json");
  EXPECT_THAT(document.scripts[2].text, HasSubstr("'<script></script>' } -->"));
  for (const HtmlScript& script : document.scripts) {
    EXPECT_EQ(html.substr(script.offset, script.text.size()), script.text);
  }
}

TEST(Html, CommentsShowThatServerIncludesWereNotProcessed) {
  const HtmlDocument document = page("<html><!--#include virtual=\"/config.js\" --><p>a<!-->b<!--->c<!-- x --!>d");
  EXPECT_THAT(document.comments,
              ElementsAre("<!--#include virtual=\"/config.js\" -->", "<!-->", "<!--->", "<!-- x --!>"));
  EXPECT_EQ(document.text, "abcd");
}

TEST(Html, BrokenBytesBecomeReplacementCharacters) {
  EXPECT_EQ(page("<html>a\xFF\xED\xA0\x80z").text, "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
  EXPECT_EQ(page(std::string("<html>a\0z", 9)).text, "a\xEF\xBF\xBDz");
}

TEST(Html, TellsPagesFromOtherTexts) {
  const struct {
    const char* bytes;
    bool is_html;
  } cases[] = {
      {"<!doctype html><p>x", true},
      {"  \n<template><p>x</p></template>", true},
      {"<!-- note --><html></html>", true},
      {"Warning: something in line 3\n<!DOCTYPE html><html></html>", true},
      {"<?xml version=\"1.0\"?><html xmlns='x'></html>", true},
      {"var config = { a: '<html>' };", false},
      {"/* <b> */ var x = '<div></div>';", false},
      {"User-agent: *\nDisallow: /", false},
      {"{\"a\": \"<p>\"}", false},
      {"<?xml version=\"1.0\"?><rss><channel/></rss>", false},
      {"plain words", false},
      {"", false},
  };
  for (const auto& each : cases) EXPECT_EQ(page(each.bytes).is_html, each.is_html) << each.bytes;
  EXPECT_EQ(page("plain words").text, "plain words");
}

TEST(Html, MarkupThatOnlyLooksLikeTagsStaysText) {
  EXPECT_EQ(page("<html>a < b <3 <!-- c -->x").text, "a < b <3 x");
  EXPECT_EQ(page("<html><<!-- -->b>x").text, "<b>x");
  EXPECT_EQ(page("<html><p title='>' data-x=\"<p>\">x</p><a \"href=x>y").text, "x\ny");
}

TEST(Html, InlineSvgHasNoTextButDoesNotSwallowThePage) {
  EXPECT_EQ(page("<html>a<svg><title>icon</title><path d=x /></svg>b").text, "ab");
  EXPECT_EQ(page("<html>a<svg><p>after</p></svg>b").text, "a\nafter\nb");
  EXPECT_EQ(page("<html>a<svg><g>never closed").text, "anever closed");
}

TEST(Html, RefusesWhatWouldCostTooMuch) {
  constexpr std::size_t kSize = 400'000;
  std::string formatting = "<html><p>";
  for (int i = 0; i < 450; ++i) formatting += "<b id=" + std::to_string(i) + ">";
  std::string attributes = "<html><p ";
  for (int i = 0; i < 600; ++i) attributes += "a" + std::to_string(i) + " ";
  const struct {
    const char* what;
    std::string html;
  } cases[] = {
      {"deep", repeated("<div>", kSize)},
      {"deep unknown", repeated("<x-y>", kSize)},
      {"templates", repeated("<template>", kSize)},
      {"reopened formatting", repeated("<a><b><i></a>x", kSize)},
      {"cloned formatting", repeated("<p>x", kSize, formatting + "</p>")},
      {"many attributes", attributes + ">"},
      {"framesets", repeated("<frameset>", kSize)},
      {"too large", std::string((std::size_t{2} << 20) + 1, 'x')},
  };
  for (const auto& each : cases) {
    const Result<HtmlDocument> document = parse_html(each.html);
    ASSERT_FALSE(document.has_value()) << each.what;
    EXPECT_EQ(document.error().code, ErrorCode::kTooLarge) << each.what;
  }
}

TEST(Html, ReadsSloppyPagesWhoseEndTagsAreLeftOut) {
  for (const char* unit :
       {"<p>x", "<li>x", "<tr><td>x", "<dd>x", "<option>x", "<a href=x>y", "<br>", "<font color=red>x</font>"}) {
    const Result<HtmlDocument> document = parse_html(repeated(unit, 100'000, "<html><table><select></select>"));
    ASSERT_TRUE(document.has_value()) << unit;
    EXPECT_TRUE(document->is_html);
  }
}

TEST(Css, FindsEveryUrlInOrder) {
  EXPECT_THAT(css_urls("@import 'a.css'; @IMPORT url(\"b.css\") screen; /* url(no) */ p{background:url( c.png );"
                       "src:url('d.woff') , URL(e)} q{content:'url(no)'} @charset 'no'; r{x:url(data:x)}"),
              ElementsAre("a.css", "b.css", "c.png", "d.woff", "e"));
}

TEST(Css, DecodesEscapesAndSkipsBadUrls) {
  EXPECT_THAT(css_urls("a{b:\\75 rl(f\\6Fo\\2e png);c:url(bad\"x);d:url(ok)}"), ElementsAre("foo.png", "ok"));
  EXPECT_THAT(css_urls("a{b:url(open"), ElementsAre("open"));
  EXPECT_THAT(css_urls("/* open url(x)"), ElementsAre());
}

TEST(CssReferences, TellWhatIsImportedFromWhatIsOnlyNamed) {
  std::vector<std::string> shown;
  for (const CssReference& reference :
       css_references("@import 'a.css'; @import url(b.css) screen; @font-face{src:url(c.woff)} p{background:url(d)}")) {
    shown.push_back(reference.url + (reference.import ? " imported" : ""));
  }
  EXPECT_THAT(shown, ElementsAre("a.css imported", "b.css imported", "c.woff", "d"));
}

}  // namespace
}  // namespace meetlat
