#include "refserver/site.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "refserver/compress.h"
#include "refserver/pages.h"

namespace meetlat {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::vector<Persona>& personas() {
  static const auto* const kLoaded = [] {
    auto loaded = load_personas(std::filesystem::path(MEETLAT_TOP_DIR) / "data" / "personas");
    EXPECT_TRUE(loaded) << loaded.error().context;
    return new std::vector<Persona>(loaded ? std::move(*loaded) : std::vector<Persona>());
  }();
  return *kLoaded;
}

Persona persona(std::string_view id) {
  for (const auto& candidate : personas()) {
    if (candidate.id == id) return candidate;
  }
  ADD_FAILURE() << "no persona " << id;
  return {};
}

const SiteNames kNames{"meet.sample.test", "sample.test", ":8443"};

Answer ask(const Site& site, std::string_view path, PersonaHost at = PersonaHost::kInstance, bool tls = true,
           std::string_view method = "GET") {
  return site.answer(SiteRequest{tls, at, method, path}, kNames);
}

std::string header(const Answer& answer, std::string_view name) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name) return value;
  }
  return {};
}

TEST(Site, AnswersLikeThePackagedWebServer) {
  const Site site(persona("exemplary"));
  struct Case {
    const char* path;
    int status;
    const char* type;
    const char* contains;
  };
  const Case cases[] = {
      {"/", 200, "text/html", "libs/app.bundle.min.js?v=9268"},
      {"/AnyRoomAtAll", 200, "text/html", "libs/app.bundle.min.js?v=9268"},
      {"/tenant/room", 200, "text/html", "libs/app.bundle.min.js?v=9268"},
      {"/tenant/", 200, "text/html", "libs/app.bundle.min.js?v=9268"},
      {"/config.js", 200, "application/javascript", "var config = {"},
      {"/tenant/config.js", 200, "application/javascript", "var config = {"},
      {"/interface_config.js", 200, "application/javascript", "var interfaceConfig = {"},
      {"/libs/lib-jitsi-meet.e2ee-worker.js", 200, "application/javascript", "AES-GCM"},
      {"/libs/nothing.js", 404, "text/html", "does not exist"},
      {"/static/privacy.html", 200, "text/html; charset=utf-8", "meet.sample.test"},
      {"/robots.txt", 200, "text/plain", "Allow: /$"},
      {"/http-bind", 200, "text/html; charset=utf-8", "point your BOSH client"},
      {"/_unlock", 200, "application/octet-stream", "OK"},
      {"/manifest.json", 200, "application/json", "Jitsi Meet"},
  };
  for (const auto& [path, status, type, contains] : cases) {
    const Answer answer = ask(site, path);
    EXPECT_EQ(answer.status, status) << path;
    EXPECT_EQ(header(answer, "Content-Type"), type) << path;
    EXPECT_THAT(answer.body, HasSubstr(contains)) << path;
  }
  EXPECT_EQ(header(ask(site, "/"), "Strict-Transport-Security"), "max-age=63072000");
  EXPECT_EQ(header(ask(site, "/css/all.css"), "Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(ask(site, "/", PersonaHost::kInstance, true, "POST").status, 405);
}

TEST(Site, InlinesConfigurationAndTemplatesByServerSideIncludes) {
  const std::string page = ask(Site(persona("exemplary")), "/").body;
  EXPECT_THAT(page, HasSubstr("domain: 'meet.sample.test'"));
  EXPECT_THAT(page, HasSubstr("var subdomain = '';"));
  EXPECT_THAT(page, HasSubstr("var interfaceConfig = {"));
  EXPECT_THAT(page, HasSubstr("<template id = \"welcome-page-additional-content-template\">"));
  EXPECT_THAT(page, HasSubstr("operated by Lantern Commons association"));
  EXPECT_THAT(page, HasSubstr("https://meet.sample.test:8443/static/privacy.html"));
  EXPECT_THAT(page, Not(HasSubstr("<!--#")));
}

TEST(Site, IncludesFilesThatThePersonaReplaces) {
  EXPECT_THAT(ask(Site(persona("cdn-fonts")), "/").body, HasSubstr("https://fonts.type-foundry.invalid/css2"));
}

TEST(Site, ShowsItsIncludeCommentsWhenIncludesAreOff) {
  const std::string page = ask(Site(persona("config-unreadable")), "/").body;
  EXPECT_THAT(page, HasSubstr("<!--#include virtual=\"/config.js\" -->"));
}

TEST(Site, InlinesLoggingSettingsOnlyInOldBuilds) {
  EXPECT_THAT(ask(Site(persona("old-2020")), "/").body, HasSubstr("var loggingConfig"));
  EXPECT_THAT(ask(Site(persona("exemplary")), "/").body, Not(HasSubstr("var loggingConfig")));
}

TEST(Site, RedirectsPlainHttpUnlessThePersonaServesIt) {
  const Answer redirect = ask(Site(persona("exemplary")), "/room", PersonaHost::kInstance, false);
  EXPECT_EQ(redirect.status, 301);
  EXPECT_EQ(header(redirect, "Location"), "https://meet.sample.test:8443/room");
  EXPECT_EQ(header(redirect, "Strict-Transport-Security"), "");
  EXPECT_EQ(ask(Site(persona("no-redirect")), "/", PersonaHost::kInstance, false).status, 200);
}

TEST(Site, PublishesThePolicyWhereThePersonaSays) {
  EXPECT_EQ(ask(Site(persona("no-policy")), "/static/privacy.html").status, 404);
  const Answer pdf = ask(Site(persona("policy-pdf-parent")), "/documents/privacy-policy.pdf", PersonaHost::kParent);
  EXPECT_EQ(header(pdf, "Content-Type"), "application/pdf");
  EXPECT_THAT(pdf.body, StartsWith("%PDF-1.4"));
  const Answer scan = ask(Site(persona("policy-scanned")), "/static/privacy.pdf");
  EXPECT_THAT(scan.body, StartsWith("%PDF-1.4"));
  EXPECT_EQ(scan.body.find("Tj"), std::string::npos) << "shows text";
  const Site elsewhere(persona("policy-off-domain"));
  EXPECT_THAT(ask(elsewhere, "/privacy", PersonaHost::kElsewhere).body, HasSubstr("meet.sample.test"));
  EXPECT_EQ(ask(elsewhere, "/privacy", PersonaHost::kParent).status, 404);
  EXPECT_THAT(ask(elsewhere, "/config.js").body, HasSubstr("https://sample-elsewhere.test"));
  EXPECT_EQ(ask(Site(persona("policy-unlinked")), "/privacy", PersonaHost::kParent).status, 200);
  EXPECT_THAT(ask(Site(persona("policy-unlinked")), "/").body, Not(HasSubstr("/privacy\"")));
  EXPECT_THAT(ask(Site(persona("policy-unlinked")), "/", PersonaHost::kParent).body,
              HasSubstr("/privacy\">Privacy policy"));
  const std::string hidden = ask(Site(persona("policy-commented-out")), "/static/privacy.html").body;
  EXPECT_THAT(plain_text_of(hidden.substr(0, hidden.find("<!--"))), Not(HasSubstr("controller")));
}

TEST(Site, LeavesOutAndPutsInSectionsOfThePolicy) {
  Persona it = persona("exemplary");
  EXPECT_THAT(render_policy_html(it), HasSubstr("retention period"));
  EXPECT_THAT(render_policy_html(it), Not(HasSubstr("Cloudflare")));
  EXPECT_THAT(render_policy_html(it), Not(HasSubstr("<!--")));
  it.policy.without = {"retention", "recipients"};
  it.policy.with = {"intermediary"};
  EXPECT_THAT(render_policy_html(it), Not(HasSubstr("retention period")));
  EXPECT_THAT(render_policy_html(it), HasSubstr("Cloudflare"));
}

TEST(Site, MisbehavesAsThePersonaSays) {
  EXPECT_EQ(ask(Site(persona("everything-200")), "/libs/nothing/at/all.wasm").status, 200);
  EXPECT_THAT(ask(Site(persona("everything-200")), "/libs/olm.wasm").body, HasSubstr("<html"));
  const Site endless(persona("endless-redirect"));
  EXPECT_EQ(header(ask(endless, "/"), "Location"), "/next/1");
  EXPECT_EQ(header(ask(endless, "/next/7"), "Location"), "/next/8");
  EXPECT_EQ(header(ask(Site(persona("redirect-loopback")), "/"), "Location"), "http://127.0.0.1:631/admin");
  EXPECT_THAT(header(ask(Site(persona("redirect-metadata")), "/"), "Location"), StartsWith("http://169.254.169.254/"));
  const Answer limited = ask(Site(persona("rate-limited")), "/");
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(header(limited, "Retry-After"), "120");
  EXPECT_EQ(ask(Site(persona("slow-loris")), "/").delivery, Answer::Delivery::kDrip);
  // The operator's own site stays well-behaved.
  EXPECT_EQ(ask(Site(persona("slow-loris")), "/", PersonaHost::kParent).delivery, Answer::Delivery::kWhole);
}

TEST(GzipBomb, IsSmallAndSaysWhatItIs) {
  const std::string bomb = gzip_of_zeros(64);
  EXPECT_LT(bomb.size(), std::size_t{100} << 10);
  EXPECT_THAT(bomb, StartsWith("\x1f\x8b\x08"));
  const Answer answer = ask(Site(persona("gzip-bomb")), "/");
  EXPECT_EQ(header(answer, "Content-Encoding"), "gzip");
  EXPECT_TRUE(answer.compressed);
}

// gzip itself checks the sum that we do not reckon byte by byte.
TEST(GzipBomb, IsValidInTheEyesOfGzip) {
  if (std::system("command -v gzip > /dev/null 2>&1") != 0) GTEST_SKIP() << "gzip is not installed";
  for (const std::string& bytes : {gzip_of_zeros(3), gzip("some text, some text, some text"), gzip("")}) {
    FILE* const pipe = popen("gzip -t", "w");
    ASSERT_NE(pipe, nullptr);
    ASSERT_EQ(fwrite(bytes.data(), 1, bytes.size(), pipe), bytes.size());
    EXPECT_EQ(pclose(pipe), 0);
  }
}

TEST(RenderJs, WritesEveryKindOfValue) {
  const auto doc = read_yaml(
      "a: true\nb: [1, 2]\nc: {x: it's}\nd: []\ne: \"js:16 / 9\"\nf: </script>\n'not-a-name': 1.5\nn: null\n");
  ASSERT_TRUE(doc);
  EXPECT_EQ(render_js(*doc),
            "{\n    a: true,\n    b: [\n        1,\n        2,\n    ],\n    c: {\n        x: 'it\\'s',\n    },\n"
            "    d: [],\n    e: 16 / 9,\n    f: '\\u003c/script>',\n    'not-a-name': 1.5,\n    n: null,\n}");
}

TEST(MakePdf, ListsTheTrueByteOffsetOfEveryObject) {
  const std::string pdf = make_pdf("Titel (ä)", "Erste Zeile\nZweite Zeile mit (Klammern)\n" + std::string(9000, 'x'));
  const auto table = pdf.rfind("\nxref\n") + 1;
  ASSERT_NE(table, 0U);
  EXPECT_THAT(pdf, HasSubstr("startxref\n" + std::to_string(pdf.rfind("\nxref\n") + 1) + "\n%%EOF"));
  const auto count = static_cast<std::size_t>(std::stoul(pdf.substr(pdf.find(' ', table) + 1)));
  std::size_t line = pdf.find('\n', table + 5) + 1;
  for (std::size_t object = 0; object < count; ++object, line += 20) {
    if (object == 0) continue;
    const auto offset = static_cast<std::size_t>(std::stoul(pdf.substr(line, 10)));
    EXPECT_EQ(pdf.compare(offset, 6, std::to_string(object) + " 0 obj", 0, 6), 0) << object;
  }
  EXPECT_THAT(pdf, HasSubstr("(Zweite Zeile mit \\(Klammern\\)) Tj"));
}

TEST(FillIn, ReplacesKnownNamesAndKeepsOthers) {
  const std::string known = "value";
  const auto value = [&](std::string_view name) { return name == "known" ? &known : nullptr; };
  EXPECT_EQ(fill_in("a {{known}} b {{other}} {{", value), "a value b {{other}} {{");
}

TEST(MinimalWasm, HasMagicAndVersion) {
  EXPECT_EQ(minimal_wasm().substr(0, 8), std::string("\0asm\1\0\0\0", 8));
  EXPECT_EQ(minimal_wasm().size(), 14U);
}

}  // namespace
}  // namespace meetlat
