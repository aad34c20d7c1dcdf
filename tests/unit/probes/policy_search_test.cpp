// Where the policy is looked for, step by step, and which of several pages is shown.
#include <fmt/format.h>

#include "probe_test.h"
#include "probes/policy_hints.h"

namespace meetlat::test {
namespace {

// The policy of an invented club; `more` stands at its end.
std::string policy_page(const std::string& more = "", const std::string& title = "Privacy policy") {
  return "<html lang='en'><head><title>" + title + "</title></head><body><h1>" + title +
         "</h1><p>The data controller is the Example Club. You can reach us at privacy@example.test.</p>"
         "<p>We use your IP address only in order to provide our services. The legal basis is our legitimate interest. "
         "We do not share your data with third parties. Log files are kept for seven days. You have the right of "
         "access and of rectification, and you may lodge a complaint with a supervisory authority.</p>" +
         more + "</body></html>";
}
const std::string kMeetings = "<p>This covers the video meetings on meet.example.test.</p>";

std::string german_page() {
  return "<html lang='de'><head><title>Datenschutzerklärung</title></head><body><h1>Datenschutzerklärung</h1>"
         "<p>Verantwortlicher im Sinne der DSGVO ist der Beispielverein, E-Mail: datenschutz@example.test. Wir "
         "verarbeiten Ihre IP-Adresse, um die Videokonferenz auf meet.example.test zu ermöglichen.</p><p>Die "
         "Protokolle "
         "werden nach sieben Tagen gelöscht. Eine Weitergabe an Dritte findet nicht statt. Sie haben das Recht auf "
         "Auskunft und auf Löschung und können sich bei einer Aufsichtsbehörde beschweren.</p></body></html>";
}

std::string trail(const Instance& instance) {
  return shown(instance.evidence, "policy.search.trail");
}

struct StepCase {
  const char* step;
  std::function<void(Instance&)> script;
  const char* linked;
};

TEST(PolicySearch, NamesTheStepThatLedToThePolicy) {
  const auto at_p7 = [](Instance& i) { i.net.page(i.at("p7"), policy_page(kMeetings)); };
  const StepCase cases[] = {
      {"config", [&](Instance& i) { i.stock("legalUrls: {privacy: '/p7'}"); }, "true"},
      {"config", [&](Instance& i) { i.stock("deploymentUrls: {privacyPolicyUrl: '/p7'}"); }, "true"},
      {"config",
       [&](Instance& i) {
         i.stock("dynamicBrandingUrl: '/branding.json'");
         i.net.page(i.at("branding.json"), "{\"footer\": [{\"label\": \"Privacy\", \"url\": \"/p7\"}]}");
       },
       "true"},
      {"link", [&](Instance& i) { i.stock("", "9268", "<a href='/p7'>Privacy</a>"); }, "true"},
      {"link", [&](Instance& i) { i.stock("", "9268", "<link rel='privacy-policy' href='/p7'>"); }, "true"},
      {"template", [&](Instance& i) { i.stock("", "9268", "<template><p><a href='/p7'>Privacy</a></p></template>"); },
       "true"},
      {"static-file",
       [&](Instance& i) {
         i.stock("", "9268", "<!--#include virtual=\"static/welcomePageAdditionalCard.html\" -->");
         i.net.page(i.at("static/welcomePageAdditionalCard.html"), "<template><a href='p7'>Privacy</a></template>");
       },
       "true"},
      {"static-file",
       [&](Instance& i) {
         i.stock();
         i.net.page(i.at("static/close3.html"), "<html><a href='/p7'>Privacy</a></html>");
       },
       "true"},
      {"manifest",
       [&](Instance& i) {
         i.stock();
         i.net.page(i.at("manifest.json"), "{\"shortcuts\": [{\"name\": \"Privacy policy\", \"url\": \"/p7\"}]}");
       },
       "true"},
      {"parent",
       [&](Instance& i) {
         i.stock().net.host("www.example.test");
         i.net.page("https://www.example.test/", "<a href='https://meet.example.test/p7'>Privacy</a>");
       },
       "false"},
      {"imprint",
       [&](Instance& i) {
         i.stock("", "9268", "<a href='/i'>Imprint</a>");
         i.net.page(i.at("i"), "<html><h1>Imprint</h1><p>The Example Club.</p><a href='/p7'>Privacy</a></html>");
       },
       "true"},
  };
  for (const StepCase& one : cases) {
    Instance instance;
    at_p7(instance);
    one.script(instance);
    instance.run({"policy"});
    EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "own") << one.step << ": " << trail(instance);
    EXPECT_EQ(shown(instance.evidence, "policy.found_by"), one.step) << trail(instance);
    EXPECT_EQ(shown(instance.evidence, "policy.linked_from_instance"), one.linked) << one.step;
    EXPECT_EQ(shown(instance.evidence, "policy.search.complete"), "true") << one.step;
  }
}

TEST(PolicySearch, GuessesPathsInTheLanguageOfTheInstance) {
  Instance instance;
  instance.stock("defaultLanguage: 'de'");
  instance.net.page(instance.at("datenschutz"), german_page());
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.found_by"), "path") << trail(instance);
  EXPECT_EQ(shown(instance.evidence, "policy.linked_from_instance"), "false");
  EXPECT_EQ(shown(instance.evidence, "policy.instance_language"), "true");
}

TEST(PolicySearch, TakesAPageThatRepeatsItsAddressForTheAnswerToAnyPath) {
  Instance instance;
  instance.stock();
  instance.net.before_exchange([&](const HttpRequest& request) {
    const std::string path = request.url.path();
    if (path.size() > 1) {
      instance.net.page(request.url.str(), policy_page("<p>You asked for " + path.substr(1) + "</p>"));
    }
  });
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "not-found") << trail(instance);
}

