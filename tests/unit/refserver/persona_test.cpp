#include "refserver/persona.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "refserver/pages.h"
#include "refserver/site.h"
#include "refserver/xmpp_names.h"

namespace meetlat {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "personas-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void write(const std::string& name, const std::string& text) const { std::ofstream(path_ / name) << text; }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

constexpr const char* kBase =
    "id: base\ntitle: a base\nexpect: {status: measured, letter: A, note: fine}\n"
    "http: {headers: {X-One: '1', X-Two: '2'}}\n"
    "jitsi:\n  web_build: \"9000\"\n  config:\n    p2p: {enabled: true, stunServers: []}\n    a: 1\n";

const Persona* by_id(const std::vector<Persona>& personas, std::string_view id) {
  for (const auto& persona : personas) {
    if (persona.id == id) return &persona;
  }
  return nullptr;
}

TEST(PersonaLoader, ErrorsNameFileLineAndColumn) {
  struct Case {
    const char* text;
    const char* error;
  };
  const Case cases[] = {
      {"id: it\ntitle: t\nexpect: {status: measured}\nhtpp: {}\n", "it.yml: line 4, column 1: unknown key 'htpp'"},
      {"id: it\ntitle: t\nexpect: {status: measured}\nhttp:\n  plain: sometimes\n",
       "it.yml: line 5, column 10: 'sometimes' is no value of 'plain'"},
      {"id: it\ntitle: t\nexpect: {status: measured}\njitsi:\n  e2ee:\n    workers: true\n",
       "it.yml: line 6, column 5: unknown key 'workers'"},
      {"id: it\ntitle: t\nexpect: {status: measured}\nhttp: {latency_ms: soon}\n",
       "it.yml: line 4, column 20: 'latency_ms' must be a whole number"},
      {"id: it\ntitle: t\nexpect: {status: measured}\nextends: nobody\n",
       "it.yml: line 4, column 10: there is no persona 'nobody'"},
      {"id: it\ntitle: t\nexpect: {status: measured}\nextends: it\n", "'extends' goes in a circle"},
      {"id: it\ntitle: t\ntitle: u\nexpect: {status: measured}\n", "it.yml: line 3, column 1"},
      {"id: other\ntitle: t\nexpect: {status: measured}\n", "'id' must be the file's name, 'it'"},
      {"id: it\ntitle: t\n", "'expect' with a 'status' is missing"},
      {"id: it\ntitle: t\nexpect: {status: fine}\n", "it.yml: line 3, column 18: 'fine' is no status of a host"},
      {"id: it\ntitle: t\nexpect: {status: measured, letter: G}\n", "it.yml: line 3, column 36: 'letter' must be"},
      {"id: it\ntitle: t\nexpect: {status: measured, facts: {a: [b]}}\n",
       "it.yml: line 3, column 39: 'a' must be text"},
      {"id: it\ntitle: t\nexpect: {status: measured}\nfiles:\n  - {path: /x, host: nowhere}\n",
       "it.yml: line 5, column 22: 'nowhere' is no value of 'host'"},
      {"id: it\ntitle: t\nexpect: {status: measured}\nxmpp: {login: nobody}\n",
       "it.yml: line 4, column 15: 'nobody' is no value of 'login'"},
      {"id: it\ntitle: t\nexpect: {status: measured}\nxmpp: {services: [{type: stun}]}\n",
       "it.yml: line 4, column 18: a service needs a 'host'"},
      {"id: it\ntitle: t\nexpect: {status: measured}\nxmpp: {components: [kitchen]}\n",
       "'kitchen' is no component of Jitsi's"},
      {"id: it\ntitle: t\nexpect: {status: measured}\nxmpp: {room_metadata: '{'}\n", "'room_metadata' must be JSON"},
      {"id: it\ntitle: [\n", "it.yml: line "},
      {"- id: it\n", "it.yml: line 1, column 1: a map"},
  };
  for (const auto& [text, error] : cases) {
    const Folder folder;
    folder.write("it.yml", text);
    const auto loaded = load_personas(folder.path());
    ASSERT_FALSE(loaded) << text;
    EXPECT_THAT(loaded.error().context, HasSubstr(error)) << text;
  }
}

TEST(PersonaLoader, SaysWhenThereIsNothingToLoad) {
  const Folder folder;
  EXPECT_EQ(load_personas(folder.path()).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(load_personas(folder.path() / "missing").error().code, ErrorCode::kNotFound);
}

TEST(PersonaLoader, InheritsMapsKeyByKeyAndLosesWhatIsNulled) {
  const Folder folder;
  folder.write("base.yml", kBase);
  folder.write("child.yml",
               "id: child\ntitle: a child\nextends: base\nexpect: {status: measured}\n"
               "http: {headers: {X-One: null, X-Three: '3'}}\n"
               "jitsi:\n  config:\n    p2p: {stunServers: [{urls: 'stun:x.invalid:1'}]}\n    b: true\n");
  const auto loaded = load_personas(folder.path());
  ASSERT_TRUE(loaded) << loaded.error().context;
  const Persona* child = by_id(*loaded, "child");
  ASSERT_NE(child, nullptr);
  EXPECT_EQ(child->http.headers, (HeaderList{{"X-Two", "2"}, {"X-Three", "3"}}));
  EXPECT_EQ(child->jitsi.web_build, "9000");
  const std::string config = render_config_js(*child);
  EXPECT_THAT(config, HasSubstr("enabled: true"));
  EXPECT_THAT(config, HasSubstr("urls: 'stun:x.invalid:1'"));
  EXPECT_THAT(config, HasSubstr("a: 1,"));
  EXPECT_THAT(config, HasSubstr("b: true,"));
}

TEST(PersonaLoader, ReadsExpectedFactsAsTheirText) {
  const Folder folder;
  folder.write("base.yml",
               "id: base\ntitle: a base\nexpect: {status: measured, facts: {a.b: true, c: 7, d: own, e: ''}}\n");
  folder.write("child.yml", "id: child\ntitle: a child\nextends: base\nexpect: {status: measured}\n");
  const auto loaded = load_personas(folder.path());
  ASSERT_TRUE(loaded) << loaded.error().context;
  EXPECT_EQ(by_id(*loaded, "base")->expect.facts, (HeaderList{{"a.b", "true"}, {"c", "7"}, {"d", "own"}, {"e", ""}}));
  EXPECT_TRUE(by_id(*loaded, "child")->expect.facts.empty()) << "facts are never inherited";
}

TEST(PersonaLoader, SaysWhichDocumentIsMissing) {
  const Folder folder;
  folder.write("it.yml", "id: it\ntitle: t\nexpect: {status: measured}\nfiles:\n  - {path: /x, document: nothing}\n");
  const auto loaded = load_personas(folder.path());
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().context, HasSubstr("it.yml: files: document"));
}

TEST(PersonaLoader, NeverInheritsALetter) {
  const Folder folder;
  folder.write("base.yml", kBase);
  folder.write("child.yml", "id: child\ntitle: a child\nextends: base\nexpect: {status: parked}\n");
  const auto loaded = load_personas(folder.path());
  ASSERT_TRUE(loaded) << loaded.error().context;
  EXPECT_EQ(by_id(*loaded, "child")->expect.letter, "");
  EXPECT_EQ(by_id(*loaded, "child")->expect.status, "parked");
  EXPECT_EQ(by_id(*loaded, "base")->expect.letter, "A");
}

class BundledPersonas : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto loaded = load_personas(fs::path(MEETLAT_TOP_DIR) / "data" / "personas");
    ASSERT_TRUE(loaded) << loaded.error().context;
    personas = new std::vector<Persona>(std::move(*loaded));
  }
  static void TearDownTestSuite() {
    delete personas;
    personas = nullptr;
  }
  void SetUp() override { ASSERT_NE(personas, nullptr); }
  static std::vector<Persona>* personas;
};
std::vector<Persona>* BundledPersonas::personas = nullptr;

