// The table of releases: two number spaces, and no guesses.
#include "probes/jitsi_builds.h"

#include "probe_test.h"

namespace meetlat::test {
namespace {

using probes::BuildTable;
using probes::Release;
using probes::WebBuild;

TEST(WebBuildText, IsUnderstoodOnlyWhenItIsAPackageBuild) {
  struct Case {
    const char* text;
    int number;  // 0: not understood
  };
  const Case cases[] = {{"9268", 9268}, {"4370.993", 4370}, {"5142-3-5-2", 0},     {"139", 0},
                        {"", 0},        {"development", 0}, {"-9268", 0},          {"9268.x", 0},
                        {"9268.", 0},   {"92 68", 0},       {"99999999999999", 0}, {"9268.1.2", 0}};
  for (const Case& one : cases) {
    const Result<WebBuild> build = probes::parse_web_build(one.text);
    EXPECT_EQ(build ? build->number : 0, one.number) << one.text;
  }
}

TEST(BuildTable, KnowsReleasesByTheirWebBuildAndNotByTheLookOfTheNumber) {
  const BuildTable& table = *BuildTable::bundled();
  const probes::BuildPlace place = table.place(WebBuild{8821});
  ASSERT_TRUE(place.exact());
  EXPECT_EQ(place.not_older_than->release.number, 10532);  // and not of the time of release 8922
  EXPECT_EQ(place.not_older_than->date, "2025-09-29");
}

TEST(BuildTable, BracketsWhatIsNoStableRelease) {
  const BuildTable& table = *BuildTable::bundled();
  const probes::BuildPlace between = table.place(WebBuild{8900});
  EXPECT_FALSE(between.exact());
  EXPECT_EQ(between.not_older_than->release.number, 10590);
  EXPECT_EQ(between.not_newer_than->release.number, 10655);
  EXPECT_TRUE(between.surely_at_least(Release{10590}));
  EXPECT_FALSE(between.surely_at_least(Release{10655}));
  EXPECT_FALSE(between.surely_before(Release{10655}));
  EXPECT_EQ(table.place(WebBuild{99999}).not_newer_than, nullptr);
  EXPECT_EQ(table.place(WebBuild{1500}).not_older_than, nullptr);
}

TEST(BuildTable, RefusesBrokenFiles) {
  EXPECT_EQ(BuildTable::parse("").error().code, ErrorCode::kSchema);
  EXPECT_EQ(BuildTable::parse("release,date,web\nx,2020-01-01,1\n").error().code, ErrorCode::kSchema);
  EXPECT_EQ(BuildTable::parse("release,date,web\n1,2020-13-01,1\n").error().code, ErrorCode::kParse);
  EXPECT_EQ(BuildTable::parse("release,date,web\n2,2020-01-02,5\n3,2020-01-03,4\n").error().code, ErrorCode::kSchema);
}

TEST(Advisories, AreThoseOfTheWebClientThatAreCertainlyUnfixed) {
  const std::vector<probes::Advisory>& all = *probes::bundled_advisories();
  const BuildTable& table = *BuildTable::bundled();
  const auto ids = [&](int web) {
    std::vector<std::string> result;
    for (const probes::Advisory* one : probes::unfixed(all, table.place(WebBuild{web}))) result.push_back(one->id);
    return result;
  };
  EXPECT_TRUE(ids(9268).empty());
  EXPECT_TRUE(ids(99999).empty());
  EXPECT_EQ(ids(8737), std::vector<std::string>{"CVE-2025-64754"});
  EXPECT_TRUE(ids(8800).empty()) << "between 10431 and 10532 the fix may be in";
  EXPECT_EQ(ids(8091).size(), 3U);  // 9646: the two about IP addresses and the last one
  EXPECT_EQ(ids(8187).size(), 1U) << "the release notes list both changes in 9753, whatever the advisories say";
}

TEST(Advisories, DoNotConcernClientsThatAreOlderThanTheFeature) {
  const std::vector<probes::Advisory>& all = *probes::bundled_advisories();
  const auto concerned = [&](int web) {
    std::string ids;
    for (const probes::Advisory* one :
         probes::unfixed(all, probes::BuildTable::bundled()->place(probes::WebBuild{web}))) {
      ids += one->id + " ";
    }
    return ids;
  };
  const std::string before_all = concerned(3992);  // release 4416: no end-to-end encryption, no polls, no GIFs
  EXPECT_EQ(before_all.find("JSA-2022-0001"), std::string::npos) << before_all;
  EXPECT_EQ(before_all.find("JSA-2022-0004"), std::string::npos) << before_all;
  EXPECT_EQ(before_all.find("CVE-2024-44080"), std::string::npos) << before_all;
  EXPECT_NE(before_all.find("CVE-2021-39205"), std::string::npos) << before_all;
  const std::string with_all = concerned(6091);  // release 7210
  EXPECT_NE(with_all.find("JSA-2022-0001"), std::string::npos) << with_all;
  EXPECT_NE(with_all.find("JSA-2022-0004"), std::string::npos) << with_all;
  EXPECT_NE(with_all.find("CVE-2024-44080"), std::string::npos) << with_all;
}

TEST(Months, AreWholeCalendarMonths) {
  const auto day = [](const char* text) { return *parse_instant(text); };
  EXPECT_EQ(probes::months_between(day("2024-10-21"), day("2026-10-20")), 23);
  EXPECT_EQ(probes::months_between(day("2024-10-21"), day("2026-10-21")), 24);
  EXPECT_EQ(probes::months_between(day("2026-10-21"), day("2024-10-21")), 0);
}

struct BuildCase {
  const char* version;
  const char* web;
  const char* release;
  const char* date;
  const char* age;
};

// The clock of these tests stands at 2026-11-23.
TEST(JitsiBuildFacts, NeverGuess) {
  const BuildCase cases[] = {
      {"9268", "9268", "11031", "2026-06-08", "168"},
      {"4370.993", "4370", "4966", "2020-09-01", "2274"},
      {"8900", "8900", "<not-understood>", "2025-10-20", "364"},  // at least as old as the next release
      {"9300", "9300", "<data-too-old>", "<data-too-old>", "<data-too-old>"},
      {"139", "<not-understood>", "<not-understood>", "<not-understood>", "<not-understood>"},
      {"5142-3-5-2", "<not-understood>", "<not-understood>", "<not-understood>", "<not-understood>"},
      {"", "<not-understood>", "<not-understood>", "<not-understood>", "<not-understood>"},
      {"1500", "1500", "<not-understood>", "<not-understood>", "2425"},
  };
  for (const BuildCase& one : cases) {
    Instance instance;
    instance.stock("", one.version).run({"jitsi"});
    EXPECT_EQ(shown(instance.evidence, "jitsi.build.web_text"), one.version);
    EXPECT_EQ(shown(instance.evidence, "jitsi.build.web"), one.web) << one.version;
    EXPECT_EQ(shown(instance.evidence, "jitsi.build.release"), one.release) << one.version;
    EXPECT_EQ(shown(instance.evidence, "jitsi.build.date"), one.date) << one.version;
    EXPECT_EQ(shown(instance.evidence, "jitsi.build.age_days"), one.age) << one.version;
  }
}

TEST(JitsiBuildFacts, CountMonthsSinceTheOldestFixAboutConfidentiality) {
  Instance old;
  old.stock("", "8091").run({"jitsi"});
  EXPECT_EQ(shown(old.evidence, "jitsi.build.advisories"), "CVE-2024-44080 | CVE-2024-44081 | CVE-2025-64754");
  EXPECT_EQ(shown(old.evidence, "jitsi.build.oldest_confidentiality_advisory_months"), "25");
  Instance fresh;
  fresh.stock("", "9268").run({"jitsi"});
  EXPECT_EQ(shown(fresh.evidence, "jitsi.build.advisories"), "");
  EXPECT_EQ(shown(fresh.evidence, "jitsi.build.oldest_confidentiality_advisory_months"), "0");
}

TEST(Advisories, OfComponentsGoByTheirOwnNumbers) {
  const std::vector<probes::Advisory>& all = *probes::bundled_advisories();
  const auto ids = [&](const char* component, const char* text) -> std::string {
    const Result<probes::ComponentVersion> version = probes::parse_component_version(component, text);
    if (!version) return "not understood";
    std::string result;
    for (const probes::Advisory* one : probes::unfixed(all, *version)) {
      result += (result.empty() ? "" : " ") + one->id;
    }
    return result;
  };
  EXPECT_EQ(ids("jicofo", "1.0-939"), "JSA-2022-0002 JSA-2023-0002 JSA-2025-0001");
  EXPECT_EQ(ids("jicofo", "1.0-940"), "JSA-2023-0002 JSA-2025-0001");
  EXPECT_EQ(ids("jicofo", "1.0.1132"), "JSA-2025-0001");
  EXPECT_EQ(ids("jicofo", "1.0-1133-gabcdef"), "");
  EXPECT_EQ(ids("jvb", "2.1-594"), "JSA-2021-0004 JSA-2023-0001");
  EXPECT_EQ(ids("jvb", "2.3-295-g8d5c0037b"), "");
  EXPECT_EQ(ids("prosody", "0.12.5"), "CVE-2026-43506 CVE-2026-43507");
  EXPECT_EQ(ids("prosody", "0.12.6"), "");
  EXPECT_EQ(ids("prosody", "13.0.4"), "CVE-2026-43506 CVE-2026-43507") << "each branch has its own fix";
  EXPECT_EQ(ids("prosody", "13.0.5"), "");
  EXPECT_EQ(ids("prosody", "14.0.0"), "");
  EXPECT_EQ(ids("prosody", "0.11.11"), "CVE-2022-0217 CVE-2026-43506 CVE-2026-43507");
  EXPECT_EQ(ids("web", "1.0"), "") << "the web client goes by releases";
  for (const char* text : {"trunk", "nightly build 104", "", "13", "-1.2", "99999999999.1"}) {
    EXPECT_EQ(ids("prosody", text), "not understood") << text;
  }
}

TEST(JitsiProbe, CountsTheReleasesThatCameAfter) {
  Instance newest;
  newest.stock("", "9268").run({"jitsi"});
  EXPECT_EQ(shown(newest.evidence, "jitsi.build.releases_behind"), "1");  // 11146, whose web build is not known
  EXPECT_EQ(shown(newest.evidence, "jitsi.build.lib"), "341009ce");
  Instance between;
  between.stock("", "9250").run({"jitsi"});
  EXPECT_EQ(shown(between.evidence, "jitsi.build.releases_behind"), "1") << "at least: 11031 may be what it became";
  EXPECT_EQ(shown(between.evidence, "jitsi.build.lib"), "<not-understood>");
  Instance newer;
  newer.stock("", "9999").run({"jitsi"});
  EXPECT_EQ(shown(newer.evidence, "jitsi.build.releases_behind"), "<data-too-old>");
}

TEST(JitsiProbe, RepeatsWhatTheHostSaysOfItsReleaseElsewhere) {
  Instance instance;
  instance.net.answer("https://meet.example.test/",
                      with_header(ok(index_html("9268", config_js("deploymentInfo: {releaseNumber: '11031'}"))),
                                  "x-jitsi-release", "stable-11031"));
  instance.stock().run({"jitsi"});
  EXPECT_EQ(shown(instance.evidence, "jitsi.build.header_release"), "stable-11031");
  EXPECT_EQ(shown(instance.evidence, "jitsi.build.configured_release"), "11031");
}

TEST(BuildTable, HasAStatedLife) {
  const Result<BuildTable> table =
      BuildTable::parse("# read: 2026-01-01\n# life: 10\nrelease,date,web\n1,2020-01-01,1000\n");
  ASSERT_TRUE(table.has_value());
  EXPECT_EQ(table->good_until(), *parse_instant("2026-01-11"));
  EXPECT_EQ(BuildTable::parse("release,date,web\n1,2020-01-01,1000\n")->good_until(), Instant::max());
  EXPECT_FALSE(BuildTable::parse("# life: long\nrelease,date,web\n1,2020-01-01,1000\n").has_value());
  EXPECT_NE(BuildTable::bundled()->good_until(), Instant::max());
}

}  // namespace
}  // namespace meetlat::test
