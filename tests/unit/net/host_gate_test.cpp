#include "net/host_gate.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "net/gate_table.h"

namespace meetlat {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = GateTable::Kind;

const Ticks kStart{hours{1000}};
const Ticks kFar = kStart + hours{100};

milliseconds wait_of(const GateTable::Turn& turn, Ticks now) {
  return std::chrono::duration_cast<milliseconds>(turn.at - now);
}

TEST(GateTable, LetsABurstThroughThenSpacesPagesAndHellosByTheirOwnRates) {
  GateTable table({8, seconds{1}, milliseconds{200}});
  for (int i = 0; i < 8; ++i) EXPECT_EQ(wait_of(table.take("a", "d", Kind::kPage, kStart, kFar), kStart).count(), 0);
  EXPECT_EQ(wait_of(table.take("a", "d", Kind::kPage, kStart, kFar), kStart), seconds{1});
  EXPECT_EQ(wait_of(table.take("a", "d", Kind::kPage, kStart, kFar), kStart), seconds{2});
  for (int i = 0; i < 8; ++i) EXPECT_EQ(wait_of(table.take("a", "d", Kind::kHello, kStart, kFar), kStart).count(), 0);
  EXPECT_EQ(wait_of(table.take("a", "d", Kind::kHello, kStart, kFar), kStart), milliseconds{200});
}

TEST(GateTable, FillsUpAgainWithTimeButNeverBeyondTheBurst) {
  GateTable table({2, seconds{1}, seconds{1}});
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(table.take("a", "d", Kind::kPage, kStart, kStart).granted);
  EXPECT_FALSE(table.take("a", "d", Kind::kPage, kStart, kStart).granted);
  EXPECT_TRUE(table.take("a", "d", Kind::kPage, kStart + seconds{1}, kStart + seconds{1}).granted);
  const Ticks later = kStart + hours{1};
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(table.take("a", "d", Kind::kPage, later, later).granted);
  EXPECT_FALSE(table.take("a", "d", Kind::kPage, later, later).granted);
}

TEST(GateTable, OneAddressUnderManyDomainsAndOneDomainOnManyAddressesAreBothSpaced) {
  GateTable table({1, seconds{1}, seconds{1}});
  EXPECT_EQ(wait_of(table.take("a", "d1", Kind::kPage, kStart, kFar), kStart).count(), 0);
  EXPECT_EQ(wait_of(table.take("a", "d2", Kind::kPage, kStart, kFar), kStart), seconds{1});
  EXPECT_EQ(wait_of(table.take("b", "d1", Kind::kPage, kStart, kFar), kStart), seconds{1});
  EXPECT_EQ(wait_of(table.take("b", "d3", Kind::kPage, kStart, kFar), kStart), seconds{2});
  EXPECT_EQ(wait_of(table.take("c", "d4", Kind::kPage, kStart, kFar), kStart).count(), 0);
}

TEST(GateTable, TakesFromBothBucketsOrFromNone) {
  GateTable table({1, seconds{1}, seconds{1}});
  ASSERT_TRUE(table.take("a", "d", Kind::kPage, kStart, kStart).granted);
  // The address is busy, so nothing may be taken from the fresh domain either.
  ASSERT_FALSE(table.take("a", "fresh", Kind::kPage, kStart, kStart).granted);
  EXPECT_TRUE(table.take("other", "fresh", Kind::kPage, kStart, kStart).granted);
  ASSERT_FALSE(table.take("free", "d", Kind::kPage, kStart, kStart).granted);
  EXPECT_TRUE(table.take("free", "another", Kind::kPage, kStart, kStart).granted);
}

TEST(GateTable, AnAddressAndADomainOfTheSameTextAreDifferentThings) {
  GateTable table({1, seconds{1}, seconds{1}});
  EXPECT_EQ(wait_of(table.take("192.0.2.1", "192.0.2.1", Kind::kPage, kStart, kFar), kStart).count(), 0);
  EXPECT_EQ(table.size(), 2U);
}

TEST(GateTable, APauseHoldsBackBothKeysAndVoidsTurnsGivenBefore) {
  GateTable table({8, seconds{1}, seconds{1}});
  const GateTable::Turn before = table.take("a", "d", Kind::kPage, kStart, kFar);
  EXPECT_TRUE(table.still_valid(before, "a", "d"));
  table.pause("a", "d", kStart, kStart + seconds{30});
  EXPECT_FALSE(table.still_valid(before, "a", "d"));
  EXPECT_EQ(wait_of(table.take("a", "other", Kind::kPage, kStart, kFar), kStart), seconds{30});
  EXPECT_EQ(wait_of(table.take("x", "d", Kind::kHello, kStart, kFar), kStart), seconds{30});
  // After the pause they come one by one.
  EXPECT_EQ(wait_of(table.take("a", "third", Kind::kPage, kStart, kFar), kStart), seconds{31});
  const GateTable::Turn late = table.take("a", "d", Kind::kPage, kStart, kStart + seconds{5});
  EXPECT_FALSE(late.granted);
  EXPECT_TRUE(late.paused);
}

TEST(GateTable, APauseIsNeverShortened) {
  GateTable table({8, seconds{1}, seconds{1}});
  table.pause("a", "d", kStart, kStart + seconds{30});
  table.pause("a", "d", kStart, kStart + seconds{3});
  EXPECT_EQ(wait_of(table.take("a", "d", Kind::kPage, kStart, kFar), kStart), seconds{30});
}

TEST(GateTable, ForgetsWhatIsFullAgain) {
  GateTable table({8, seconds{1}, milliseconds{200}});
  Ticks now = kStart;
  for (int i = 0; i < 20'000; ++i) {
    const std::string name = std::to_string(i);
    ASSERT_TRUE(table.take(name, name, Kind::kPage, now, kFar).granted);
    now += milliseconds{50};
  }
  // A bucket is full again after one second, that is after 20 others; twice 256 is what may gather between sweeps.
  EXPECT_LT(table.size(), 600U);
}

TEST(GateTable, NoDelayMeansNoWaiting) {
  GateTable table({8, milliseconds{0}, milliseconds{0}});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(table.take("a", "d", Kind::kPage, kStart, kFar).at, kStart);
}

TEST(HostGate, GivesUpAtOnceWhenTheTurnWouldComeTooLate) {
  HostGate gate({1, hours{1}, hours{1}});
  const Ticks deadline = std::chrono::steady_clock::now() + seconds{30};
  ASSERT_TRUE(gate.enter("a", "d", HostGate::Kind::kPage, deadline, {}));
  const Result<void> second = gate.enter("a", "d", HostGate::Kind::kPage, deadline, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kBudgetExhausted);  // our own pace: says nothing about the host
}

TEST(HostGate, SaysRateLimitedWhenAPauseIsTheReason) {
  HostGate gate({8, seconds{1}, seconds{1}});
  gate.pause("a", "d", hours{1});
  const Result<void> refused =
      gate.enter("a", "d", HostGate::Kind::kHello, std::chrono::steady_clock::now() + seconds{30}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kRateLimited);
}

TEST(HostGate, AStopEndsTheWait) {
  HostGate gate({1, hours{1}, hours{1}});
  const Ticks deadline = std::chrono::steady_clock::now() + hours{5};
  ASSERT_TRUE(gate.enter("a", "d", HostGate::Kind::kPage, deadline, {}));
  std::stop_source stop;
  std::thread stopper([&stop] { stop.request_stop(); });
  const Result<void> waited = gate.enter("a", "d", HostGate::Kind::kPage, deadline, stop.get_token());
  stopper.join();
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, ErrorCode::kCancelled);
}

