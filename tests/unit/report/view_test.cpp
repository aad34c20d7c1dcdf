#include "report/view.h"

#include <gtest/gtest.h>

#include "support/sample_report.h"

namespace meetlat {
namespace {

using sample::HostBuilder;
using Strings = std::vector<std::string>;

HostBuilder host() {
  return HostBuilder("https://meet.example.test/", HostStatus::kMeasured);
}

TEST(View, IsAllQuestionMarksWithoutFacts) {
  const HostView view = view_of(host().build());
  EXPECT_EQ(view.may_start, "?");
  EXPECT_EQ(view.e2ee, "?");
  EXPECT_EQ(view.policy, "?");
  EXPECT_EQ(operator_words(view), "?");
  EXPECT_EQ(others_words(view), "?");
}

TEST(View, NamesE2eeByItsVerdict) {
  const std::pair<const char*, const char*> cases[] = {
      {"available", "switch"},     {"available-outdated-format", "old format"},
      {"hidden", "hidden"},        {"disabled", "no"},
      {"external-key-only", "no"}, {"blocked-by-csp", "no"},
      {"not-supported", "no"},     {"a verdict of the future", "?"}};
  for (const auto& [verdict, words] : cases) {
    EXPECT_EQ(view_of(host().fact("e2ee.verdict", std::string(verdict)).build()).e2ee, words) << verdict;
  }
  const HostReport unknown = host().unknown("e2ee.verdict", ErrorCode::kNotUnderstood, "").build();
  EXPECT_EQ(view_of(unknown).e2ee, "?");
}

TEST(View, TellsPdfFromPagesAndOwnFromOthers) {
  const auto policy = [](const char* verdict, const char* type) {
    return view_of(
               host().fact("policy.verdict", std::string(verdict)).fact("policy.media_type", std::string(type)).build())
        .policy;
  };
  EXPECT_EQ(policy("own", "text/html"), "yes");
  EXPECT_EQ(policy("own", "application/pdf"), "pdf");
  EXPECT_EQ(policy("unsure", "application/pdf"), "unsure");
  EXPECT_EQ(policy("not-found", ""), "not found");
  EXPECT_EQ(policy("someone-elses", "text/html"), "other's");
}

TEST(View, TellsWhoMayStart) {
  const std::pair<const char*, const char*> cases[] = {
      {"open", "no login"}, {"account-to-create", "account"}, {"account", "members"}, {"token", "token"}};
  for (const auto& [kind, words] : cases) {
    EXPECT_EQ(view_of(host().fact("xmpp.login.needed", std::string(kind)).build()).may_start, words);
  }
}

TEST(View, TakesTheHostsOwnWordsBeforeAnyList) {
  const HostReport both =
      host().claim("operator", "By the list").fact("jitsi.operator.stated", std::string("By itself")).build();
  EXPECT_EQ(operator_words(view_of(both)), "By itself");
}

TEST(View, MarksAListsClaimAsOne) {
  const HostReport silent = host()
                                .claim("hoster", "Network")
                                .claim("operator", "Runner")
                                .fact("jitsi.operator.stated", std::string())
                                .build();
  EXPECT_EQ(operator_words(view_of(silent)), "list: Runner");
  const HostReport network = host().claim("hoster", "Network").build();
  EXPECT_EQ(operator_words(view_of(network)), "list: Network");
}

TEST(View, DoesNotNameAPrivatePersonOfAList) {
  const HostReport person = host().claim("operator", "J. Doe").claim("operator-kind", "person").build();
  EXPECT_EQ(operator_words(view_of(person)), "list: [a private person]");
}

TEST(View, SaysNotStatedOnlyWhenItLooked) {
  EXPECT_EQ(operator_words(view_of(host().fact("jitsi.operator.stated", std::string()).build())), "not stated");
  EXPECT_EQ(operator_words(view_of(host().unknown("jitsi.operator.stated", ErrorCode::kTimedOut, "").build())), "?");
}

TEST(View, GroupsOtherPartiesBySiteGravestFirst) {
  const HostReport report =
      host()
          .clean_slate()
          .fact("jitsi.stun.third_party", Strings{"stun1.search.example:3478", "stun2.search.example"})
          .fact("parties.loaded", Strings{"fonts.search.example"})
          .fact("jitsi.analytics",
                Strings{"Amplitude", "script https://cdn.track.example/a.js", "Matomo at stats.count.example"})
          .fact("http.intermediary", std::string("Shield"))
          .fact("jitsi.avatars.third_party", Strings{"faces.example"})
          .build();
  EXPECT_EQ(others_words(view_of(report)),
            "Shield (in front), Amplitude (analytics), track.example (analytics), Matomo at count.example (analytics), "
            "search.example (STUN, page), faces.example (avatars)");
}

TEST(View, DoesNotCountTheHostsOwnSite) {
  const HostReport report =
      host().clean_slate().fact("jitsi.analytics", Strings{"Matomo at stats.example.test"}).build();
  EXPECT_EQ(others_words(view_of(report)), "none seen");
}

TEST(View, TheServersOwnListOfStunServersGoesBeforeTheConfigurations) {
  const auto with = [](const Strings& configured, const Strings& contacted) {
    return others_words(view_of(host()
                                    .clean_slate()
                                    .fact("jitsi.stun.third_party", configured)
                                    .fact("xmpp.ice.contacted_third_party", contacted)
                                    .build()));
  };
  EXPECT_EQ(with({"stun.search.example:3478"}, {}), "none seen");
  EXPECT_EQ(with({}, {"stun.search.example:3478"}), "search.example (STUN)");
  const HostReport unknown = host()
                                 .clean_slate()
                                 .fact("jitsi.stun.third_party", Strings{"stun.search.example:3478"})
                                 .unknown("xmpp.ice.contacted_third_party", ErrorCode::kTimedOut, "")
                                 .build();
  EXPECT_EQ(others_words(view_of(unknown)), "search.example (STUN)");
  const HostReport open = host()
                              .clean_slate()
                              .fact("jitsi.stun.third_party", Strings{"stun.search.example:3478"})
                              .fact("xmpp.ice.announced", false)
                              .unknown("xmpp.ice.contacted_third_party", ErrorCode::kNotAttempted, "in a room only")
                              .build();
  EXPECT_EQ(others_words(view_of(open)), "?");
}

TEST(View, SaysNoneSeenOnlyWhenAllWasMeasured) {
  EXPECT_EQ(others_words(view_of(host().clean_slate().build())), "none seen");
  const HostReport gap =
      host().clean_slate().unknown("jitsi.analytics", ErrorCode::kNotUnderstood, "config.js").build();
  EXPECT_EQ(others_words(view_of(gap)), "?");
}

TEST(View, SurvivesAHostWithManyParties) {
  Strings many;
  for (int i = 0; i < 5000; ++i) many.push_back("x" + std::to_string(i) + "." + std::to_string(i) + "y.example");
  const HostView view = view_of(host().clean_slate().fact("parties.loaded", many).build());
  EXPECT_LE(view.others.size(), 50U);
}

TEST(HostWords, ShowInternationalNamesInTheirScript) {
  EXPECT_EQ(host_words(HostBuilder("https://xn--mnchen-3ya.test/F", HostStatus::kMeasured).build().target),
            "münchen.test/F");
  EXPECT_EQ(host_words(HostBuilder("https://[2001:db8::1]:8443/", HostStatus::kMeasured).build().target),
            "[2001:db8::1]:8443");
}

TEST(View, NamesNobodyToChooseWhoseWordsAreContradicted) {
  RuleSet rules = sample::rules();
  Rule rule = rules.rules.front();
  rule.id = "agrees";
  rule.contradiction = true;
  rules.rules.push_back(rule);
  const auto named = [&](Outcome outcome) {
    HostReport one = host().clean_slate().finding("agrees", outcome, 1, {}).build();
    one.grade.letter = 'B';
    Report report;
    report.hosts = {one};
    return picks(report, rules).size();
  };
  EXPECT_EQ(named(Outcome::kPass), 1U);
  EXPECT_EQ(named(Outcome::kNotMeasured), 1U);
  EXPECT_EQ(named(Outcome::kFail), 0U);
}

}  // namespace
}  // namespace meetlat
