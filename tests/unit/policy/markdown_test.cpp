#include "policy/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meetlat::policy {
namespace {

using testing::HasSubstr;

std::string html(std::string_view markdown) {
  const Result<std::string> page = html_of_markdown(markdown);
  EXPECT_TRUE(page.has_value());
  return page ? *page : std::string();
}

std::string repeated(std::string_view unit, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += unit;
  return out;
}

struct Written {
  const char* markdown;
  const char* html;
};

class Markdown : public testing::TestWithParam<Written> {};

TEST_P(Markdown, BecomesTheHtmlThatABrowserWouldShow) {
  EXPECT_THAT(html(GetParam().markdown), HasSubstr(GetParam().html));
}

INSTANTIATE_TEST_SUITE_P(
    Forms, Markdown,
    testing::Values(Written{"## Logs", "<h2>Logs</h2>"}, Written{"- a\n- b", "<ul><li>a</li><li>b</li></ul>"},
                    Written{"1. a", "<ol><li>a</li></ol>"}, Written{"> a", "<blockquote><p>a</p></blockquote>"},
                    Written{"| a | b |\n|---|---|\n| c | d |", "<tr><td>c</td><td>d</td></tr>"},
                    Written{"**a** *b* `c` ~~d~~", "<strong>a</strong> <em>b</em> <code>c</code> <del>d</del>"},
                    Written{"[a](/b?c=1&d \"e\")", "<a href=\"/b?c=1&amp;d\" title=\"e\">a</a>"},
                    Written{"[a]\n\n[a]: /b", "<a href=\"/b\">a</a>"},
                    Written{"<a@sample.invalid>", "<a href=\"mailto:a@sample.invalid\">a@sample.invalid</a>"},
                    Written{"![a *b*](c.png) d", "<img src=\"c.png\" alt=\"a b\"> d"},
                    Written{"a  \nb\nc", "a<br>b\nc"}, Written{"a < b &amp; \"c\"", "a &lt; b &amp; &quot;c&quot;"},
                    Written{"```\n<b>\n```", "<pre>&lt;b&gt;"}, Written{"<div hidden>a</div>", "<div hidden>a</div>"}));

TEST(MarkdownBounds, WhatUnfoldsToAMultipleOfTheFileIsRefused) {
  const std::string reference = "[a]: /" + std::string(100'000, 'x') + "\n\n" + repeated("[a] ", 10'000);
  const std::string table = repeated("|a", 2000) + "\n" + repeated("|---", 2000) + "\n" + repeated("|b\n", 20'000);
  for (const std::string& text : {reference, table, std::string(kMaxMarkdown + 1, 'a')}) {
    const Result<std::string> page = html_of_markdown(text);
    ASSERT_FALSE(page.has_value());
    EXPECT_EQ(page.error().code, ErrorCode::kTooLarge);
  }
  EXPECT_TRUE(html_of_markdown(std::string(kMaxMarkdown / 2, 'a')).has_value());
}

TEST(Shortcodes, AreLeftOut) {
  EXPECT_EQ(without_shortcodes("a {{< b >}}c {{% d %}}e {% f %}g {: .h}i"), "a c e g i");
}

TEST(Shortcodes, BlanksAndWhatIsNotClosedStay) {
  EXPECT_EQ(without_shortcodes("{{name}} {a} {% b {{< c >}} d"), "{{name}} {a} {% b  d");
  const std::string long_one = "{%" + std::string(400, ' ') + "%}";
  EXPECT_EQ(without_shortcodes(long_one), long_one);
}

}  // namespace
}  // namespace meetlat::policy
