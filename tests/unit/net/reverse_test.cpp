// Names of addresses and TXT records: what a name server hands out is read strictly, and nobody is asked in vain.
#include <gtest/gtest.h>

#include "base/text.h"
#include "net/local_names.h"
#include "net/rdata.h"
#include "net/resolver.h"
#include "support/dns_server.h"

namespace meetlat::test {
namespace {

using Names = std::vector<std::string>;

Ticks soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds{60};
}

// "\4host\7example\4test\0"
std::string wire(const std::string& name) {
  std::string out;
  for (const std::string& label : split(name, '.')) out += static_cast<char>(label.size()) + label;
  return out + '\0';
}

std::string txt(const Names& strings) {
  std::string out;
  for (const std::string& text : strings) out += static_cast<char>(text.size()) + text;
  return out;
}

// The addresses are public ones, since libunbound itself answers for those of documents; the test's server is the only
// one that is asked.
class ReverseTest : public ::testing::Test {
 protected:
  DnsServer dns_{{
      {{"1.7.6.5.in-addr.arpa", DnsServer::kPtr}, {0, {}, false, {wire("Host.Example.Test"), wire("a.example.test")}}},
      {{"2.7.6.5.in-addr.arpa", DnsServer::kPtr}, {0, {}, false, {wire("evil name.example.test")}}},
      {{"3.7.6.5.in-addr.arpa", DnsServer::kPtr}, {2, {}, false}},
      {{"4.7.6.5.in-addr.arpa", DnsServer::kPtr}, {0, {}, true}},
      {{"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.5.0.0.0.0.0.a.2.ip6.arpa", DnsServer::kPtr},
       {0, {}, false, {wire("six.example.test")}}},
      {{"_meetlat.example.test", DnsServer::kTxt}, {0, {}, false, {txt({"one", " two"}), txt({"three"})}}},
      {{"empty.test", DnsServer::kTxt}, {0, {}, false}},
  }};
  std::unique_ptr<Resolver> make(std::vector<HostsEntry> hosts = {}, bool special = true) {
    return *Resolver::create({std::move(hosts), dns_.forward_to(), special});
  }
  static Address at(const char* address) { return *Address::parse(address); }
};

TEST_F(ReverseTest, NamesOfAnAddressAreLowerCaseAndSorted) {
  const auto names = make()->reverse(at("5.6.7.1"), soon(), {});
  ASSERT_TRUE(names) << describe(names.error());
  EXPECT_EQ(*names, (Names{"a.example.test", "host.example.test"}));
  EXPECT_EQ(*make()->reverse(at("2a00:5::1"), soon(), {}), Names{"six.example.test"});
}

TEST_F(ReverseTest, WhatIsNoHostNameIsLeftOut) {
  EXPECT_EQ(*make()->reverse(at("5.6.7.2"), soon(), {}), Names{});
}

TEST_F(ReverseTest, AnAddressWithoutNamesHasNoneAndABrokenServerIsAnError) {
  EXPECT_EQ(*make()->reverse(at("5.6.7.9"), soon(), {}), Names{});
  EXPECT_EQ(make()->reverse(at("5.6.7.3"), soon(), {}).error().code, ErrorCode::kResolverFailed);
  const Ticks shortly = std::chrono::steady_clock::now() + std::chrono::milliseconds{50};
  EXPECT_EQ(make()->reverse(at("5.6.7.4"), shortly, {}).error().code, ErrorCode::kTimedOut);
}

TEST_F(ReverseTest, TheHostsFileNamesItsAddressesByTheFirstNameAndNobodyIsAsked) {
  const std::vector<HostsEntry> hosts{{"z.first.test", at("192.0.2.1")}, {"a.second.test", at("192.0.2.1")}};
  EXPECT_EQ(*make(hosts)->reverse(at("192.0.2.1"), soon(), {}), Names{"z.first.test"});
  EXPECT_EQ(dns_.queries(), 0);
}

TEST_F(ReverseTest, NobodyIsAskedOfPrivateAddresses) {
  for (const char* address : {"127.0.0.1", "10.0.0.1", "192.0.2.1", "::1", "fd00::1"}) {
    EXPECT_EQ(make({}, false)->reverse(at(address), soon(), {}).error().code, ErrorCode::kNotAttempted) << address;
  }
  EXPECT_EQ(dns_.queries(), 0);
}

TEST_F(ReverseTest, StringsOfATextRecordAreJoined) {
  EXPECT_EQ(*make()->texts("_meetlat.example.test", soon(), {}), (Names{"one two", "three"}));
  EXPECT_EQ(*make()->texts("empty.test", soon(), {}), Names{});
  EXPECT_EQ(*make()->texts("missing.test", soon(), {}), Names{});
  EXPECT_EQ(*make({}, false)->texts("_meetlat.example.test", soon(), {}), Names{}) << "a special-use name";
}

TEST(Rdata, ReverseNamesAreThoseOfTheStandards) {  // RFC 1035 section 3.5, RFC 3596 section 2.5
  EXPECT_EQ(reverse_name(*Address::parse("10.2.0.52")), "52.0.2.10.in-addr.arpa");
  EXPECT_EQ(reverse_name(*Address::parse("4321:0:1:2:3:4:567:89ab")),
            "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa");
}

TEST(Rdata, MalformedNamesAreNone) {
  EXPECT_EQ(name_in_rdata(wire("Meet.Example.test")), "meet.example.test");
  EXPECT_EQ(name_in_rdata(wire("example.test") + "rest"), "example.test");
  EXPECT_EQ(name_in_rdata(std::string("\5meet", 5)), std::nullopt) << "shorter than it says";
  EXPECT_EQ(name_in_rdata("\xc0\x0c"), std::nullopt) << "a pointer";
  EXPECT_EQ(name_in_rdata(wire("localhost")), std::nullopt) << "one label";
  EXPECT_EQ(name_in_rdata(""), std::nullopt);
  EXPECT_EQ(name_in_rdata(wire("a\x1b[31m.test")), std::nullopt) << "drives a terminal";
  std::string longest = "a";
  while (longest.size() < 260) longest += ".aaaaaaaaa";
  EXPECT_EQ(name_in_rdata(wire(longest)), std::nullopt);
}

TEST(Rdata, ATextEndsWhereItIsBroken) {
  EXPECT_EQ(text_in_rdata(txt({"a", "b"})), "ab");
  EXPECT_EQ(text_in_rdata(txt({"a"}) + "\x09"
                                       "b"),
            "a");
  EXPECT_EQ(text_in_rdata(txt(Names(20, std::string(120, 'x')))).size(), 1024U);
}

}  // namespace
}  // namespace meetlat::test
