// Link texts and paths by which policies, imprints and terms are found.
#include "policy/discovery.h"

#include <gtest/gtest.h>

#include <string>

namespace meetlat::policy {
namespace {

const Discovery& table() {
  static const Discovery& bundled = *Discovery::bundled();
  return bundled;
}

TEST(Discovery, RefusesBrokenTables) {
  EXPECT_EQ(Discovery::parse("").error().code, ErrorCode::kSchema);
  EXPECT_EQ(Discovery::parse("privacy\ten\ttext\n").error().code, ErrorCode::kSchema);
  EXPECT_EQ(Discovery::parse("privacy\ten\tsmell\tprivacy\n").error().code, ErrorCode::kSchema);
  const Result<Discovery> second = Discovery::parse("privacy\ten\tpath\tprivacy\nprivacy\ten\tpath\t\n");
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().context.find("line 2"), std::string::npos) << second.error().context;
}

TEST(Discovery, KnowsPathsOfPolicies) {
  for (const char* path : {"/privacy", "/Privacy.html", "/legal/privacy/", "/de/datenschutz",
                           "/privacyverklaring-2020.pdf", "/info/datenschutz.php"}) {
    EXPECT_TRUE(table().path_names("privacy", path)) << path;
  }
  for (const char* path : {"/", "/privacycafe", "/about", "/privacy/tips"}) {
    EXPECT_FALSE(table().path_names("privacy", path)) << path;
  }
}

TEST(Discovery, KnowsNamesOfPolicies) {
  for (const char* text : {"Datenschutzerklärung", "  PRIVACY policy ", "Privacybeleid"}) {
    EXPECT_TRUE(table().text_names("privacy", text)) << text;
  }
  EXPECT_FALSE(table().text_names("privacy", "Terms"));
  EXPECT_FALSE(table().text_names("privacy", ""));
  EXPECT_FALSE(table().text_names("privacy", std::string(300, 'x') + " privacy"));
  EXPECT_TRUE(table().text_names("imprint", "Impressum"));
}

}  // namespace
}  // namespace meetlat::policy
