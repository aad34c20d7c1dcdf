// Settings as the client of one build takes them: its defaults, what it no longer or not yet reads, and where each
// stands.
#include "probes/jitsi_settings.h"

#include "probe_test.h"

namespace meetlat::test {
namespace {

using probes::Heeded;
using probes::Read;
using probes::SettingSpec;
using probes::SettingTable;

// The settings of a stock instance, read as a client of that build reads them.
struct Resolved {
  Resolved(const std::string& members, const std::string& version) : build(probes::build_knowledge(version)) {
    instance.stock(members, version).run({"dns"});
    settings.emplace(instance.session().configuration(), instance.target().base, std::vector<std::string>{}, &build);
  }
  Instance instance;
  probes::BuildKnowledge build;
  std::optional<probes::Settings> settings;
};

// "true", "'text'", "[2]", "unknown", "absent"; a default is marked by a star.
std::string shown(const Read& read) {
  if (read.unknown) return "unknown";
  if (read.value == nullptr) return "absent";
  const std::string star = read.by_default ? "*" : "";
  switch (read.value->kind) {
    case JsValue::Kind::kBool:
      return (read.value->boolean ? "true" : "false") + star;
    case JsValue::Kind::kArray:
      return "[" + std::to_string(read.value->items.size()) + "]" + star;
    default:
      return "'" + read.value->string + "'" + star;
  }
}

TEST(SettingTable, HoldsWhatItsFileSays) {
  const Result<SettingTable>& table = SettingTable::bundled();
  ASSERT_TRUE(table.has_value()) << table.error().context;
  EXPECT_GE(table->config().size(), 120U);
  ASSERT_NE(table->find("p2p.stunServers"), nullptr);
  EXPECT_EQ(table->find("p2p.stunServers")->absent.size(), 2U);
  EXPECT_EQ(table->find("APP_NAME"), nullptr);
  EXPECT_NE(table->find("APP_NAME", true), nullptr);
  EXPECT_EQ(table->find("no.such.key"), nullptr);
  for (const SettingSpec& spec : table->config()) {
    if (spec.replaced_by.empty()) continue;
    EXPECT_NE(table->find(spec.replaced_by), nullptr) << spec.key << " is replaced by an unknown key";
  }
}

TEST(SettingTable, RefusesWhatItDoesNotUnderstand) {
  const auto refused = [](const std::string& entry) {
    const Result<SettingTable> table = SettingTable::parse("interface_config: []\nconfig:\n  - " + entry + "\n");
    return !table && table.error().code == ErrorCode::kSchema;
  };
  EXPECT_FALSE(refused("{key: a, type: bool}"));
  EXPECT_TRUE(refused("{key: a}"));
  EXPECT_TRUE(refused("{type: bool}"));
  EXPECT_TRUE(refused("{key: a, type: colour}"));
  EXPECT_TRUE(refused("{key: a, type: bool, sinse: 7}"));
  EXPECT_TRUE(refused("{key: a, type: bool, since: soon}"));
  EXPECT_TRUE(refused("{key: a, type: bool, until: 9000, dead_since: 9000}"));
  EXPECT_TRUE(refused("{key: a, type: bool}\n  - {key: a, type: text}"));
  EXPECT_TRUE(refused("{key: a, type: list, absent: [{from: 5}]}"));
}

TEST(Settings, AreTakenAsTheClientOfThatBuildTakesThem) {
  struct Case {
    const char* members;
    const char* version;
    const char* path;
    const char* taken;
  };
  const Case cases[] = {
      {"", "9268", "p2p.enabled", "true*"},
      {"p2p: {enabled: false}", "9268", "p2p.enabled", "false"},
      {"p2p: {enabled: null}", "9268", "p2p.enabled", "true*"},
      {"p2p: {enabled: f()}", "9268", "p2p.enabled", "unknown"},
      {"", "4370", "p2p.stunServers", "[3]*"},
      {"", "9268", "p2p.stunServers", "[1]*"},
      {"", "4500", "p2p.stunServers", "unknown"},   // between the releases in which the default changed
      {"", "99999", "p2p.stunServers", "unknown"},  // newer than the table: it may have changed again
      {"p2p: {stunServers: []}", "99999", "p2p.stunServers", "[0]"},
      {"e2ee: {disabled: true}", "8242", "e2ee.disabled", "true"},
      {"e2ee: {disabled: true}", "8206", "e2ee.disabled", "false*"},   // ignored by clients before release 9823
      {"e2ee: {disabled: true}", "8220", "e2ee.disabled", "unknown"},  // between 9779 and 9823
      {"callStatsID: 'x'", "7658", "callStatsID", "'x'"},
      {"callStatsID: 'x'", "7712", "callStatsID", "absent"},
      {"callStatsID: 'x'", "99999", "callStatsID", "absent"},
      {"userRegion: 'eu'", "9268", "userRegion", "absent"},
      {"somethingElse: true", "9268", "somethingElse", "true"},
      {"", "139", "disableThirdPartyRequests", "false*"},
  };
  for (const Case& one : cases) {
    const Resolved resolved(one.members, one.version);
    EXPECT_EQ(shown(resolved.settings->resolve(one.path)), one.taken)
        << one.path << " of {" << one.members << "} in build " << one.version;
  }
}

TEST(Settings, KnowWhichSpellingsAreDead) {
  const Resolved resolved("", "8500");  // between 10133 and 10169
  EXPECT_EQ(resolved.settings->heeded("callStatsID"), Heeded::kNo);
  EXPECT_EQ(resolved.settings->heeded("analytics.amplitudeAPPKey"), Heeded::kYes);
  EXPECT_EQ(resolved.settings->heeded("fileSharing.enabled"), Heeded::kNo);
  EXPECT_EQ(resolved.settings->heeded("noSuchKey"), Heeded::kYes);
  EXPECT_EQ(Resolved("", "8780").settings->heeded("prejoinPageEnabled"), Heeded::kUnclear);
}

TEST(Settings, SayTheirFileLineAndText) {
  Instance inlined;
  inlined.landing(
      "<!doctype html>\n<html><head>\n<title>x</title>\n<script>\nvar config = {\n  hosts: {domain: 'a.test', muc: "
      "'b'},\n"
      "  bosh: '/b',\n  p2p: {enabled: false}\n};\n</script>\n<script "
      "src=\"libs/lib-jitsi-meet.min.js?v=9268\"></script>"
      "</head></html>");
  inlined.run({"dns"});
  const probes::Settings in_page(inlined.session().configuration(), inlined.target().base);
  const Read read = in_page.read("p2p.enabled");
  EXPECT_EQ(read.note, "p2p.enabled: false (page line 8)");
  EXPECT_EQ(in_page.seen(read).where, "https://meet.example.test/ (inlined) line 8");
  EXPECT_EQ(read.origin.excerpt, "p2p: {enabled: false}");

  Instance separate;
  separate.landing(index_html());
  separate.net.page(separate.at("config.js"), "// a comment\n\n" + config_js("\nanalytics: {disabled: true}"),
                    "application/javascript");
  separate.run({"dns"});
  const probes::Settings in_file(separate.session().configuration(), separate.target().base);
  EXPECT_EQ(in_file.read("analytics.disabled").note, "analytics.disabled: true (config.js line 4)");
  EXPECT_EQ(in_file.seen(in_file.read("analytics.disabled")).where, "https://meet.example.test/config.js line 4");
  EXPECT_EQ(in_file.seen(in_file.read("requireDisplayName")).where,
            "https://meet.example.test/ (inlined), https://meet.example.test/config.js");
}

}  // namespace
}  // namespace meetlat::test
