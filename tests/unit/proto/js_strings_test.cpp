#include "proto/js_strings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meetlat {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ScriptUrls, AreTheLiteralsThatBeginWithAnAddress) {
  EXPECT_THAT(
      script_urls("a = 'https://a.test/x'; b(\"wss://b.test\"); c = ['//c.test/y', '/own', 'see https://no.test'];"),
      ElementsAre("https://a.test/x", "wss://b.test", "//c.test/y"));
}

TEST(ScriptUrls, DoNotStandInCommentsOrRegularExpressions) {
  EXPECT_THAT(script_urls("// 'https://a.test'\n/* \"https://b.test\" */ x = y.replace(/'https:\\/\\/c.test'/, '');"),
              IsEmpty());
}

TEST(ScriptUrls, AreDecodedAndGivenOnce) {
  EXPECT_THAT(script_urls("a = '\\x68ttps:\\/\\/a.test/'; b = 'https://a.test/';"), ElementsAre("https://a.test/"));
}

TEST(ScriptUrls, OfTemplatesNeedTheirWholeHost) {
  EXPECT_THAT(script_urls("a = `https://a.test/${room}`; b = `https://${host}/`; c = `https://b.${domain}`;"),
              ElementsAre("https://a.test/"));
}

TEST(ScriptUrls, AreNotMadeFromAScheme) {
  EXPECT_THAT(script_urls("a = 'https://' + host; b = '//'; c = '///x';"), IsEmpty());
}

}  // namespace
}  // namespace meetlat
