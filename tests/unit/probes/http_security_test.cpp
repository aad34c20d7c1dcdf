// What headers forbid and allow, and security.txt.
#include "probe_test.h"
#include "probes/csp.h"
#include "probes/permissions_policy.h"
#include "probes/security_txt.h"

namespace meetlat::test {
namespace {

using probes::Allowlist;
using probes::parse_csp;
using Strings = std::vector<std::string>;

TEST(Csp, TellsFromWhereScriptsMayCome) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "anywhere"},
      {"img-src 'self'", "anywhere"},
      {"default-src 'self'", "strict"},
      {"default-src *; script-src 'self'", "strict"},
      {"script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:", "inline"},
      {"SCRIPT-SRC 'Self' 'Unsafe-Inline'", "inline"},
      {"script-src\t'self'\t'unsafe-inline'", "inline"},
      {"script-src 'self' https:", "anywhere"},
      {"script-src 'self' data:", "anywhere"},
      {"script-src *", "anywhere"},
      {"script-src 'none'", "strict"},
      {"script-src", "strict"},
      {"script-src 'nonce-abc' 'unsafe-inline'", "strict"},
      {"script-src 'nonce-abc' 'strict-dynamic' https: 'unsafe-inline'", "strict"},
      {"script-src https: 'strict-dynamic'", "anywhere"},
      {"script-src 'self'; script-src-elem *", "anywhere"},
      {"script-src 'self'; script-src *", "strict"},  // the repeated one does not count
      {"default-src *, script-src 'self' 'unsafe-inline'", "inline"},
  };
  for (const auto& [header, word] : cases) EXPECT_EQ(probes::csp_scripts(parse_csp(header)), word) << header;
}

TEST(Csp, TellsWhatIsLeftOpen) {
  EXPECT_EQ(probes::csp_open(parse_csp("script-src 'self'")), (Strings{"plugins", "base", "forms", "frames"}));
  EXPECT_EQ(probes::csp_open(parse_csp("default-src 'self' 'unsafe-eval'; base-uri 'self'; form-action 'self'")),
            Strings{"eval"});
  EXPECT_EQ(probes::csp_open(parse_csp("default-src 'unsafe-eval', script-src 'self'; base-uri 'none'")),
            Strings{"forms"});
}

TEST(Csp, IsReadInBoundedTime) {
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "d" + std::to_string(i) + " *;";
  EXPECT_EQ(parse_csp(many).size(), 1U);
  EXPECT_LE(parse_csp(std::string(100'000, ',')).size(), 20U);
}

std::string permission(std::string_view header, std::string_view feature = "camera") {
  const std::optional<Allowlist> list = probes::permission_for(header, feature);
  if (!list) return "-";
  std::string text = list->everybody ? "*" : "";
  if (list->self) text += "self";
  for (const std::string& origin : list->origins) text += " " + origin;
  return text;
}

TEST(PermissionsPolicy, IsReadAsAStructuredField) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "-"},
      {"interest-cohort=()", "-"},
      {"camera=()", ""},
      {"camera=*", "*"},
      {"camera=(*)", "*"},
      {"camera=self", "self"},
      {"camera=(self)", "self"},
      {"camera=(self \"https://a.test\"  \"https://b.test\")", "self https://a.test https://b.test"},
      {"microphone=(), camera=(self);report-to=x, fullscreen=*", "self"},
      {"camera=(self), camera=()", ""},
      {"camera", "-"},                   // a boolean is no allowlist
      {"camera=(), microphone=(", "-"},  // no structured field: browsers leave it aside as a whole
      {"camera=(self),", "-"},
      {"Camera=()", "-"},
      {"camera 'none'", "-"},  // the old Feature-Policy
      {"camera=(\"https://a.test)", "-"},
      {"camera=(self\"x\")", "-"},
  };
  for (const auto& [header, word] : cases) EXPECT_EQ(permission(header), word) << header;
  EXPECT_EQ(permission("camera=(), display-capture=(self)", "display-capture"), "self");
}