TEST_F(BundledPersonas, IncludeTheOnesThatTheManualNames) {
  std::set<std::string> ids;
  for (const auto& persona : *personas) ids.insert(persona.id);
  EXPECT_GE(ids.size(), 18U);
  for (const char* const id :
       {"exemplary",         "google-stun",      "no-policy",        "behind-intermediary", "e2ee-off-recording",
        "analytics-login",   "default-install",  "old-2020",         "robots-blocked",      "policy-pdf-parent",
        "jitsi-org-links",   "expired",          "self-signed",      "wrong-name",          "tls-legacy",
        "not-jitsi",         "slow-loris",       "endless-redirect", "gzip-bomb",           "everything-200",
        "redirect-loopback", "redirect-metadata"}) {
    EXPECT_TRUE(ids.contains(id)) << id;
  }
}

TEST_F(BundledPersonas, SayWhatMustComeOut) {
  for (const auto& persona : *personas) {
    EXPECT_TRUE(persona.expect.status == "measured" || persona.expect.letter.empty()) << persona.id;
    EXPECT_FALSE(persona.expect.note.empty()) << persona.id;
    EXPECT_FALSE(persona.title.empty()) << persona.id;
  }
}

TEST_F(BundledPersonas, AnswerWithoutAnUnfilledName) {
  const SiteNames names{"meet.sample.test", "sample.test", ":8443"};
  for (const auto& persona : *personas) {
    const Site site(persona);
    for (const char* const path : {"/index.html", "/config.js", "/interface_config.js", "/static/privacy.html",
                                   "/static/welcomePageAdditionalContent.html", "/static/terms.html"}) {
      EXPECT_EQ(site.page(PersonaHost::kInstance, path, names).find("{{"), std::string::npos) << persona.id << path;
    }
    for (const char* const path : {"/index.html", "/imprint", "/privacy", "/about"}) {
      EXPECT_EQ(site.page(PersonaHost::kParent, path, names).find("{{"), std::string::npos) << persona.id << path;
    }
  }
}

