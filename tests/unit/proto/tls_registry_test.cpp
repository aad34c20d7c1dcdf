// The tables of data/tls, and what suites' names say.
#include "proto/tls_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace meetlat {
namespace {

using ::testing::HasSubstr;

std::string table(const std::string& name) {
  return *read_file(std::string(MEETLAT_TOP_DIR) + "/data/tls/" + name);
}

struct SuiteCase {
  const char* name;
  bool forward_secret;
  bool aead;
  bool broken;
  int bits;
};

TEST(TlsSuites, AreJudgedByTheirNames) {
  const SuiteCase cases[] = {
      {"TLS_AES_128_GCM_SHA256", true, true, false, 128},
      {"TLS_CHACHA20_POLY1305_SHA256", true, true, false, 256},
      {"TLS_SHA256_SHA256", true, true, true, 0},
      {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", true, true, false, 256},
      {"TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8", true, true, false, 128},
      {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", true, true, false, 256},
      {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", true, false, false, 256},
      {"TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA", true, false, false, 128},
      {"TLS_ECDHE_RSA_WITH_RC4_128_SHA", true, false, true, 128},
      {"TLS_ECDHE_RSA_WITH_NULL_SHA", true, false, true, 0},
      {"TLS_RSA_WITH_AES_128_GCM_SHA256", false, true, false, 128},
      {"TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256", false, true, false, 128},
      {"TLS_DH_DSS_WITH_AES_256_CBC_SHA", false, false, false, 256},
      {"TLS_RSA_WITH_3DES_EDE_CBC_SHA", false, false, true, 112},
      {"TLS_RSA_WITH_IDEA_CBC_SHA", false, false, true, 128},
      {"TLS_RSA_WITH_RC4_128_MD5", false, false, true, 128},
      {"TLS_RSA_EXPORT_WITH_DES40_CBC_SHA", false, false, true, 40},
      {"TLS_RSA_EXPORT1024_WITH_RC4_56_SHA", false, false, true, 56},
      {"TLS_RSA_WITH_DES_CBC_SHA", false, false, true, 56},
      {"TLS_DH_anon_WITH_AES_256_GCM_SHA384", true, true, true, 256},
      {"TLS_ECDH_anon_WITH_AES_128_CBC_SHA", true, false, true, 128},
      {"TLS_RSA_WITH_SEED_CBC_SHA", false, false, false, 128},
  };
  for (const SuiteCase& one : cases) {
    const TlsSuite suite = suite_from_name(1, one.name);
    EXPECT_EQ(suite.forward_secret, one.forward_secret) << one.name;
    EXPECT_EQ(suite.aead, one.aead) << one.name;
    EXPECT_EQ(suite.broken, one.broken) << one.name;
    EXPECT_EQ(suite.bits, one.bits) << one.name;
    EXPECT_FALSE(suite.needs_credentials) << one.name;
  }
  EXPECT_TRUE(suite_from_name(1, "TLS_DHE_PSK_WITH_AES_128_CBC_SHA").needs_credentials);
  EXPECT_TRUE(suite_from_name(1, "TLS_SRP_SHA_RSA_WITH_AES_128_CBC_SHA").needs_credentials);
  EXPECT_TRUE(suite_from_name(1, "TLS_DH_anon_WITH_AES_128_CBC_SHA").dhe);
  EXPECT_FALSE(suite_from_name(1, "TLS_DH_RSA_WITH_AES_128_CBC_SHA").dhe);
}

TEST(TlsRegistry, ReadsTheTablesOfTheProject) {
  const auto registry = TlsRegistry::parse(table("suites.tsv"), table("groups.tsv"), table("primes.tsv"));
  ASSERT_TRUE(registry) << registry.error().context;
  // RFC 8446, B.4; RFC 5289; RFC 7905; RFC 5246, A.5
  EXPECT_EQ(registry->suite_name(0x1302), "TLS_AES_256_GCM_SHA384");
  EXPECT_EQ(registry->suite_name(0xc02b), "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
  EXPECT_EQ(registry->suite_name(0xcca8), "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
  EXPECT_EQ(registry->suite_name(0x000a), "TLS_RSA_WITH_3DES_EDE_CBC_SHA");
  EXPECT_EQ(registry->suite(0x00ff), nullptr) << "a signal is no suite";
  EXPECT_EQ(registry->group_name(0x11ec), "X25519MLKEM768");
  EXPECT_EQ(registry->group(0x11ec)->kind, GroupKind::kPostQuantum);
  EXPECT_EQ(registry->group(0x0100)->kind, GroupKind::kFiniteField);
  EXPECT_EQ(registry->group_name(0x7a7a), "0x7a7a");
  int kinds = 0;
  for (const TlsSuite& suite : registry->suites()) kinds += suite.tls13 ? 1 : 0;
  EXPECT_EQ(kinds, 9) << "RFC 8446, RFC 8998, RFC 9150";
}

TEST(TlsRegistry, SaysWhichLineItCannotRead) {
  const std::string suites = "1301\tTLS_AES_128_GCM_SHA256\n";
  const std::string groups = "001d\tx25519\tec\n";
  const std::string primes = std::string(64, 'a') + "\t1024\tsomebody\n";
  ASSERT_TRUE(TlsRegistry::parse(suites, groups, primes));
  EXPECT_EQ(TlsRegistry::parse(suites, groups, primes)->prime(std::string(64, 'a'))->bits, 1024);
  const auto problem = [](const Result<TlsRegistry>& result) {
    return result ? std::string() : result.error().context;
  };
  EXPECT_THAT(problem(TlsRegistry::parse(suites + suites, groups, primes)), HasSubstr("suites line 2"));
  EXPECT_THAT(problem(TlsRegistry::parse("13010\tTLS_X\n", groups, primes)), HasSubstr("suites line 1"));
  EXPECT_THAT(problem(TlsRegistry::parse("1301 TLS_X\n", groups, primes)), HasSubstr("columns"));
  EXPECT_THAT(problem(TlsRegistry::parse(suites, "001d\tx25519\tcurve\n", primes)), HasSubstr("groups line 1"));
  EXPECT_THAT(problem(TlsRegistry::parse(suites, groups, "aa\t1\tx\n")), HasSubstr("primes line 1"));
}

}  // namespace
}  // namespace meetlat
