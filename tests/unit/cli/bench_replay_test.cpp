#include <gtest/gtest.h>

#include "bench/replay.h"
#include "bench/usage.h"

namespace meetlat {
namespace {

HostRecord host_with(std::vector<TranscriptEntry> transcript) {
  HostRecord record;
  record.transcript = std::move(transcript);
  return record;
}

TranscriptEntry entry(std::string kind, std::string request, std::string peer) {
  TranscriptEntry out;
  out.kind = std::move(kind);
  out.request = std::move(request);
  out.peer = std::move(peer);
  return out;
}

TEST(ReplayPlan, HoldsTheHttpExchangesThatReachedAServer) {
  meetlat::Run run;
  run.hosts.push_back(
      host_with({entry("dns", "A meet.a.test", ""), entry("tls", "hello 127.0.0.1:8443 meet.a.test", "127.0.0.1:8443"),
                 entry("http", "GET https://meet.a.test:8443/", "127.0.0.1:8443"),
                 entry("http", "GET https://a.test:8443/gone", "")}));
  run.hosts.push_back(host_with({entry("dns", "A meet.b.test", "")}));
  run.hosts.push_back(host_with({entry("http", "GET http://meet.c.test:8080/x?y=z", "[::1]:8080")}));
  const ReplayPlan plan = replay_plan(run);
  ASSERT_EQ(plan.size(), 2U);
  ASSERT_EQ(plan[0].size(), 1U);
  EXPECT_EQ(plan[0][0].url, "https://meet.a.test:8443/");
  EXPECT_EQ(plan[0][0].peer, "127.0.0.1:8443");
  ASSERT_EQ(plan[1].size(), 1U);
  EXPECT_EQ(plan[1][0].url, "http://meet.c.test:8080/x?y=z");
}

TEST(ReplayPlan, IsTheSameAfterWritingAndReading) {
  const ReplayPlan plan = {{{"127.0.0.1:1", "https://a.test/"}, {"127.0.0.1:1", "https://a.test/b"}},
                           {{"[::1]:2", "https://c.test/"}}};
  const auto read = replay_plan_from_text(to_text(plan));
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(to_text(*read), to_text(plan));
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ((*read)[0].size(), 2U);
}

TEST(ReplayPlan, RefusesALineWithoutAPeer) {
  const auto read = replay_plan_from_text("https://a.test/\n");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kParse);
}

TEST(Usage, GrowsWithWorkAndMemory) {
  const double cpu = cpu_seconds();
  constexpr std::size_t kBytes = std::size_t{64} << 20;
  std::string memory(kBytes, 'x');
  for (std::size_t round = 0; cpu_seconds() <= cpu; ++round) memory[round * 4096 % kBytes] = 'y';
  EXPECT_GT(cpu_seconds(), cpu);
  EXPECT_GE(peak_memory_kib(), static_cast<std::int64_t>(kBytes / 1024));
}

}  // namespace
}  // namespace meetlat
