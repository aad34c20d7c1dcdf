// What letters say, when, and what they must not say.
#include "letters/letter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "probes/probe.h"
#include "sample.h"

namespace meetlat {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string written(const LetterChoice& choice, const LetterFacts& facts, std::string_view language = "en") {
  const auto letter = write_letter(choice, facts, sample::data(language));
  EXPECT_TRUE(letter) << (letter ? "" : describe(letter.error()));
  return letter.value_or("");
}

// Without line breaks, so that wrapping does not hide a sentence.
std::string unwrapped(std::string text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += ' ';
    } else if (c != ' ' || out.empty() || out.back() != ' ') {
      out += c;
    }
  }
  return out;
}

LetterFacts with(const std::string& path, Value value, const std::string& excerpt = "") {
  Evidence evidence = sample::evidence();
  sample::put(evidence, path, std::move(value), excerpt);
  return read_letter_facts(sample::target(), evidence);
}

const LetterChoice kAccess = sample::choice(LetterType::kAccess);

TEST(Request, AsksOnlyWhatThePolicyLeavesOpen) {
  const std::string letter = unwrapped(written(kAccess, sample::facts()));
  EXPECT_THAT(letter, HasSubstr("Who operates the STUN and TURN servers"));
  EXPECT_THAT(letter, HasSubstr("On what legal basis"));
  EXPECT_THAT(letter, Not(HasSubstr("What do the web server, the signalling server"))) << "the policy says it";
  EXPECT_THAT(letter, Not(HasSubstr("If you rely on legitimate interests"))) << "not applicable";
}

TEST(Request, QuotesThePolicyWithItsPlaceAndDay) {
  const std::string letter = unwrapped(written(kAccess, sample::facts()));
  EXPECT_THAT(letter, HasSubstr("https://meet.lantern.test/static/privacy.html"));
  EXPECT_THAT(letter, HasSubstr("as it stood on 23 November 2026"));
  EXPECT_THAT(letter, HasSubstr("logs: “The web server logs IP address and time.”"));
  EXPECT_THAT(letter, HasSubstr("recipients: “We pass your data on to nobody.”"));
}

TEST(Request, SaysNothingAboutAPolicyThatWasNotMeasured) {
  const LetterFacts facts = read_letter_facts(sample::target(), Evidence{});
  EXPECT_FALSE(facts.measured);
  const std::string letter = unwrapped(written(kAccess, facts));
  EXPECT_THAT(letter, Not(HasSubstr("privacy policy of your own")));
  EXPECT_THAT(letter, Not(HasSubstr("found no answer")));
  EXPECT_THAT(letter, HasSubstr("Please answer these questions:"));
  EXPECT_THAT(letter, HasSubstr("[name of the controller]"));
  EXPECT_THAT(letter, HasSubstr("Nothing could be learned about meet.lantern.test"));
}

TEST(Request, NamesNoControllerOutOfSomebodyElsesPolicy) {
  const LetterFacts facts = with("policy.verdict", std::string("someone-elses"));
  const std::string letter = unwrapped(written(kAccess, facts));
  EXPECT_THAT(letter, HasSubstr("led to somebody else's document"));
  EXPECT_THAT(letter, Not(HasSubstr("privacy@lantern.test")));
  EXPECT_THAT(letter, Not(HasSubstr("dpo@lantern.test")));
  EXPECT_THAT(letter, Not(HasSubstr("Server logs are deleted")));
  EXPECT_THAT(letter, HasSubstr("Lantern Commons [check]")) << "the host's own words remain";
}

TEST(Request, DoesNotCallAnUnsureDocumentThePolicy) {
  const std::string letter = unwrapped(written(kAccess, with("policy.verdict", std::string("unsure"))));
  EXPECT_THAT(letter, HasSubstr("tell me whether it is your privacy policy"));
}

