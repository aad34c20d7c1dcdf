#include "history/store.h"

#include <fmt/core.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <unordered_map>

#include "base/file.h"
#include "base/text.h"
#include "history/findings.h"
#include "history/schema.h"
#include "history/store_writer.h"

namespace meetlat {
namespace {

using sqlite::Database;
using sqlite::Statement;

Instant from_seconds(std::int64_t seconds) {
  return Instant{std::chrono::seconds{seconds}};
}

// Reads what a query asks for, in one transaction.
class Reader {
 public:
  Reader(Database& database, const HistoryQuery& query) : database_(database), query_(query) {}

  Result<History> run() {
    if (auto begun = database_.run("BEGIN"); !begun) return fail(begun.error());
    auto done = everything();
    // Nothing was written, so how the transaction ends changes nothing.
    (void)database_.run("ROLLBACK");
    if (!done) return fail(done.error());
    return std::move(out_);
  }

 private:
  Result<void> everything() {
    if (auto ok = texts(); !ok) return ok;
    if (auto ok = runs(); !ok) return ok;
    if (auto ok = hosts(); !ok) return ok;
    drop_unused_runs();
    return query_.policies ? policies() : Result<void>{};
  }

  template <class F>
  static Result<void> each(Statement& statement, F use) {
    for (;;) {
      const auto row = statement.step();
      if (!row) return fail(row.error());
      if (!*row) return {};
      use(statement);
    }
  }
  template <class F>
  Result<void> each(std::string_view sql, F use) {
    auto statement = database_.prepare(sql);
    if (!statement) return fail(statement.error());
    return each(*statement, use);
  }

  Result<void> texts() {
    return each("SELECT id, text FROM texts", [&](Statement& row) { texts_.emplace(row.integer(0), row.text(1)); });
  }
  std::string text(std::int64_t id) const {
    const auto at = texts_.find(id);
    return at == texts_.end() ? std::string{} : at->second;
  }

  Result<void> runs() {
    return each(
        "SELECT id, run, rules_version, rules_digest, profile, profile_version, tool_version, data_digest, vantage, "
        "level, list_digest, listed, started, finished, stopped, demo FROM runs ORDER BY started, run",
        [&](Statement& row) {
          HistoryRunInfo info;
          info.id = row.text(1);
          info.rules_version = row.text(2);
          info.rules_digest = row.text(3);
          info.profile = row.text(4);
          info.profile_version = row.text(5);
          info.tool_version = row.text(6);
          info.data_digest = row.text(7);
          info.vantage = row.text(8);
          info.level = static_cast<int>(row.integer(9));
          info.list_digest = row.text(10);
          info.listed = static_cast<std::size_t>(row.integer(11));
          info.started = from_seconds(row.integer(12));
          info.finished = from_seconds(row.integer(13));
          info.stopped = row.text(14);
          info.demo = row.integer(15) != 0;
          run_index_.emplace(row.integer(0), out_.runs.size());
          out_.runs.push_back(std::move(info));
        });
  }

  Result<void> hosts() {
    std::vector<std::pair<std::int64_t, std::string>> found;
    auto listed = each("SELECT id, host FROM hosts ORDER BY host", [&](Statement& row) {
      if (query_.host.empty() || query_.host == row.text(1)) found.emplace_back(row.integer(0), row.text(1));
    });
    if (!listed) return listed;
    auto sights = database_.prepare(
        "SELECT tick, run, status, reason, letter, low, high, caps, main_reason, build, policy_own, policy_url, "
        "(SELECT sha256 FROM policies WHERE id = policy) FROM sights WHERE host = ? AND tick >= ? "
        "ORDER BY tick DESC LIMIT ?");
    if (!sights) return fail(sights.error());
    auto findings = database_.prepare("SELECT rule, first, last, outcome FROM findings WHERE host = ?");
    if (!findings) return fail(findings.error());
    for (auto& [id, name] : found) {
      HostHistory host;
      host.host = std::move(name);
      std::vector<Tick> ticks;
      if (auto ok = read_sights(*sights, id, host, ticks); !ok) return ok;
      if (host.sights.empty()) continue;
      if (query_.findings) {
        if (auto ok = read_findings(*findings, id, ticks, host); !ok) return ok;
      }
      out_.hosts.push_back(std::move(host));
    }
    return {};
  }

