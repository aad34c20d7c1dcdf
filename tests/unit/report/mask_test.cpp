#include "report/mask.h"

#include <gtest/gtest.h>

namespace meetlat {
namespace {

struct Case {
  const char* text;
  const char* masked;
};

TEST(MaskPersonal, ReplacesMailAddressesHoweverTheyAreWritten) {
  const Case cases[] = {
      {"write to info@example.test.", "write to [mail address]."},
      {"<a href=\"mailto:j.doe+jitsi@mail.example.test\">", "<a href=\"mailto:[mail address]\">"},
      {"info (at) example.test", "[mail address]"},
      {"info [at] example [dot] test, or call", "[mail address], or call"},
      {"info{at}example{dot}test", "[mail address]"},
      {"info&#64;example.test", "[mail address]"},
      {"info%40example.test", "[mail address]"},
      {"jos\xc3\xa9@example.test", "[mail address]"},
      {"name at example dot test", "[mail address]"},
      {"a@b.test, c@d.test", "[mail address], [mail address]"},
      {"\xef\xbc\xa0 alone, x\xef\xbc\xa0y.test", "\xef\xbc\xa0 alone, [mail address]"},
  };
  for (const Case& c : cases) EXPECT_EQ(mask_personal(c.text), c.masked) << c.text;
}

TEST(MaskPersonal, ReplacesTelephoneNumbers) {
  const Case cases[] = {
      {"call +49 30 1234567 now", "call [phone number] now"},
      {"+49 (0)30 123 45 67", "[phone number]"},
      {"(030) 1234567", "[phone number]"},
      {"020-123 45 67", "[phone number]"},
      {"0171/1234567", "[phone number]"},
      {"01 23 45 67 89", "[phone number]"},
      {"Tel.: 12 34 56", "Tel.: [phone number]"},
      {"tel:+31201234567", "tel:[phone number]"},
      {"555-123-4567", "[phone number]"},
      {"0031 20 123 45 67", "[phone number]"},
  };
  for (const Case& c : cases) EXPECT_EQ(mask_personal(c.text), c.masked) << c.text;
}

TEST(MaskPersonal, LeavesWhatMachinesAreCalled) {
  const char* const texts[] = {
      "192.0.2.10:443",
      "010.000.000.001 and 203.0.113.255",
      "2001:db8::1234:5678:9012",
      "2026-11-23T06:03:52Z",
      "23.11.2026 and 01.02.2023, 2026-11-23 06:03",
      "max-age=063072000; includeSubDomains",
      "config.js?v=8922.1234",
      "2.0.10590-1",
      "0.12345678",
      "sha256:0123456789012345678901234567890123456789012345678901234567890123",
      "stun:stun.example.test:19302",
      "UA-12345678-1",
      "https://meet.example.test/0301234567/x",
      "https://social.example.test/@somebody",
      "meet-at-home.example.test",
      "looked at example.test and found a dot",
      "14 places, 350 hosts, 1732341832",
      "@",
      "a@",
      "@b.test",
      "a@b",
      "(at) home",
      "+",
      "0",
  };
  for (const char* text : texts) EXPECT_EQ(mask_personal(text), text);
}

TEST(MaskPersonal, IsStable) {
  const std::string once = mask_personal("info@example.test, +49 30 1234567");
  EXPECT_EQ(mask_personal(once), once);
}

TEST(MaskPersonal, TakesLinearTimeOnRepetitions) {
  for (const char* part : {"a", "@", "a@", "a@b.", "(at) ", "0", "0 ", "+49 ", "a at b dot "}) {
    std::string text;
    while (text.size() < 400'000) text += part;
    // Quadratic behaviour would never come back before the test program's time limit.
    EXPECT_FALSE(mask_personal(text).empty()) << part;
  }
}

TEST(MaskMail, LeavesNumbers) {
  EXPECT_EQ(mask_mail("https://example.test/?u=a@b.test&n=+49301234567"),
            "https://example.test/?u=[mail address]&n=+49301234567");
}

TEST(MaskedFact, CoversEveryText) {
  Fact fact;
  fact.path = "policy.search.trail";
  fact.value = Value{std::vector<std::string>{"https://example.test/ : 404", "info@example.test"}};
  fact.provenance.excerpt = "info@example.test";
  fact.provenance.where = "mailto:info@example.test";
  fact.provenance.check = "curl mailto:info@example.test";
  const Fact out = masked(fact);
  EXPECT_EQ(to_string(*out.value), "https://example.test/ : 404, [mail address]");
  EXPECT_EQ(out.provenance.excerpt, "[mail address]");
  EXPECT_EQ(out.provenance.where, "mailto:[mail address]");
  EXPECT_EQ(out.provenance.check, "curl mailto:[mail address]");

  fact.value = fail(ErrorCode::kNotUnderstood, "info@example.test");
  EXPECT_EQ(masked(fact).value.error().context, "[mail address]");
}

TEST(MaskedClaims, DoNotNamePrivatePersons) {
  const std::vector<Claim> claims = {{"operator", "J. Doe", "neighbour", "list-a", ""},
                                     {"operator-kind", "PERSON", "", "list-a", ""},
                                     {"operator", "Example Ltd", "", "list-b", ""},
                                     {"country", "NL", "", "list-a", ""}};
  const std::vector<Claim> out = masked(claims);
  ASSERT_EQ(out.size(), 4U);
  EXPECT_EQ(out[0].value, "[a private person]");
  EXPECT_EQ(out[0].remark, "");
  EXPECT_EQ(out[2].value, "Example Ltd");
  EXPECT_EQ(out[3].value, "NL");
}

}  // namespace
}  // namespace meetlat