TEST(Request, DoesNotClaimToHaveEvaluatedAPolicyThatCouldNotBeRead) {
  Evidence evidence;
  sample::put(evidence, "policy.verdict", std::string("own"));
  sample::put(evidence, "policy.url", std::string("https://meet.lantern.test/privacy.pdf"));
  const std::string letter = unwrapped(written(kAccess, read_letter_facts(sample::target(), evidence)));
  EXPECT_THAT(letter, HasSubstr("Its text could not be analysed"));
  EXPECT_THAT(letter, Not(HasSubstr("takes into account")));
  EXPECT_THAT(letter, Not(HasSubstr("found no answer")));
}

TEST(Request, SaysThatNoPolicyWasFoundOnlyAfterACompleteSearch) {
  Evidence evidence = sample::evidence();
  sample::put(evidence, "policy.verdict", std::string("not-found"));
  sample::put(evidence, "policy.url", std::string(""));
  const std::string letter = unwrapped(written(kAccess, read_letter_facts(sample::target(), evidence)));
  EXPECT_THAT(letter, HasSubstr("no privacy policy of your own was found"));
  EXPECT_THAT(letter, Not(HasSubstr("found no answer in that document")));
}

TEST(Request, QuotesTheSentenceThatDatesThePolicy) {
  EXPECT_THAT(unwrapped(written(kAccess, sample::facts())),
              HasSubstr("About its date it says: “Last updated: 1 March 2025”"));
}

TEST(Request, WarnsOfWhatErasureAndObjectionNeed) {
  const std::string erasure = unwrapped(written(sample::choice(LetterType::kErasure), sample::facts()));
  EXPECT_THAT(erasure, HasSubstr("send the request for access first"));
  const std::string objection = unwrapped(written(sample::choice(LetterType::kObjection), sample::facts()));
  EXPECT_THAT(objection, HasSubstr("without them it can be refused"));
  EXPECT_THAT(objection, Not(HasSubstr("send the request for access first")));
}

TEST(Request, MarksWhatWasPrefilled) {
  const std::string letter = written(kAccess, sample::facts());
  EXPECT_THAT(letter, HasSubstr("Lantern Commons association [check]\nprivacy@lantern.test [check]\n"));
  EXPECT_THAT(unwrapped(letter),
              HasSubstr("Seen at https://meet.lantern.test/static/privacy.html on 23 November 2026"));
}

TEST(Request, TakesTheSendersDetailsAndLeavesMarkedBlanks) {
  LetterChoice choice = kAccess;
  choice.sender.room = "*kitchen*";
  choice.sender.display_name = "A. Guest";
  const std::string text = unwrapped(written(choice, sample::facts()));
  EXPECT_THAT(text, HasSubstr("Room: *kitchen*"));
  EXPECT_THAT(text, HasSubstr("Display name: A. Guest"));
  EXPECT_THAT(text, HasSubstr("[your public IP address at that time"));
  EXPECT_THAT(text, HasSubstr("[your name]"));
  choice.form = LetterForm::kMarkdown;
  const std::string markdown = written(choice, sample::facts());
  EXPECT_THAT(markdown, HasSubstr("Room: \\*kitchen\\*"));
  EXPECT_THAT(markdown, HasSubstr("**\\[your name\\]**"));
  EXPECT_THAT(markdown, HasSubstr("# Access request under Article 15 GDPR"));
}

TEST(Request, GivesTheDateOfTheAnswer) {
  LetterChoice choice = kAccess;
  choice.country = "NL";
  EXPECT_THAT(
      unwrapped(written(choice, sample::facts())),
      HasSubstr("If you receive this letter on 30 November 2026, that month ends on Wednesday, 30 December 2026."));
  choice.received = sample::day("2026-12-01");
  EXPECT_THAT(unwrapped(written(choice, sample::facts())),
              HasSubstr("on 1 December 2026, that month ends on Monday, 4 January 2027."));
  choice.country.clear();
  EXPECT_THAT(unwrapped(written(choice, sample::facts())), HasSubstr("or on the next working day"));
}

TEST(Request, NamesTheLawOfSwitzerlandAndTheUnitedKingdom) {
  LetterChoice choice = kAccess;
  choice.country = "CH";
  EXPECT_THAT(written(choice, sample::facts()), HasSubstr("FADP"));
  choice.country = "GB";
  EXPECT_THAT(written(choice, sample::facts()), HasSubstr("UK GDPR"));
  choice.country = "NL";
  EXPECT_THAT(written(choice, sample::facts()), Not(HasSubstr("UK GDPR")));
}

