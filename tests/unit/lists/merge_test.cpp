#include "lists/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "list_testing.h"
#include "lists/opt_out.h"

namespace meetlat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

LoadedList loaded(std::string_view text, std::string_view name, std::string_view date) {
  LoadedList out;
  auto parsed = parse_list(text, ListOrigin{std::string(name), {}, std::string(date)});
  EXPECT_TRUE(parsed);
  out.record.name = name;
  out.parsed = std::move(*parsed);
  return out;
}

std::vector<std::string> ids(const MergedList& list) {
  std::vector<std::string> out;
  for (const Target& target : list.targets) out.push_back(target.id);
  return out;
}

TEST(Merge, KeepsWhoSaidWhatAndWhen) {
  const std::vector<LoadedList> lists = {
      loaded("Server;Land\nmeet.a.test;Germany\nmeet.b.test;France\n", "one.csv", "2025-01-01"),
      loaded("Server;Land;Betreiber\nhttps://MEET.A.test/;Italy;Club\nmeet.c.test;;\n", "two.csv", "2026-01-01")};
  const MergedList merged = merge_lists(lists, OptOut{});
  EXPECT_THAT(ids(merged), ElementsAre("meet.a.test", "meet.b.test", "meet.c.test"));
  EXPECT_EQ(merged.repeats, 1u);
  const Target& first = merged.targets[0];
  EXPECT_THAT(first.sources, ElementsAre("one.csv", "two.csv"));
  EXPECT_THAT(first.claims, ElementsAre(Claim{"country", "DE", "", "one.csv", "2025-01-01"},
                                        Claim{"country", "IT", "", "two.csv", "2026-01-01"},
                                        Claim{"operator", "Club", "", "two.csv", "2026-01-01"}));
  EXPECT_THAT(merged.source_names(), ElementsAre("one.csv", "two.csv"));
}

TEST(Merge, WwwPortAndBasePathAreInstancesOfTheirOwn) {
  const std::vector<LoadedList> lists = {
      loaded("meet.a.test\nwww.meet.a.test\nmeet.a.test:8443\nmeet.a.test/F\nhttp://meet.a.test\nmeet.a.test.\n"
             "münchen.test\nxn--mnchen-3ya.test\nhttps://meet.a.test:443/\n",
             "list", "2026-01-01")};
  EXPECT_THAT(ids(merge_lists(lists, OptOut{})), ElementsAre("meet.a.test", "www.meet.a.test", "meet.a.test:8443",
                                                             "meet.a.test/F", "xn--mnchen-3ya.test"));
}

TEST(Merge, DigestNamesTheTargetsInOrder) {
  const std::vector<LoadedList> one = {loaded("meet.a.test\nmeet.b.test\n", "x", "")};
  const std::vector<LoadedList> same = {loaded("https://meet.a.test\n# c\nmeet.b.test\n", "y", "")};
  const std::vector<LoadedList> other = {loaded("meet.b.test\nmeet.a.test\n", "x", "")};
  EXPECT_EQ(merge_lists(one, OptOut{}).digest(), merge_lists(same, OptOut{}).digest());
  EXPECT_NE(merge_lists(one, OptOut{}).digest(), merge_lists(other, OptOut{}).digest());
}

TEST(OptOut, LeavesHostsAndWholeDomainsAlone) {
  const auto opt_out = OptOut::parse(
      R"({"schema":"meetlat-opt-out/1","opt_outs":[{"host":"Meet.B.test","since":"2026-01-01","reason":"asked"},)"
      R"({"host":"*.c.test"}]})",
      "opt-out.json");
  ASSERT_TRUE(opt_out) << opt_out.error().context;
  const std::vector<LoadedList> lists = {
      loaded("meet.a.test\nmeet.b.test:8443\nc.test\nmeet.c.test\nmeet.notc.test\n", "list", "")};
  const MergedList merged = merge_lists(lists, *opt_out);
  EXPECT_THAT(ids(merged), ElementsAre("meet.a.test", "meet.notc.test"));
  ASSERT_THAT(merged.excluded, SizeIs(3));
  EXPECT_EQ(merged.excluded[0].rule, "meet.b.test");
  EXPECT_EQ(merged.excluded[0].reason, "asked");
  EXPECT_EQ(merged.excluded[2].rule, "*.c.test");
}

TEST(OptOut, MayBePlainText) {
  const auto opt_out = OptOut::parse("# asked by mail\nmeet.a.test  # 2026\n\n*.b.test\n", "opt-out.txt");
  ASSERT_TRUE(opt_out);
  EXPECT_EQ(opt_out->size(), 2u);
  EXPECT_NE(opt_out->find("x.y.b.test"), nullptr);
  EXPECT_EQ(opt_out->find("ab.test"), nullptr);
}

TEST(OptOut, WhatCannotBeReadIsAnErrorNotAnOversight) {
  EXPECT_THAT(OptOut::parse("meet.a.test\nno host\n", "o.txt").error().context, HasSubstr("o.txt:2"));
  EXPECT_THAT(OptOut::parse("{\"opt_outs\": [{\"hots\": \"meet.a.test\"}]}", "o.json").error().context,
              HasSubstr("opt_outs[0]"));
  EXPECT_THAT(OptOut::parse("{\"optouts\": []}", "o.json").error().context, HasSubstr("\"opt_outs\""));
  EXPECT_EQ(OptOut::load("/nonexistent/opt-out.json").error().code, ErrorCode::kNotFound);
}

TEST(OptOut, BundledFileIsReadable) {
  const auto opt_out = OptOut::load(std::string(MEETLAT_TOP_DIR) + "/data/opt-out.json");
  ASSERT_TRUE(opt_out) << opt_out.error().context;
}

}  // namespace
}  // namespace meetlat