TEST(SecurityTxt, NeedsAContactAndOneDateToCome) {
  const Instant now = *parse_instant("2026-11-23T06:00:00Z");
  const std::pair<const char*, const char*> cases[] = {
      {"Contact: mailto:a@b.test\nExpires: 2027-01-01T00:00:00Z\n", "valid"},
      {"contact: https://b.test/\r\nEXPIRES: 2027-01-01T00:00:00.000Z\r\n", "valid"},
      {"Contact: mailto:a@b.test\nExpires: 2027-01-01T00:00:00+01:00\n", "valid"},
      {"Contact: mailto:a@b.test\nExpires: 2026-11-23T05:59:59Z\n", "expired"},
      {"Contact: mailto:a@b.test\nExpires: 2026-11-23T10:30:00+05:00\n", "expired"},
      {"Contact: mailto:a@b.test\nExpires: 2026-11-23T01:30:00-05:00\n", "valid"},
      {"Contact: a@b.test\nExpires: 2027-01-01T00:00:00Z\n", "incomplete"},
      {"Contact: mailto:a@b.test\n", "incomplete"},
      {"Expires: 2027-01-01T00:00:00Z\n", "incomplete"},
      {"#Contact: mailto:a@b.test\nExpires: 2027-01-01T00:00:00Z\n", "incomplete"},
      {"Contact: mailto:a@b.test\nExpires: soon\n", "incomplete"},
      {"Contact: mailto:a@b.test\nExpires: 2027-01-01T00:00:00Z\nExpires: 2028-01-01T00:00:00Z\n", "incomplete"},
      {"", "incomplete"},
  };
  for (const auto& [text, word] : cases) {
    EXPECT_EQ(probes::security_txt_state(probes::parse_security_txt(text), now), word) << text;
  }
}

// A landing page with these headers.
Evidence with_headers(const std::vector<std::pair<const char*, const char*>>& headers) {
  Instance instance;
  instance.stock();
  HttpAnswer answer = ok(index_html("9268", config_js()));
  for (const auto& [name, value] : headers) answer = with_header(answer, name, value);
  Instance page;
  page.net.answer("https://meet.example.test/", answer);
  page.net.page(page.at("libs/lib-jitsi-meet.e2ee-worker.js"), kWorker, "application/javascript");
  return page.run({"http"});
}

TEST(HttpProbe, TellsWhoMayShowThePageInAFrame) {
  struct Case {
    std::vector<std::pair<const char*, const char*>> headers;
    const char* framing;
    const char* origins;
  };
  const Case cases[] = {
      {{}, "anybody", ""},
      {{{"x-frame-options", "DENY"}}, "nobody", ""},
      {{{"x-frame-options", "SameOrigin"}}, "same-origin", ""},
      {{{"x-frame-options", "ALLOW-FROM https://a.test"}}, "anybody", ""},
      {{{"content-security-policy", "frame-ancestors 'none'"}}, "nobody", "'none'"},
      {{{"x-frame-options", "DENY"}, {"content-security-policy", "frame-ancestors 'self' https://a.test"}},
       "listed",
       "'self' | https://a.test"},
      {{{"content-security-policy", "frame-ancestors *"}}, "anybody", "*"},
  };
  for (const Case& one : cases) {
    const Evidence evidence = with_headers(one.headers);
    EXPECT_EQ(shown(evidence, "http.framing"), one.framing);
    EXPECT_EQ(shown(evidence, "http.framing.origins"), one.origins);
  }
}

TEST(HttpProbe, APolicyInThePageCountsButNotForFrames) {
  Instance instance;
  instance.landing(
      "<html><head><meta http-equiv='Content-Security-Policy' content=\"script-src 'self' 'unsafe-inline'; "
      "frame-ancestors 'none'\"></head><body></body></html>");
  instance.run({"http"});
  EXPECT_EQ(shown(instance.evidence, "http.csp.scripts"), "inline");
  EXPECT_EQ(shown(instance.evidence, "http.framing"), "anybody");
}

TEST(HttpProbe, TellsWhoMayUseCameraAndMicrophone) {
  const Evidence evidence = with_headers({{"permissions-policy", "camera=*, microphone=(self \"https://a.test\")"},
                                          {"permissions-policy", "display-capture=()"}});
  EXPECT_EQ(shown(evidence, "http.permissions.camera"), "everybody");
  EXPECT_EQ(shown(evidence, "http.permissions.microphone"), "others");
  EXPECT_EQ(shown(evidence, "http.permissions.display_capture"), "nobody");
  EXPECT_EQ(shown(evidence, "http.permissions.origins"), "https://a.test");
  EXPECT_EQ(shown(with_headers({}), "http.permissions.camera"), "default");
}

