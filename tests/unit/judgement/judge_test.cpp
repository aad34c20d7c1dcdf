#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "unit/judgement/fixture.h"

namespace meetlat::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct Row {
  std::string name;
  std::function<void(Host&)> facts;
  HostStatus status;
  std::string reason;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

class ClassifyTest : public ::testing::TestWithParam<Row> {};

TEST_P(ClassifyTest, StatusComesFromFactsAlone) {
  Host host;
  GetParam().facts(host);
  const StatusVerdict verdict = classify(host.evidence());
  EXPECT_EQ(to_string(verdict.status), to_string(GetParam().status));
  EXPECT_THAT(verdict.reason, HasSubstr(GetParam().reason));
}

void dns_fails(Host& host, ErrorCode code) {
  host.not_measured("dns.status", code, "meet.example.test");
  host.not_measured("tls.version", ErrorCode::kNotAttempted, "no address");
  host.not_measured("http.status", ErrorCode::kNotAttempted, "no address");
  host.not_measured("jitsi.present", ErrorCode::kNotAttempted, "no landing page");
}
void page_fails(Host& host, ErrorCode code) {
  host.text("dns.status", "ok");
  host.not_measured("tls.version", code, "192.0.2.1:443");
  host.not_measured("http.status", code, "192.0.2.1:443");
  host.not_measured("jitsi.present", ErrorCode::kNotAttempted, "no landing page");
}
void answers(Host& host, std::int64_t status) {
  host.text("dns.status", "ok").text("tls.version", "TLSv1.3").set("http.status", status);
  host.text("http.challenge", "").text("http.moved_to", "").set("http.parked", false);
}

const std::vector<Row>& rows() {
  static const std::vector<Row> list{
      {"NothingMeasured", [](Host&) {}, HostStatus::kNotFinished, "nothing"},
      {"NameGone", [](Host& h) { dns_fails(h, ErrorCode::kNameNotFound); }, HostStatus::kNameGone, "meet.example"},
      {"NoAddress", [](Host& h) { dns_fails(h, ErrorCode::kNoAddress); }, HostStatus::kNameGone, ""},
      {"ResolverFailed", [](Host& h) { dns_fails(h, ErrorCode::kResolverFailed); }, HostStatus::kResolverFailed, ""},
      {"NoNamesBehindAProxy",
       [](Host& h) {
         h.not_measured("dns.status", ErrorCode::kUnsupported, "the proxy resolves");
         h.set("jitsi.present", true);
       },
       HostStatus::kMeasured, ""},
      {"ResolverLate", [](Host& h) { dns_fails(h, ErrorCode::kTimedOut); }, HostStatus::kResolverFailed, ""},
      {"PrivateAddress", [](Host& h) { dns_fails(h, ErrorCode::kAddressRefused); }, HostStatus::kPrivateAddress, ""},
      {"Cancelled", [](Host& h) { dns_fails(h, ErrorCode::kCancelled); }, HostStatus::kNotFinished, ""},
      {"Refused", [](Host& h) { page_fails(h, ErrorCode::kConnectionRefused); }, HostStatus::kRefused, "192.0.2.1:443"},
      {"Unreachable", [](Host& h) { page_fails(h, ErrorCode::kUnreachable); }, HostStatus::kUnreachable, ""},
      {"TimedOut", [](Host& h) { page_fails(h, ErrorCode::kTimedOut); }, HostStatus::kTimedOut, ""},
      {"TlsFailed", [](Host& h) { page_fails(h, ErrorCode::kTlsFailed); }, HostStatus::kTlsFailed, ""},
      {"RateLimited", [](Host& h) { page_fails(h, ErrorCode::kRateLimited); }, HostStatus::kRateLimited, ""},
      {"Challenged", [](Host& h) { page_fails(h, ErrorCode::kChallenged); }, HostStatus::kChallenged, ""},
      {"BudgetUsedUp", [](Host& h) { page_fails(h, ErrorCode::kBudgetExhausted); }, HostStatus::kNotFinished, ""},
      {"UnusableHttp", [](Host& h) { page_fails(h, ErrorCode::kTooManyRedirects); }, HostStatus::kServerError, ""},
      {"OnlyTlsSaysWhy",
       [](Host& h) {
         page_fails(h, ErrorCode::kTlsFailed);
         h.not_measured("http.status", ErrorCode::kNotAttempted, "no handshake");
       },
       HostStatus::kTlsFailed, "192.0.2.1:443"},
      {"ChallengePage",
       [](Host& h) {
         answers(h, 403);
         h.text("http.challenge", "a script that tests the browser");
         h.not_measured("jitsi.present", ErrorCode::kChallenged, "");
       },
       HostStatus::kChallenged, "a script that tests"},
      {"Moved",
       [](Host& h) {
         answers(h, 200);
         h.text("http.moved_to", "https://other.invalid/").set("jitsi.present", true);
       },
       HostStatus::kMoved, "https://other.invalid/"},
      {"Parked",
       [](Host& h) {
         answers(h, 200);
         h.set("http.parked", true).set("jitsi.present", false);
       },
       HostStatus::kParked, ""},
      {"OtherSoftware",
       [](Host& h) {
         answers(h, 200);
         h.set("jitsi.present", false).text("jitsi.other_software", "BigBlueButton");
       },
       HostStatus::kNotJitsi, "looks like BigBlueButton"},
      {"Status429",
       [](Host& h) {
         answers(h, 429);
         h.set("jitsi.present", false);
       },
       HostStatus::kRateLimited, "429"},
      {"Status502",
       [](Host& h) {
         answers(h, 502);
         h.set("jitsi.present", false);
       },
       HostStatus::kServerError, "502"},
      {"PageNotUnderstood",
       [](Host& h) {
         answers(h, 403);
         h.not_measured("jitsi.present", ErrorCode::kNotUnderstood, "empty page");
       },
       HostStatus::kServerError, "403"},
      {"NotAllowed",
       [](Host& h) {
         answers(h, 401);
         h.not_measured("jitsi.present", ErrorCode::kHttpStatus, "https://meet.example.test/: status 401");
       },
       HostStatus::kServerError, "HTTP status 401"},
      {"BusyWithRetryAfter",
       [](Host& h) {
         answers(h, 503);
         h.not_measured("jitsi.present", ErrorCode::kRateLimited, "come back in 60 s");
       },
       HostStatus::kRateLimited, "60 s"},
      {"JitsiByContentWhateverTheStatus",
       [](Host& h) {
         answers(h, 404);
         h.set("jitsi.present", true);
       },
       HostStatus::kMeasured, ""},
      {"JitsiThatLacksFacts",
       [](Host& h) {
         answers(h, 200);
         h.set("jitsi.present", true);
         h.not_measured("jitsi.config.readable", ErrorCode::kTimedOut, "");
         h.not_measured("tls.version", ErrorCode::kConnectionReset, "");
       },
       HostStatus::kMeasured, ""},
      {"OnlyOneProbeRan", [](Host& h) { h.text("tls.version", "TLSv1.3"); }, HostStatus::kMeasured, ""},
      {"OneAddressOfTwoFailed",
       [](Host& h) {
         answers(h, 200);
         h.set("jitsi.present", true);
         h.not_measured("tls.version", ErrorCode::kTimedOut, "", Subject::address("192.0.2.2:443"));
       },
       HostStatus::kMeasured, ""},
  };
  return list;
}

INSTANTIATE_TEST_SUITE_P(Facts, ClassifyTest, ::testing::ValuesIn(rows()),
                         [](const ::testing::TestParamInfo<Row>& row) { return row.param.name; });

HostRecord record(std::string host, const Host& facts) {
  HostRecord record;
  record.host = std::move(host);
  record.status = HostStatus::kMeasured;
  record.evidence = facts.evidence();
  return record;
}

Target target(std::string id) {
  Target target;
  target.id = std::move(id);
  return target;
}

TEST(Judge, AHostThatWasNotMeasuredHasNoFindingsAndNoScore) {
  Host host = Host::exemplary();
  host.drop("jitsi.present").not_measured("jitsi.present", ErrorCode::kNotAttempted);
  host.not_measured("http.status", ErrorCode::kTimedOut, "192.0.2.1:443");
  const HostReport report = judged(host);
  EXPECT_EQ(report.status, HostStatus::kTimedOut);
  EXPECT_TRUE(report.findings.empty());
  EXPECT_FALSE(report.grade.letter);
  EXPECT_DOUBLE_EQ(report.grade.range.high, 0);
  EXPECT_FALSE(report.evidence.empty());
}

TEST(Judge, AnExcludedHostStaysExcluded) {
  HostRecord excluded;
  excluded.host = "meet.example.test";
  excluded.status = HostStatus::kExcluded;
  excluded.status_reason = "on request";
  const HostReport report = judge(target(excluded.host), excluded, bundled_rules(), default_profile());
  EXPECT_EQ(report.status, HostStatus::kExcluded);
  EXPECT_EQ(report.status_reason, "on request");
}

TEST(Judge, StatusIsDerivedAnewFromTheFacts) {
  HostRecord stored = record("meet.example.test", Host::exemplary());
  stored.status = HostStatus::kNotJitsi;
  EXPECT_EQ(judge(target(stored.host), stored, bundled_rules(), default_profile()).status, HostStatus::kMeasured);
}

TEST(Judge, FindingsComeInTheRuleSetsOrderWithTheirPoints) {
  const HostReport report = judged(Host::exemplary());
  ASSERT_EQ(report.findings.size(), bundled_rules().rules.size());
  double sum = 0;
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    EXPECT_EQ(report.findings[i].rule, bundled_rules().rules[i].id);
    sum += report.findings[i].points;
  }
  EXPECT_NEAR(sum, 100, 1e-9);
}

