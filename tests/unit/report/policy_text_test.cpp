// The part of the text report about a privacy policy.
#include "render.h"

namespace meetlat {
namespace {

using sample::HostBuilder;

constexpr const char* kUrl = "https://parent.test/privacy";

HostBuilder searched(const std::string& verdict, bool complete) {
  HostBuilder host("https://meet.parent.test/", HostStatus::kMeasured);
  host.fact("policy.verdict", verdict)
      .fact("policy.search.complete", complete, "https://meet.parent.test/", complete ? "" : "timed out: no answer")
      .fact("policy.search.trail",
            std::vector<std::string>{"config: config.js legalUrls.privacy : not set",
                                     "parent: https://parent.test/privacy : a privacy policy: 2 of 18 items"});
  return host;
}

HostBuilder with_policy() {
  HostBuilder host = searched("own", true);
  host.fact("policy.url", std::string(kUrl))
      .fact("policy.title", std::string("Privacy at Parent"))
      .fact("policy.found_by", std::string("parent"))
      .fact("policy.linked_from_instance", false)
      .fact("policy.form", std::string("html"))
      .fact("policy.languages", std::vector<std::string>{"de", "en"})
      .fact("policy.words", std::int64_t{230})
      .fact("policy.reading_minutes", std::int64_t{1})
      .fact("policy.states.controller", std::string("found"), kUrl, "• We, Parent, write to me@parent.test.")
      .fact("policy.states.transfer", std::string("stated_none"), kUrl, "Nothing leaves the EU.")
      .fact("policy.states.erasure", std::string("not_found"))
      .fact("policy.states.source", std::string("not_applicable"))
      .fact("policy.claims.no_tracking", true, kUrl, "We do not track you.");
  return host;
}

std::string text_of(HostBuilder host) {
  return render("text", report_of(host.build()));
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(PolicyText, SaysWhatTheDocumentIsAndHowItIsFound) {
  const std::string text = text_of(with_policy());
  EXPECT_TRUE(has(
      text, "PRIVACY POLICY: the host's own\n  Document     Privacy at Parent\n               " + std::string(kUrl)))
      << text;
  EXPECT_TRUE(has(text, "linked from the site of the same domain; the instance itself does not link it"));
  EXPECT_TRUE(has(text, "web page, languages de and en, 230 words, 1 minute to read"));
}

TEST(PolicyText, QuotesWhatIsStatedAndListsTheRest) {
  const std::string text = text_of(with_policy());
  EXPECT_TRUE(has(text, "+ controller                         We, Parent, write to [mail address].")) << text;
  EXPECT_TRUE(has(text, "+ transfer to third countries: none  Nothing leaves the EU."));
  EXPECT_TRUE(has(text, "Not found by the word lists, which miss some (1): right to erasure."));
  EXPECT_TRUE(has(text, "Not due here: where data come from."));
}

TEST(PolicyText, ShowsAHintAsUnsure) {
  Fact hint;
  hint.path = "policy.states.mandatory";
  hint.value = fail(ErrorCode::kNotUnderstood, "only a hint");
  hint.provenance.excerpt = "Your name is optional.";
  HostReport host = with_policy().build();
  host.evidence.insert(hint);
  const std::string text = render("text", report_of(host));
  EXPECT_TRUE(has(text, "Perhaps (1), a hint only:\n    ? whether data must be given  Your name is optional.")) << text;
}

TEST(PolicyText, ListsThePlacesInTheirOrder) {
  const std::string text = text_of(with_policy());
  EXPECT_TRUE(has(text,
                  "Places looked at, in this order (2); the search ended where an own policy was found\n"
                  "     1  settings     config.js legalUrls.privacy - not set\n"
                  "     2  own domain   https://parent.test/privacy - a privacy policy: 2 of 18 items\n"))
      << text;
}

TEST(PolicyText, SaysWhyASearchIsNotComplete) {
  EXPECT_TRUE(has(text_of(searched("unsure", false)), "the search is NOT complete: timed out: no answer"));
  EXPECT_TRUE(has(text_of(searched("not-found", true)), "PRIVACY POLICY: none found"));
}

// Rules that hold a claim against what was measured show the claim first.
RuleSet rules_with_comparison() {
  RuleSet rules = sample::rules();
  Rule rule = rules.rules.front();
  rule.id = "agrees";
  rule.shows = {"policy.claims.no_tracking", "jitsi.analytics"};
  rule.pass_text = "nothing was seen against it";
  rules.rules.push_back(rule);
  return rules;
}

std::string compared(Outcome outcome) {
  HostReport host = with_policy()
                        .fact("jitsi.analytics", std::vector<std::string>{"Matomo"}, "config.js line 3")
                        .finding("agrees", outcome, 1, {"jitsi.analytics"})
                        .build();
  const RuleSet rules = rules_with_comparison();
  Rendering rendering;
  rendering.columns = 120;
  rendering.rules = &rules;
  rendering.profile = &rules.profiles.front();
  std::ostringstream out;
  EXPECT_TRUE(find_report_writer("text")->write(report_of(host), rendering, out).has_value());
  return out.str();
}

TEST(PolicyText, QuotesBothSidesOfAContradiction) {
  const std::string text = compared(Outcome::kFail);
  EXPECT_TRUE(has(text,
                  "! says that there is no analysis or tracking: CONTRADICTED by what was seen\n"
                  "      it says: \"We do not track you.\"\n"
                  "      seen:    jitsi.analytics = Matomo (config.js line 3)\n"))
      << text;
}

TEST(PolicyText, SaysOfOtherClaimsHowFarTheyWereCompared) {
  EXPECT_TRUE(has(compared(Outcome::kPass), "+ says that there is no analysis or tracking: nothing was seen against"));
  EXPECT_TRUE(has(text_of(with_policy()), "? says that there is no analysis or tracking: not compared with anything"));
}

TEST(PolicyText, IsMissingWhereNobodySearched) {
  EXPECT_FALSE(has(render("text", report_of(sample::best_host())), "PRIVACY POLICY"));
}

TEST(Text, NamesRulesThatNobodyAskedForInOneParagraph) {
  HostReport host = with_policy()
                        .finding("hsts-set", Outcome::kNotMeasured, 8, {}, "http.hsts.max_age was not asked")
                        .finding("e2ee-offered", Outcome::kNotMeasured, 8, {}, "timed out; e2ee.x was not asked")
                        .build();
  const std::string text = render("text", report_of(host));
  EXPECT_TRUE(has(text, "1 rule was not asked, because of --only")) << text;
  EXPECT_TRUE(has(text, "timed out; e2ee.x was not asked"));
}

}  // namespace
}  // namespace meetlat
