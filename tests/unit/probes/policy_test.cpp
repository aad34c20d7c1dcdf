// Is there a policy of the hoster's own? The traps are those that real pages set.
#include <fmt/format.h>

#include "base/text.h"
#include "probe_test.h"

namespace meetlat::test {
namespace {

// A small policy of an invented club.
const std::string kPolicyText =
    "<h1>Privacy policy</h1><p>We run the video conferences of our club on this server. The data controller is the "
    "Example Club. You can reach us at privacy@example.test.</p>"
    "<h2>Purposes</h2><p>We use your IP address only in order to provide the meeting; purposes of statistics are not "
    "pursued. The legal basis is our legitimate interest.</p>"
    "<h2>Retention</h2><p>Log files are kept for seven days. We do not share your data with third parties. You have "
    "the right of access and of rectification, and you may lodge a complaint with a supervisory authority.</p>";

std::string page(const std::string& title, const std::string& body) {
  return "<html><head><title>" + title + "</title></head><body>" + body + "</body></html>";
}

const std::string kPolicyPage = page("Privacy policy", kPolicyText);
const std::string kLink = "<a href='/privacy.html'>Privacy</a>";

TEST(PolicyProbe, FindsAPolicyThatTheInstanceLinks) {
  Instance instance;
  instance.stock("", "9268", kLink);
  instance.net.page(instance.at("privacy.html"), kPolicyPage);
  instance.run({"policy"});
  const Evidence& evidence = instance.evidence;
  EXPECT_EQ(shown(evidence, "policy.verdict"), "own") << shown(evidence, "policy.search.trail");
  EXPECT_EQ(shown(evidence, "policy.own"), "true");
  EXPECT_EQ(shown(evidence, "policy.url"), instance.at("privacy.html"));
  EXPECT_EQ(shown(evidence, "policy.title"), "Privacy policy");
  EXPECT_EQ(shown(evidence, "policy.linked_from_instance"), "true");
  EXPECT_EQ(shown(evidence, "policy.readable"), "true");
  EXPECT_EQ(shown(evidence, "policy.names_service"), "true");
  EXPECT_EQ(shown(evidence, "policy.search.complete"), "true");
  EXPECT_EQ(shown(evidence, "policy.operator_identified"), "true");
  EXPECT_EQ(instance.net.count("https://example.test/"), 0) << "nothing more was needed";
}

TEST(PolicyProbe, FindsItByTheClientsSettingFirst) {
  Instance instance;
  instance.stock("legalUrls: {privacy: 'https://example.test/legal'}");
  instance.net.host("example.test");
  instance.net.page("https://example.test/legal", kPolicyPage);
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "own");
  EXPECT_EQ(shown(instance.evidence, "policy.linked_from_instance"), "true");
}

TEST(PolicyProbe, FindsItInTheTemplateFileWhenTheServerDoesNotIncludeIt) {
  Instance instance;
  instance.landing("<html><script>" + config_js() +
                   "</script><script src='libs/lib-jitsi-meet.min.js?v=9268'></script></html>");
  instance.net.page(instance.at("static/welcomePageAdditionalContent.html"), "<p>" + kLink + "</p>");
  instance.net.page(instance.at("privacy.html"), kPolicyPage);
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "own") << shown(instance.evidence, "policy.search.trail");
}

TEST(PolicyProbe, FindsItOnTheHomePageOfTheDomain) {
  Instance instance;
  instance.stock();
  instance.net.host("example.test");
  instance.net.page("https://example.test/", page("Club", "<a href='/datenschutz'>Datenschutzerklärung</a>"));
  instance.net.page("https://example.test/datenschutz", kPolicyPage);
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "own") << shown(instance.evidence, "policy.search.trail");
  EXPECT_EQ(shown(instance.evidence, "policy.linked_from_instance"), "false");
}

