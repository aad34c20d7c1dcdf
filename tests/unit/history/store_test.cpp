#include "history/store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/json.h"
#include "history/history_json.h"
#include "history/schema.h"
#include "support/sample_history.h"

namespace meetlat {
namespace {

using sample::add_host;
using sample::add_policy;
using sample::day;
using sample::history_run;

class HistoryStoreTest : public testing::Test {
 protected:
  HistoryStoreTest() {
    std::string name = (std::filesystem::temp_directory_path() / "meetlat-history-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~HistoryStoreTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::filesystem::path file(const char* name = "history.db") const { return folder_ / name; }

  static HistoryStore open(const std::filesystem::path& path) {
    auto store = HistoryStore::open_for_writing(path);
    if (!store) throw std::runtime_error(store.error().context);
    return std::move(*store);
  }
  static std::string dump(HistoryStore& store, const HistoryQuery& query = {}) {
    const auto history = store.read(query);
    return history ? dump_json(to_json(*history), 1) : describe(history.error());
  }
  static void execute(const std::filesystem::path& path, const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

 private:
  std::filesystem::path folder_;
};

std::vector<std::string> interval_lines(const History& history) {
  std::vector<std::string> out;
  for (const HostHistory& host : history.hosts) {
    for (const HistoryInterval& each : host.intervals) {
      out.push_back(
          fmt::format("{} {} {} {}-{}", host.host, each.rule, to_string(each.outcome), each.first, each.last));
    }
  }
  return out;
}

TEST_F(HistoryStoreTest, GivesBackWhatWentIn) {
  HistoryRun run = history_run(1);
  HistoryRun::Host& host = add_host(run, "alpha.test", 'B', {{"hsts-set", Outcome::kFail}});
  add_policy(run, host, "We keep logs for 7 days.");
  run.info.vantage = "nl";
  run.info.stopped = "cancelled";
  HistoryStore store = open(file());
  ASSERT_EQ(store.add(run).value(), HistoryChange::kAdded);

  const History history = HistoryStore::open_for_reading(file()).value().read({}).value();
  ASSERT_EQ(history.runs.size(), 1U);
  EXPECT_EQ(history.runs[0], run.info);
  ASSERT_EQ(history.hosts.size(), 1U);
  const HistorySight& seen = history.hosts[0].sights.at(0);
  EXPECT_EQ(seen.at, run.hosts[0].sight.at);
  EXPECT_EQ(seen.letter, 'B');
  EXPECT_EQ(seen.range.low, 60.25);
  EXPECT_EQ(seen.range.high, 71.5);
  EXPECT_EQ(seen.caps, (std::vector<std::string>{"no-policy", "stun"}));
  EXPECT_EQ(seen.main_reason, "no own privacy policy found");
  EXPECT_EQ(seen.policy, run.hosts[0].sight.policy);
  EXPECT_EQ(seen.build, "2.0.10184");
  EXPECT_EQ(history.policies, run.policies);
  EXPECT_EQ(interval_lines(history), std::vector<std::string>{"alpha.test hsts-set fail 0-0"});
}

TEST_F(HistoryStoreTest, KeepsTheSameRunOnce) {
  HistoryRun run = history_run(1);
  add_host(run, "alpha.test", 'B', {{"hsts-set", Outcome::kFail}});
  HistoryStore store = open(file());
  ASSERT_TRUE(store.add(run));
  const std::string before = dump(store);
  EXPECT_EQ(store.add(run).value(), HistoryChange::kUnchanged);
  EXPECT_EQ(dump(store), before);
}

TEST_F(HistoryStoreTest, TakesTheFurtherStateOfAResumedRun) {
  HistoryRun begun = history_run(1);
  add_host(begun, "alpha.test", 'B', {{"hsts-set", Outcome::kFail}});
  HistoryRun ended = begun;
  ended.info.finished += std::chrono::hours{1};
  add_host(ended, "beta.test", 'A', {{"hsts-set", Outcome::kPass}});
  HistoryStore store = open(file());
  ASSERT_TRUE(store.add(begun));
  EXPECT_EQ(store.add(ended).value(), HistoryChange::kReplaced);
  EXPECT_EQ(store.add(begun).value(), HistoryChange::kUnchanged);
  HistoryStore other = open(file("other.db"));
  ASSERT_TRUE(other.add(ended));
  EXPECT_EQ(dump(store), dump(other));
}

TEST_F(HistoryStoreTest, SaysTheSameWhateverTheOrderOfImport) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    std::vector<HistoryRun> runs = sample::random_runs(14, seed);
    const auto name = fmt::format("sorted-{}.db", seed);
    HistoryStore sorted = open(file(name.c_str()));
    for (const HistoryRun& run : runs) ASSERT_TRUE(sorted.add(run));
    const std::string wanted = dump(sorted);
    std::mt19937 random(seed);
    for (int round = 0; round < 3; ++round) {
      std::shuffle(runs.begin(), runs.end(), random);
      const auto shuffled_name = fmt::format("shuffled-{}-{}.db", seed, round);
      HistoryStore shuffled = open(file(shuffled_name.c_str()));
      for (const HistoryRun& run : runs) ASSERT_TRUE(shuffled.add(run));
      ASSERT_EQ(dump(shuffled), wanted) << "seed " << seed << " round " << round;
    }
  }
}

TEST_F(HistoryStoreTest, ResumedRunInThePastSaysTheSameAsIfItHadBeenWhole) {
  for (unsigned seed = 1; seed <= 8; ++seed) {
    std::vector<HistoryRun> runs = sample::random_runs(12, seed);
    const auto names = std::pair(fmt::format("a{}.db", seed), fmt::format("b{}.db", seed));
    HistoryStore whole = open(file(names.first.c_str()));
    for (const HistoryRun& run : runs) ASSERT_TRUE(whole.add(run));
    HistoryStore resumed = open(file(names.second.c_str()));
    for (HistoryRun run : runs) {
      run.info.finished -= std::chrono::minutes{1};
      for (HistoryRun::Host& host : run.hosts) std::reverse(host.findings.begin(), host.findings.end());
      if (run.hosts.size() > 1) run.hosts.pop_back();
      for (HistoryFinding& finding : run.hosts[0].findings) finding.outcome = Outcome::kFail;
      ASSERT_TRUE(resumed.add(run));
    }
    for (const HistoryRun& run : runs) ASSERT_EQ(resumed.add(run).value(), HistoryChange::kReplaced);
    ASSERT_EQ(dump(resumed), dump(whole)) << "seed " << seed;
  }
}

TEST_F(HistoryStoreTest, IntervalsAreNotEndedByARunThatDidNotMeasureTheHost) {
  HistoryStore store = open(file());
  for (int i = 0; i < 3; ++i) {
    HistoryRun run = history_run(i);
    HistoryRun::Host& host = add_host(run, "alpha.test", 'B', {{"hsts-set", Outcome::kFail}});
    if (i == 1) {
      host.sight.status = HostStatus::kTimedOut;
      host.findings.clear();
    }
    ASSERT_TRUE(store.add(run));
  }
  EXPECT_EQ(interval_lines(store.read({}).value()), std::vector<std::string>{"alpha.test hsts-set fail 0-2"});
}

TEST_F(HistoryStoreTest, IntervalsEndWhereTheRuleWasNotJudged) {
  HistoryStore store = open(file());
  for (int i = 0; i < 3; ++i) {
    HistoryRun run = history_run(i);
    HistoryRun::Host& host = add_host(run, "alpha.test", 'B', {{"hsts-set", Outcome::kFail}});
    if (i == 1) host.findings.clear();
    ASSERT_TRUE(store.add(run));
  }
  EXPECT_EQ(interval_lines(store.read({}).value()),
            (std::vector<std::string>{"alpha.test hsts-set fail 0-0", "alpha.test hsts-set fail 2-2"}));
}

TEST_F(HistoryStoreTest, SinceAndLastCutSightsAndIntervals) {
  HistoryStore store = open(file());
  for (int i = 0; i < 6; ++i) {
    HistoryRun run = history_run(i);
    add_host(run, "alpha.test", 'B', {{"hsts-set", i < 4 ? Outcome::kFail : Outcome::kPass}});
    ASSERT_TRUE(store.add(run));
  }
  HistoryQuery query;
  query.since = day(3);
  EXPECT_EQ(interval_lines(store.read(query).value()),
            (std::vector<std::string>{"alpha.test hsts-set fail 0-0", "alpha.test hsts-set pass 1-2"}));
  EXPECT_EQ(store.read(query).value().runs.size(), 3U);
  query = {};
  query.last = 2;
  EXPECT_EQ(interval_lines(store.read(query).value()), std::vector<std::string>{"alpha.test hsts-set pass 0-1"});
  query.host = "beta.test";
  EXPECT_TRUE(store.read(query).value().hosts.empty());
}

TEST_F(HistoryStoreTest, ForgetsAHostWithEveryTextOfIt) {
  HistoryStore store = open(file());
  HistoryRun run = history_run(1);
  add_policy(run, add_host(run, "alpha.test", 'B', {{"hsts-set", Outcome::kFail}}), "Written by one Zebedee alone.");
  add_policy(run, add_host(run, "beta.test", 'C', {{"hsts-set", Outcome::kFail}}), "We keep logs.");
  ASSERT_TRUE(store.add(run));
  ASSERT_TRUE(store.forget("alpha.test").value());
  EXPECT_FALSE(store.forget("alpha.test").value());
  EXPECT_EQ(dump(store).find("alpha"), std::string::npos);
  EXPECT_NE(dump(store).find("beta.test"), std::string::npos);
  for (const char* name : {"history.db", "history.db-wal"}) {
    std::ifstream stream(file(name), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    EXPECT_EQ(bytes.find("Zebedee"), std::string::npos) << name;
    EXPECT_EQ(bytes.find("alpha.test"), std::string::npos) << name;
  }
}

TEST_F(HistoryStoreTest, KeepsDemoRunsAndRealOnesApart) {
  HistoryRun real = history_run(1);
  add_host(real, "alpha.test", 'B');
  HistoryRun demo = history_run(2);
  add_host(demo, "alpha.test", 'B');
  demo.info.demo = true;
  HistoryStore store = open(file());
  ASSERT_TRUE(store.add(real));
  EXPECT_EQ(store.add(demo).error().code, ErrorCode::kInvalidArgument);
  HistoryStore other = open(file("demo.db"));
  ASSERT_TRUE(other.add(demo));
  EXPECT_EQ(other.add(real).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(HistoryStoreTest, RefusesARunThatCannotBeWhole) {
  HistoryStore store = open(file());
  HistoryRun run = history_run(1);
  add_host(run, "alpha.test", 'B');
  add_host(run, "alpha.test", 'C');
  EXPECT_EQ(store.add(run).error().code, ErrorCode::kSchema);
  run.hosts.pop_back();
  run.hosts[0].sight.policy.sha256 = std::string(64, 'a');
  EXPECT_EQ(store.add(run).error().code, ErrorCode::kSchema);
  run.hosts[0].sight.policy = {};
  run.hosts[0].sight.at = Instant{std::chrono::hours{24 * 365 * 900}};
  EXPECT_EQ(store.add(run).error().code, ErrorCode::kSchema);
  run.info.id.clear();
  EXPECT_EQ(store.add(run).error().code, ErrorCode::kSchema);
  EXPECT_TRUE(store.read({}).value().runs.empty());
}

TEST_F(HistoryStoreTest, MigratesAFileOfAnEarlierVersion) {
  for (std::size_t version = 1; version < history_migrations().size(); ++version) {
    const auto name = fmt::format("version-{}.db", version);
    std::string sql;
    for (std::size_t i = 0; i < version; ++i) sql += history_migrations()[i];
    sql += fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};", kHistoryApplication, version);
    if (version == 1) {
      sql +=
          "INSERT INTO texts VALUES(1, 'measured'), (2, ''), (3, 'hsts-set'), (4, 'fail');"
          "INSERT INTO runs VALUES(1, 'old', '2026.10', 'x', 'default', '2', '0.1.0', 'd', '', 2, '', 1, 1790000000, "
          "1790000100, '', 0); INSERT INTO hosts VALUES(1, 'alpha.test');"
          "INSERT INTO sights VALUES(1, 1790000050 << 30, 1, 1, 1, 2, 'C', 5500, 6000, 2, 2, 2);"
          "INSERT INTO findings VALUES(1, 3, 1790000050 << 30, NULL, 4);";
    }
    execute(file(name.c_str()), sql);
    HistoryStore store = open(file(name.c_str()));
    HistoryRun run = history_run(1);
    add_policy(run, add_host(run, "alpha.test", 'B', {{"hsts-set", Outcome::kFail}}), "We keep logs.");
    ASSERT_TRUE(store.add(run));
    const History history = store.read({}).value();
    ASSERT_EQ(history.hosts.size(), 1U);
    ASSERT_EQ(history.hosts[0].sights.size(), 2U);
    EXPECT_EQ(history.hosts[0].sights[0].letter, 'C');
    EXPECT_EQ(history.hosts[0].sights[0].policy, HistoryPolicy{});
    EXPECT_EQ(interval_lines(history), std::vector<std::string>{"alpha.test hsts-set fail 0-1"});
  }
}

TEST_F(HistoryStoreTest, RefusesAFileOfALaterVersion) {
  { open(file()); }
  execute(file(), "PRAGMA user_version = 4000");
  const auto store = HistoryStore::open_for_writing(file());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kUnsupported);
  EXPECT_NE(store.error().context.find("later meetlat"), std::string::npos);
}

TEST_F(HistoryStoreTest, LeavesTheDatabaseOfAnotherProgramAlone) {
  execute(file(), "CREATE TABLE bookmarks(url TEXT); INSERT INTO bookmarks VALUES('x')");
  const auto size = std::filesystem::file_size(file());
  const auto store = HistoryStore::open_for_writing(file());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kSchema);
  EXPECT_NE(store.error().context.find("another program"), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(file()), size);
  EXPECT_FALSE(history_is_damaged(file()));
}

TEST_F(HistoryStoreTest, RefusesWhatIsNoDatabase) {
  std::ofstream(file()) << std::string(8192, 'x');
  const auto store = HistoryStore::open_for_writing(file());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kSchema);
  EXPECT_FALSE(history_is_damaged(file()));
  EXPECT_EQ(HistoryStore::open_for_writing(file().parent_path()).error().code, ErrorCode::kIo);
  EXPECT_EQ(HistoryStore::open_for_reading(file("none.db")).error().code, ErrorCode::kNotFound);
}

TEST_F(HistoryStoreTest, KnowsADamagedFileAndSetsItAside) {
  {
    HistoryStore store = open(file());
    for (const HistoryRun& run : sample::random_runs(14, 3)) ASSERT_TRUE(store.add(run));
  }
  EXPECT_FALSE(history_is_damaged(file()));
  {
    std::fstream stream(file(), std::ios::in | std::ios::out | std::ios::binary);
    stream.seekp(4096);
    for (int i = 0; i < 8; ++i) stream << std::string(4096, '\xff');
  }
  EXPECT_TRUE(history_is_damaged(file()));
  const auto aside = set_history_aside(file(), day(1));
  ASSERT_TRUE(aside);
  EXPECT_EQ(aside->filename(), "history.db.damaged-2026-10-02T060000Z");
  EXPECT_FALSE(std::filesystem::exists(file()));
  EXPECT_TRUE(HistoryStore::open_for_writing(file()));
}

TEST_F(HistoryStoreTest, RebuildTakesAllOrNothing) {
  HistoryStore store = open(file());
  const std::vector<HistoryRun> runs = sample::random_runs(10, 5);
  ASSERT_TRUE(store.add(runs[0]));
  const std::string before = dump(store);
  std::size_t at = 0;
  const auto failing = [&]() -> Result<std::optional<HistoryRun>> {
    if (at == 4) return fail(ErrorCode::kIo, "a file could not be read");
    return runs[at++];
  };
  EXPECT_EQ(store.replace_all(failing).error().context, "a file could not be read");
  EXPECT_EQ(dump(store), before);

  HistoryStore wanted = open(file("wanted.db"));
  for (std::size_t i = 3; i < runs.size(); ++i) ASSERT_TRUE(wanted.add(runs[i]));
  at = 3;
  const auto whole = [&]() -> Result<std::optional<HistoryRun>> {
    if (at == runs.size()) return std::nullopt;
    return runs[at++];
  };
  EXPECT_EQ(store.replace_all(whole).value(), runs.size() - 3);
  EXPECT_EQ(dump(store), dump(wanted));
}

TEST_F(HistoryStoreTest, ManyWritersLoseNothing) {
  constexpr int kWriters = 6;
  constexpr int kRuns = 8;
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([this, w] {
      HistoryStore store = open(file());
      for (int i = 0; i < kRuns; ++i) {
        HistoryRun run = history_run(i * kWriters + w);
        add_host(run, "alpha.test", 'B', {{"hsts-set", i % 3 == 0 ? Outcome::kFail : Outcome::kPass}});
        EXPECT_TRUE(store.add(run));
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  HistoryStore store = open(file());
  EXPECT_EQ(store.read({}).value().runs.size(), std::size_t{kWriters * kRuns});
  HistoryStore alone = open(file("alone.db"));
  for (int i = 0; i < kRuns * kWriters; ++i) {
    HistoryRun run = history_run(i);
    add_host(run, "alpha.test", 'B', {{"hsts-set", i / kWriters % 3 == 0 ? Outcome::kFail : Outcome::kPass}});
    ASSERT_TRUE(alone.add(run));
  }
  EXPECT_EQ(dump(store), dump(alone));
}

TEST_F(HistoryStoreTest, IsReadableByItsOwnerAlone) {
  HistoryStore store = open(file("new/folder/history.db"));
  struct stat info {};
  ASSERT_EQ(::stat(file("new/folder/history.db").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
}

TEST_F(HistoryStoreTest, ScoresAreThoseOfMeasuredSights) {
  HistoryStore store = open(file());
  for (int i = 0; i < 4; ++i) {
    HistoryRun run = history_run(i);
    HistoryRun::Host& host = add_host(run, "alpha.test", 'B');
    if (i == 2) host.sight.status = HostStatus::kTimedOut;
    if (i == 3) run.info.rules_version = "2026.12";
    ASSERT_TRUE(store.add(run));
  }
  const ScoreHistory scores = store.scores(3).value();
  ASSERT_EQ(scores.size(), 1U);
  const std::vector<ScorePoint>& points = scores.at("alpha.test");
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].at, day(1) + std::chrono::minutes{1});
  EXPECT_EQ(points[1].rules_version, "2026.12");
  EXPECT_EQ(points[1].range.low, 60.25);
}

}  // namespace
}  // namespace meetlat
