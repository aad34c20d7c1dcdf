#include "net/sct.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "net/ct_logs.h"
#include "support/certificate_extras.h"

namespace meetlat {
namespace {

using test::Identity;
using test::TestLog;
using ::testing::HasSubstr;
using Status = SctInfo::Status;

class SctTest : public ::testing::Test {
 protected:
  std::shared_ptr<const CtLogs> table(const std::string& state = "usable", const std::string& since = "2020-01-01",
                                      const std::string& life = "100") const {
    const test::TextFile file("read = " + format_date(now_) + "\nlife = " + life + "\nenabled_logs = one, two\n" +
                              one_.section("one", state, since) + two_.section("two"));
    auto loaded = CtLogs::load(file.path());
    EXPECT_TRUE(loaded) << describe(loaded.error());
    (*loaded)->store();  // while the file is there
    return *loaded;
  }
  std::string entry() const { return test::precertificate_entry(leaf_.certificate.get(), ca_.certificate.get()); }
  SctReport check(const SctInput& more = {}, const CtLogs* logs = nullptr) const {
    SctInput input = more;
    input.leaf = leaf_.certificate.get();
    if (input.issuer == nullptr) input.issuer = ca_.certificate.get();
    return check_scts(input, logs, now_);
  }

  const Instant now_ = Clock::system().now();
  const std::uint64_t hour_ago_ = test::now_ms() - 3'600'000;
  const TestLog one_{"Lantern One", "Lantern"};
  const TestLog two_{"Candle Two", "Candle"};
  const TestLog stranger_{"Stranger", "Stranger"};
  const Identity ca_ = test::make_ca();
  Identity leaf_ = test::make_identity({}, &ca_);
};

TEST_F(SctTest, TimestampsInTheCertificateAreCheckedByTheirLogsKey) {
  test::embed(leaf_, ca_, {test::sign_sct(one_, entry(), hour_ago_), test::sign_sct(two_, entry(), hour_ago_)});
  const auto logs = table();
  const SctReport report = check({}, logs.get());
  ASSERT_EQ(report.all.size(), 2U);
  EXPECT_EQ(report.all[0].status, Status::kValid);
  EXPECT_EQ(report.all[0].source, SctInfo::Source::kCertificate);
  EXPECT_EQ(report.all[0].log, "Lantern One");
  EXPECT_EQ(report.all[1].log_operator, "Candle");
  EXPECT_EQ(report.all[1].status, Status::kValid);
  EXPECT_TRUE(report.all[0].accepted);
  EXPECT_EQ(report.no_table, "");
  EXPECT_EQ(report.malformed, "");
  EXPECT_EQ(report.table_date, format_date(now_));
}

TEST_F(SctTest, OfAnotherCertificateIsInvalidAndOfAStrangeLogUnknown) {
  const Identity other = test::make_identity({}, &ca_);
  const std::string wrong = test::precertificate_entry(other.certificate.get(), ca_.certificate.get());
  test::embed(leaf_, ca_, {test::sign_sct(one_, wrong, hour_ago_), test::sign_sct(stranger_, entry(), hour_ago_)});
  const auto logs = table();
  const SctReport report = check({}, logs.get());
  ASSERT_EQ(report.all.size(), 2U);
  EXPECT_EQ(report.all[0].status, Status::kInvalid);
  EXPECT_EQ(report.all[1].status, Status::kUnknownLog);
  EXPECT_EQ(report.all[1].log, "");
}

TEST_F(SctTest, TimestampsOfTheExtensionAndTheStapleAreAboutTheWholeCertificate) {
  const std::string whole = test::final_entry(leaf_.certificate.get());
  const std::string list = test::sct_list({test::sign_sct(one_, whole, hour_ago_)});
  const SctList staple = parse_scts(test::sct_list({test::sign_sct(two_, whole, hour_ago_)}));
  ASSERT_NE(staple, nullptr);
  const auto logs = table();
  SctInput input;
  input.tls_extension = list;
  input.staple = staple.get();
  const SctReport report = check(input, logs.get());
  ASSERT_EQ(report.all.size(), 2U);
  EXPECT_EQ(report.all[0].source, SctInfo::Source::kTlsExtension);
  EXPECT_EQ(report.all[0].status, Status::kValid);
  EXPECT_EQ(report.all[1].source, SctInfo::Source::kStaple);
  EXPECT_EQ(report.all[1].status, Status::kValid);
}

TEST_F(SctTest, ATimestampOfTomorrowIsNoProof) {
  test::embed(leaf_, ca_, {test::sign_sct(one_, entry(), test::now_ms() + 86'400'000)});
  const auto logs = table();
  const SctReport report = check({}, logs.get());
  ASSERT_EQ(report.all.size(), 1U);
  EXPECT_EQ(report.all[0].status, Status::kFuture);
}

TEST_F(SctTest, WithoutTheIssuerOrATableNothingIsClaimed) {
  test::embed(leaf_, ca_, {test::sign_sct(one_, entry(), hour_ago_)});
  const auto logs = table();
  SctInput input;
  input.leaf = leaf_.certificate.get();
  const SctReport without_issuer = check_scts(input, logs.get(), now_);
  ASSERT_EQ(without_issuer.all.size(), 1U);
  EXPECT_EQ(without_issuer.all[0].status, Status::kUnchecked);

  const SctReport without_table = check();
  ASSERT_EQ(without_table.all.size(), 1U);
  EXPECT_EQ(without_table.all[0].status, Status::kUnchecked);
  EXPECT_THAT(without_table.no_table, HasSubstr("no table"));
}

TEST_F(SctTest, ARetiredLogCountsForWhatItSignedBefore) {
  test::embed(leaf_, ca_, {test::sign_sct(one_, entry(), hour_ago_)});
  EXPECT_FALSE(check({}, table("retired", "2020-01-01").get()).all.at(0).accepted);
  EXPECT_TRUE(check({}, table("retired", "2199-01-01").get()).all.at(0).accepted);
  EXPECT_TRUE(check({}, table("readonly").get()).all.at(0).accepted);
  EXPECT_FALSE(check({}, table("pending").get()).all.at(0).accepted);
}

TEST_F(SctTest, ATableOlderThanItsLifeSaysSo) {
  test::embed(leaf_, ca_, {test::sign_sct(one_, entry(), hour_ago_)});
  const auto logs = table();
  const SctReport later = check_scts({leaf_.certificate.get(), ca_.certificate.get(), {}, nullptr, false}, logs.get(),
                                     now_ + std::chrono::days{101});
  EXPECT_THAT(later.no_table, HasSubstr("too old"));
}

TEST_F(SctTest, NoneIsNone) {
  const auto logs = table();
  const SctReport report = check({}, logs.get());
  EXPECT_TRUE(report.all.empty());
  EXPECT_EQ(report.no_table, "");
}

TEST_F(SctTest, BrokenListsAreRefused) {
  const std::string whole = test::final_entry(leaf_.certificate.get());
  const std::string list = test::sct_list({test::sign_sct(one_, whole, hour_ago_)});
  EXPECT_NE(parse_scts(list), nullptr);
  for (std::size_t length = 0; length < list.size(); ++length) {
    EXPECT_EQ(parse_scts(std::string_view(list).substr(0, length)), nullptr) << length;
  }
  EXPECT_EQ(parse_scts(list + "x"), nullptr);
  EXPECT_EQ(parse_scts(std::string(std::size_t{20} << 10, '\0')), nullptr);
  SctInput input;
  input.tls_extension = std::string_view(list).substr(0, 20);
  EXPECT_EQ(check(input, table().get()).malformed, "in the TLS extension");
}

TEST_F(SctTest, AMultitudeOfTimestampsIsCutAndRepetitionsAreOne) {
  std::vector<SCT*> many;
  for (int i = 0; i < 40; ++i) many.push_back(test::sign_sct(one_, entry(), hour_ago_ + static_cast<unsigned>(i / 2)));
  const std::string list = test::sct_list(many);
  SctInput input;
  input.tls_extension = list;
  const SctReport report = check(input, table().get());
  EXPECT_EQ(report.all.size(), 20U);
  EXPECT_EQ(report.left_out, 0U);

  std::vector<SCT*> different;
  for (int i = 0; i < 60; ++i) different.push_back(test::sign_sct(one_, entry(), hour_ago_ + static_cast<unsigned>(i)));
  const std::string long_list = test::sct_list(different);
  input.tls_extension = long_list;
  const SctReport cut = check(input, table().get());
  EXPECT_EQ(cut.all.size(), 30U);
  EXPECT_EQ(cut.left_out, 30U);
}

TEST(CtLogsTest, TheBundledTableIsWholeAndItsKeysAreTakenByOpenSsl) {
  const auto logs = CtLogs::load();
  ASSERT_TRUE(logs) << describe(logs.error());
  EXPECT_GE((*logs)->size(), 30U);
  EXPECT_NE((*logs)->store(), nullptr);
  EXPECT_EQ((*logs)->find("no such log"), nullptr);
  EXPECT_TRUE((*logs)->outdated((*logs)->read_on() + std::chrono::days{1000}));
  EXPECT_FALSE((*logs)->outdated((*logs)->read_on() + std::chrono::days{30}));
  // The SHA-256 of the key of Google's Argon2026h2, as its operator publishes it.
  constexpr std::array<unsigned char, 32> kArgon = {0xd7, 0x6d, 0x7d, 0x10, 0xd1, 0xa7, 0xf5, 0x77, 0xc2, 0xc7, 0xe9,
                                                    0x5f, 0xd7, 0x00, 0xbf, 0xf9, 0x82, 0xc9, 0x33, 0x5a, 0x65, 0xe1,
                                                    0xd0, 0xb3, 0x01, 0x73, 0x17, 0xc0, 0xc8, 0xc5, 0x69, 0x77};
  const CtLog* argon = (*logs)->find({reinterpret_cast<const char*>(kArgon.data()), kArgon.size()});
  ASSERT_NE(argon, nullptr);
  EXPECT_EQ(argon->operator_name, "Google");
}

TEST(CtLogsTest, TablesThatCannotBeUsedAreRefusedByName) {
  EXPECT_EQ(CtLogs::load("/nonexistent/logs.cnf").error().code, ErrorCode::kNotFound);
  const TestLog log{"Lantern One", "Lantern"};
  struct Case {
    std::string text;
    ErrorCode code;
    const char* words;
  };
  const Case cases[] = {
      {"[unclosed\n", ErrorCode::kParse, ":1:"},
      {"life = 3\nenabled_logs = a\n" + log.section("a"), ErrorCode::kSchema, "'read'"},
      {"read = 2026-01-01\nenabled_logs = a\n" + log.section("a"), ErrorCode::kSchema, "'life'"},
      {"read = 2026-01-01\nlife = 3\n" + log.section("a"), ErrorCode::kSchema, "no log"},
      {"read = 2026-01-01\nlife = 3\nenabled_logs = b\n" + log.section("a"), ErrorCode::kSchema, "[b]"},
      {"read = 2026-01-01\nlife = 3\nenabled_logs = a\n[a]\ndescription = x\noperator = y\nstate = usable\n"
       "since = 2020-01-01\nkey = !!!!\n",
       ErrorCode::kSchema, "[a]"},
  };
  for (const Case& one : cases) {
    const test::TextFile file(one.text);
    const auto loaded = CtLogs::load(file.path());
    ASSERT_FALSE(loaded) << one.text;
    EXPECT_EQ(loaded.error().code, one.code) << one.text;
    EXPECT_THAT(loaded.error().context, HasSubstr(one.words));
  }
}

}  // namespace
}  // namespace meetlat
