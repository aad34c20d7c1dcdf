// The part of the text report about networks, and how findings that are not for everybody are kept from them.
#include "render.h"
#include "report/diff_writer.h"

namespace meetlat {
namespace {

using sample::HostBuilder;
using Strings = std::vector<std::string>;

HostBuilder hosted() {
  HostBuilder host("https://meet.parent.test/", HostStatus::kMeasured);
  host.clean_slate()
      .fact("hosting.web.countries", Strings{"US"})
      .fact("hosting.signalling.countries", Strings{})
      .fact("hosting.turn.countries", Strings{"DE"})
      .fact("hosting.country", std::string("US"), "Somebody, geoip of 2026-06-25", "web meet.parent.test", "",
            Subject::address("192.0.2.1"))
      .fact("hosting.reverse_names", Strings{"a.host.test"}, "", "", "", Subject::address("192.0.2.1"))
      .fact("hosting.eu_eea", false)
      .fact("hosting.outside_eu", Strings{"web 192.0.2.1 is registered in US"})
      .fact("hosting.adequacy", std::string("partial"), "", "US: decision (EU) 2023/1795, only for some")
      .fact("hosting.data_date", std::string("2026-06-25"), "Somebody, geoip")
      .fact("hosting.operators", Strings{"Rechenhaus (web)"});
  return host;
}

// Without line breaks, to compare.
std::string flat(const HostReport& host) {
  std::string out;
  for (const char c : render("text", report_of(host))) {
    if (c == '\n' || c == ' ') {
      if (!out.ends_with(' ')) out += ' ';
    } else {
      out += c;
    }
  }
  return out;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(HostingText, SaysWhereAndOfWhichDay) {
  const std::string text = flat(hosted().build());
  EXPECT_TRUE(has(text, "HOSTING: registration data (Somebody, geoip of 2026-06-25)")) << text;
  EXPECT_TRUE(has(text, "Page US Signalling no host beside that of the page STUN, TURN DE")) << text;
  EXPECT_TRUE(has(text, "web meet.parent.test, 192.0.2.1: US, a.host.test")) << text;
  EXPECT_TRUE(has(text, "EU or EEA no: web 192.0.2.1 is registered in US; found adequate for some recipients only"));
  EXPECT_TRUE(has(text, "2023/1795"));
  EXPECT_TRUE(has(text, "Networks Rechenhaus (web)"));
}

TEST(HostingText, IsSilentWhenNobodyAsked) {
  EXPECT_FALSE(has(flat(sample::best_host()), "HOSTING"));
}

TEST(HostingText, SaysWhoseTheTlsIsWhenSomebodyStandsInFront) {
  EXPECT_FALSE(has(flat(hosted().build()), "In front"));
  HostBuilder fronted = hosted();
  fronted.fact("http.intermediary", std::string("Shield"));
  EXPECT_TRUE(has(flat(fronted.build()),
                  "In front: Shield ends the encryption. What is said here of certificate, TLS and "
                  "addresses of the page is Shield's"));
}

TEST(Embargo, MarksAFindingForItsReaderAndKeepsItOutOfNews) {
  RuleSet rules = sample::rules();
  for (Rule& rule : rules.rules) rule.embargo = rule.id == "stun-own";
  Rendering rendering;
  rendering.rules = &rules;
  rendering.profile = &rules.profiles.front();
  const Report report = report_of(sample::stun_host());
  std::ostringstream text;
  ASSERT_TRUE(find_report_writer("text")->write(report, rendering, text));
  EXPECT_TRUE(has(text.str(), "NOT FOR PUBLICATION"));
  std::ostringstream json;
  ASSERT_TRUE(find_report_writer("json")->write(report, rendering, json));
  EXPECT_TRUE(has(json.str(), "\"embargo\": true"));
  EXPECT_FALSE(has(render("json", report), "embargo"));

  Change change;
  change.kind = ChangeKind::kRuleFails;
  change.host = "bravo.meet.test";
  change.at = sample::at("2026-11-23T06:00:00Z");
  change.causes = {Cause::kHost};
  change.rule = "stun-own";
  change.severity = Severity::kHigh;
  Diff diff;
  diff.changes = {change};
  std::ostringstream news;
  ASSERT_TRUE(write_diff_updates(diff, rules, news));
  EXPECT_EQ(news.str(), "");
  std::ostringstream open;
  ASSERT_TRUE(write_diff_updates(diff, sample::rules(), open));
  EXPECT_NE(open.str(), "");
}

}  // namespace
}  // namespace meetlat
