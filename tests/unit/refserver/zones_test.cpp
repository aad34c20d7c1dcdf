// The name server's answers, byte by byte; that their signatures verify is shown by the end-to-end tests, with
// libunbound.
#include "refserver/zones.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace meetlat {
namespace {

constexpr int kA = 1;
constexpr int kCaa = 257;
constexpr int kDs = 43;

std::string number16(int number) {
  return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)};
}

// One question, with EDNS and the DO bit when signatures are wanted.
std::string question(const std::string& name, int type, bool signatures = true) {
  std::string out =
      number16(0x4d54) + number16(0x0100) + number16(1) + number16(0) + number16(0) + number16(signatures);
  for (const std::string& label : split(name, '.')) out += static_cast<char>(label.size()) + label;
  out += '\0' + number16(type) + number16(1);
  if (signatures) out += '\0' + number16(41) + number16(4096) + std::string("\0\0\x80\0", 4) + number16(0);
  return out;
}

int at16(const std::string& packet, std::size_t at) {
  return static_cast<unsigned char>(packet.at(at)) << 8 | static_cast<unsigned char>(packet.at(at + 1));
}
int rcode(const std::string& packet) {
  return at16(packet, 2) & 15;
}
int answers(const std::string& packet) {
  return at16(packet, 6);
}
int authorities(const std::string& packet) {
  return at16(packet, 8);
}

class ZonesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = Zones::make(
        "test", {"ns.test", "127.0.0.1"},
        {{"good.test", {"meet.good.test. A 192.0.2.1", "good.test. CAA 0 issue \"ca.test\""}, ZoneSigning::kGood, {}},
         {"plain.test", {"meet.plain.test. A 192.0.2.2"}, ZoneSigning::kNone, {}}});
    ASSERT_TRUE(made) << describe(made.error());
    zones_ = *std::move(made);
  }
  std::string ask(const std::string& name, int type, bool signatures = true) {
    return zones_->answer(question(name, type, signatures));
  }
  std::unique_ptr<Zones> zones_;
};

TEST_F(ZonesTest, RecordsComeWithTheirSignaturesWhereTheyAreWanted) {
  const std::string with = ask("meet.good.test", kA);
  EXPECT_EQ(at16(with, 0), 0x4d54);
  EXPECT_EQ(rcode(with), 0);
  EXPECT_EQ(answers(with), 2);
  EXPECT_EQ(answers(ask("MEET.good.TEST", kA, false)), 1);
  EXPECT_EQ(answers(ask("meet.plain.test", kA)), 1);
}

TEST_F(ZonesTest, AbsenceIsProvedInSignedZones) {
  const std::string nothing = ask("meet.good.test", kCaa);
  EXPECT_EQ(rcode(nothing), 0);
  EXPECT_EQ(answers(nothing), 0);
  EXPECT_EQ(authorities(nothing), 4) << "SOA and NSEC with their signatures";
  const std::string nobody = ask("nobody.good.test", kA);
  EXPECT_EQ(rcode(nobody), 3);
  EXPECT_EQ(authorities(nobody), 6) << "and that no wildcard answers";
  EXPECT_EQ(authorities(ask("nobody.plain.test", kA)), 1);
}

TEST_F(ZonesTest, TheZoneAboveSaysWhichZonesAreSigned) {
  EXPECT_EQ(answers(ask("good.test", kDs)), 2);
  const std::string unsigned_one = ask("plain.test", kDs);
  EXPECT_EQ(answers(unsigned_one), 0);
  EXPECT_EQ(authorities(unsigned_one), 4);
}

TEST_F(ZonesTest, OtherNamesDoNotExist) {
  const std::string other = ask("www.example", kA);
  EXPECT_EQ(rcode(other), 3);
  EXPECT_EQ(answers(other), 0);
}

TEST_F(ZonesTest, WhatIsNoQuestionGetsNoAnswer) {
  std::string answer = ask("meet.good.test", kA);
  EXPECT_EQ(zones_->answer(answer), "") << "an answer";
  EXPECT_EQ(zones_->answer(""), "");
  const std::string whole = question("meet.good.test", kA);
  for (std::size_t size = 0; size < whole.size() - 11; ++size) EXPECT_EQ(zones_->answer(whole.substr(0, size)), "");
}

TEST_F(ZonesTest, TheAnchorIsTheKeyOfTheTopZone) {
  EXPECT_TRUE(zones_->trust_anchor().starts_with("test.\t")) << zones_->trust_anchor();
  EXPECT_NE(zones_->trust_anchor().find("DNSKEY"), std::string::npos);
}

TEST(ZonesOfNonsense, AreRefusedWithTheRecord) {
  const auto made = Zones::make("test", {"ns.test", "127.0.0.1"}, {{"bad.test", {"meet.bad.test. A nowhere"}}});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(made.error().context.find("nowhere"), std::string::npos);
}

}  // namespace
}  // namespace meetlat
