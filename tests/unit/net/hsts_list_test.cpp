// Lists of hosts that browsers contact by https only.
#include "net/hsts_list.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace meetlat {
namespace {

class HstsListTest : public ::testing::Test {
 protected:
  const std::filesystem::path file_ =
      std::filesystem::temp_directory_path() / ("meetlat-hsts-" + std::to_string(getpid()));
  ~HstsListTest() override { std::filesystem::remove(file_); }
  Result<HstsList> load(const std::string& text) {
    std::ofstream(file_) << text;
    return HstsList::load(file_);
  }
};

TEST_F(HstsListTest, ReadsTheFormThatBrowsersPublish) {
  const auto list = load(
      "// a comment with \"name\": \"comment.test\", \"mode\": \"force-https\"\n{\n  \"entries\": [\n"
      "    { \"name\": \"whole.test\", \"policy\": \"custom\", \"mode\": \"force-https\", \"include_subdomains\": true "
      "},\n"
      "    { \"name\": \"alone.test\", \"policy\": \"custom\", \"mode\": \"force-https\" },\n"
      "    { \"name\": \"pins.test\", \"policy\": \"google\", \"include_subdomains\": true, \"pins\": \"x\" }\n  "
      "]\n}\n");
  ASSERT_TRUE(list) << describe(list.error());
  EXPECT_EQ(list->size(), 2U);
  const std::pair<const char*, bool> cases[] = {
      {"whole.test", true}, {"meet.whole.test", true}, {"alone.test", true},     {"meet.alone.test", false},
      {"pins.test", false}, {"comment.test", false},   {"notwhole.test", false}, {"test", false},
  };
  for (const auto& [host, held] : cases) EXPECT_EQ(list->holds(host), held) << host;
}

TEST_F(HstsListTest, ReadsOneDomainALine) {
  const auto list = load("# domains\nExample.Test\r\n\nother.test\n");
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->holds("meet.example.test"));
  EXPECT_TRUE(list->holds("other.test"));
}

TEST_F(HstsListTest, RefusesWhatHoldsNoDomain) {
  EXPECT_EQ(load("<html>not a list</html>\n").error().code, ErrorCode::kParse);
  EXPECT_EQ(HstsList::load("/nonexistent/list").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace meetlat
