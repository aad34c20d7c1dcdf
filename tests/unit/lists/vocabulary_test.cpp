#include "lists/vocabulary.h"

#include <gtest/gtest.h>

#include "lists/country.h"

namespace meetlat {
namespace {

using Codes = std::vector<std::string>;

TEST(Countries, AreKnownInSeveralLanguagesAndAsFlags) {
  const std::vector<std::pair<const char*, const char*>> table = {{"Germany", "DE"},
                                                                  {"Deutschland", "DE"},
                                                                  {"Duitsland", "DE"},
                                                                  {"Allemagne", "DE"},
                                                                  {"Germania", "DE"},
                                                                  {"Alemania", "DE"},
                                                                  {"Österreich", "AT"},
                                                                  {"Pays-Bas", "NL"},
                                                                  {"The Netherlands", "NL"},
                                                                  {"Niederlande", "NL"},
                                                                  {"Holanda", "NL"},
                                                                  {"Czech Republic", "CZ"},
                                                                  {"Czechia", "CZ"},
                                                                  {"Russian Federation", "RU"},
                                                                  {"USA", "US"},
                                                                  {"EEUU", "US"},
                                                                  {"Estados Unidos", "US"},
                                                                  {"UK / GB", "GB"},
                                                                  {"United Kingdom", "GB"},
                                                                  {"El Salvador", "SV"},
                                                                  {"South Africa", "ZA"},
                                                                  {"Sri Lanka", "LK"},
                                                                  {"🇳🇱", "NL"},
                                                                  {"🇨🇭 Schweiz", "CH"},
                                                                  {"DE", "DE"},
                                                                  {"(Germany)", "DE"},
                                                                  {"### France:", "FR"},
                                                                  {"Germany (DE)", "DE"}};
  for (const auto& [text, code] : table) EXPECT_EQ(countries_in(text), Codes{code}) << text;
}

TEST(Countries, MayBeSeveral) {
  EXPECT_EQ(countries_in("Germany/France"), (Codes{"DE", "FR"}));
  EXPECT_EQ(countries_within("No IP address log (Germany/France)"), (Codes{"DE", "FR"}));
  EXPECT_EQ(countries_within("Jitsi-Server in der Schweiz"), Codes{"CH"});
}

TEST(Countries, AreNotSeenInOtherWords) {
  for (const char* text : {"", "Official Servers", "Europe", "special cases", "Hetzner Online GmbH", "de", "it"}) {
    EXPECT_TRUE(countries_in(text).empty()) << text;
  }
  EXPECT_TRUE(is_world_region("Europe"));
  EXPECT_TRUE(is_world_region("South & North America"));
  EXPECT_TRUE(is_world_region("Afrika"));
  EXPECT_FALSE(is_world_region("Servers"));
}

TEST(Roles, OfHeadingsAndKeys) {
  const std::vector<std::pair<const char*, Role>> table = {
      {"URL", Role::kInstance},
      {"Server", Role::kInstance},
      {"jitsi_url", Role::kInstance},
      {"baseUrl", Role::kInstance},
      {"Indirizzo", Role::kInstance},
      {"Adresse", Role::kInstance},
      {"name", Role::kName},
      {"by", Role::kOperator},
      {"Offerto da", Role::kOperator},
      {"Beheerder", Role::kOperator},
      {"Betreiber", Role::kOperator},
      {"managed_name", Role::kOperator},
      {"by_url", Role::kOperatorUrl},
      {"jitsi_hosted_by_url", Role::kOperatorUrl},
      {"managed_url", Role::kOperatorUrl},
      {"jitsi_hosted_by_kind", Role::kOperatorKind},
      {"hoster", Role::kHoster},
      {"Hébergeur", Role::kHoster},
      {"Privacyverklaring", Role::kPrivacy},
      {"Datenschutzerklärung", Role::kPrivacy},
      {"privacy_stmt_url", Role::kPrivacy},
      {"Politique de confidentialité", Role::kPrivacy},
      {"privacy_stmt_name", Role::kLegal},
      {"Impressum", Role::kLegal},
      {"Country", Role::kCountry},
      {"Land", Role::kCountry},
      {"Paese", Role::kCountry},
      {"Non-Google STUN/TURN", Role::kStun},
      {"On Amazon, Google, Cloudflare or Microsoft", Role::kBigTech},
      {"SSL Test", Role::kChecker},
      {"Software", Role::kSoftware},
      {"user_count", Role::kOther},
      {"source_url", Role::kOther},
      {"icon", Role::kOther},
      {"Nr", Role::kOther},
      {"whatever", Role::kUnknown},
  };
  for (const auto& [text, role] : table) EXPECT_EQ(role_of(text).role, role) << text;
  EXPECT_TRUE(role_of("Non-Google STUN").negated);
  EXPECT_FALSE(role_of("Google STUN").negated);
  EXPECT_GT(role_of("jitsi_url").rank, role_of("website").rank);
  EXPECT_GT(role_of("host").rank, role_of("website").rank);
}

TEST(Topics, OfHeadings) {
  for (const char* text : {"Official Servers", "Germany", "Europe", "Auswahl an öffentlichen Instanzen",
                           "special cases (limited access)", "Videoconference", "🇩🇪 Deutschland"}) {
    EXPECT_EQ(topic_of(text), Topic::kNeutral) << text;
  }
  for (const char* text :
       {"JITSI-Meet", "Jitsi Meet :", "community-run jit.si instances by region", "Jitsi-Server", "Jitsi list"}) {
    EXPECT_EQ(topic_of(text), Topic::kJitsi) << text;
  }
  for (const char* text : {"BigBlueButton (BBB)", "Misc. info & other server lists", "Jitsi Meet apps", "Links",
                           "Source Lists", "Etherpad Lite", "Weitere Übersichten"}) {
    EXPECT_EQ(topic_of(text), Topic::kOther) << text;
  }
  EXPECT_EQ(topic_of("Office automation"), Topic::kNamed);
}

TEST(ListNames, RankJitsiOverServersOverAnything) {
  EXPECT_EQ(list_rank({"jitsi", "clearnet"}), 3);
  EXPECT_EQ(list_rank({"params", "servers"}), 2);
  EXPECT_EQ(list_rank({}), 2);
  EXPECT_EQ(list_rank({"Germany"}), 2);
  EXPECT_EQ(list_rank({"things"}), 1);
  EXPECT_EQ(list_rank({"params", "social"}), 0);
  EXPECT_EQ(list_rank({"jitsi", "tor"}), 0);
  EXPECT_EQ(list_rank({"invidious", "clearnet"}), 0);
}

TEST(Remarks, SayWhoMayStart) {
  EXPECT_EQ(access_of("valid University account is required for creating new rooms"), "account-to-create");
  EXPECT_EQ(access_of("Konto erforderlich"), "account-to-create");
  EXPECT_EQ(access_of("special cases (limited access)"), "limited");
  EXPECT_EQ(access_of("no account needed"), "");
  EXPECT_EQ(access_of("kein Konto nötig"), "");
  EXPECT_EQ(access_of("run by the club"), "");
}

TEST(Remarks, SayWhatIsLogged) {
  EXPECT_EQ(no_ip_log_of("No IP address log (Germany)"), "yes");
  EXPECT_EQ(no_ip_log_of("Sans log d’adresse IP"), "yes");
  EXPECT_EQ(no_ip_log_of("Sin log de dirección IP"), "yes");
  EXPECT_EQ(no_ip_log_of("“Temporal” IP address log"), "no");
  EXPECT_EQ(no_ip_log_of("Log IP \"anonymisé\""), "anonymised");
  EXPECT_EQ(no_ip_log_of("fast and friendly"), "");
  EXPECT_TRUE(denies_policy("No privacy policy (Argentina)"));
  EXPECT_TRUE(denies_policy("Sin política de privacidad"));
  EXPECT_FALSE(denies_policy("privacy policy"));
}

TEST(Cells, AnswerByMarkOrWord) {
  EXPECT_EQ(answer_of("").value, "");
  EXPECT_EQ(answer_of("\t \xe2\x80\xaf").value, "");
  EXPECT_EQ(answer_of(" ✅ ").value, "yes");
  EXPECT_EQ(answer_of("❌").value, "no");
  EXPECT_EQ(answer_of("⁉").value, "unsure");
  EXPECT_EQ(answer_of("✅?").value, "unsure");
  EXPECT_EQ(answer_of("ja").value, "yes");
  EXPECT_EQ(answer_of("nein").value, "no");
  EXPECT_EQ(answer_of("perhaps").value, "text");
  const Answer both = answer_of("✅ -- 📞 ⏺️");
  EXPECT_EQ(both.value, "yes");
  EXPECT_TRUE(both.dial_in);
  EXPECT_TRUE(both.recording);
  EXPECT_EQ(both.remark, "");
  EXPECT_EQ(answer_of("❌ (only frontend)").remark, "only frontend");
}

}  // namespace
}  // namespace meetlat
