// What the document says, as facts with their places.
#include "probes/policy_facts.h"
#include "base/file.h"
#include "base/text.h"
#include "policy/items.h"
#include "probe_test.h"

namespace meetlat::test {
namespace {

const std::string kPage =
    "<html lang='en'><head><title>Privacy policy</title><link rel='stylesheet' href='https://fonts.invalid/a.css'>"
    "<script src='/own.js'></script></head><body><h1>Privacy policy</h1><p>Last updated: 3 May 2026</p>"
    "<h2>Who</h2><p>The data controller is the Example Club. You can reach us at privacy@example.test.</p>"
    "<h2>What</h2><p>We use your IP address in order to carry the video meeting on [Your host]. We do not share data "
    "with third parties and store everything in the European Union.</p><p>You have the right of access, and you may "
    "lodge a complaint with a supervisory authority.</p></body></html>";

Instance& with_page(Instance& instance, const std::string& html, const std::string& members = "") {
  instance.stock(members, "9268", "<a href='/p'>Privacy</a>");
  instance.net.page(instance.at("p"), html);
  instance.run({"policy"});
  return instance;
}

const Fact& fact(const Instance& instance, const char* path) {
  return instance.evidence.find(path).front();
}

TEST(PolicyFacts, HaveARowForEachItemAndEachClaim) {
  std::size_t rows = 0;
  for (const FactSpec& spec : probes::kPolicyFacts) {
    rows += spec.path.starts_with("policy.states.") || spec.path.starts_with("policy.claims.") ? 1 : 0;
  }
  EXPECT_EQ(rows, policy::items().size() + policy::claims().size());
  for (const policy::ItemSpec& item : policy::items()) {
    EXPECT_TRUE(probes::PolicyWriter::Ref::find("policy.states." + std::string(item.id))) << item.id;
  }
  for (const policy::ClaimSpec& claim : policy::claims()) {
    const std::string id(claim.id.substr(std::string_view("claim_").size()));
    EXPECT_TRUE(probes::PolicyWriter::Ref::find("policy.claims." + id)) << id;
  }
  EXPECT_FALSE(probes::PolicyWriter::Ref::find("policy.states.nothing"));
}

TEST(PolicyFacts, SayWhatStandsInTheDocumentAndWhere) {
  Instance instance;
  with_page(instance, kPage, "defaultLanguage: 'en'");
  const Evidence& evidence = instance.evidence;
  ASSERT_EQ(shown(evidence, "policy.verdict"), "own") << shown(evidence, "policy.search.trail");
  EXPECT_EQ(shown(evidence, "policy.kind"), "policy");
  EXPECT_EQ(shown(evidence, "policy.form"), "html");
  EXPECT_EQ(shown(evidence, "policy.languages"), "en");
  EXPECT_EQ(shown(evidence, "policy.instance_language"), "true");
  EXPECT_EQ(shown(evidence, "policy.page_third_parties"), "fonts.invalid");
  EXPECT_EQ(shown(evidence, "policy.placeholders"), "[Your host]");
  EXPECT_NE(shown(evidence, "policy.dated").find("3 May 2026"), std::string::npos);
  EXPECT_EQ(shown(evidence, "policy.contact"), "privacy@example.test");
  EXPECT_EQ(shown(evidence, "policy.dpo_contact"), "");
  EXPECT_EQ(shown(evidence, "policy.states.controller"), "found");
  EXPECT_EQ(shown(evidence, "policy.states.portability"), "not_found");
  EXPECT_EQ(fact(instance, "policy.states.controller").provenance.where, instance.at("p") + " (below \"Who\")");
  EXPECT_NE(excerpt_of(evidence, "policy.states.controller").find("Example Club"), std::string::npos);
  EXPECT_EQ(excerpt_of(evidence, "policy.states.contact").find("privacy@"), std::string::npos) << "is not masked";
  EXPECT_EQ(shown(evidence, "policy.text_sha256"), sha256_hex(shown(evidence, "policy.text")));
  EXPECT_GT(std::get<std::int64_t>(*fact(instance, "policy.words").value), 60);
}

TEST(PolicyFacts, AreNotMeasuredWithoutADocument) {
  Instance instance;
  instance.stock().run({"policy"});
  for (const char* path : {"policy.kind", "policy.form", "policy.found_by", "policy.text", "policy.states.controller",
                           "policy.claims.no_third_parties", "policy.log_days"}) {
    EXPECT_EQ(shown(instance.evidence, path), "<not-attempted>") << path;
  }
}

TEST(PolicyFacts, HaveNoLanguageOfAnInstanceThatNamesNone) {
  Instance instance;
  with_page(instance, kPage);
  EXPECT_EQ(shown(instance.evidence, "policy.languages"), "en");
  EXPECT_EQ(shown(instance.evidence, "policy.instance_language"), "<not-attempted>");
}

// What is held against a host must be its own word.
TEST(PolicyFacts, QuoteNoClaimOfADocumentThatMayBeSomebodyElses) {
  Instance instance;
  instance.stock("legalUrls: {privacy: 'https://company.invalid/p'}");
  instance.net.host("company.invalid");
  std::string page = kPage;
  page.replace(page.find("privacy@example.test"), 20, "privacy@company.invalid");
  instance.net.page("https://company.invalid/p", page);
  instance.run({"policy"});
  EXPECT_EQ(shown(instance.evidence, "policy.verdict"), "unsure") << shown(instance.evidence, "policy.search.trail");
  EXPECT_EQ(shown(instance.evidence, "policy.found_by"), "off-domain");
  EXPECT_EQ(shown(instance.evidence, "policy.states.controller"), "found");
  EXPECT_EQ(shown(instance.evidence, "policy.claims.no_third_parties"), "<not-understood>");
}

TEST(PolicyFacts, KeepOnlyTheBeginningOfAHugeText) {
  Instance instance;
  std::string page = kPage;
  std::string filler;
  for (int i = 0; i < 6000; ++i) filler += "<p>Wir grüßen alle, die über die Brücke gehen.</p>";
  page.insert(page.find("</body>"), filler);
  with_page(instance, page);
  const std::string text = shown(instance.evidence, "policy.text");
  EXPECT_LE(text.size(), 200'000U);
  EXPECT_GT(text.size(), 199'900U);
  EXPECT_EQ(printable(text.substr(text.size() - 20)).find("\xEF\xBF\xBD"), std::string::npos) << "a torn character";
  EXPECT_NE(shown(instance.evidence, "policy.text_sha256"), sha256_hex(text)) << "is that of the whole text";
}

}  // namespace
}  // namespace meetlat::test