TEST(JudgeRun, RanksByLetterThenNameThenUngradedThenByStatus) {
  Host google = Host::exemplary();
  google.set("xmpp.ice.contacted_third_party", std::vector<std::string>{"stun.l.google.com:19302"});
  Host ungraded = Host::exemplary();
  ungraded.not_measured("e2ee.offered", ErrorCode::kTimedOut);
  Host gone;
  gone.not_measured("dns.status", ErrorCode::kNameNotFound);
  Host other;
  other.set("http.status", std::int64_t{200}).set("jitsi.present", false);
  HostRecord excluded;
  excluded.host = "a-excluded.test";
  excluded.status = HostStatus::kExcluded;

  meetlat::Run run;
  run.hosts = {excluded,
               record("b-gone.test", gone),
               record("c-ungraded.test", ungraded),
               record("d-google.test", google),
               record("z-good.test", Host::exemplary()),
               record("e-other.test", other),
               record("y-good.test", Host::exemplary()),
               record("x-stock.test", Host::default_install())};
  for (const HostRecord& host : run.hosts) run.header.targets.push_back(target(host.host));
  run.header.targets.push_back(target("a-unvisited.test"));
  const Report report = judge(run, bundled_rules(), default_profile());
  std::vector<std::string> order;
  for (const HostReport& host : report.hosts) order.push_back(host.target.id);
  EXPECT_THAT(order, ElementsAre("y-good.test", "z-good.test", "d-google.test", "x-stock.test", "c-ungraded.test",
                                 "e-other.test", "b-gone.test", "a-unvisited.test", "a-excluded.test"));
  EXPECT_EQ(report.header.listed, 9U);
}

