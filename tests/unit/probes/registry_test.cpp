// Drift: every probe file is registered, every fact is declared once and described, every declared fact is recorded.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "probe_test.h"

namespace meetlat::test {
namespace {

std::string slurp(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Registry, HoldsEveryFileThatDefinesAProbe) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(MEETLAT_TOP_DIR) / "src/probes")) {
    if (entry.path().extension() != ".cpp" || slurp(entry.path()).find(": public Probe {") == std::string::npos)
      continue;
    ++files;
    EXPECT_NE(find_probe(entry.path().stem().string()), nullptr) << entry.path() << " is not registered";
  }
  EXPECT_EQ(files, all_probes().size());
}

TEST(Registry, ProbesComeAfterThoseWhoseFactsTheyRead) {
  std::set<std::string_view> before;
  for (const Probe* probe : all_probes()) {
    for (const std::string_view id : probe->info().after) EXPECT_TRUE(before.contains(id)) << probe->info().id;
    EXPECT_TRUE(before.insert(probe->info().id).second) << "twice: " << probe->info().id;
  }
}

TEST(Registry, FactsAreUniqueTypedAndDescribed) {
  const std::set<std::string_view> types{"bool", "int", "double", "string", "strings", "text"};
  std::set<std::string_view> paths;
  for (const Probe* probe : all_probes()) {
    EXPECT_GT(probe->info().max_requests, 0);
    for (const FactSpec& fact : probe->info().facts) {
      EXPECT_TRUE(paths.insert(fact.path).second) << "twice: " << fact.path;
      EXPECT_TRUE(fact.path.starts_with(std::string(probe->info().id) + ".")) << fact.path;
      EXPECT_TRUE(types.contains(fact.type)) << fact.path;
      EXPECT_FALSE(fact.doc.empty()) << fact.path;
      EXPECT_EQ(find_fact(fact.path), &fact);
    }
  }
  EXPECT_EQ(find_fact("tls.nothing"), nullptr);
  EXPECT_EQ(find_probe("nothing"), nullptr);
}

// Whatever a host answers, every fact is recorded and nothing undeclared is.
void expect_complete(Instance& instance, const char* what) {
  instance.run_all();
  for (const Probe* probe : all_probes()) {
    for (const FactSpec& fact : probe->info().facts) {
      EXPECT_NE(shown(instance.evidence, fact.path), "<none>") << what << ": " << fact.path;
    }
  }
  for (const Fact& fact : instance.evidence.all()) {
    EXPECT_NE(find_fact(fact.path), nullptr) << what << ": " << fact.path;
    EXPECT_NE(fact.provenance.at, Instant{}) << what << ": " << fact.path;
    EXPECT_LE(fact.provenance.excerpt.size(), 220U) << what << ": " << fact.path;
  }
}

TEST(Probes, RecordEveryFactOfEveryHost) {
  {
    Instance stock;
    stock.stock();
    expect_complete(stock, "stock");
  }
  {
    Instance unknown_name;
    unknown_name.net.host_fails("meet.example.test", ErrorCode::kNameNotFound);
    expect_complete(unknown_name, "no such name");
  }
  {
    Instance dead;
    dead.net.fail_address("192.0.2.1", ErrorCode::kConnectionRefused);
    expect_complete(dead, "refused");
  }
  {
    Instance other;
    other.landing("<html><title>Our choir</title><p>We sing.</p></html>");
    expect_complete(other, "another site");
  }
  {
    Instance empty;
    empty.landing("");
    expect_complete(empty, "empty page");
  }
  {
    Instance garbage;
    garbage.landing(std::string("\xff\xfe\x00<<<script src='libs/lib-jitsi-meet.min.js?v=99999999999999999999'>", 70));
    expect_complete(garbage, "garbage");
  }
  {
    Instance broken;
    broken.net.answer("https://meet.example.test/", status_answer(503, "<html>down</html>"));
    expect_complete(broken, "503");
  }
  {
    Instance no_config;
    no_config.landing(index_html());
    expect_complete(no_config, "no configuration");
  }
}

TEST(Probes, StayModestOnAStockInstance) {
  Instance instance;
  instance.net.host("example.test");
  instance.net.page("https://example.test/", "<html><title>Example</title><p>Hello</p></html>");
  instance.stock();
  instance.run_all();
  EXPECT_LE(instance.net.requests().size(), 16U) << ::testing::PrintToString(instance.net.urls());
}

}  // namespace
}  // namespace meetlat::test
