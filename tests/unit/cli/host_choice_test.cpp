#include "cli/host_choice.h"

#include <gtest/gtest.h>

namespace meetlat {
namespace {

using Ids = std::vector<std::string>;

const Ids kIds{"meet.one.test",        "meet.one.test:8443", "meet.two.test:8443", "meet.two.test:9443",
               "xmpp://meet.two.test", "meet.three.test/F",  "meet.two.test:8443"};

TEST(HostChoice, TakesTheOneThatIsWrittenSo) {
  EXPECT_EQ(hosts_meant("meet.one.test", kIds).value(), Ids{"meet.one.test"});
  EXPECT_EQ(hosts_meant("https://Meet.One.test:8443/", kIds).value(), Ids{"meet.one.test:8443"});
  EXPECT_EQ(hosts_meant("xmpp://meet.two.test", kIds).value(), Ids{"xmpp://meet.two.test"});
}

TEST(HostChoice, TakesEveryHostOfANameWithoutPortAndEachOnce) {
  EXPECT_EQ(hosts_meant("meet.two.test", kIds).value(),
            (Ids{"meet.two.test:8443", "meet.two.test:9443", "xmpp://meet.two.test"}));
  EXPECT_EQ(hosts_meant("meet.three.test", kIds).value(), Ids{"meet.three.test/F"});
}

TEST(HostChoice, TakesNoOtherPortAndNoOtherName) {
  for (const char* other : {"meet.two.test:1", "two.test", "a.meet.two.test", "meet.three.test/G"}) {
    EXPECT_TRUE(hosts_meant(other, kIds).value().empty()) << other;
  }
  EXPECT_FALSE(hosts_meant("no host", kIds).has_value());
}

}  // namespace
}  // namespace meetlat
