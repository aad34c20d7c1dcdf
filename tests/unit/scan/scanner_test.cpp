#include "scan/scanner.h"

#include <gtest/gtest.h>

#include <fmt/core.h>

#include <atomic>
#include <map>
#include <string>
#include <thread>

#include "net/session.h"

namespace meetlat {
namespace {

constexpr FactSpec kSeen{"test.seen", "bool", ""};
constexpr FactSpec kPresent{"jitsi.present", "bool", ""};
constexpr FactSpec kLater{"later.asked", "bool", ""};
constexpr FactSpec kStatus{"dns.status", "string", ""};
constexpr FactSpec kTrusted{"tls.certificate.trusted", "bool", ""};
constexpr FactSpec kSecond{"tls.recheck.trusted", "bool", ""};

// A wire that nobody may use in these tests: the fake probes ask nothing.
class DeadTransport final : public Transport {
 public:
  Result<Resolved> resolve(const std::string&, Ticks) override { return fail(ErrorCode::kNameNotFound, ""); }
  Result<HttpAnswer> exchange(const HttpRequest&, Ticks) override { return fail(ErrorCode::kUnreachable, ""); }
  Result<TlsHandshake> handshake(const std::string&, std::uint16_t, const Address&, Ticks) override {
    return fail(ErrorCode::kUnreachable, "");
  }
};

class DeadNetwork final : public Network {
 public:
  std::unique_ptr<Transport> open(std::stop_token) override { return std::make_unique<DeadTransport>(); }
  const AddressGuard& guard() const noexcept override { return guard_; }
  HostGate& gate() noexcept override { return gate_; }

 private:
  AddressGuard guard_;
  HostGate gate_{HostGate::Rates{}};
};

class FakeProbe final : public Probe {
 public:
  using Collect = std::function<void(const Target&, Session&, Evidence&)>;
  FakeProbe(std::string_view id, std::span<const FactSpec> facts, Collect collect)
      : info_{id, id, facts, {}, 0}, collect_(std::move(collect)) {}
  const ProbeInfo& info() const noexcept override { return info_; }
  void collect(const Target& target, Session& session, Evidence& evidence) const override {
    collect_(target, session, evidence);
  }
  bool wants_recheck(const Evidence& evidence) const override {
    const bool* trusted = evidence.get<bool>("tls.certificate.trusted");
    return trusted != nullptr && !*trusted;
  }
  void recheck(const Target&, Session& session, Evidence& evidence) const override {
    evidence.put(kSecond, Subject::target(), false, Provenance{"", "", "", session.now()});
  }

 private:
  ProbeInfo info_;
  Collect collect_;
};

// Every look at it is half a minute later than the one before, so that waiting for a minute takes two looks.
class FastClock final : public Clock {
 public:
  Instant now() const override { return start_ + std::chrono::seconds(30) * count_.fetch_add(1); }

 private:
  Instant start_ = *parse_instant("2026-11-23T06:00:00Z");
  mutable std::atomic<int> count_{0};
};

class Collector final : public ScanObserver {
 public:
  Result<void> finished(HostRecord record) override {
    ++counts[record.host];
    last = record;
    if (counts.size() == fail_at) return fail(ErrorCode::kDiskFull, "run.jsonl");
    if (counts.size() == stop_at) stop.request_stop();
    return {};
  }
  Result<void> rechecked(const std::string& host, const Evidence& facts) override {
    rechecks[host] = facts;
    return {};
  }
  std::map<std::string, int> counts;
  std::map<std::string, Evidence> rechecks;
  HostRecord last;
  std::size_t fail_at = 0;
  std::size_t stop_at = 0;
  std::stop_source stop;
};

std::vector<Target> targets(int count) {
  std::vector<Target> out;
  for (int i = 0; i < count; ++i) out.push_back(*parse_target(fmt::format("h{}.example", i)));
  return out;
}

class Scanner : public testing::Test {
 protected:
  Result<ScanOutcome> run(int count, std::span<const HostRecord> rechecks = {}) {
    options.jobs = 16;
    return scan(targets(count), rechecks, network, options, clock, observer, observer.stop.get_token());
  }
  DeadNetwork network;
  FastClock clock;
  ScanOptions options;
  Collector observer;
  const std::array<FactSpec, 1> seen_facts{kSeen};
  FakeProbe plain{"plain", seen_facts, [](const Target&, Session&, Evidence& evidence) {
                    evidence.put(kSeen, Subject::target(), true, {});
                  }};
};

TEST_F(Scanner, HandsOverEveryHostExactlyOnce) {
  options.probes = {&plain};
  options.stop_when_alike = false;
  ASSERT_TRUE(run(500).has_value());
  EXPECT_EQ(observer.counts.size(), 500U);
  for (const auto& [host, count] : observer.counts) EXPECT_EQ(count, 1) << host;
}

// The pace is a domain's: more of its hosts at once would use up their time with waiting.
TEST_F(Scanner, MeasuresFewHostsOfOneDomainAtOnceAndOthersMeanwhile) {
  std::atomic<int> busy{0};
  std::atomic<int> most{0};
  std::atomic<int> others{0};
  const FakeProbe probe{"probe", seen_facts, [&](const Target& target, Session&, Evidence&) {
                          if (!target.id.ends_with(".one.example")) {
                            ++others;
                            return;
                          }
                          const int now = ++busy;
                          for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
                          }
                          while (others < 5) std::this_thread::yield();  // never ends when they have to wait
                          --busy;
                        }};
  options.probes = {&probe};
  options.jobs = 4;
  options.stop_when_alike = false;
  std::vector<Target> all;
  for (int i = 0; i < 40; ++i) all.push_back(*parse_target(fmt::format("h{}.one.example", i)));
  for (int i = 0; i < 5; ++i) all.push_back(*parse_target(fmt::format("h{}.example", i)));
  ASSERT_TRUE(scan(all, {}, network, options, clock, observer, observer.stop.get_token()).has_value());
  EXPECT_EQ(observer.counts.size(), 45U);
  // 60 requests, one a second, in 120 seconds.
  EXPECT_LE(most, 2);
}

// Hosts from the `first` one on answer only when the scan is stopped: without a stop the test would never end.
bool is_endless(const Target& target, int first) {
  return std::stoi(target.id.substr(1)) >= first;
}
void wait_for_stop(const Session& session) {
  while (!session.cancelled()) std::this_thread::yield();
}

TEST_F(Scanner, AnObserversErrorEndsTheScan) {
  const FakeProbe endless{"endless", seen_facts, [](const Target& target, Session& session, Evidence&) {
                            if (is_endless(target, 30)) wait_for_stop(session);
                          }};
  options.probes = {&endless};
  options.stop_when_alike = false;
  observer.fail_at = 3;
  const auto outcome = run(500);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, ErrorCode::kDiskFull);
  EXPECT_LT(observer.counts.size(), 500U);
}