TEST(PolicySearch, PrefersThePageThatNamesTheService) {
  Instance instance;
  instance.stock("", "9268", "<a href='/general'>Privacy</a> <a href='/specific'>Data protection</a>");
  instance.net.page(instance.at("general"), policy_page());
  instance.net.page(instance.at("specific"), policy_page(kMeetings));
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.url"), instance.at("specific")) << trail(instance);
}

TEST(PolicySearch, LooksAtFewPagesAfterAnOwnPolicy) {
  Instance instance;
  std::string links;
  for (int i = 0; i < 7; ++i) links += fmt::format("<a href='/p{}'>Privacy</a>", i);
  instance.stock("", "9268", links);
  for (int i = 0; i < 7; ++i) instance.net.page(instance.at(fmt::format("p{}", i)), policy_page());
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "own");
  int opened = 0;
  for (int i = 0; i < 7; ++i) opened += instance.net.count(instance.at(fmt::format("p{}", i)));
  EXPECT_EQ(opened, 4) << trail(instance);
}

TEST(PolicySearch, FollowsALinkToTheLanguageOfTheInstanceOnce) {
  const char* links[] = {"<a href='/de/privacy'>read on</a>", "<a href='/x'>Deutsch</a>",
                         "<a hreflang='de-AT' href='/x'>·</a>", "<link rel='alternate' hreflang='de' href='/x'>"};
  for (const char* link : links) {
    Instance instance;
    instance.stock("defaultLanguage: 'de', legalUrls: {privacy: '/en/privacy'}");
    instance.net.page(instance.at("en/privacy"), policy_page(kMeetings + link));
    instance.net.page(instance.at("de/privacy"), german_page());
    instance.net.page(instance.at("x"), german_page());
    instance.run({"policy"});
    EXPECT_EQ(shown(instance.evidence, "policy.languages"), "de") << link << ": " << trail(instance);
    EXPECT_EQ(shown(instance.evidence, "policy.found_by"), "config");
  }
}

TEST(PolicySearch, KeepsThePageWhenTheOtherLanguageIsNotThere) {
  Instance instance;
  instance.stock("defaultLanguage: 'de', legalUrls: {privacy: '/en/privacy'}");
  instance.net.page(instance.at("en/privacy"), policy_page(kMeetings + "<a href='/de/privacy'>Deutsch</a>"));
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.languages"), "en") << trail(instance);
  EXPECT_EQ(shown(instance.evidence, "policy.instance_language"), "false");
}

TEST(PolicySearch, EndsWithFramesAndRefreshesInCircles) {
  const char* pages[][2] = {
      {"<title>Privacy</title><frameset><frame src='/b'></frameset>", "<frameset><frame src='/a'></frameset>"},
      {"<meta http-equiv='refresh' content='0; url=/b'>", "<meta http-equiv='refresh' content='0; url=/a'>"},
      {"<title>Privacy</title><iframe src='/a'></iframe>", "<iframe src='/b'></iframe>"},
  };
  for (const auto& [a, b] : pages) {
    Instance instance;
    instance.stock("", "9268", "<a href='/a'>Privacy</a>");
    instance.net.page(instance.at("a"), std::string("<html>") + a + "</html>");
    instance.net.page(instance.at("b"), std::string("<html>") + b + "</html>");
    instance.run({"policy"});
    EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "not-found") << trail(instance);
    EXPECT_LE(instance.net.count(instance.at("a")), 1);
    EXPECT_LE(instance.net.count(instance.at("b")), 1);
  }
}

