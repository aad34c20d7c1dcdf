// What the history costs: 400 Runs of 500 hosts and 60 rules, of which a few change from Run to Run. Prints the time to
// add a Run, the size of the file, and the time of the queries that pages and tables make. An argument names the folder
// to use, since durability costs what its disk costs.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "history/store.h"
#include "support/sample_history.h"

namespace {

using Ticks = std::chrono::steady_clock;
constexpr int kRuns = 400;
constexpr int kHosts = 500;
constexpr int kRules = 60;

double since(Ticks::time_point begin) {
  return std::chrono::duration<double, std::milli>(Ticks::now() - begin).count();
}

meetlat::HistoryRun next_run(int number, std::vector<std::vector<meetlat::Outcome>>& outcomes, std::mt19937& random) {
  using meetlat::Outcome;
  constexpr Outcome kAll[] = {Outcome::kPass, Outcome::kFail, Outcome::kNotMeasured, Outcome::kNotApplicable};
  meetlat::HistoryRun run = meetlat::sample::history_run(number);
  for (int h = 0; h < kHosts; ++h) {
    auto& host = meetlat::sample::add_host(run, fmt::format("host{:03}.test", h), static_cast<char>('A' + h % 6));
    host.sight.range = {static_cast<double>(random() % 1000) / 10, 100};
    for (int r = 0; r < kRules; ++r) {
      Outcome& outcome = outcomes[static_cast<std::size_t>(h)][static_cast<std::size_t>(r)];
      if (random() % 200 == 0) outcome = kAll[random() % 4];
      host.findings.push_back({fmt::format("rule-{:02}", r), outcome});
    }
    meetlat::sample::add_policy(run, host, fmt::format("Policy of host {} in version {}.", h, (number + h) / 100));
  }
  return run;
}

template <class F>
void time_query(const char* what, F query) {
  std::vector<double> times;
  for (int i = 0; i < 5; ++i) {
    const auto begin = Ticks::now();
    query();
    times.push_back(since(begin));
  }
  std::sort(times.begin(), times.end());
  fmt::print("{}: {:.1f} ms (median of 5)\n", what, times[2]);
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path file = std::filesystem::path(argc > 1 ? argv[1] : ".") / "measured-history.db";
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
  auto store = meetlat::HistoryStore::open_for_writing(file);
  if (!store) {
    fmt::print(stderr, "{}\n", store.error().context);
    return 1;
  }
  std::mt19937 random(1);
  std::vector<std::vector<meetlat::Outcome>> outcomes(kHosts, std::vector<meetlat::Outcome>(kRules));
  std::vector<double> times;
  for (int i = 0; i < kRuns; ++i) {
    const meetlat::HistoryRun run = next_run(i, outcomes, random);
    const auto begin = Ticks::now();
    if (!store->add(run)) return 1;
    times.push_back(since(begin));
  }
  const double first = times.front();
  std::sort(times.begin(), times.end());
  fmt::print("{} Runs of {} hosts and {} rules\n", kRuns, kHosts, kRules);
  fmt::print("adding a Run: {:.1f} ms (median; the first {:.1f}, the slowest {:.1f})\n", times[times.size() / 2], first,
             times.back());
  time_query("scores of the last 30 Runs of all hosts", [&] { return store->scores(30).has_value(); });
  time_query("table of all hosts, all Runs", [&] {
    meetlat::HistoryQuery query;
    query.findings = query.policies = false;
    return store->read(query).has_value();
  });
  time_query("one host in full", [&] {
    meetlat::HistoryQuery query;
    query.host = "host042.test";
    return store->read(query).has_value();
  });
  time_query("everything, as for an export", [&] { return store->read({}).has_value(); });
  meetlat::HistoryRun old = next_run(7, outcomes, random);
  old.info.id = "an older Run that comes late";
  const auto begin = Ticks::now();
  if (!store->add(old)) return 1;
  fmt::print("adding an older Run late: {:.1f} ms\n", since(begin));
  { auto closing = std::move(store); }
  fmt::print("size: {:.1f} MB\n", static_cast<double>(std::filesystem::file_size(file)) / 1e6);
  return 0;
}
