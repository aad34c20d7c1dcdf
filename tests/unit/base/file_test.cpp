#include "base/file.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/clock.h"
#include "base/error.h"

namespace meetlat {
namespace {

TEST(File, MissingAndFolderAreToldApart) {
  EXPECT_EQ(read_file("/nonexistent/file").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_file("/").error().code, ErrorCode::kIo);
}

TEST(File, EndlessInputIsRefused) {
  EXPECT_EQ(read_file("/dev/zero", 1000).error().code, ErrorCode::kTooLarge);
}

TEST(File, WritesWholeOrNothing) {
  const auto path = std::filesystem::path(testing::TempDir()) / "meetlat_file_test" / "deep" / "x.txt";
  ASSERT_TRUE(write_file_atomically(path, "one").has_value());
  ASSERT_TRUE(write_file_atomically(path, "two").has_value());
  EXPECT_EQ(*read_file(path), "two");
  EXPECT_EQ(write_file_atomically("/dev/full", "x").error().code, ErrorCode::kDiskFull);
}

TEST(File, Sha256IsTheFipsVector) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(ErrorCode, EveryNameReadsBack) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::kDataTooOld); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    EXPECT_EQ(error_code_from(to_string(code)), code) << i;
  }
  EXPECT_EQ(error_code_from("no-such-code"), std::nullopt);
}

TEST(Clock, InstantsReadBack) {
  const auto instant = parse_instant("2026-11-23T06:03:52Z");
  ASSERT_TRUE(instant.has_value());
  EXPECT_EQ(format_instant(*instant), "2026-11-23T06:03:52Z");
  EXPECT_EQ(format_date(*instant), "2026-11-23");
  EXPECT_EQ(days_between(*parse_instant("2024-02-28"), *parse_instant("2024-03-01")), 2);
  EXPECT_EQ(days_between(*parse_instant("2024-03-01"), *parse_instant("2024-02-28T12:00:00Z")), -2);
  for (const char* bad : {"", "2026", "2026-13-01", "2026-02-30", "2026-11-23T25:00:00Z", "2026-11-23T06:03:52"}) {
    EXPECT_FALSE(parse_instant(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace meetlat