TEST(JudgeRun, HeaderSaysWhatWasRunAndByWhichRules) {
  meetlat::Run run;
  run.header.tool_version = "0.1.0";
  run.header.rules_version = "old";
  run.header.vantage = "nl";
  run.header.list_digest = "abc";
  run.header.demo = true;
  run.stopped = "interrupted";
  run.header.started = Instant{Milliseconds{1000}};
  HostRecord host = record("meet.example.test", Host::exemplary());
  host.finished = Instant{Milliseconds{5000}};
  run.hosts.push_back(host);
  const ReportHeader header = judge(run, bundled_rules(), default_profile()).header;
  EXPECT_EQ(header.tool_version, "0.1.0");
  EXPECT_EQ(header.rules_version, bundled_rules().version);
  EXPECT_EQ(header.rules_digest, bundled_rules().digest);
  EXPECT_EQ(header.profile, "default");
  EXPECT_EQ(header.profile_version, default_profile().version);
  EXPECT_EQ(header.vantage, "nl");
  EXPECT_EQ(header.list_digest, "abc");
  EXPECT_TRUE(header.demo);
  EXPECT_EQ(header.stopped, "interrupted");
  EXPECT_EQ(header.finished, Instant{Milliseconds{5000}});
}

TEST(JudgeRun, ARecordOutsideThePlanAndALaterRecordAreHeeded) {
  meetlat::Run run;
  run.header.targets = {target("meet.example.test")};
  Host first = Host::exemplary();
  first.set("tls.certificate.trusted", false);
  run.hosts = {record("meet.example.test", first), record("extra.example.test", Host::exemplary()),
               record("meet.example.test", Host::exemplary())};
  const Report report = judge(run, bundled_rules(), default_profile());
  ASSERT_EQ(report.hosts.size(), 2U);
  EXPECT_EQ(report.hosts[0].target.id, "extra.example.test");
  EXPECT_EQ(letter_of(report.hosts[1]), "A");
}

TEST(JudgeRun, AHostThatTheRunNeverCameToSaysSo) {
  meetlat::Run run;
  run.header.targets = {target("meet.example.test")};
  run.stopped = "interrupted";
  const Report report = judge(run, bundled_rules(), default_profile());
  ASSERT_EQ(report.hosts.size(), 1U);
  EXPECT_EQ(report.hosts[0].status, HostStatus::kNotFinished);
  EXPECT_THAT(report.hosts[0].status_reason, HasSubstr("interrupted"));
}

}  // namespace
}  // namespace meetlat::testing
