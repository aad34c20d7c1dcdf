// CAA, TLSA and HTTPS records: what a zone says, and what is malformed.
#include <gtest/gtest.h>

#include "net/rdata.h"

namespace meetlat {
namespace {

using std::string;
using namespace std::string_literals;

TEST(CaaRecords, AreReadWithTheirFlagTagAndValue) {
  const auto issue = caa_in_rdata("\0\5issueca.invalid; account=7"s);
  ASSERT_TRUE(issue);
  EXPECT_FALSE(issue->critical);
  EXPECT_EQ(issue->tag, "issue");
  EXPECT_EQ(to_string(*issue), "0 issue \"ca.invalid; account=7\"");
  const auto wild = caa_in_rdata("\x80\x09IssueWild;"s);
  ASSERT_TRUE(wild);
  EXPECT_TRUE(wild->critical);
  EXPECT_EQ(to_string(*wild), "128 issuewild \";\"");
}

TEST(CaaRecords, AreRefusedWhenMalformed) {
  for (const string& bytes : {""s, "\0"s, "\0\5iss"s, "\0\0value"s, "\0\5is uevalue"s}) {
    EXPECT_FALSE(caa_in_rdata(bytes)) << bytes.size();
  }
}

TEST(CaaRecords, CannotDriveATerminal) {
  const auto record = caa_in_rdata("\0\5issue\x1b[31m"s);
  ASSERT_TRUE(record);
  EXPECT_EQ(to_string(*record).find('\x1b'), string::npos);
}

TEST(TlsaRecords, AreReadAndShownInHexadecimal) {
  const auto record = tlsa_in_rdata("\3\1\1\x0a\xff"s);
  ASSERT_TRUE(record);
  EXPECT_EQ(to_string(*record), "3 1 1 0aff");
  EXPECT_FALSE(tlsa_in_rdata("\3\1\1"s));
  const auto whole = tlsa_in_rdata("\2\0\0"s + string(5000, 'x'));
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->data.size(), 5000U);
  EXPECT_LT(to_string(*whole).size(), 150U);
}

TEST(HttpsRecords, AreShownAsDigShowsThem) {
  EXPECT_EQ(https_in_rdata("\0\1\0\0\1\0\6\2h2\2h3"s + "\0\4\0\4\xc0\0\2\1"s + "\0\5\0\3abc"s),
            "1 . alpn=h2,h3 ipv4hint=192.0.2.1 ech=3 bytes");
  EXPECT_EQ(https_in_rdata("\0\0\3www\4test\0"s), "0 www.test");
  EXPECT_EQ(https_in_rdata("\0\1\0\0\6\0\x10\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"s), "1 . ipv6hint=2001:db8::1");
  EXPECT_EQ(https_in_rdata("\0\1\0\0\3\0\2\x20\xfb\x01\x00\0\0"s), "1 . port=8443 key256=0 bytes");
}

TEST(HttpsRecords, AreNothingWhenCut) {
  for (const string& bytes : {""s, "\0"s, "\0\1"s, "\0\1\3ww"s, "\0\1\0\0\1\0\6\2h2"s, "\0\1\0\0\1\0"s}) {
    EXPECT_EQ(https_in_rdata(bytes), "") << bytes.size();
  }
}

TEST(AddressRecords, OfTheWrongLengthAreLeftOut) {
  const auto addresses = addresses_in({"\xc0\0\2\1"s, "\1\2\3"s, string(16, '\1')}, false);
  ASSERT_EQ(addresses.size(), 1U);
  EXPECT_EQ(addresses.front().str(), "192.0.2.1");
}

}  // namespace
}  // namespace meetlat
