// Which client is served: what its files claim, and digests of what was read whole.
#include "probes/client_text.h"

#include "base/file.h"
#include "probe_test.h"

namespace meetlat::test {
namespace {

std::string library(const std::string& claim, const std::string& end = "") {
  return "!function(e,t){e.JitsiMeetJS=t()}(self,(function(){return{version:\"" + claim + "\",init(){}}}));" + end;
}

TEST(LibraryClaim, IsReadFromTheVersionConstant) {
  struct Case {
    const char* text;
    const char* claim;
  };
  const Case cases[] = {
      {"a={version:\"341009ce\",b:1}", "341009ce"},
      {"const COMMIT_HASH=\"341009ce\";a={version:COMMIT_HASH}", "341009ce"},
      {"a={version:t};function f(){var t=\"0123456789abcdef\"}", ""},  // an alphabet, in another function
      {"a={version:\"0123456789abcdef\"}", ""},
      {"a={version:\"7d34d5371e93bd3dcd7c820e127bac3985bfbd33\"}", "7d34d5371e93bd3dcd7c820e127bac3985bfbd33"},
      {"a={version:\"development\"}", "development"},
      {"a={version:\"341009ce\"};b={version:\"1.2.3\"}", "341009ce"},  // of another library in the bundle
      {"a={version:\"341009ce\"};b={version:\"5671c5d6\"}", ""},       // which one is it?
      {"a={version:\"341009\"}", ""},
      {"a={version:\"341009cX\"}", ""},
      {"a={conversion:\"341009ce\"}", ""},
      {"x=\"341009ce\"", ""},
      {"version:\"", ""},
      {"", ""},
  };
  for (const Case& one : cases) EXPECT_EQ(probes::library_claim(one.text), one.claim) << one.text;
}

TEST(VersionSuffix, IsWhatAPackageDoesNotWrite) {
  EXPECT_EQ(probes::version_suffix("9268"), "");
  EXPECT_EQ(probes::version_suffix(""), "");
  EXPECT_EQ(probes::version_suffix("4370.993"), "993");
  EXPECT_EQ(probes::version_suffix("5142-3-5-2"), "5142-3-5-2");
}

TEST(ClientProbe, ComparesTheClaimWithTheRelease) {
  struct Case {
    const char* version;
    const char* claim;
    const char* matches;
  };
  const Case cases[] = {
      {"9268", "341009ce", "true"},
      {"9268", "341009ce5b", "true"},
      {"9268", "341009c", "true"},
      {"9268", "0badc0de1", "false"},
      {"9268.12", "0badc0de1", "<not-understood>"},  // somebody's own build: nothing to compare with
      {"9250", "341009ce", "<not-understood>"},      // no stable release
      {"9999", "341009ce", "<data-too-old>"},
  };
  for (const Case& one : cases) {
    Instance instance;
    instance.net.page(instance.at("libs/lib-jitsi-meet.min.js"), library(one.claim), "application/javascript");
    instance.stock("", one.version).run({"client"});
    EXPECT_EQ(shown(instance.evidence, "client.lib.claim"), one.claim) << one.version;
    EXPECT_EQ(shown(instance.evidence, "client.lib.matches_release"), one.matches) << one.version << one.claim;
  }
}

TEST(ClientProbe, DigestsOnlyWhatItReadWhole) {
  Instance instance;
  const std::string body = library("341009ce");
  instance.net.page(instance.at("libs/lib-jitsi-meet.min.js"), body, "application/javascript");
  instance.stock().run({"client"});
  EXPECT_EQ(shown(instance.evidence, "client.files"),
            "libs/lib-jitsi-meet.min.js " + std::to_string(body.size()) + " sha256:" + sha256_hex(body));

  Instance cut;
  cut.net.limits.max_body = 4000;
  cut.net.page(cut.at("libs/lib-jitsi-meet.min.js"), library("341009ce", std::string(5000, ' ')));
  cut.stock().run({"client"});
  EXPECT_EQ(shown(cut.evidence, "client.files"), "<too-large>");
  EXPECT_EQ(shown(cut.evidence, "client.lib.claim"), "<too-large>");

  Instance page_instead;
  page_instead.net.otherwise(ok(index_html("9268", config_js())));
  page_instead.landing(index_html("9268", config_js())).run({"client"});
  EXPECT_EQ(shown(page_instead.evidence, "client.files"), "<not-understood>");
}

TEST(ClientProbe, ListsScriptsThatNoStockPageHas) {
  Instance stock;
  stock.stock().run({"client"});
  EXPECT_EQ(shown(stock.evidence, "client.injected_scripts"), "");
  EXPECT_EQ(shown(stock.evidence, "client.versions_agree"), "true");

  Instance changed;
  changed
      .stock("", "9268",
             "<script src='https://stats.elsewhere.test/t.js'></script><script>count(1)</script>"
             "<script src='/own.js'></script><script type='application/ld+json'>{}</script>")
      .run({"client"});
  EXPECT_EQ(shown(changed.evidence, "client.injected_scripts"),
            "/own.js | https://stats.elsewhere.test | inline sha256:" + sha256_hex("count(1)") + " (8 bytes)");
}

TEST(ClientProbe, AsksForASourceMapOnlyWhenTheLibraryNamesOne) {
  Instance none;
  none.net.page(none.at("libs/lib-jitsi-meet.min.js"), library("341009ce"));
  none.stock().run({"client"});
  EXPECT_EQ(shown(none.evidence, "client.source_map"), "false");
  EXPECT_EQ(none.net.count(none.at("libs/lib-jitsi-meet.min.js.map")), 0);

  Instance named;
  named.net.page(named.at("libs/lib-jitsi-meet.min.js"),
                 library("341009ce", "\n//# sourceMappingURL=lib-jitsi-meet.min.js.map"));
  named.net.page(named.at("libs/lib-jitsi-meet.min.js.map"), "{\"version\":3,\"sources\":[]}");
  named.stock().run({"client"});
  EXPECT_EQ(shown(named.evidence, "client.source_map"), "true");
}

}  // namespace
}  // namespace meetlat::test