TEST(PolicyProbe, FollowsAHomePageThatRefersToAnother) {
  Instance instance;
  instance.stock();
  instance.net.host("example.test");
  instance.net.page("https://example.test/", "<html><meta http-equiv='refresh' content='0; url=/de/'></html>");
  instance.net.page("https://example.test/de/", page("Club", "<a href='/datenschutz'>Datenschutzerklärung</a>"));
  instance.net.page("https://example.test/datenschutz", kPolicyPage);
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "own") << shown(instance.evidence, "policy.search.trail");
}

TEST(PolicyProbe, LooksAtTheOtherDomainThatTheHomePageLeadsTo) {
  Instance instance;
  instance.stock();
  instance.net.host("example.test");
  instance.net.host("club.test");
  instance.net.answer("https://example.test/", redirect("https://club.test/"));
  instance.net.page("https://club.test/", page("Club", "<a href='/privacy'>Privacy policy</a>"));
  instance.net.page("https://club.test/privacy", kPolicyPage);
  instance.run({"policy"});
  EXPECT_NE(shown(instance.evidence, "policy.verdict"), "not-found") << shown(instance.evidence, "policy.search.trail");
}

TEST(PolicyProbe, TakesTheStartPageOfAHostForAPolicyWhenItIsOne) {
  Instance instance;
  instance.stock("legalUrls: {privacy: 'https://example.test/privacy'}");
  instance.net.host("example.test");
  instance.net.host("privacy.example.test");
  instance.net.answer("https://example.test/privacy", redirect("https://privacy.example.test/"));
  instance.net.page("https://privacy.example.test/", kPolicyPage);
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "own") << shown(instance.evidence, "policy.search.trail");
}

TEST(PolicyProbe, IsUnsureOfAVeryShortPolicy) {
  Instance instance;
  instance.stock("", "9268", kLink);
  instance.net.page(instance.at("privacy.html"),
                    page("Privacy policy",
                         "<p>We keep no logs, we record nothing, we use no cookies and we give nothing to anybody. "
                         "Questions go to the board of the club.</p>"));
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "unsure") << shown(instance.evidence, "policy.search.trail");
}

TEST(PolicyProbe, IsUnsureOfAPolicyInALanguageThatItDoesNotKnow) {
  Instance instance;
  instance.stock("legalUrls: {privacy: 'https://example.test/adatkezeles'}");
  instance.net.host("example.test");
  std::string text;
  for (int i = 0; i < 20; ++i)
    text += "<p>Szolgáltatásunk a beszélgetések során keletkezett adatokat nem őrzi meg.</p>";
  instance.net.page("https://example.test/adatkezeles", page("Adatkezelési tájékoztató", text));
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "unsure") << shown(instance.evidence, "policy.search.trail");
  EXPECT_EQ(shown(instance.evidence, "policy.own"), "<not-understood>");
}

TEST(PolicyProbe, FindsItBesideTheImprint) {
  Instance instance;
  instance.stock("", "9268", "<a href='https://example.test/impressum'>Impressum</a>");
  instance.net.host("example.test");
  instance.net.page("https://example.test/impressum",
                    page("Impressum",
                         "<p>Example Club, Street 1, Town. Responsible: the board.</p>"
                         "<a href='/ds'>Hinweise zum Datenschutz</a>"));
  instance.net.page("https://example.test/ds", kPolicyPage);
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "own") << shown(instance.evidence, "policy.search.trail");
  EXPECT_EQ(shown(instance.evidence, "policy.imprint_url"), "https://example.test/impressum");
}

TEST(PolicyProbe, SaysNotFoundAfterACompleteSearch) {
  Instance instance;
  instance.stock();
  instance.net.host("example.test");
  instance.net.page("https://example.test/", page("Club", "<p>We sing.</p>"));
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "not-found");
  EXPECT_EQ(shown(instance.evidence, "policy.own"), "false");
  EXPECT_EQ(shown(instance.evidence, "policy.search.complete"), "true") << why(instance.evidence, "policy.verdict");
  EXPECT_EQ(shown(instance.evidence, "policy.operator_identified"), "false");
  EXPECT_EQ(shown(instance.evidence, "policy.url"), "");
  const std::string trail = shown(instance.evidence, "policy.search.trail");
  EXPECT_NE(trail.find("https://meet.example.test/privacy : 404"), std::string::npos) << trail;
  EXPECT_NE(trail.find("https://example.test/ : "), std::string::npos) << trail;
}