TEST(Request, RefusesDatesThatContradictEachOther) {
  LetterChoice choice = kAccess;
  choice.received = sample::day("2026-11-29");
  EXPECT_FALSE(write_letter(choice, sample::facts(), sample::data("en")));
  choice.received.reset();
  choice.sent = sample::day("2026-11-01");
  EXPECT_FALSE(write_letter(choice, sample::facts(), sample::data("en")));
}

TEST(Country, OfAListIsShownAsItsClaim) {
  Target target = sample::target();
  target.claims = {{"country", "DE", "", "some-list.md", ""}};
  const LetterFacts facts = read_letter_facts(target, sample::evidence());
  const std::string letter = unwrapped(written(kAccess, facts));
  EXPECT_THAT(letter, HasSubstr("Country of the controller: Germany. So says the list some-list.md; check it"));
  target.claims.push_back({"country", "FR", "", "other-list.md", ""});
  EXPECT_EQ(read_letter_facts(target, sample::evidence()).claimed_country, "") << "lists that differ";
}

TEST(Country, IsReadInAllUsualForms) {
  const SupervisoryAuthorities& authorities = sample::data("en").authorities;
  EXPECT_EQ(parse_country("nl", authorities).value(), "NL");
  EXPECT_EQ(parse_country("UK", authorities).value(), "GB");
  EXPECT_EQ(parse_country("el", authorities).value(), "GR");
  EXPECT_EQ(parse_country("de-be", authorities).value(), "DE-BE");
  for (const char* text : {"", "N", "NLD", "DE-XX", "D1", "Netherlands", "\xc3\xa4\xc3\xb6"}) {
    EXPECT_FALSE(parse_country(text, authorities)) << text;
  }
}

class Late : public testing::TestWithParam<LetterStage> {};
INSTANTIATE_TEST_SUITE_P(Stages, Late, testing::Values(LetterStage::kReminder, LetterStage::kComplaint));

TEST_P(Late, ComesOnlyAfterTheAnswerWasDue) {
  LetterChoice choice = sample::choice(LetterType::kErasure, GetParam());
  choice.country = "NL";
  choice.sent = sample::day("2026-10-30");
  EXPECT_FALSE(write_letter(choice, sample::facts(), sample::data("en"))) << "due on this very day";
  choice.sent = sample::day("2026-10-29");
  EXPECT_FALSE(write_letter(choice, sample::facts(), sample::data("en"))) << "a Sunday: due on Monday 30 November";
  choice.sent = sample::day("2026-10-27");
  const std::string letter = unwrapped(written(choice, sample::facts()));
  EXPECT_THAT(letter, HasSubstr("on 27 October 2026"));
  EXPECT_THAT(letter, HasSubstr("ended on Friday, 27 November 2026"));
  choice.received = sample::day("2026-10-31");
  EXPECT_FALSE(write_letter(choice, sample::facts(), sample::data("en"))) << "received later";
  choice.received = sample::day("2026-10-26");
  EXPECT_FALSE(write_letter(choice, sample::facts(), sample::data("en"))) << "received before it was sent";
}

TEST_P(Late, MarksADayOfReceiptThatIsOnlyAssumed) {
  LetterChoice choice = sample::choice(LetterType::kAccess, GetParam());
  choice.country = "NL";
  choice.sent = sample::day("2026-10-01");
  const std::string assumed = unwrapped(written(choice, sample::facts()));
  EXPECT_THAT(assumed, HasSubstr("on 1 October 2026 [check]. The period"));
  EXPECT_THAT(assumed, HasSubstr("the day on which it was sent is assumed"));
  choice.received = choice.sent;
  const std::string told = unwrapped(written(choice, sample::facts()));
  EXPECT_THAT(told, HasSubstr("on 1 October 2026. The period"));
  EXPECT_THAT(told, Not(HasSubstr("is assumed")));
}

