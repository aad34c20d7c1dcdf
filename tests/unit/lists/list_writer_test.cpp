#include "lists/list_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "list_testing.h"
#include "lists/opt_out.h"

namespace meetlat {
namespace {

using testing::HasSubstr;
using testing::Not;

MergedList sample() {
  const auto parsed = parse_text(
      "Server;Betreiber;Land;Hoster\nmeet.a.test;=HYPERLINK(1);Germany;\"A, \"\"B\"\"\"\nmeet.b.test:8443;+49;France;\n"
      "münchen.test;Club;;\n");
  EXPECT_TRUE(parsed);
  LoadedList list;
  list.record.name = "sample.csv";
  list.record.format = "csv";
  list.record.targets = parsed->targets.size();
  list.parsed = *parsed;
  const std::vector<LoadedList> lists = {list};
  return merge_lists(lists, *OptOut::parse("meet.b.test", "o"));
}

TEST(ListWriter, CsvQuotesAndDefusesFormulas) {
  const std::string csv = render_list(sample(), {"csv"});
  EXPECT_THAT(csv, HasSubstr("instance,url,country,operator,"));
  EXPECT_THAT(csv, HasSubstr("meet.a.test,https://meet.a.test/,DE,'=HYPERLINK(1),,,\"A, \"\"B\"\"\","));
  EXPECT_THAT(csv, Not(HasSubstr("meet.b.test")));
  for (std::size_t at = csv.find('\n'); at != std::string::npos; at = csv.find('\n', at + 1))
    EXPECT_EQ(csv[at - 1], '\r');
}

TEST(ListWriter, TextIsAListAgain) {
  const auto again = parse_text(render_list(sample(), {"txt"}));
  EXPECT_THAT(ids_of(again), testing::ElementsAre("meet.a.test", "xn--mnchen-3ya.test"));
}

TEST(ListWriter, JsonIsTheSameListAgain) {
  const MergedList list = sample();
  const auto again = parse_text(render_list(list, {"json"}), "again.json");
  ASSERT_TRUE(again) << again.error().context;
  EXPECT_EQ(again->format, "meetlat-list");
  EXPECT_EQ(again->targets, list.targets);
}

TEST(ListWriter, ExcludedAreNamedOnlyWhenAskedFor) {
  EXPECT_THAT(render_list(sample(), {"json"}), Not(HasSubstr("meet.b.test")));
  EXPECT_THAT(render_list(sample(), {"json"}), HasSubstr("\"excluded_count\": 1"));
  EXPECT_THAT(render_list(sample(), {"json", true}), HasSubstr("meet.b.test"));
  EXPECT_THAT(render_list(sample(), {"table", true}), HasSubstr("meet.b.test"));
  EXPECT_THAT(render_list(sample(), {"table"}), Not(HasSubstr("meet.b.test")));
}

TEST(ListWriter, TableFitsItsColumnsAndShowsNamesAsPeopleWriteThem) {
  const std::string table = render_list(sample(), {"table", false, 80});
  EXPECT_THAT(table, HasSubstr("münchen.test"));
  EXPECT_THAT(table, HasSubstr("nothing was measured"));
}

}  // namespace
}  // namespace meetlat