// The client's default links, on somebody else's host.
TEST(PolicyProbe, TakesTheMakersPolicyForSomeoneElses) {
  const char* settings[] = {"legalUrls: {privacy: 'https://jitsi.org/meet-jit-si-privacy/'}",
                            "legalUrls: {privacy: 'https://www.8x8.com/terms-and-conditions/privacy-policy'}"};
  for (const char* setting : settings) {
    Instance instance;
    instance.stock(setting);
    instance.run({"policy"});
    EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "someone-elses") << setting;
    EXPECT_EQ(shown(instance.evidence, "policy.own"), "false");
  }
  Instance forwards;
  forwards.stock("", "9268", kLink);
  forwards.net.host("jitsi.org");
  forwards.net.answer(forwards.at("privacy.html"), redirect("https://jitsi.org/privacy"));
  forwards.net.page("https://jitsi.org/privacy", kPolicyPage);
  forwards.run({"policy"});
  EXPECT_EQ(shown(forwards.evidence, "policy.verdict"), "someone-elses");
}

TEST(PolicyProbe, KeepsAForeignPageUnsureUnlessItNamesTheInstance) {
  Instance silent;
  silent.stock("legalUrls: {privacy: 'https://company.invalid/privacy'}");
  silent.net.host("company.invalid");
  silent.net.page("https://company.invalid/privacy", kPolicyPage.substr(0, kPolicyPage.find(" You can reach")) +
                                                         kPolicyPage.substr(kPolicyPage.find("</p><h2>Purposes")));
  silent.run({"policy"});
  EXPECT_EQ(shown(silent.evidence, "policy.verdict"), "unsure") << shown(silent.evidence, "policy.search.trail");
  EXPECT_EQ(shown(silent.evidence, "policy.own"), "<not-understood>");

  Instance named;
  named.stock("legalUrls: {privacy: 'https://company.invalid/privacy'}");
  named.net.host("company.invalid");
  named.net.page("https://company.invalid/privacy",
                 page("Privacy", kPolicyText + "<p>It covers meet.example.test.</p>"));
  named.run({"policy"});
  EXPECT_EQ(shown(named.evidence, "policy.verdict"), "own");
}

struct TrapCase {
  const char* name;
  std::string html;
  const char* verdict;
};

TEST(PolicyProbe, IsNotFooledByWhatIsOnlyCalledPrivacy) {
  const TrapCase cases[] = {
      {"wholly in a comment", page("Privacy policy", "<!-- " + kPolicyText + " -->"), "not-found"},
      {"empty", page("Privacy policy", ""), "not-found"},
      {"only a heading", page("Privacy policy", "<h1>Privacy policy</h1><p>Coming soon.</p>"), "not-found"},
      {"house rules",
       page(
           "Privacy policy",
           "<h1>Privacy policy</h1><p>House rules: shouting is not allowed. Recording others is prohibited. You may "
           "not "
           "use this room for advertising. You agree to our code of conduct. Liability is excluded. It is forbidden to "
           "share the link. Abuse is prohibited and leads to a ban from this room for everybody concerned.</p>"),
       "not-found"},
      {"an article about rights",
       page(
           "Privacy: your rights",
           "<h1>Privacy: your rights</h1><p>In this article we explain what companies must tell you. Under the GDPR "
           "you "
           "can ask a company for the purposes of the processing, the recipients, the storage period, the right of "
           "access and to lodge a complaint with the supervisory authority. The controller must answer; companies have "
           "to name the data protection officer. Write to us at blog@example.test with your own stories.</p>"),
       "not-found"},
      {"soft 404", "<html><title>404</title>not found</html>", "not-found"},
  };
  for (const TrapCase& one : cases) {
    Instance instance;
    instance.stock("", "9268", kLink);
    instance.net.page(instance.at("privacy.html"), one.html);
    instance.run({"policy"});
    EXPECT_EQ(shown(instance.evidence, "policy.verdict"), one.verdict)
        << one.name << ": " << shown(instance.evidence, "policy.search.trail");
  }
}

