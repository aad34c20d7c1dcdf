// The data files of marks, and the small things that probes share.
#include "probes/marks.h"

#include "probe_test.h"
#include "probes/support.h"

namespace meetlat::test {
namespace {

TEST(MarkTable, NeedsEveryPartOfAMark) {
  const Result<probes::MarkTable> table =
      probes::MarkTable::parse("- name: wall\n  any:\n    - {title: Just A Moment, status: 403}\n");
  ASSERT_TRUE(table) << table.error().context;
  Exchange exchange;
  exchange.body = "<title>Just a moment...</title>";
  const HtmlDocument html = *parse_html(exchange.body);
  exchange.status = 403;
  EXPECT_EQ(table->match(exchange, &html).name, "wall");
  exchange.status = 200;
  EXPECT_EQ(table->match(exchange, &html).name, "");
  exchange.status = 403;
  EXPECT_EQ(table->match(exchange, nullptr).name, "");
}

TEST(MarkTable, RefusesBrokenFiles) {
  for (const char* yaml : {"name: x", "- name: x", "- name: x\n  any:\n    - {colour: red}",
                           "- name: x\n  any:\n    - {contains: y}", "- name: x\n  any:\n    - {status: 9}"}) {
    EXPECT_EQ(probes::MarkTable::parse(yaml).error().code, ErrorCode::kSchema) << yaml;
  }
}

TEST(MarkTable, BundledFilesAreSound) {
  for (const Result<probes::MarkTable>* table :
       {&probes::intermediaries(), &probes::bot_walls(), &probes::parking(), &probes::other_software()}) {
    EXPECT_TRUE(*table) << (*table ? "" : table->error().context);
  }
}

TEST(Support, QuotesForTheShell) {
  EXPECT_EQ(probes::shell_quote("a b"), "'a b'");
  EXPECT_EQ(probes::shell_quote("it's"), "'it'\\''s'");
  EXPECT_EQ(probes::shell_quote("a\nb\x1b[31m"), "'ab[31m'");
}

TEST(Support, TakesHostsFromWhatConfigurationsHold) {
  EXPECT_EQ(probes::host_of("https://Login.Example.test/{room}?x=1"), "login.example.test");
  EXPECT_EQ(probes::host_of("//meet.example.test:443/http-bind"), "meet.example.test");
  EXPECT_EQ(probes::host_of("wss://user:pw@x.example.test/ws"), "x.example.test");
  EXPECT_EQ(probes::host_of("/http-bind"), "");
  EXPECT_EQ(probes::host_of("mailto:a@b.test"), "");
  EXPECT_EQ(probes::host_of(""), "");
}

TEST(Support, KnowsOwnersOfSeveralDomains) {
  EXPECT_TRUE(probes::same_owner("a.example.test", "b.example.test"));
  EXPECT_FALSE(probes::same_owner("example.test", "other.test"));
  EXPECT_TRUE(probes::same_owner("meet.jit.si", "web-cdn.jitsi.net"));
  EXPECT_EQ(probes::third_parties({"b.other.test", "a.example.test", "b.other.test", ""}, "x.example.test"),
            std::vector<std::string>{"b.other.test"});
}

}  // namespace
}  // namespace meetlat::test