TEST(PolicySearch, ReadsTheFrameThatHoldsThePolicy) {
  Instance instance;
  instance.stock("", "9268", "<a href='/a'>Privacy</a>");
  instance.net.page(instance.at("a"), "<html><frameset><frame src='menu'><frame src='text'></frameset></html>");
  instance.net.page(instance.at("menu"), "<html><a href='/'>Home</a></html>");
  instance.net.page(instance.at("text"), policy_page(kMeetings));
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.url"), instance.at("text")) << trail(instance);
}

TEST(PolicySearch, NeverAsksTheClientsMakersForTheirDocuments) {
  Instance instance;
  instance.stock("", "9268", "<a href='/a'>Privacy</a> <a href='https://jitsi.org/privacy'>Privacy</a>");
  instance.net.host("jitsi.org");
  instance.net.answer(instance.at("a"), redirect("https://jitsi.org/meet/privacy"));
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "someone-elses") << trail(instance);
  for (const std::string& url : instance.net.urls()) EXPECT_EQ(url.find("jitsi.org"), std::string::npos) << url;
}

TEST(PolicySearch, AnsweringMissingWithStatus200IsMissing) {
  Instance instance;
  instance.stock("", "9268", "<a href='/static/p.html'>Privacy policy</a>");
  instance.net.page(instance.at("robots.txt"), "User-agent: *\nAllow: /$\nDisallow: /\n", "text/plain");
  instance.net.page(instance.at("static/p.html"),
                    "<html><h1>Seite nicht gefunden</h1><p>Die Seite, die Sie suchen, gibt es hier leider nicht mehr. "
                    "Bitte kehren Sie zur Startseite zurück oder schreiben Sie uns eine Nachricht.</p></html>");
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "not-found") << trail(instance);
}

TEST(PolicySearch, AnUnsureFindNeitherCapsNorClearsAnIncompleteSearch) {
  Instance instance;
  instance.stock("", "9268", "<a href='/a'>Privacy</a><a href='/b'>Data protection</a>");
  instance.net.page(instance.at("a"),
                    "<html><title>Privacy policy</title><p>We keep no logs, we record nothing, we use "
                    "no cookies and we give nothing to anybody. Questions go to the board.</p></html>");
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "unsure") << trail(instance);
  Instance blocked;
  blocked.stock("", "9268", "<a href='/a'>Privacy</a><a href='/b'>Data protection</a>");
  blocked.net.page(blocked.at("a"),
                   "<html><title>Privacy policy</title><p>We keep no logs, we record nothing, we use "
                   "no cookies and we give nothing to anybody. Questions go to the board.</p></html>");
  blocked.net.fail_url(blocked.at("b"), ErrorCode::kTimedOut);
  blocked.run({"policy"});
  EXPECT_EQ(shown(blocked.evidence, "policy.verdict"), "<timed-out>") << trail(blocked);
}

TEST(PolicySearch, TakesNoPrivacySettingsForAPolicy) {
  Instance instance;
  instance.stock("", "9268", "<a href='/s'>Privacy settings</a><a href='/b'>Privacy Badger</a>");
  instance.run({"policy"});
  EXPECT_EQ(instance.net.count(instance.at("s")) + instance.net.count(instance.at("b")), 0);
}

TEST(PolicyHints, TellLanguagesOfTagsAndAddresses) {
  using namespace probes;
  const std::pair<const char*, const char*> tags[] = {{"de", "de"},   {"de-AT", "de"}, {"deCH", "de"}, {"pt_BR", "pt"},
                                                      {"DE", "de"},   {"hsb", "hsb"},  {"", ""},       {"x", ""},
                                                      {"german", ""}, {"12", ""}};
  for (const auto& [tag, lang] : tags) EXPECT_EQ(language_code(tag), lang) << tag;
  const std::pair<const char*, const char*> urls[] = {{"https://x.test/de/privacy", "de"},
                                                      {"https://x.test/legal/pt-br/", "pt"},
                                                      {"https://x.test/p?lang=fr&x=1", "fr"},
                                                      {"https://x.test/privacy", ""},
                                                      {"https://x.test/p7/abc", ""}};
  for (const auto& [url, lang] : urls) EXPECT_EQ(language_of_url(*Url::parse(url)), lang) << url;
  EXPECT_EQ(words_of_key("PRIVACY_POLICY_URL"), "privacy policy url");
  EXPECT_EQ(words_of_key("privacyPolicyUrl"), "privacy policy url");
}

}  // namespace
}  // namespace meetlat::test
