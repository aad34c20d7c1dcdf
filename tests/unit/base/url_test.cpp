#include "base/url.h"

#include <gtest/gtest.h>

namespace meetlat {
namespace {

struct Row {
  const char* in;
  const char* out;  // nullptr: refused
};

class UrlParse : public testing::TestWithParam<Row> {};

TEST_P(UrlParse, Normalises) {
  const auto url = Url::parse(GetParam().in);
  if (GetParam().out == nullptr) {
    EXPECT_FALSE(url.has_value()) << url->str();
  } else {
    ASSERT_TRUE(url.has_value()) << describe(url.error());
    EXPECT_EQ(url->str(), GetParam().out);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, UrlParse,
    testing::Values(Row{"https://Meet.Example.ORG", "https://meet.example.org/"},
                    Row{"HTTPS://meet.example.org:443/F", "https://meet.example.org/F"},
                    Row{"http://meet.example.org:80", "http://meet.example.org/"},
                    Row{"https://meet.example.org:8443/a?b=c#d", "https://meet.example.org:8443/a?b=c"},
                    Row{"https://user:secret@meet.example.org/", "https://meet.example.org/"},
                    Row{"https://münchen.example/", "https://xn--mnchen-3ya.example/"},
                    Row{"https://faß.example/", "https://xn--fa-hia.example/"},
                    Row{"https://[2001:DB8::1]:8443/", "https://[2001:db8::1]:8443/"},
                    Row{"https://meet.example.org./", "https://meet.example.org/"},
                    Row{"https://meet.example.org/a/../b", "https://meet.example.org/b"},
                    Row{"ftp://meet.example.org/", nullptr}, Row{"javascript:alert(1)", nullptr},
                    Row{"https://", nullptr}, Row{"https://a b.example/", nullptr},
                    Row{"https://meet.example.org:0/", nullptr}, Row{"https://meet.example.org:99999/", nullptr},
                    Row{"https://-bad.example/", nullptr}, Row{"https://a..example/", nullptr},
                    Row{"https://1.2.3/", "https://1.2.0.3/"}, Row{"https://0x7f.1/", "https://127.0.0.1/"},
                    Row{"https://exa\x01mple.org/", nullptr}));

TEST(UrlResolve, FollowsRfc3986) {
  const Url base = *Url::parse("https://meet.example.org/a/b?x=y");
  const auto resolved = [&](const char* reference) { return base.resolve(reference)->str(); };
  EXPECT_EQ(resolved("c"), "https://meet.example.org/a/c");
  EXPECT_EQ(resolved("/c"), "https://meet.example.org/c");
  EXPECT_EQ(resolved("../c"), "https://meet.example.org/c");
  EXPECT_EQ(resolved("//other.example/x"), "https://other.example/x");
  EXPECT_EQ(resolved("http://other.example"), "http://other.example/");
  EXPECT_EQ(resolved("?q"), "https://meet.example.org/a/b?q");
  EXPECT_EQ(resolved("#top"), "https://meet.example.org/a/b?x=y");
  EXPECT_EQ(resolved("my file.pdf"), "https://meet.example.org/a/my%20file.pdf");
  EXPECT_FALSE(base.resolve("mailto:someone@example.org").has_value());
  EXPECT_FALSE(base.resolve("javascript:void(0)").has_value());
}

TEST(Host, RegistrableDomainUsesThePublicSuffixList) {
  EXPECT_EQ(registrable_domain("meet.example.co.uk"), "example.co.uk");
  EXPECT_EQ(registrable_domain("meet.exemplary.test"), "exemplary.test");
  EXPECT_EQ(registrable_domain("192.0.2.1"), "192.0.2.1");
  EXPECT_TRUE(same_site("meet.example.org", "www.example.org"));
  EXPECT_FALSE(same_site("a.github.io", "b.github.io"));
}

TEST(Host, NormaliseWantsAFullName) {
  EXPECT_EQ(*normalise_host(" Meet.Example.ORG. "), "meet.example.org");
  EXPECT_FALSE(normalise_host("localhost").has_value());
  EXPECT_FALSE(normalise_host("?").has_value());
  EXPECT_FALSE(normalise_host("Team VC").has_value());
}

TEST(Host, DisplayRefusesMixedScripts) {
  EXPECT_EQ(display_host("xn--mnchen-3ya.example"), "münchen.example");
  // "аpple" with a Cyrillic first letter stays in its ASCII form.
  EXPECT_EQ(display_host("xn--pple-43d.example"), "xn--pple-43d.example");
}

}  // namespace
}  // namespace meetlat