TEST(PolicyProbe, TakesTheAppUnderEveryPathForNothing) {
  Instance instance;
  instance.net.otherwise(ok(index_html("9268", config_js())));
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "not-found") << shown(instance.evidence, "policy.search.trail");
  EXPECT_NE(shown(instance.evidence, "policy.search.trail").find("answers as any path does"), std::string::npos);
}

TEST(PolicyProbe, RecognisesAPdfByItsBytes) {
  Instance pdf;
  pdf.stock("", "9268", "<a href='/p.pdf'>Privacyverklaring</a>");
  pdf.net.page(pdf.at("p.pdf"), "%PDF-1.5\n%...", "application/octet-stream");
  pdf.run({"policy"});
  EXPECT_EQ(shown(pdf.evidence, "policy.verdict"), "own");
  EXPECT_EQ(shown(pdf.evidence, "policy.readable"), "false");
  EXPECT_EQ(shown(pdf.evidence, "policy.media_type"), "application/pdf");
  EXPECT_EQ(shown(pdf.evidence, "policy.names_service"), "<unsupported>");
  Instance lie;
  lie.stock("", "9268", "<a href='/p.pdf'>Privacyverklaring</a>");
  lie.net.page(lie.at("p.pdf"), page("Oops", "<p>Nothing is here.</p>"), "application/pdf");
  lie.run({"policy"});
  EXPECT_EQ(shown(lie.evidence, "policy.verdict"), "not-found");
}

TEST(PolicyProbe, IsIncompleteWhenSomethingCouldNotBeLookedAt) {
  struct Case {
    const char* name;
    std::function<void(Instance&)> script;
    const char* verdict;
  };
  const Case cases[] = {
      {"robots.txt forbids guesses",
       [](Instance& i) { i.net.page(i.at("robots.txt"), "User-agent: *\nDisallow: /\n", "text/plain"); },
       "<robots-disallowed>"},
      {"linked page is broken", [](Instance& i) { i.net.answer(i.at("privacy.html"), status_answer(500)); },
       "<http-status>"},
      {"linked page is slow", [](Instance& i) { i.net.fail_url(i.at("privacy.html"), ErrorCode::kTimedOut); },
       "<timed-out>"},
      {"linked page needs a browser",
       [](Instance& i) {
         i.net.page(i.at("privacy.html"), "<html><title>Privacy</title><script src='/x.js'></script></html>");
       },
       "<not-understood>"},
      {"home page builds itself by script",
       [](Instance& i) {
         i.net.host("example.test");
         i.net.page("https://example.test/", "<html><div id='app'></div><script src='/app.js'></script></html>");
       },
       "<not-understood>"},
      {"home page refers to one that is not there",
       [](Instance& i) {
         i.net.host("example.test");
         i.net.page("https://example.test/", "<html><meta http-equiv='refresh' content='0; url=/de/'></html>");
       },
       "<not-understood>"},
      {"home page is slow",
       [](Instance& i) {
         i.net.host("example.test");
         i.net.fail_url("https://example.test/", ErrorCode::kTimedOut);
       },
       "<timed-out>"},
  };
  for (const Case& one : cases) {
    Instance instance;
    instance.stock("", "9268", kLink);
    one.script(instance);
    instance.run({"policy"});
    EXPECT_EQ(shown(instance.evidence, "policy.verdict"), one.verdict)
        << one.name << ": " << shown(instance.evidence, "policy.search.trail");
    EXPECT_EQ(shown(instance.evidence, "policy.own"), one.verdict) << one.name;
    EXPECT_EQ(shown(instance.evidence, "policy.search.complete"), "false") << one.name;
  }
}

