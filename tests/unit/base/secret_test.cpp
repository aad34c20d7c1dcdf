#include "base/secret.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/file.h"

namespace meetlat {
namespace {

class SecretTest : public ::testing::Test {
 protected:
  SecretTest() : dir_(std::filesystem::path(::testing::TempDir()) / ("meetlat-secret-" + std::to_string(getpid()))) {}
  ~SecretTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(dir_, ignored);
  }
  const std::filesystem::path dir_;
};

TEST_F(SecretTest, AKeyIsMadeOnceAndReadByItsOwnerOnly) {
  const auto key = user_key(dir_ / "state" / "control.key");
  ASSERT_TRUE(key) << describe(key.error());
  EXPECT_EQ(key->size(), 32U);
  EXPECT_EQ(*user_key(dir_ / "state" / "control.key"), *key);
  struct stat status {};
  ASSERT_EQ(stat((dir_ / "state" / "control.key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_NE(*user_key(dir_ / "another.key"), *key);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(dir_ / "state")) ++files;
  EXPECT_EQ(files, 1U) << "nothing is left beside it";
}

TEST_F(SecretTest, AFileThatIsNoKeyIsNotUsed) {
  std::filesystem::create_directories(dir_);
  std::ofstream(dir_ / "short.key") << "abc";
  EXPECT_EQ(user_key(dir_ / "short.key").error().code, ErrorCode::kSchema);
}

TEST(Hmac, IsThatOfTheStandard) {  // RFC 4231, test cases 1 and 2
  EXPECT_EQ(hmac_hex(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace meetlat