  Result<void> read_sights(Statement& statement, std::int64_t id, HostHistory& host, std::vector<Tick>& ticks) {
    const Tick first = query_.since ? first_tick(*query_.since) : 0;
    const std::int64_t most = query_.last ? static_cast<std::int64_t>(*query_.last) : -1;
    auto done = each(statement.with(id, first, most), [&](Statement& row) {
      HistorySight sight;
      ticks.push_back(row.integer(0));
      sight.at = instant_of(row.integer(0));
      sight.run = run_index_.at(row.integer(1));
      sight.status = host_status_from(text(row.integer(2))).value_or(HostStatus::kNotFinished);
      sight.reason = text(row.integer(3));
      const std::string letter = row.text(4);
      if (!letter.empty()) sight.letter = letter.front();
      sight.range = {static_cast<double>(row.integer(5)) / 100, static_cast<double>(row.integer(6)) / 100};
      const std::string caps = text(row.integer(7));
      if (!caps.empty()) sight.caps = split(caps, ' ');
      sight.main_reason = text(row.integer(8));
      sight.build = text(row.integer(9));
      if (!row.null(10)) sight.policy.own = row.integer(10) != 0;
      sight.policy.url = text(row.integer(11));
      sight.policy.sha256 = row.text(12);
      if (!sight.policy.sha256.empty()) wanted_policies_.insert(sight.policy.sha256);
      host.sights.push_back(std::move(sight));
    });
    std::reverse(host.sights.begin(), host.sights.end());
    std::reverse(ticks.begin(), ticks.end());
    return done;
  }

  // What of the intervals falls into the sights that were read.
  Result<void> read_findings(Statement& statement, std::int64_t id, const std::vector<Tick>& ticks, HostHistory& host) {
    std::vector<Tick> measured;
    std::vector<std::size_t> index;
    for (std::size_t i = 0; i < ticks.size(); ++i) {
      if (!host.sights[i].measured()) continue;
      measured.push_back(ticks[i]);
      index.push_back(i);
    }
    auto done = each(statement.with(id), [&](Statement& row) {
      const auto first = std::lower_bound(measured.begin(), measured.end(), row.integer(1));
      const auto end =
          row.null(2) ? measured.end() : std::upper_bound(measured.begin(), measured.end(), row.integer(2));
      const auto outcome = outcome_from(text(row.integer(3)));
      if (first >= end || !outcome) return;
      host.intervals.push_back({text(row.integer(0)), *outcome,
                                index[static_cast<std::size_t>(first - measured.begin())],
                                index[static_cast<std::size_t>(end - measured.begin()) - 1]});
    });
    std::sort(host.intervals.begin(), host.intervals.end(), [](const HistoryInterval& a, const HistoryInterval& b) {
      return std::tie(a.rule, a.first) < std::tie(b.rule, b.first);
    });
    return done;
  }

  void drop_unused_runs() {
    std::vector<bool> used(out_.runs.size());
    for (const HostHistory& host : out_.hosts) {
      for (const HistorySight& sight : host.sights) used[sight.run] = true;
    }
    std::vector<std::size_t> to(out_.runs.size());
    std::size_t kept = 0;
    for (std::size_t i = 0; i < used.size(); ++i) {
      if (!used[i]) continue;
      if (kept != i) out_.runs[kept] = std::move(out_.runs[i]);
      to[i] = kept++;
    }
    out_.runs.resize(kept);
    for (HostHistory& host : out_.hosts) {
      for (HistorySight& sight : host.sights) sight.run = to[sight.run];
    }
  }

  Result<void> policies() {
    auto statement = database_.prepare("SELECT text FROM policies WHERE sha256 = ?");
    if (!statement) return fail(statement.error());
    for (const std::string& sha256 : wanted_policies_) {
      auto done = each(statement->with(sha256), [&](Statement& row) { out_.policies.emplace(sha256, row.text(0)); });
      if (!done) return done;
    }
    return {};
  }