// node is a foreign reader of what we render as JavaScript.
TEST_F(BundledPersonas, HaveConfigurationsThatAJavaScriptEngineRuns) {
  if (std::system("command -v node > /dev/null 2>&1") != 0) GTEST_SKIP() << "node is not installed";
  const Folder folder;
  const SiteNames names{"meet.sample.test", "sample.test", ""};
  std::string runner =
      "const vm = require('vm'), fs = require('fs'); const c = s => vm.runInNewContext(s + ';[typeof config, "
      "config.hosts.domain]');\n";
  for (const auto& persona : *personas) {
    if (!persona.jitsi.present || persona.id == "config-unreadable") continue;
    folder.write(persona.id + ".js", Site(persona).page(PersonaHost::kInstance, "/config.js", names));
    folder.write(persona.id + ".if.js", Site(persona).page(PersonaHost::kInstance, "/interface_config.js", names));
    runner += "{ const r = c(fs.readFileSync('" + persona.id + ".js', 'utf8'));\n" +
              "  if (r[0] !== 'object' || r[1] !== '" + xmpp_names(persona.xmpp, names.host).domain +
              "') throw new Error('" + persona.id + "'); }\n" + "if (typeof vm.runInNewContext(fs.readFileSync('" +
              persona.id + ".if.js', 'utf8') + ';interfaceConfig.APP_NAME') !== 'string') throw new Error('" +
              persona.id + "');\n";
  }
  folder.write("run.js", runner);
  EXPECT_EQ(std::system(("cd " + folder.path().string() + " && node run.js").c_str()), 0);
}

}  // namespace
}  // namespace meetlat