TEST(HostGate, APauseReachesThoseWhoWaitAlready) {
  HostGate gate({1, seconds{20}, seconds{20}});
  const Ticks deadline = std::chrono::steady_clock::now() + seconds{60};
  ASSERT_TRUE(gate.enter("a", "d", HostGate::Kind::kPage, deadline, {}));
  std::atomic<bool> begun{false};
  Result<void> waited;
  std::thread waiter([&] {
    begun = true;
    waited = gate.enter("a", "d", HostGate::Kind::kPage, deadline, {});
  });
  while (!begun) std::this_thread::yield();
  gate.pause("a", "d", hours{1});  // its turn in 20 s is void now, and the next one is past its deadline
  waiter.join();
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, ErrorCode::kRateLimited);
}

TEST(HostGate, ManyThreadsNeverGetMoreThanTheRate) {
  HostGate gate({4, milliseconds{5}, milliseconds{5}});
  const Ticks started = std::chrono::steady_clock::now();
  std::atomic<int> entered{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int n = 0; n < 5; ++n) {
        const std::string domain = "d" + std::to_string(i);
        if (gate.enter("shared", domain, HostGate::Kind::kPage, started + hours{1}, {})) ++entered;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(entered, 40);
  // 4 at once, 36 more every 5 ms: a lower bound, which no slow machine can break.
  EXPECT_GE(std::chrono::steady_clock::now() - started, milliseconds{180});
}

}  // namespace
}  // namespace meetlat
