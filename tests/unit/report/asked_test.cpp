#include "report/asked.h"

#include <gtest/gtest.h>

namespace meetlat {
namespace {

TEST(ConfigForTest, EachServiceGetsTheLinesOfItsOwnProgram) {
  Rule rule;
  rule.config = {{"/etc/nginx/nginx.conf", "a"},
                 {"/etc/turnserver.conf", "plain"},
                 {"/etc/turnserver.conf (turns)", "b"},
                 {"/etc/prosody/prosody.cfg.lua (xmpp)", "c"}};
  const auto instance = config_for(rule, Service::kInstance);
  ASSERT_EQ(instance.size(), 2u);
  EXPECT_EQ(instance[0].lines, "a");
  EXPECT_EQ(instance[1].lines, "plain");
  const auto turns = config_for(rule, Service::kTurns);
  ASSERT_EQ(turns.size(), 1u);
  EXPECT_EQ(turns[0].file, "/etc/turnserver.conf");
  EXPECT_EQ(turns[0].lines, "b");
  for (const Service service : {Service::kXmpp, Service::kXmpps}) {
    const auto xmpp = config_for(rule, service);
    ASSERT_EQ(xmpp.size(), 1u);
    EXPECT_EQ(xmpp[0].file, "/etc/prosody/prosody.cfg.lua");
  }
}

TEST(NotAskedTest, IsSaidOnlyWhereEveryPartOfTheReasonSaysSo) {
  EXPECT_TRUE(was_not_asked("http.hsts was not asked"));
  EXPECT_TRUE(was_not_asked("a was not asked; b was not asked"));
  EXPECT_FALSE(was_not_asked("a was not asked; b: timeout"));
  EXPECT_FALSE(was_not_asked(""));
}

}  // namespace
}  // namespace meetlat
