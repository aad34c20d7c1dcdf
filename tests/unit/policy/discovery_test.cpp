// Link texts and paths by which policies, imprints and terms are found.
#include "policy/discovery.h"

#include <gtest/gtest.h>

#include <string>

namespace meetlat::policy {
namespace {

const Discovery& table() {
  static const Discovery& bundled = *Discovery::bundled();
  return bundled;
}

TEST(Discovery, RefusesBrokenTables) {
  EXPECT_EQ(Discovery::parse("").error().code, ErrorCode::kSchema);
  EXPECT_EQ(Discovery::parse("privacy\ten\ttext\n").error().code, ErrorCode::kSchema);
  EXPECT_EQ(Discovery::parse("privacy\ten\tsmell\tprivacy\n").error().code, ErrorCode::kSchema);
  const Result<Discovery> second = Discovery::parse("privacy\ten\tpath\tprivacy\nprivacy\ten\tpath\t\n");
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().context.find("line 2"), std::string::npos) << second.error().context;
}

TEST(Discovery, KnowsPathsOfPolicies) {
  for (const char* path : {"/privacy", "/Privacy.html", "/legal/privacy/", "/de/datenschutz",
                           "/privacyverklaring-2020.pdf", "/info/datenschutz.php"}) {
    EXPECT_TRUE(table().path_names("privacy", path)) << path;
  }
  for (const char* path : {"/", "/privacycafe", "/about", "/privacy/tips"}) {
    EXPECT_FALSE(table().path_names("privacy", path)) << path;
  }
}

TEST(Discovery, KnowsNamesOfPoliciesInManyLanguages) {
  for (const char* text :
       {"Datenschutzerklärung", "  PRIVACY policy ", "Privacybeleid", "Impressum & Datenschutz",
        "Datenschutz-Erklärung", "Politique de confidentialité", "Vie privée", "Informativa sulla privacy",
        "Aviso de privacidad", "Política de privacidade", "Polityka prywatności", "Zásady ochrany osobních údajů",
        "Integritetspolicy", "Data protection", "GDPR / DSGVO", "Privacy- en cookieverklaring",
        "Read how we respect your privacy"}) {
    EXPECT_TRUE(table().text_names("privacy", text)) << text;
  }
  EXPECT_TRUE(table().text_names("imprint", "Impressum"));
  EXPECT_TRUE(table().text_names("imprint", "Mentions légales"));
  EXPECT_TRUE(table().text_names("terms", "Regulamin"));
}

TEST(Discovery, TakesSettingsAndProductsForNoPolicy) {
  for (const char* text : {"Privacy Badger", "Privacy settings", "Privacy-Einstellungen", "Privacy-instellingen",
                           "Privacy-friendly meetings", "Paramètres de confidentialité", "Impostazioni sulla privacy",
                           "Configuración de privacidad", "Configurações de privacidade", "Ustawienia prywatności",
                           "Nastavení soukromí", "Digital privacy week", "Terms", "", "Videoconferencing"}) {
    EXPECT_FALSE(table().text_names("privacy", text)) << text;
  }
  EXPECT_FALSE(table().text_names("privacy", std::string(300, 'x') + " privacy"));
}

TEST(Discovery, KnowsPagesThatSayThatTheyAreMissing) {
  for (const char* text : {"404", "Page not found", "Seite nicht gefunden", "Pagina niet gevonden",
                           "Página no encontrada", "Nie znaleziono strony", "Sidan hittades inte"}) {
    EXPECT_TRUE(table().text_names("missing", text)) << text;
  }
  for (const char* text : {"Privacy policy", "Lost and found", "Chapter 40"}) {
    EXPECT_FALSE(table().text_names("missing", text)) << text;
  }
}

}  // namespace
}  // namespace meetlat::policy
