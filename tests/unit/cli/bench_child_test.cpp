#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "bench/child.h"

namespace meetlat {
namespace {

// This test program itself is the child: it lists its tests and ends.
const std::vector<std::string> kListTests = {"--gtest_list_tests"};

TEST(Child, GivesItsOutputAtItsEnd) {
  auto scratch = ScratchDir::create();
  ASSERT_TRUE(scratch) << describe(scratch.error());
  auto child = Child::start(kListTests, scratch->path() / "out");
  ASSERT_TRUE(child) << describe(child.error());
  const auto output = child->finish({});
  ASSERT_TRUE(output) << describe(output.error());
  EXPECT_NE(output->find("GivesItsOutputAtItsEnd"), std::string::npos);
}

TEST(Child, ThatEndsBeforeItIsReadyIsAnErrorWithItsLastWords) {
  auto scratch = ScratchDir::create();
  ASSERT_TRUE(scratch);
  auto child = Child::start(kListTests, scratch->path() / "out");
  ASSERT_TRUE(child);
  const auto ready = child->wait_for(scratch->path() / "never", {});
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().code, ErrorCode::kIo);
  // Test programs end their list with a test, whichever that is.
  const auto output = read_file(scratch->path() / "out");
  ASSERT_TRUE(output);
  const std::string last = output->substr(output->find_last_of(' ') + 1);
  EXPECT_NE(ready.error().context.find(last.substr(0, last.find('\n'))), std::string::npos) << ready.error().context;
}

TEST(Child, IsNotWaitedForAfterAStop) {
  auto scratch = ScratchDir::create();
  ASSERT_TRUE(scratch);
  auto child = Child::start(kListTests, scratch->path() / "out");
  ASSERT_TRUE(child);
  std::stop_source stop;
  stop.request_stop();
  const auto ready = child->wait_for(scratch->path() / "never", stop.get_token());
  ASSERT_FALSE(ready);
  EXPECT_EQ(ready.error().code, ErrorCode::kCancelled);
}

TEST(ScratchDir, IsGoneAfterwards) {
  std::filesystem::path path;
  {
    auto scratch = ScratchDir::create();
    ASSERT_TRUE(scratch);
    path = scratch->path();
    ASSERT_TRUE(write_file_atomically(path / "below" / "file", "x"));
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace meetlat
