#include "policy/reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meetlat::policy {
namespace {

Reading read(std::string_view text, std::string_view media_type = "text/markdown", const Names& names = {}) {
  const Result<Document> document = open_document(text, {std::string(media_type), ""});
  EXPECT_TRUE(document.has_value());
  if (!document) return {};
  const Result<Reading> reading = read_policy(*document, names);
  EXPECT_TRUE(reading.has_value()) << (reading ? "" : reading.error().context);
  return reading ? *reading : Reading();
}

// A sentence that makes the language plain, whatever stands beside it.
constexpr const char* kEnglish =
    "\n\nThis page belongs to a small server for video meetings that a few friends of free software look after in "
    "their "
    "spare time. It was written so that everybody can understand it without knowing the law or the machines.\n\n";

std::string in_english(const std::string& text) {
  return kEnglish + text;
}

State state(const Reading& reading, std::string_view item) {
  const ItemReading* found = reading.item(item);
  return found == nullptr ? State::kNotMeasured : found->state;
}

TEST(PolicyReading, AnItemIsFoundWithItsSentenceAsTheSnippet) {
  const Reading reading = read(in_english("The data controller is Harbour Club. Logs are deleted after 7 days."));
  EXPECT_EQ(state(reading, "controller"), State::kFound);
  EXPECT_EQ(reading.item("controller")->snippet, "The data controller is Harbour Club.");
  EXPECT_EQ(reading.controller, "Harbour Club");
  EXPECT_EQ(reading.text.substr(reading.item("controller")->offset, 19), "The data controller");
  EXPECT_EQ(state(reading, "transfer"), State::kNotFound);
}

TEST(PolicyReading, AHeadingCountsOnlyWithTextBelow) {
  const std::string body = "\n\nWe are a club by the sea and answer every letter.\n";
  EXPECT_EQ(state(read(in_english("## Data protection officer" + body)), "dpo"), State::kFound);
  EXPECT_NE(state(read(in_english("## Data protection officer\n\n## Something else" + body)), "dpo"), State::kFound);
}

TEST(PolicyReading, AHeadingThatPromisesALegalBasisDoesNotStateIt) {
  const Reading reading = read(in_english("## Legal basis\n\nYour name is shown to the others in the meeting.\n"));
  EXPECT_NE(state(reading, "legal_basis"), State::kFound);
}

TEST(PolicyReading, TheListOfArticle15IsNoStatement) {
  const Reading reading = read(in_english(
      "You have the right of access to your personal data and to the following information:\n\n"
      "- the purposes of the processing\n- the categories of data\n- the recipients to whom the data are disclosed\n"
      "- the source of the data\n- the existence of automated decision-making\n"));
  EXPECT_EQ(state(reading, "access"), State::kFound);
  for (const char* item : {"purposes", "recipients", "source", "automated"}) {
    EXPECT_NE(state(reading, item), State::kFound) << item;
  }
}

TEST(PolicyReading, ContactsAreToldByTheirForm) {
  struct Case {
    const char* text;
    bool contact;
  };
  const Case cases[] = {
      {"Write to privacy@host.test about it.", true},
      {"Write to privacy (at) host (dot) test about it.", true},
      {"Write to [email&#160;protected] about it.", true},
      {"Telephone +49 30 1234567.", true},
      {"Write to info@.... about it.", false},
      {"Version 1.2.3.4 of 23.11.2026.", false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(state(read(in_english(c.text)), "contact") == State::kFound, c.contact) << c.text;
  }
}

TEST(PolicyReading, ADateNeedsAYear) {
  EXPECT_EQ(state(read(in_english("Last updated: 3 March 2021.")), "date"), State::kFound);
  EXPECT_NE(state(read(in_english("Last updated: recently.")), "date"), State::kFound);
}

TEST(PolicyReading, WhatOnlyConsentMakesDueIsNotApplicableWithoutIt) {
  EXPECT_EQ(state(read(in_english("We log nothing at all.")), "withdraw"), State::kNotApplicable);
}

TEST(PolicyReading, WhatNobodySeesIsNotPublished) {
  const Reading hidden = read(
      "<!doctype html><html lang=en><head><title>Privacy policy</title></head><body><h1>Privacy</h1>"
      "<!-- The data controller is Harbour Club, privacy@host.test. --></body></html>",
      "text/html");
  EXPECT_EQ(hidden.is_policy, Answer::kNo);
  EXPECT_EQ(hidden.kind, Kind::kEmpty);
  EXPECT_NE(state(hidden, "controller"), State::kFound);
}

TEST(PolicyReading, APageThatAScriptFillsIsNotReadable) {
  const Reading reading = read(
      "<!doctype html><html><head><title>Privacy policy</title><script src=/app.js></script></head>"
      "<body><div id=root></div></body></html>",
      "text/html");
  EXPECT_EQ(reading.kind, Kind::kNotReadable);
  EXPECT_EQ(reading.is_policy, Answer::kUnsure);
}

TEST(PolicyReading, EachHalfOfAPageIsReadInItsLanguage) {
  const Reading reading = read(
      "# Datenschutz / Privacy\n\nWir sind ein kleiner Verein und betreiben diesen Server für Videokonferenzen in "
      "unserer "
      "Freizeit, damit alle ohne Anmeldung miteinander sprechen können. Wir führen keine Liste der Gespräche und "
      "wissen "
      "nicht, wer sich mit wem trifft oder worüber gesprochen wird.\n\nVerantwortliche Stelle ist der Hafenverein.\n\n"
      "We are a small club and run this server for video meetings in our spare time, so that everybody can talk to "
      "each "
      "other without an account. We keep no list of the meetings and do not know who meets whom or what is said.\n\n"
      "You have the right to lodge a complaint with a supervisory authority.\n");
  EXPECT_EQ(reading.languages.size(), 2U);
  EXPECT_EQ(state(reading, "controller"), State::kFound);
  EXPECT_EQ(state(reading, "complaint"), State::kFound);
}

TEST(PolicyReading, BlanksOfATemplateAreNamed) {
  const Reading reading = read(in_english("The controller is {{company}}, reachable at info@...."));
  EXPECT_THAT(reading.placeholders, testing::ElementsAre("{{company}}", "info@...."));
}

TEST(PolicyReading, LogDaysAreTheLongestThatAreSaid) {
  const Reading reading = read(in_english("The server log files are deleted after 2 weeks."));
  EXPECT_EQ(reading.log_days, std::optional<int>(14));
}

TEST(PolicyReading, LogDaysMayBeWordsAndComeWithTheirSentence) {
  const Reading reading = read(
      in_english("Log files of the proxy are kept for 7 days. As a rule server log files are stored for two weeks."));
  EXPECT_EQ(reading.log_days, std::optional<int>(14));
  EXPECT_EQ(reading.log_sentence, "As a rule server log files are stored for two weeks.");
  EXPECT_EQ(read(in_english("The server log files are kept for 12 months.")).log_days, std::optional<int>(366));
}

TEST(PolicyReading, TheControllerIsANameOrNobody) {
  const std::pair<const char*, const char*> kCases[] = {
      {"Harbour Club is the data controller for what the Service needs.", "Harbour Club"},
      {"The data controller responsible for everything described on this page is Harbour Club, Pier 1.",
       "Harbour Club"},
      {"The data controller is Hafenfreunde e.V. It has members.", "Hafenfreunde e.V."},
      {"The data controller is Hafenfreunde e. V. in the North.", "Hafenfreunde e. V."},
      {"## Data controller\n\nHarbour Club is an association of friends.", "Harbour Club"},
      {"## Data controller\n\nThe address of our site is: https://harbour.test, a site of friends.", ""},
  };
  for (const auto& [text, name] : kCases) EXPECT_EQ(read(in_english(text)).controller, name) << text;
}

TEST(PolicyReading, AHeadingIsQuotedWithTheTextBelow) {
  const Reading reading = read(in_english("## Data protection officer\n\nAsk Harbour Club for the address.\n"));
  EXPECT_EQ(reading.item("dpo")->snippet, "Data protection officer | Ask Harbour Club for the address.");
}

TEST(PolicyReading, AnAddressOfAPageToWriteToIsAContact) {
  EXPECT_EQ(state(read(in_english("You can reach us at https://harbour.test/#contact.")), "contact"), State::kFound);
  EXPECT_EQ(state(read(in_english("The authority answers at https://authority.test/.")), "contact"), State::kNotFound);
  EXPECT_EQ(state(read(in_english("Harbour Club sits in Harbour, Kade 8, 6815 BH, and has members.")), "contact"),
            State::kFound);
}

TEST(PolicyReading, WhatIsRefusedOrLackingIsNotFound) {
  const struct {
    const char* text;
    const char* item;
  } cases[] = {
      {"We do not offer you a right of access.", "access"},
      {"There is no supervisory authority you may complain to.", "complaint"},
      {"Legal basis: none.", "legal_basis"},
  };
  for (const auto& each : cases)
    EXPECT_EQ(state(read(in_english(each.text)), each.item), State::kNotFound) << each.text;
  EXPECT_EQ(state(read(in_english("You have a right of access.")), "access"), State::kFound);
  EXPECT_EQ(state(read(in_english("You may complain to the supervisory authority.")), "complaint"), State::kFound);
  EXPECT_EQ(state(read(in_english("Data are not kept for a limited time but for ever.")), "retention"), State::kFound);
  const Reading tracking = read(in_english("We do not use Google Analytics or any other tracking."));
  ASSERT_FALSE(tracking.claims.empty());
  EXPECT_EQ(tracking.claims.front().claim, "claim_no_tracking");
}

TEST(PolicyReading, SaysInEachLanguageThatNothingIsPassedOnOrRecorded) {
  const char* texts[] = {
      "# Privacy policy\n\nWe respect your personal data. We do not give data to third parties. Recordings are not "
      "possible on this server.",
      "# Datenschutzerklärung\n\nUns ist der Schutz Ihrer Daten wichtig. Ihre Daten werden nicht weitergegeben. Es "
      "werden "
      "keine Aufzeichnungen gemacht.",
      "# Privacyverklaring\n\nWij vinden uw privacy belangrijk. Wij geven geen gegevens aan derden. Er worden geen "
      "opnames "
      "gemaakt.",
      "# Politique de confidentialité\n\nNous respectons vos données personnelles. Nous ne partageons aucune donnée ni "
      "informations avec des tiers. Aucun enregistrement des réunions n'est possible.",
      "# Política de privacidad\n\nRespetamos sus datos personales. No compartimos sus datos con terceros. No se "
      "realizan "
      "grabaciones.",
      "# Informativa sulla privacy\n\nRispettiamo i vostri dati personali. Non condividiamo i vostri dati con terzi. "
      "Non "
      "effettuiamo registrazioni.",
      "# Polityka prywatności\n\nSzanujemy Twoje dane osobowe. Nie przekazujemy Twoich danych osobom trzecim. Nie "
      "wykonujemy nagrań.",
      "# Política de privacidade\n\nRespeitamos os seus dados pessoais. Não partilhamos os seus dados com terceiros. "
      "Não "
      "fazemos gravações.",
      "# Integritetspolicy\n\nVi respekterar dina personuppgifter. Vi lämnar inga uppgifter till tredje part. Inga "
      "inspelningar görs.",
      "# Zásady ochrany osobních údajů\n\nRespektujeme vaše osobní údaje. Nepředáváme vaše údaje třetím stranám. "
      "Nepořizujeme žádné záznamy.",
  };
  for (const char* text : texts) {
    const Reading reading = read(text);
    EXPECT_EQ(state(reading, "recipients"), State::kStatedNone) << text;
    EXPECT_EQ(state(reading, "recordings"), State::kStatedNone) << text;
  }
}

TEST(PolicyReading, AWebAddressIsNoSecurityMeasure) {
  EXPECT_NE(state(read(in_english("Everything stands at https://harbour.test.")), "security"), State::kFound);
}

TEST(PolicyReading, TheInstanceAndTheServiceAreLookedFor) {
  Names names;
  names.host = "meet.harbour.test";
  names.operated_by = "Harbour Club";
  const Reading reading =
      read(in_english("On meet.harbour.test, run by the Harbour Club, we log nothing."), "text/markdown", names);
  EXPECT_TRUE(reading.names_host);
  EXPECT_TRUE(reading.names_operator);
  EXPECT_TRUE(reading.names_service);
}

TEST(PolicyReading, ALanguageWithoutVocabularyIsNotMeasured) {
  const Reading reading = read(
      "# Tietosuojaseloste\n\nTämä sivu kertoo, miten pieni yhdistyksemme käsittelee henkilötietoja "
      "videoneuvotteluissa. "
      "Palvelin sijaitsee Helsingissä, ja lokit poistetaan seitsemän päivän kuluttua. Voit kysyä meiltä lisää milloin "
      "tahansa, ja vastaamme mahdollisimman pian. Emme luovuta tietoja kenellekään ulkopuoliselle taholle.\n");
  EXPECT_EQ(reading.kind, Kind::kUnknownLanguage);
  EXPECT_EQ(reading.is_policy, Answer::kUnsure);
  EXPECT_EQ(state(reading, "transfer"), State::kNotMeasured);
}

}  // namespace
}  // namespace meetlat::policy