TEST_P(Late, MarksAnEndThatMayHaveBeenAHoliday) {
  LetterChoice choice = sample::choice(LetterType::kAccess, GetParam());
  choice.sent = choice.received = sample::day("2026-10-01");
  choice.country = "CH";
  const std::string perhaps = unwrapped(written(choice, sample::facts()));
  EXPECT_THAT(perhaps, HasSubstr("ended on Monday, 2 November 2026 [check]."));
  EXPECT_THAT(perhaps, HasSubstr("was a public holiday for the controller is not certain"));
  choice.country = "NL";
  const std::string certain = unwrapped(written(choice, sample::facts()));
  EXPECT_THAT(certain, HasSubstr("ended on Monday, 2 November 2026."));
  EXPECT_THAT(certain, Not(HasSubstr("is not certain")));
}

TEST_P(Late, HasBlanksWithoutDates) {
  const std::string letter = unwrapped(written(sample::choice(LetterType::kAccess, GetParam()), sample::facts()));
  EXPECT_THAT(letter, HasSubstr("[date of your request]"));
  EXPECT_THAT(letter, HasSubstr("[end of the month after receipt]"));
}

TEST(Reminder, SetsADateAndNamesTheAuthority) {
  LetterChoice choice = sample::choice(LetterType::kAccess, LetterStage::kReminder);
  choice.country = "NL";
  choice.days = 10;
  const std::string letter = unwrapped(written(choice, sample::facts()));
  EXPECT_THAT(letter, HasSubstr("by Thursday, 10 December 2026"));
  EXPECT_THAT(letter, HasSubstr("Autoriteit Persoonsgegevens [check]"));
}

TEST(Complaint, IsAddressedToTheAuthorityOfTheCountry) {
  LetterChoice choice = sample::choice(LetterType::kAccess, LetterStage::kComplaint);
  choice.country = "NL";
  const std::string letter = written(choice, sample::facts());
  EXPECT_THAT(letter, HasSubstr("Autoriteit Persoonsgegevens [check]\nPostbus 93374\n"));
  EXPECT_THAT(unwrapped(letter), HasSubstr("Complaint form: https://"));
  choice.country = "IE";
  EXPECT_THAT(unwrapped(written(choice, sample::facts())), HasSubstr("postal address may have changed"));
}

TEST(Complaint, InGermanyNeedsTheLand) {
  LetterChoice choice = sample::choice(LetterType::kAccess, LetterStage::kComplaint);
  choice.country = "DE";
  const std::string all = unwrapped(written(choice, sample::facts()));
  EXPECT_THAT(all, HasSubstr("[supervisory authority]"));
  EXPECT_THAT(all, HasSubstr("DE-SH: "));
  choice.country = "DE-BE";
  const std::string berlin = written(choice, sample::facts());
  EXPECT_THAT(berlin, HasSubstr("Berliner Beauftragte für Datenschutz und Informationsfreiheit [check]\n"));
  EXPECT_THAT(unwrapped(berlin), HasSubstr("bfdi.bund.de"));
}

TEST(Complaint, NamesTheLawOutsideTheUnion) {
  LetterChoice choice = sample::choice(LetterType::kAccess, LetterStage::kComplaint);
  choice.country = "CH";
  const std::string swiss = unwrapped(written(choice, sample::facts()));
  EXPECT_THAT(swiss, HasSubstr("Article 49 of the Federal Act on Data Protection"));
  EXPECT_THAT(swiss, HasSubstr("In this country (Switzerland)"));
  choice.country = "GB";
  EXPECT_THAT(unwrapped(written(choice, sample::facts())), HasSubstr("section 165 of the Data Protection Act 2018"));
  choice.country = "NO";
  EXPECT_THAT(unwrapped(written(choice, sample::facts())), Not(HasSubstr("In this country"))) << "in the EEA";
}