TEST(PolicyProbe, RobotsDoNotForbidWhatUsersAreLinkedTo) {
  Instance instance;
  instance.stock("", "9268", kLink);
  instance.net.page(instance.at("robots.txt"), "User-agent: *\nDisallow: /\n", "text/plain");
  instance.net.page(instance.at("privacy.html"), kPolicyPage);
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "own");
  EXPECT_EQ(shown(instance.evidence, "policy.search.complete"), "true");
}

// jitsi/jitsi-meet: resources/robots.txt, in every package: it protects rooms, and no operator wrote it.
TEST(PolicyProbe, ThePackagedRobotsFileIsObeyedAndHidesNothing) {
  Instance instance;
  instance.stock();
  instance.net.page(instance.at("robots.txt"), "# stock\nUser-agent: *\nAllow: /$\nDisallow: /\n", "text/plain");
  instance.net.page(instance.at("privacy"), kPolicyPage);  // linked from nowhere, so nobody is led to it
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "not-found");
  EXPECT_EQ(shown(instance.evidence, "policy.search.complete"), "true");
  EXPECT_EQ(instance.net.count(instance.at("privacy")), 0);
}

TEST(PolicyProbe, LooksAtTheDomainOnTheInstancesOwnPortToo) {
  Instance instance("https://meet.example.test:8443/");
  instance.stock();
  instance.net.host("example.test");
  instance.net.fail_url("https://example.test/", ErrorCode::kConnectionRefused);
  instance.net.fail_url("https://example.test/robots.txt", ErrorCode::kConnectionRefused);
  instance.net.page("https://example.test:8443/", "<html><a href='/privacy.html'>Privacy policy</a></html>");
  instance.net.page("https://example.test:8443/privacy.html", kPolicyPage);
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.url"), "https://example.test:8443/privacy.html");
}

TEST(PolicyProbe, IsIncompleteWithUnreadableSettings) {
  Instance instance;
  instance.stock("legalUrls: f()").run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "<not-understood>");
  EXPECT_EQ(shown(instance.evidence, "policy.search.complete"), "false");
}

TEST(PolicyProbe, AsksWhetherThePolicyNamesTheIntermediary) {
  const auto run = [](const std::string& more, bool policy) {
    Instance instance;
    instance.net.answer("https://meet.example.test/",
                        with_header(ok(index_html("9268", config_js(), kLink)), "cf-ray", "1-AMS"));
    if (policy) instance.net.page(instance.at("privacy.html"), page("Privacy policy", kPolicyText + more));
    instance.stock().run({"http", "policy"});
    return shown(instance.evidence, "policy.intermediary_disclosed");
  };
  EXPECT_EQ(run("<p>Traffic passes through Cloudflare.</p>", true), "true");
  EXPECT_EQ(run("", true), "false");
  EXPECT_EQ(run("", false), "false");
  Instance direct;
  direct.stock().run({"http", "policy"});
  EXPECT_EQ(shown(direct.evidence, "policy.intermediary_disclosed"), "<not-attempted>");
}

TEST(PolicyProbe, StopsAfterAModestNumberOfPages) {
  std::string links;
  for (int i = 0; i < 200; ++i)
    links += fmt::format("<a href='/p{}'>Privacy {}</a><a href='/i{}'>Imprint</a>", i, i, i);
  Instance instance;
  instance.stock("", "9268", links);
  instance.net.otherwise(
      ok(page("Privacy", links + "<p>This page is about privacy, and about nothing else at all.</p>")));
  instance.run({"policy"});
  EXPECT_LE(instance.net.requests().size(), 30U);
  EXPECT_NE(shown(instance.evidence, "policy.verdict"), "not-found");
}

TEST(PolicyProbe, QuotesHostileAddressesInItsCommands) {
  Instance instance;
  instance.stock("", "9268", "<a href=\"/privacy';rm -rf x;'.html\">Privacy</a>");
  instance.net.otherwise(ok(kPolicyPage));
  instance.run({"policy"});
  for (const Fact& fact : instance.evidence.all()) {
    EXPECT_EQ(fact.provenance.check.find("privacy';rm"), std::string::npos) << fact.provenance.check;
  }
}

}  // namespace
}  // namespace meetlat::test
