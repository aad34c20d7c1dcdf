#include "net/address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace meetlat {
namespace {

using ::testing::HasSubstr;

std::string_view kind_of(const char* text) {
  return AddressGuard::special_purpose(*Address::parse(text));
}

TEST(Address, ReadsAndWritesBothFamilies) {
  const std::pair<const char*, const char*> cases[] = {
      {"192.0.2.1", "192.0.2.1"},
      {"2001:DB8:0:0::1", "2001:db8::1"},
      {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
      {"::", "::"},
  };
  for (const auto& [text, written] : cases) {
    const Result<Address> address = Address::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->str(), written);
  }
}

TEST(Address, RefusesWhatIsNone) {
  for (const char* text : {"", "meet.test", "1.2.3", "1.2.3.4.5", "256.1.1.1", "0x7f.0.0.1", "fe80::1%eth0", "[::1]",
                           " 1.2.3.4", "1.2.3.4 ", "::1::"}) {
    const Result<Address> address = Address::parse(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, ErrorCode::kParse);
  }
  EXPECT_FALSE(Address::parse(std::string_view("1.2.3.4\0x", 9)));
  EXPECT_FALSE(Address::parse(std::string(100'000, '1')));
}

// First address, last address, and the neighbours outside that are public (or nullptr).
struct RangeCase {
  const char* first;
  const char* last;
  const char* below;
  const char* above;
  const char* words;
};

TEST(AddressGuard, KnowsEverySpecialRangeToItsBorders) {
  const RangeCase cases[] = {
      {"0.0.0.0", "0.255.255.255", nullptr, "1.0.0.0", "this network"},
      {"10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0", "private"},
      {"100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0", "carrier-grade NAT"},
      {"127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0", "loopback"},
      {"169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0", "link-local"},
      {"172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0", "private"},
      {"192.0.0.0", "192.0.0.255", "191.255.255.255", "192.0.1.0", "protocol assignments"},
      {"192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0", "documentation"},
      {"192.88.99.0", "192.88.99.255", "192.88.98.255", "192.88.100.0", "6to4"},
      {"192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0", "private"},
      {"198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0", "benchmarking"},
      {"198.51.100.0", "198.51.100.255", "198.51.99.255", "198.51.101.0", "documentation"},
      {"203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0", "documentation"},
      {"224.0.0.0", "239.255.255.255", "223.255.255.255", nullptr, "multicast"},
      {"240.0.0.0", "255.255.255.254", nullptr, nullptr, "reserved"},
      {"255.255.255.255", "255.255.255.255", nullptr, nullptr, "broadcast"},
      {"::", "::", nullptr, nullptr, "unspecified"},
      {"::1", "::1", nullptr, nullptr, "loopback"},
      {"::2", "::ffff:ffff", nullptr, nullptr, "compatible"},
      {"::ffff:0.0.0.0", "::ffff:255.255.255.255", nullptr, nullptr, "mapped"},
      {"::ffff:0:0.0.0.0", "::ffff:0:255.255.255.255", nullptr, nullptr, "translated"},
      {"64:ff9b::", "64:ff9b::ffff:ffff", nullptr, nullptr, "NAT64"},
      {"64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", nullptr, nullptr, "NAT64"},
      {"100::", "100::ffff:ffff:ffff:ffff", nullptr, nullptr, "discard"},
      {"100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff", nullptr, nullptr, "dummy"},
      {"2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", nullptr, nullptr, "Teredo"},
      {"2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", nullptr, nullptr, "benchmarking"},
      {"2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", nullptr, nullptr, "ORCHID"},
      {"2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", nullptr, nullptr, "ORCHID"},
      {"2001:1::", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff", nullptr, nullptr, "protocol assignments"},
      {"2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", nullptr,
       "2001:200::", "protocol assignments"},
      {"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
       "2001:db9::", "documentation"},
      {"2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
       "2003::", "6to4"},
      {"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
       "3fff:1000::", "documentation"},
      {"5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nullptr, nullptr, "segment routing"},
      {"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nullptr, nullptr, "unique-local"},
      {"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nullptr, nullptr, "link-local"},
      {"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nullptr, nullptr, "site-local"},
      {"ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nullptr, nullptr, "multicast"},
      {"4000::", "4000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nullptr, "reserved"},
      {"1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", nullptr,
       "2000::", "reserved"},
  };
  for (const RangeCase& c : cases) {
    EXPECT_THAT(std::string(kind_of(c.first)), HasSubstr(c.words)) << c.first;
    EXPECT_THAT(std::string(kind_of(c.last)), HasSubstr(c.words)) << c.last;
    if (c.below != nullptr) {
      EXPECT_EQ(kind_of(c.below), "") << c.below;
    }
    if (c.above != nullptr) {
      EXPECT_EQ(kind_of(c.above), "") << c.above;
    }
  }
}

TEST(AddressGuard, LetsPublicAddressesPass) {
  const AddressGuard guard;
  for (const char* text :
       {"1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450::1", "2620:4f:8000::"}) {
    EXPECT_TRUE(guard.check("meet.test", *Address::parse(text))) << text;
  }
}

TEST(AddressGuard, RefusalNamesTheKindAndBothFlags) {
  const Result<void> refused = AddressGuard{}.check("meet.test", *Address::parse("127.0.0.1"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kAddressRefused);
  for (const char* part : {"meet.test", "127.0.0.1", "loopback", "--allow-private", "--hosts-file"}) {
    EXPECT_THAT(refused.error().context, HasSubstr(part));
  }
}

TEST(AddressGuard, ExemptsExactlyThePairsOfTheHostsFile) {
  const AddressGuard guard({{"b.test", *Address::parse("127.0.0.1")},
                            {"a.test", *Address::parse("127.0.0.2")},
                            {"a.test", *Address::parse("::1")}},
                           false);
  EXPECT_TRUE(guard.check("a.test", *Address::parse("127.0.0.2")));
  EXPECT_TRUE(guard.check("a.test", *Address::parse("::1")));
  EXPECT_TRUE(guard.check("b.test", *Address::parse("127.0.0.1")));
  EXPECT_FALSE(guard.check("a.test", *Address::parse("127.0.0.1")));
  EXPECT_FALSE(guard.check("b.test", *Address::parse("127.0.0.2")));
  EXPECT_FALSE(guard.check("c.test", *Address::parse("127.0.0.1")));
  EXPECT_FALSE(guard.check("x.a.test", *Address::parse("127.0.0.2")));
}

TEST(AddressGuard, AllowPrivateAllowsEverything) {
  EXPECT_TRUE(AddressGuard({}, true).check("meet.test", *Address::parse("10.0.0.1")));
}

TEST(HostsFile, ReadsAddressesNamesAndComments) {
  const Result<std::vector<HostsEntry>> entries = parse_hosts_file(
      "# mine\n\n127.0.0.1\tlocalhost\n127.0.0.1 Meet.Test. video.test # two names\r\n  ::1 meet.test", "hosts");
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 3U);
  EXPECT_EQ((*entries)[0].host, "meet.test");
  EXPECT_EQ((*entries)[1].host, "video.test");
  EXPECT_EQ((*entries)[2].address.str(), "::1");
}

TEST(HostsFile, ErrorsNameFileAndLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"127.0.0.1 a.test\nmeet.test 127.0.0.1\n", "h:2"},
      {"127.0.0.1\n", "h:1"},
      {"\n\n127.0.0.1 # a.test\n", "h:3"},
      {"127.0.0.1 10.0.0.1\n", "h:1"},
      {"127.0.0.1 bad..name\n", "h:1"},
  };
  for (const auto& [text, where] : cases) {
    const Result<std::vector<HostsEntry>> entries = parse_hosts_file(text, "h");
    ASSERT_FALSE(entries) << text;
    EXPECT_EQ(entries.error().code, ErrorCode::kParse);
    EXPECT_THAT(entries.error().context, HasSubstr(where));
  }
}

}  // namespace
}  // namespace meetlat