TEST(HttpProbe, TellsVersionsAndOtherProtocols) {
  const Evidence evidence =
      with_headers({{"server", "nginx/1.22.1"}, {"x-powered-by", "PHP"}, {"alt-svc", "h3=\":443\"; ma=86400"}});
  EXPECT_EQ(shown(evidence, "http.versions_shown"), "server: nginx/1.22.1");
  EXPECT_EQ(shown(evidence, "http.http3"), "true");
  EXPECT_EQ(shown(with_headers({{"server", "nginx"}, {"alt-svc", "h2=\":443\""}}), "http.http3"), "false");
  EXPECT_EQ(shown(with_headers({{"server", "nginx"}}), "http.versions_shown"), "");
  EXPECT_EQ(shown(with_headers({}), "http.csp.open"), "<not-attempted>");
}

TEST(HttpProbe, ComparesAnotherFileWithThePage) {
  EXPECT_EQ(shown(with_headers({{"strict-transport-security", "max-age=9"}, {"x-content-type-options", "nosniff"}}),
                  "http.headers_lost"),
            "strict-transport-security | x-content-type-options");
  EXPECT_EQ(shown(with_headers({{"content-security-policy", "default-src *"}}), "http.headers_lost"), "");
  Instance other;
  other.landing("<html><p>not a client</p></html>");
  EXPECT_EQ(shown(other.run({"http"}), "http.headers_lost"), "<not-attempted>");
  EXPECT_EQ(other.net.count(other.at("config.js")), 0);
  Instance missing;
  missing.landing(index_html("9268", config_js()));
  EXPECT_EQ(shown(missing.run({"http"}), "http.headers_lost"), "<http-status>") << "headers of a 404 say nothing";
}

TEST(HttpProbe, AsksForNoFileThatTheOtherProbesDoNotAskFor) {
  Instance instance;
  instance.stock();
  instance.run({"http", "jitsi", "e2ee"});
  const std::string worker = instance.at("libs/lib-jitsi-meet.e2ee-worker.js");
  EXPECT_EQ(instance.net.count(worker), 1);
}

TEST(HttpProbe, ReadsSecurityTxt) {
  const std::string url = "https://meet.example.test/.well-known/security.txt";
  Instance good;
  good.stock();
  good.net.page(url, "Contact: mailto:a@b.test\nExpires: 2027-01-01T00:00:00Z\n", "text/plain; charset=utf-8");
  good.run({"http"});
  EXPECT_EQ(shown(good.evidence, "http.security_txt"), "valid");
  EXPECT_EQ(shown(good.evidence, "http.security_txt.expires"), "2027-01-01");
  EXPECT_EQ(good.net.count(url), 1);
  Instance page;  // Jitsi Meet answers any path with its page
  page.stock();
  page.net.page(url, index_html());
  EXPECT_EQ(shown(page.run({"http"}), "http.security_txt"), "none");
  Instance forbidden;
  forbidden.stock();
  forbidden.net.answer(url, status_answer(403));
  EXPECT_EQ(shown(forbidden.run({"http"}), "http.security_txt"), "<http-status>");
  Instance missing;
  missing.stock();
  EXPECT_EQ(shown(missing.run({"http"}), "http.security_txt"), "none");
}

TEST(HttpProbe, WritesDownEveryRedirect) {
  Instance instance;
  instance.net.host("www.meet.example.test");
  instance.net.answer("https://meet.example.test/",
                      redirect("https://www.meet.example.test/?token=s3cr3ts3cr3ts3cr3t"));
  instance.net.page("https://www.meet.example.test/?token=s3cr3ts3cr3ts3cr3t", index_html());
  instance.net.answer("http://meet.example.test/", redirect("http://www.meet.example.test/"));
  instance.net.answer("http://www.meet.example.test/", redirect("https://www.meet.example.test/", 308));
  instance.run({"http"});
  EXPECT_EQ(shown(instance.evidence, "http.redirects"),
            "301 https://meet.example.test/ -> https://www.meet.example.test/?token=REDACTED");
  EXPECT_EQ(shown(instance.evidence, "http.plain.redirects"),
            "301 http://meet.example.test/ -> http://www.meet.example.test/ | "
            "308 http://www.meet.example.test/ -> https://www.meet.example.test/");
}

}  // namespace
}  // namespace meetlat::test
