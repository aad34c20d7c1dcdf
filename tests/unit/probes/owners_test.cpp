#include "probes/owners.h"

#include <gtest/gtest.h>

namespace meetlat::test {
namespace {

TEST(Owners, AreFoundByTheLongestDomain) {
  ASSERT_NE(probes::owner_of_domain("fonts.gstatic.com"), nullptr);
  EXPECT_EQ(probes::owner_of_domain("fonts.gstatic.com")->kind, "fonts");
  EXPECT_EQ(probes::owner_of_domain("x.gstatic.com")->name, "Google");
  EXPECT_EQ(probes::owner_of_domain("secure.gravatar.com")->name, "Automattic");
  EXPECT_EQ(probes::owner_of_domain("notgravatar.com"), nullptr);
  EXPECT_EQ(probes::owner_of_domain("com"), nullptr);
}

TEST(Owners, CountAsOneOnlyWhereTheDomainsAreTheirOwnServices) {
  EXPECT_TRUE(probes::same_owner("meet.jit.si", "web-cdn.jitsi.net"));
  EXPECT_TRUE(probes::same_owner("a.example.test", "b.example.test"));
  EXPECT_FALSE(probes::same_owner("one.web.app", "two.web.app"));
  EXPECT_FALSE(probes::same_owner("one.azurewebsites.net", "two.azurewebsites.net"));
  EXPECT_FALSE(probes::same_owner("youtube.com", "google.com"));
}

}  // namespace
}  // namespace meetlat::test