  Database& database_;
  const HistoryQuery& query_;
  History out_;
  std::unordered_map<std::int64_t, std::string> texts_;
  std::unordered_map<std::int64_t, std::size_t> run_index_;
  std::set<std::string> wanted_policies_;
};

}  // namespace

struct HistoryStore::Impl {
  Database database;
};

HistoryStore::HistoryStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HistoryStore::HistoryStore(HistoryStore&&) noexcept = default;
HistoryStore& HistoryStore::operator=(HistoryStore&&) noexcept = default;
HistoryStore::~HistoryStore() = default;

std::filesystem::path default_history_file() {
  return state_dir() / "history.db";
}

bool history_is_damaged(const std::filesystem::path& path) {
  // Where SQLite's file format keeps its name and the application's number, most significant byte first.
  constexpr std::string_view kFormat{"SQLite format 3\0", 16};
  constexpr std::size_t kApplicationAt = 68;
  std::ifstream file(path, std::ios::binary);
  std::string head(kApplicationAt + 4, '\0');
  if (!file.read(head.data(), static_cast<std::streamsize>(head.size())) || !head.starts_with(kFormat)) return false;
  std::int64_t application = 0;
  for (const char c : head.substr(kApplicationAt)) application = application * 256 + static_cast<unsigned char>(c);
  if (application != kHistoryApplication) return false;
  auto database = Database::open(path, Database::Mode::kWrite, std::chrono::seconds{5});
  if (!database) return database.error().code == ErrorCode::kSchema;
  auto check = database->prepare("PRAGMA quick_check(1)");
  if (!check) return check.error().code == ErrorCode::kSchema;
  const auto row = check->step();
  return row ? *row && check->text(0) != "ok" : row.error().code == ErrorCode::kSchema;
}

Result<std::filesystem::path> set_history_aside(const std::filesystem::path& path, Instant now) {
  std::string stamp = format_instant(now);
  std::erase(stamp, ':');
  const std::string to = fmt::format("{}.damaged-{}", path.string(), stamp);
  for (const char* end : {"-shm", "-wal", ""}) {
    std::error_code failed;
    std::filesystem::rename(path.string() + end, to + end, failed);
    // The files beside it need not be there.
    if (failed && *end == '\0') return fail(error_from_errno(failed.value(), path.string()));
  }
  return std::filesystem::path(to);
}

Result<HistoryStore> HistoryStore::open_for_writing(const std::filesystem::path& path) {
  auto database = open_history_for_writing(path);
  if (!database) return fail(database.error());
  return HistoryStore(std::make_unique<Impl>(Impl{std::move(*database)}));
}

Result<HistoryStore> HistoryStore::open_for_reading(const std::filesystem::path& path) {
  auto database = open_history_for_reading(path);
  if (!database) return fail(database.error());
  return HistoryStore(std::make_unique<Impl>(Impl{std::move(*database)}));
}

Result<HistoryChange> HistoryStore::add(const HistoryRun& run) {
  auto transaction = sqlite::Transaction::begin(impl_->database);
  if (!transaction) return fail(transaction.error());
  auto writer = HistoryWriter::make(impl_->database);
  if (!writer) return fail(writer.error());
  auto change = writer->add(run);
  if (!change) return change;
  if (auto committed = transaction->commit(); !committed) return fail(committed.error());
  return change;
}

Result<std::size_t> HistoryStore::replace_all(const std::function<Result<std::optional<HistoryRun>>()>& next) {
  auto transaction = sqlite::Transaction::begin(impl_->database);
  if (!transaction) return fail(transaction.error());
  for (const char* table : {"findings", "sights", "runs", "hosts", "policies", "texts"}) {
    if (auto emptied = impl_->database.run(fmt::format("DELETE FROM {}", table).c_str()); !emptied) {
      return fail(emptied.error());
    }
  }
  auto writer = HistoryWriter::make(impl_->database);
  if (!writer) return fail(writer.error());
  std::size_t count = 0;
  for (;;) {
    const auto run = next();
    if (!run) return fail(run.error());
    if (!*run) break;
    const auto change = writer->add(**run);
    if (!change) return fail(change.error());
    if (*change == HistoryChange::kAdded) ++count;
  }
  if (auto committed = transaction->commit(); !committed) return fail(committed.error());
  // The space of what was there; the history is whole without this.
  (void)impl_->database.run("VACUUM");
  (void)impl_->database.run("PRAGMA wal_checkpoint(TRUNCATE)");
  return count;
}

Result<bool> HistoryStore::forget(const std::string& host) {
  auto transaction = sqlite::Transaction::begin(impl_->database);
  if (!transaction) return fail(transaction.error());
  auto writer = HistoryWriter::make(impl_->database);
  if (!writer) return fail(writer.error());
  auto forgotten = writer->forget(host);
  if (!forgotten) return forgotten;
  if (auto committed = transaction->commit(); !committed) return fail(committed.error());
  // Out of the log, too. A reader that is at work may prevent it; then the next writer does it.
  (void)impl_->database.run("PRAGMA wal_checkpoint(TRUNCATE)");
  return forgotten;
}

Result<History> HistoryStore::read(const HistoryQuery& query) {
  return Reader(impl_->database, query).run();
}

Result<ScoreHistory> HistoryStore::scores(std::size_t last) {
  HistoryQuery query;
  query.last = last;
  query.findings = query.policies = false;
  const auto history = read(query);
  if (!history) return fail(history.error());
  ScoreHistory out;
  for (const HostHistory& host : history->hosts) {
    std::vector<ScorePoint> points;
    for (const HistorySight& sight : host.sights) {
      if (!sight.measured()) continue;
      points.push_back({sight.at, sight.range, sight.letter, history->runs[sight.run].rules_version});
    }
    if (!points.empty()) out.emplace(host.host, std::move(points));
  }
  return out;
}

}  // namespace meetlat