TEST(Complaint, AsksForThePostalAddressAndNamesTheOfficerAsPartyOnly) {
  const std::string letter =
      unwrapped(written(sample::choice(LetterType::kAccess, LetterStage::kComplaint), sample::facts()));
  EXPECT_THAT(letter, HasSubstr("[your postal address; many authorities require it]"));
  EXPECT_THAT(letter, HasSubstr("Data protection officer: dpo@lantern.test"));
  EXPECT_THAT(letter, Not(HasSubstr("For the attention of")));
}

TEST(Complaint, WithoutACountryHasABlank) {
  const std::string letter =
      unwrapped(written(sample::choice(LetterType::kAccess, LetterStage::kComplaint), sample::facts()));
  EXPECT_THAT(letter, HasSubstr("[supervisory authority]"));
  EXPECT_THAT(letter, HasSubstr("edpb.europa.eu"));
}

TEST(Authorities, AreKnownForEveryStateOfTheUnionAndItsNeighbours) {
  const SupervisoryAuthorities& authorities = sample::data("en").authorities;
  for (const char* country :
       {"AT", "BE", "BG", "CH", "CY", "CZ", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU", "IE",
        "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}) {
    EXPECT_NE(authorities.find(country), nullptr) << country;
  }
  EXPECT_EQ(authorities.find("DE"), nullptr) << "the Land decides";
  EXPECT_EQ(authorities.regions_of("DE").size(), 16U);
  for (const SupervisoryAuthority& each : authorities.all()) {
    EXPECT_TRUE(parse_date(each.record)) << each.name;
    EXPECT_TRUE(each.web.starts_with("http")) << each.name;
  }
}

TEST(Authorities, RefuseWhatTheyDoNotUnderstand) {
  EXPECT_FALSE(SupervisoryAuthorities::parse("{}"));
  EXPECT_FALSE(SupervisoryAuthorities::parse("- {country: NL}"));
  EXPECT_FALSE(SupervisoryAuthorities::parse("- {colour: red}"));
  EXPECT_FALSE(SupervisoryAuthorities::parse("- {languages: nl}"));
}

TEST(Notice, ShowsTheFailingFindingsGravestFirst) {
  const HostReport report = sample::report();
  const RuleSet rules = sample::rules();
  LetterChoice choice = sample::choice(LetterType::kFindings);
  choice.country = "NL";
  const auto letter = write_findings_notice(choice, sample::facts(), {report, rules, "1.2.3"}, sample::data("nl"));
  ASSERT_TRUE(letter) << describe(letter.error());
  const std::string text = unwrapped(*letter);
  const std::size_t page = text.find("1. The start page loads nothing from others: no");
  const std::size_t stun = text.find("2. third-party STUN in the configuration");
  ASSERT_NE(page, std::string::npos);
  ASSERT_NE(stun, std::string::npos);
  EXPECT_LT(page, stun);
  EXPECT_THAT(text, Not(HasSubstr("HSTS"))) << "it passed";
  EXPECT_THAT(text, HasSubstr("jitsi.stun.third_party = stun.example.invalid:3478"));
  EXPECT_THAT(text, HasSubstr("curl -s https://meet.lantern.test/config.js"));
  EXPECT_THAT(text, HasSubstr("uiterlijk op maandag 14 december 2026"));
  EXPECT_THAT(text, HasSubstr("in het Engels"));
}

TEST(Notice, NeedsAFinding) {
  HostReport report = sample::report();
  report.findings.resize(1);
  const RuleSet rules = sample::rules();
  EXPECT_FALSE(write_findings_notice(sample::choice(LetterType::kFindings), sample::facts(), {report, rules, "1"},
                                     sample::data("en")));
}

std::string draft(const LetterFacts& facts, std::string_view language = "en") {
  const auto text = write_policy_draft(sample::day("2026-11-30"), facts, sample::data(language));
  EXPECT_TRUE(text) << (text ? "" : describe(text.error()));
  return text.value_or("");
}

TEST(Draft, StatesWhatWasSeenForTheOperatorToCheck) {
  const std::string text = draft(sample::facts());
  EXPECT_THAT(text, HasSubstr("Lantern Commons association **\\[check\\]**"));
  EXPECT_THAT(text,
              HasSubstr("Meetings can be recorded on the server. All participants see that in the meeting. **\\["));
  EXPECT_THAT(text, HasSubstr("Live streaming from the server is not offered. **\\["));
  EXPECT_THAT(text, HasSubstr("- stun.example.invalid:3478: STUN server"));
  EXPECT_THAT(text, HasSubstr("these cookies are set: session."));
}

// Article 21(4): apart from other information.
TEST(Draft, GivesTheRightToObjectASectionOfItsOwn) {
  const std::string text = draft(sample::facts());
  EXPECT_THAT(text, HasSubstr("## Your right to object\n\nYou have the right to object at any time"));
}

TEST(Draft, OffersBothWhenASettingWasNotMeasured) {
  EXPECT_THAT(draft(sample::facts()),
              HasSubstr("keep what applies: Speech can be transcribed automatically. / Speech is not transcribed"));
  const std::string blank = draft(read_letter_facts(sample::target(), Evidence{}));
  EXPECT_THAT(blank, Not(HasSubstr("Nobody else receives data from us")));
  EXPECT_THAT(blank, HasSubstr("keep what applies: Meetings can be recorded"));
  EXPECT_THAT(blank, HasSubstr("not everything could be seen"));
}

TEST(Draft, NamesNoRecipientsOnlyWhenAllWasMeasured) {
  using Names = std::vector<std::string>;
  Evidence evidence = sample::evidence();
  for (const char* path : {"parties.loaded", "jitsi.stun.third_party", "jitsi.integrations.third_party"}) {
    sample::put(evidence, path, Names{});
  }
  sample::put(evidence, "http.intermediary", std::string());
  EXPECT_THAT(draft(read_letter_facts(sample::target(), evidence)),
              HasSubstr("Nobody else receives data from us. **\\[check"));
}

TEST(FactsUsed, AreDeclaredByAProbe) {
  std::set<std::string_view> seen;
  for (const LetterFactUse& use : letter_facts_used()) {
    EXPECT_TRUE(seen.insert(use.path).second) << "twice: " << use.path;
    bool declared = false;
    for (const Probe* probe : all_probes()) {
      for (const FactSpec& fact : probe->info().facts) {
        declared = declared || (use.path.ends_with('*') ? fact.path.starts_with(use.path.substr(0, use.path.size() - 1))
                                                        : fact.path == use.path);
      }
    }
    EXPECT_TRUE(declared) << use.path;
  }
}

// Every listed fact changes what is read: a path that is listed and not used would be a lie of the table.
TEST(FactsUsed, AreThoseOfTheSample) {
  const Evidence evidence = sample::evidence();
  for (const LetterFactUse& use : letter_facts_used()) {
    if (use.path == "jitsi.transcription") continue;  // left out there on purpose: not measured
    const std::string_view prefix = use.path.substr(0, use.path.find('*'));
    bool there = false;
    for (const Fact& fact : evidence.all()) there = there || std::string_view(fact.path).starts_with(prefix);
    EXPECT_TRUE(there) << use.path;
  }
}

TEST(HostileFacts, BecomeShortPrintableText) {
  Evidence evidence = sample::evidence();
  sample::put(evidence, "policy.controller", std::string(100'000, 'A') + "\n\x1b[2J");
  sample::put(evidence, "policy.contact", std::string("a\nBcc: b@c.test\r\n{host}"));
  sample::put(evidence, "policy.states.logs", std::string("found"), "\xff\xfe <b>\n# heading");
  sample::put(evidence, "parties.loaded", std::vector<std::string>(5000, "x.invalid"));
  const LetterFacts facts = read_letter_facts(sample::target(), evidence);
  for (const std::string_view language : kLetterLanguages) {
    const std::string letter = written(kAccess, facts, language);
    EXPECT_LT(letter.size(), 20'000U);
    EXPECT_EQ(letter.find('\x1b'), std::string::npos);
    EXPECT_EQ(letter.find("\nBcc:"), std::string::npos);
    EXPECT_EQ(letter.find("\xff"), std::string::npos);
  }
}

}  // namespace
}  // namespace meetlat