TEST_F(Scanner, HalfMeasuredHostsAreNotHandedOver) {
  const FakeProbe stops{"stops", seen_facts, [&](const Target&, Session&, Evidence&) { observer.stop.request_stop(); }};
  options.probes = {&stops};
  const auto outcome = run(50);
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->stopped, "interrupted");
  EXPECT_TRUE(observer.counts.empty());
}

TEST_F(Scanner, GoesNoFurtherWithWhatIsNoJitsi) {
  const std::array<FactSpec, 2> facts{kPresent, kStatus};
  const std::array<FactSpec, 1> later_facts{kLater};
  const FakeProbe jitsi{"jitsi", facts, [](const Target&, Session&, Evidence& evidence) {
                          evidence.put(kStatus, Subject::target(), std::string("ok"), {});
                          evidence.put(kPresent, Subject::target(), false, {});
                        }};
  std::atomic<int> asked{0};
  const FakeProbe later{"later", later_facts, [&](const Target&, Session&, Evidence&) { ++asked; }};
  options.probes = {&jitsi, &later};
  ASSERT_TRUE(run(1).has_value());
  EXPECT_EQ(asked, 0);
  EXPECT_EQ(observer.last.status, HostStatus::kNotJitsi);
  const auto found = observer.last.evidence.find("later.asked");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].value.error().code, ErrorCode::kNotAttempted);
}

TEST_F(Scanner, LooksASecondTimeNotBeforeAMinute) {
  const std::array<FactSpec, 2> facts{kTrusted, kSecond};
  const FakeProbe tls{"tls", facts, [](const Target&, Session&, Evidence& evidence) {
                        evidence.put(kTrusted, Subject::target(), false, {});
                      }};
  options.probes = {&tls};
  options.stop_when_alike = false;
  ASSERT_TRUE(run(3).has_value());
  ASSERT_EQ(observer.rechecks.size(), 3U);
  const Instant second = observer.rechecks.at(observer.last.host).all().at(0).provenance.at;
  EXPECT_GE(second - observer.last.finished, std::chrono::seconds(60));
}

TEST_F(Scanner, AResumedRunGetsItsSecondLook) {
  const std::array<FactSpec, 2> facts{kTrusted, kSecond};
  const FakeProbe tls{"tls", facts, [](const Target&, Session&, Evidence&) {}};
  options.probes = {&tls};
  HostRecord earlier;
  earlier.host = "old.example";
  earlier.finished = *parse_instant("2026-11-22T06:00:00Z");
  earlier.evidence.put(kTrusted, Subject::target(), false, {});
  ASSERT_TRUE(run(0, std::vector{earlier}).has_value());
  EXPECT_TRUE(observer.rechecks.contains("old.example"));
}

TEST_F(Scanner, StopsWhenMostFailAlike) {
  const std::array<FactSpec, 1> facts{kStatus};
  const FakeProbe dns{
      "jitsi", facts, [](const Target& target, Session& session, Evidence& evidence) {
        if (is_endless(target, 40)) wait_for_stop(session);
        evidence.not_measured(kStatus, Subject::target(), Error{ErrorCode::kResolverFailed, "SERVFAIL"});
      }};
  options.probes = {&dns};
  const auto outcome = run(2000);
  ASSERT_TRUE(outcome.has_value());
  EXPECT_NE(outcome->stopped.find("probably this side"), std::string::npos);
  EXPECT_LT(observer.counts.size(), 2000U);
}

}  // namespace
}  // namespace meetlat
