// Countries of addresses from local tables: Debian's text form and MMDB.
#include "net/geo.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "support/mmdb_writer.h"

namespace meetlat::test {
namespace {

using ::testing::HasSubstr;

const Instant kNow = *parse_instant("2026-11-23T06:00:00Z");
constexpr std::uint64_t kEpoch = 1'793'000'000;  // 2026-10-26

// 192.0.2.0/25 is German, the other half unknown; 203.0.113.0/24 by dotted addresses; 2001:db8::/33 is Dutch.
constexpr const char* kTable =
    "# Location Database Export\n#\n# Generated: Thu, 25 Jun 2026 04:33:59 GMT\n# Vendor:    Somebody's Project\n#\n"
    "3221225984,3221226111,DE\n3221226112,3221226239,??\n203.0.113.0,203.0.113.255,US\n"
    "2001:db8::,2001:db8:7fff:ffff:ffff:ffff:ffff:ffff,NL\n";

class GeoFiles : public ::testing::Test {
 protected:
  GeoFiles() : dir_(std::filesystem::path(::testing::TempDir()) / ("meetlat-geo-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(dir_);
  }
  ~GeoFiles() override {
    std::error_code ignored;
    std::filesystem::remove_all(dir_, ignored);
  }
  std::filesystem::path write(const std::string& name, const std::string& bytes) const {
    std::ofstream(dir_ / name, std::ios::binary) << bytes;
    return dir_ / name;
  }
  // "DE", or the kind of error.
  static std::string country(const GeoTable& table, const char* address, Instant now = kNow) {
    const Result<Place> place = table.find(*Address::parse(address), now);
    return place ? place->country : "<" + std::string(to_string(place.error().code)) + ">";
  }
  std::unique_ptr<GeoTable> loaded(const std::filesystem::path& path) const {
    Result<std::unique_ptr<GeoTable>> table = GeoTable::load(path);
    EXPECT_TRUE(table) << describe(table.error());
    return table ? std::move(*table) : nullptr;
  }
  std::string why_not(const std::string& name, const std::string& bytes) const {
    const Result<std::unique_ptr<GeoTable>> table = GeoTable::load(write(name, bytes));
    return table ? "" : describe(table.error());
  }
  const std::filesystem::path dir_;
};

TEST_F(GeoFiles, TellTheCountryOfEachEndOfARange) {
  const auto table = loaded(write("table", kTable));
  EXPECT_EQ(country(*table, "192.0.2.0"), "DE");
  EXPECT_EQ(country(*table, "192.0.2.127"), "DE");
  EXPECT_EQ(country(*table, "203.0.113.255"), "US");
  EXPECT_EQ(country(*table, "2001:db8::"), "NL");
  EXPECT_EQ(country(*table, "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"), "NL");
}

TEST_F(GeoFiles, KnowNothingBesideTheirRangesAndWhereTheTableSaysSo) {
  const auto table = loaded(write("table", kTable));
  for (const char* address : {"192.0.1.255", "192.0.2.128", "192.0.2.255", "192.0.3.0", "0.0.0.0", "255.255.255.255",
                              "2001:db7:ffff::", "2001:db8:8000::", "::"}) {
    EXPECT_EQ(country(*table, address), "<not-found>") << address;
  }
}

TEST_F(GeoFiles, SayWhoMadeThemAndWhen) {
  const auto table = loaded(write("table", kTable));
  const Result<Place> place = table->find(*Address::parse("192.0.2.1"), kNow);
  ASSERT_TRUE(place);
  EXPECT_EQ(format_instant(place->date), "2026-06-25T04:33:59Z");
  EXPECT_THAT(place->source, HasSubstr("Somebody's Project"));
  EXPECT_EQ(place->as_number, 0U);
}

TEST_F(GeoFiles, TooOldToSayAnythingAreNotAsked) {
  const auto table = loaded(write("table", kTable));
  EXPECT_EQ(country(*table, "192.0.2.1", *parse_instant("2027-12-25")), "DE");
  EXPECT_EQ(country(*table, "192.0.2.1", *parse_instant("2027-12-26")), "<data-too-old>");
}

TEST_F(GeoFiles, MayBeAFolderAsDebianInstallsIt) {
  write("geoip", "# Generated: 2026-06-25\n3221225984,3221226239,DE\n");
  EXPECT_FALSE(GeoTable::load(dir_));  // a half-installed table would call IPv6 addresses unknown
  write("geoip6", "# Generated: 2026-05-01\n2001:db8::,2001:db8:ffff:ffff:ffff:ffff:ffff:ffff,NL\n");
  const auto table = loaded(dir_);
  EXPECT_EQ(country(*table, "192.0.2.1"), "DE");
  EXPECT_EQ(country(*table, "2001:db8::1"), "NL");
  EXPECT_EQ(format_date(table->find(*Address::parse("2001:db8::1"), kNow)->date), "2026-05-01") << "the older counts";
}

TEST_F(GeoFiles, InAnyOtherOrderAreSorted) {
  const auto table = loaded(write("table", "# Generated: 2026-06-25\n30,39,FR\n10,19,DE\n20,29,NL\n"));
  EXPECT_EQ(country(*table, "0.0.0.12"), "DE");
  EXPECT_EQ(country(*table, "0.0.0.25"), "NL");
  EXPECT_EQ(country(*table, "0.0.0.39"), "FR");
}

TEST_F(GeoFiles, ThatAreBrokenSayWhere) {
  const std::string dated = "# Generated: 2026-06-25\n";
  EXPECT_THAT(why_not("a", "1,2,DE\n"), HasSubstr("Generated"));
  EXPECT_THAT(why_not("b", dated + "1,2\n"), HasSubstr("line 2"));
  EXPECT_THAT(why_not("c", dated + "2,1,DE\n"), HasSubstr("no range"));
  EXPECT_THAT(why_not("d", dated + "1,4294967296,DE\n"), HasSubstr("no range"));
  EXPECT_THAT(why_not("e", dated + "1,::1,DE\n"), HasSubstr("no range"));
  EXPECT_THAT(why_not("f", dated + "1,2,de\n"), HasSubstr("country"));
  EXPECT_THAT(why_not("g", dated + "1,5,DE\n3,9,NL\n"), HasSubstr("overlap"));
  EXPECT_THAT(why_not("h", "<html>not a table</html>"), HasSubstr("expected"));
  EXPECT_EQ(GeoTable::load(dir_ / "missing").error().code, ErrorCode::kNotFound);
}

std::string country_record(const std::string& code) {
  return MmdbWriter::map({{"country", MmdbWriter::map({{"iso_code", MmdbWriter::text(code)}})}});
}

TEST_F(GeoFiles, InTheFormMmdbTellCountryAndNetwork) {
  MmdbWriter writer(kEpoch, "Made-Country-ASN");
  writer.add("192.0.2.0", 24,
             MmdbWriter::map({{"country", MmdbWriter::map({{"iso_code", MmdbWriter::text("DE")}})},
                              {"autonomous_system_number", MmdbWriter::number(64500)},
                              {"autonomous_system_organization", MmdbWriter::text("Rechenhaus GmbH")}}));
  writer.add("198.51.100.0", 24,
             MmdbWriter::map({{"country_code", MmdbWriter::text("fr")}, {"asn", MmdbWriter::text("AS64501")}}));
  writer.add("2001:db8::", 32, country_record("NL"));
  const auto table = loaded(write("geo.mmdb", writer.bytes()));
  const Result<Place> place = table->find(*Address::parse("192.0.2.77"), kNow);
  ASSERT_TRUE(place) << describe(place.error());
  EXPECT_EQ(place->country, "DE");
  EXPECT_EQ(place->as_number, 64500U);
  EXPECT_EQ(place->as_organisation, "Rechenhaus GmbH");
  EXPECT_EQ(format_date(place->date), "2026-10-26");
  EXPECT_THAT(place->source, HasSubstr("Made-Country-ASN"));
  EXPECT_EQ(country(*table, "198.51.100.9"), "FR");
  EXPECT_EQ(table->find(*Address::parse("198.51.100.9"), kNow)->as_number, 64501U);
  EXPECT_EQ(country(*table, "2001:db8::5"), "NL");
  EXPECT_EQ(country(*table, "203.0.113.1"), "<not-found>");
}

TEST_F(GeoFiles, InTheFormMmdbMayKnowOneFamilyOnly) {
  MmdbWriter writer(kEpoch, "IPv4", false);
  writer.add("192.0.2.0", 24, country_record("DE"));
  const auto table = loaded(write("v4.mmdb", writer.bytes()));
  EXPECT_EQ(country(*table, "192.0.2.77"), "DE");
  EXPECT_EQ(country(*table, "2001:db8::1"), "<not-found>");
}

TEST_F(GeoFiles, InTheFormMmdbWithoutACountryOrTooOldSayNothing) {
  MmdbWriter none(kEpoch);
  none.add("192.0.2.0", 24, MmdbWriter::map({{"city", MmdbWriter::text("Somewhere")}}));
  EXPECT_EQ(country(*loaded(write("none.mmdb", none.bytes())), "192.0.2.77"), "<not-found>");
  MmdbWriter old(1'600'000'000);
  old.add("192.0.2.0", 24, country_record("DE"));
  EXPECT_EQ(country(*loaded(write("old.mmdb", old.bytes())), "192.0.2.77"), "<data-too-old>");
  EXPECT_THAT(why_not("undated.mmdb", MmdbWriter(1000).bytes()), HasSubstr("when it was made"));
}

// Whatever is cut off or turned over: an error or an answer, never a crash.
TEST_F(GeoFiles, InTheFormMmdbThatAreDamagedAreAnError) {
  MmdbWriter writer(kEpoch);
  writer.add("192.0.2.0", 24, country_record("DE"));
  const std::string whole = writer.bytes();
  const std::size_t mark = whole.find("\xab\xcd\xefMaxMind.com");
  EXPECT_THAT(why_not("cut.mmdb", whole.substr(mark)), HasSubstr("cut.mmdb"));
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x5b);
    const Result<std::unique_ptr<GeoTable>> table = GeoTable::load(write("damaged.mmdb", damaged));
    if (!table || !(*table)->find(*Address::parse("192.0.2.1"), kNow)) ++refused;
  }
  EXPECT_GT(refused, 10);
}

}  // namespace
}  // namespace meetlat::test
