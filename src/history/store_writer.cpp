#include "history/store_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "base/file.h"
#include "base/text.h"

namespace meetlat {
namespace {

using sqlite::Database;
using sqlite::Statement;

constexpr int kHashBits = 30;
// Ticks of the time up to the year 2200 fit into 62 bits.
constexpr std::chrono::seconds kLatest{7'258'118'400};

std::int64_t seconds_of(Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

std::int64_t hundredths(double score) {
  return std::llround(std::clamp(score, 0.0, 100.0) * 100);
}

enum Sql : std::size_t {
  kFindText,
  kAddText,
  kFindHost,
  kAddHost,
  kFindPolicy,
  kAddPolicy,
  kFindRun,
  kAddRun,
  kAddSight,
  kHasTick,
  kLatestTick,
  kOpenFindings,
  kCloseFinding,
  kAddFinding,
  kAllTicks,
  kAllFindings,
  kDropFindings,
  kSightsOfRun,
  kDropSight,
  kDropRun,
  kDropSights,
  kDropHost,
  kOtherKind,
  kSqlCount
};
// In the order of Sql.
constexpr std::array<const char*, kSqlCount> kStatements{
    "SELECT id FROM texts WHERE text = ?",
    "INSERT INTO texts(text) VALUES(?)",
    "SELECT id FROM hosts WHERE host = ?",
    "INSERT INTO hosts(host) VALUES(?)",
    "SELECT id FROM policies WHERE sha256 = ?",
    "INSERT INTO policies(sha256, text) VALUES(?, ?)",
    "SELECT id, finished FROM runs WHERE run = ?",
    "INSERT INTO runs(run, rules_version, rules_digest, profile, profile_version, tool_version, data_digest, vantage, "
    "level, list_digest, listed, started, finished, stopped, demo) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
    "INSERT INTO sights(host, tick, run, status, measured, reason, letter, low, high, caps, main_reason, build, "
    "policy_own, policy_url, policy) VALUES(?,?,?,?,?,?,nullif(?, ''),?,?,?,?,?,nullif(?, -1),?,nullif(?, 0))",
    "SELECT 1 FROM sights WHERE host = ? AND tick = ?",
    "SELECT tick FROM sights WHERE host = ? AND measured ORDER BY tick DESC LIMIT 1",
    "SELECT rule, first, last, outcome FROM findings WHERE host = ? AND last IS NULL",
    "UPDATE findings SET last = ? WHERE host = ? AND rule = ? AND first = ?",
    "INSERT INTO findings(host, rule, first, last, outcome) VALUES(?,?,?,nullif(?, -1),?)",
    "SELECT tick FROM sights WHERE host = ? AND measured ORDER BY tick",
    "SELECT rule, first, last, outcome FROM findings WHERE host = ?",
    "DELETE FROM findings WHERE host = ?",
    "SELECT host, tick, measured FROM sights WHERE run = ?",
    "DELETE FROM sights WHERE host = ? AND tick = ?",
    "DELETE FROM runs WHERE id = ?",
    "DELETE FROM sights WHERE host = ?",
    "DELETE FROM hosts WHERE id = ?",
    "SELECT 1 FROM runs WHERE demo <> ? LIMIT 1",
};

Result<void> check_time(Instant at, const char* what) {
  if (at.time_since_epoch() >= Milliseconds{0} && at.time_since_epoch() < kLatest) return {};
  return fail(ErrorCode::kSchema, fmt::format("the Run says that it {} in {}", what, format_date(at)));
}

}  // namespace

Tick tick_of(Instant at, const std::string& run) {
  const std::string digest = sha256_hex(run);
  std::int64_t hash = 0;
  for (const char c : digest.substr(0, 8)) hash = hash * 16 + (c <= '9' ? c - '0' : c - 'a' + 10);
  return (seconds_of(at) << kHashBits) + (hash >> 2);
}

Tick first_tick(Instant at) {
  return std::clamp<std::int64_t>(seconds_of(at), 0, kLatest.count()) << kHashBits;
}

Instant instant_of(Tick tick) {
  return Instant{std::chrono::seconds{tick >> kHashBits}};
}

struct HistoryWriter::Impl {
  explicit Impl(Database& of) : database(of) {}

  Database& database;
  std::vector<Statement> statements;
  std::map<std::string, std::int64_t> known_texts;  // of this transaction: nobody else can take them away

  Statement& sql(Sql which) { return statements[which]; }

  template <class... Values>
  Result<std::optional<std::int64_t>> find(Sql which, const Values&... values) {
    Statement& statement = sql(which).with(values...);
    const auto row = statement.step();
    if (!row) return fail(row.error());
    const auto value = *row ? std::optional(statement.integer(0)) : std::nullopt;
    statement.reset();
    return value;
  }

  template <class F>
  Result<void> each(Statement& statement, F use) {
    for (;;) {
      const auto row = statement.step();
      if (!row) return fail(row.error());
      if (!*row) return {};
      use(statement);
    }
  }

  // The row of a value in a table of unique values.
  Result<std::int64_t> id_of(Sql find_sql, Sql add_sql, const std::string& value) {
    const auto there = find(find_sql, value);
    if (!there) return fail(there.error());
    if (*there) return **there;
    if (auto added = sql(add_sql).with(value).done(); !added) return fail(added.error());
    return database.last_id();
  }

  Result<std::int64_t> text(const std::string& value) {
    if (const auto known = known_texts.find(value); known != known_texts.end()) return known->second;
    auto id = id_of(kFindText, kAddText, value);
    if (id) known_texts.emplace(value, *id);
    return id;
  }

  Result<std::int64_t> policy(const HistoryPolicy& seen, const std::map<std::string, std::string>& texts) {
    if (seen.sha256.empty()) return 0;
    const auto there = find(kFindPolicy, seen.sha256);
    if (!there) return fail(there.error());
    if (*there) return **there;
    const auto at = texts.find(seen.sha256);
    if (at == texts.end()) {
      return fail(ErrorCode::kSchema, fmt::format("the text of policy {} is missing", excerpt(seen.sha256, 64)));
    }
    if (auto added = sql(kAddPolicy).with(seen.sha256, at->second).done(); !added) return fail(added.error());
    return database.last_id();
  }

  Result<std::vector<Tick>> ticks_of(std::int64_t host) {
    std::vector<Tick> out;
    auto done = each(sql(kAllTicks).with(host), [&](Statement& row) { out.push_back(row.integer(0)); });
    if (!done) return fail(done.error());
    return out;
  }

  Result<std::vector<FindingRow>> findings_of(Sql which, std::int64_t host) {
    std::vector<FindingRow> out;
    auto done = each(sql(which).with(host), [&](Statement& row) {
      out.push_back(
          {row.integer(0), row.integer(1), row.null(2) ? std::nullopt : std::optional(row.integer(2)), row.integer(3)});
    });
    if (!done) return fail(done.error());
    return out;
  }

  Result<void> add_finding(std::int64_t host, const FindingRow& row) {
    return sql(kAddFinding).with(host, row.rule, row.first, row.last.value_or(-1), row.outcome).done();
  }

  using Outcomes = std::map<TextId, TextId>;  // by rule

  // A sight that is later than all others: only what differs is written.
  Result<void> append(std::int64_t host, Tick tick, Tick latest, const Outcomes& outcomes) {
    const auto open = findings_of(kOpenFindings, host);
    if (!open) return fail(open.error());
    Outcomes fresh = outcomes;
    for (const FindingRow& row : *open) {
      const auto now = fresh.find(row.rule);
      if (now != fresh.end() && now->second == row.outcome) {
        fresh.erase(now);
        continue;
      }
      if (auto closed = sql(kCloseFinding).with(latest, host, row.rule, row.first).done(); !closed) return closed;
    }
    for (const auto& [rule, outcome] : fresh) {
      if (auto added = add_finding(host, {rule, tick, std::nullopt, outcome}); !added) return added;
    }
    return {};
  }

  // Somewhere in the past: the intervals of the host are made anew. No `outcomes`: the sight is taken out.
  Result<void> alter(std::int64_t host, Tick tick, const Outcomes* outcomes) {
    const auto before = ticks_of(host);
    if (!before) return fail(before.error());
    const auto rows = findings_of(kAllFindings, host);
    if (!rows) return fail(rows.error());
    FindingPoints points = points_of(*rows, *before);
    std::vector<Tick> ticks = *before;
    if (outcomes == nullptr) {
      std::erase(ticks, tick);
      for (auto& [rule, each_tick] : points) each_tick.erase(tick);
    } else {
      ticks.insert(std::lower_bound(ticks.begin(), ticks.end(), tick), tick);
      for (const auto& [rule, outcome] : *outcomes) points[rule].insert_or_assign(tick, outcome);
    }
    if (auto dropped = sql(kDropFindings).with(host).done(); !dropped) return dropped;
    for (const FindingRow& row : rows_of(points, ticks)) {
      if (auto added = add_finding(host, row); !added) return added;
    }
    return {};
  }

  Result<void> add_findings(std::int64_t host, Tick tick, const std::vector<HistoryFinding>& findings) {
    Outcomes outcomes;
    for (const HistoryFinding& finding : findings) {
      const auto rule = text(finding.rule);
      if (!rule) return fail(rule.error());
      const auto outcome = text(std::string(to_string(finding.outcome)));
      if (!outcome) return fail(outcome.error());
      outcomes.emplace(*rule, *outcome);
    }
    const auto latest = find(kLatestTick, host);
    if (!latest) return fail(latest.error());
    return *latest && **latest > tick ? alter(host, tick, &outcomes)
                                      : append(host, tick, latest->value_or(0), outcomes);
  }

  Result<void> add_host(std::int64_t run, const std::string& run_id, const HistoryRun::Host& seen,
                        const std::map<std::string, std::string>& texts) {
    const HistorySight& sight = seen.sight;
    if (auto ok = check_time(sight.at, "saw a host"); !ok) return ok;
    const auto host = id_of(kFindHost, kAddHost, seen.host);
    if (!host) return fail(host.error());
    Tick tick = tick_of(sight.at, run_id);
    for (;; ++tick) {  // two Runs of one second whose hashes are the same: one in a thousand million
      const auto taken = find(kHasTick, *host, tick);
      if (!taken) return fail(taken.error());
      if (!*taken) break;
    }
    if (sight.measured()) {
      if (auto added = add_findings(*host, tick, seen.findings); !added) return added;
    }
    std::array<std::int64_t, 6> ids{};
    const std::array<std::string, 6> values{std::string(to_string(sight.status)),
                                            sight.reason,
                                            join(sight.caps, " "),
                                            sight.main_reason,
                                            sight.build,
                                            sight.policy.url};
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto id = text(values[i]);
      if (!id) return fail(id.error());
      ids[i] = *id;
    }
    const auto policy_id = policy(sight.policy, texts);
    if (!policy_id) return fail(policy_id.error());
    const std::int64_t own = sight.policy.own ? std::int64_t{*sight.policy.own} : -1;
    return sql(kAddSight)
        .with(*host, tick, run, ids[0], std::int64_t{sight.measured()}, ids[1],
              sight.letter ? std::string(1, *sight.letter) : std::string{}, hundredths(sight.range.low),
              hundredths(sight.range.high), ids[2], ids[3], ids[4], own, ids[5], *policy_id)
        .done();
  }

  Result<void> remove_run(std::int64_t run) {
    struct Seen {
      std::int64_t host;
      Tick tick;
      bool measured;
    };
    std::vector<Seen> seen;
    auto found = each(sql(kSightsOfRun).with(run), [&](Statement& row) {
      seen.push_back({row.integer(0), row.integer(1), row.integer(2) != 0});
    });
    if (!found) return found;
    for (const Seen& each_seen : seen) {
      if (each_seen.measured) {
        if (auto altered = alter(each_seen.host, each_seen.tick, nullptr); !altered) return altered;
      }
      if (auto dropped = sql(kDropSight).with(each_seen.host, each_seen.tick).done(); !dropped) return dropped;
    }
    return sql(kDropRun).with(run).done();
  }

  Result<std::int64_t> add_info(const HistoryRunInfo& info) {
    auto added = sql(kAddRun)
                     .with(info.id, info.rules_version, info.rules_digest, info.profile, info.profile_version,
                           info.tool_version, info.data_digest, info.vantage, std::int64_t{info.level},
                           info.list_digest, static_cast<std::int64_t>(info.listed), seconds_of(info.started),
                           seconds_of(info.finished), info.stopped, std::int64_t{info.demo})
                     .done();
    if (!added) return fail(added.error());
    return database.last_id();
  }

  // What nothing refers to any more.
  Result<void> sweep() {
    constexpr std::array kSweep{
        "DELETE FROM hosts WHERE id NOT IN (SELECT host FROM sights)",
        "DELETE FROM runs WHERE id NOT IN (SELECT run FROM sights)",
        "DELETE FROM policies WHERE id NOT IN (SELECT policy FROM sights WHERE policy IS NOT NULL)",
        "DELETE FROM texts WHERE id NOT IN (SELECT status FROM sights UNION SELECT reason FROM sights UNION SELECT "
        "caps "
        "FROM sights UNION SELECT main_reason FROM sights UNION SELECT build FROM sights UNION SELECT policy_url FROM "
        "sights WHERE policy_url IS NOT NULL UNION SELECT rule FROM findings UNION SELECT outcome FROM findings)",
    };
    for (const char* each_sql : kSweep) {
      if (auto swept = database.run(each_sql); !swept) return swept;
    }
    known_texts.clear();
    return {};
  }
};

HistoryWriter::HistoryWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HistoryWriter::HistoryWriter(HistoryWriter&&) noexcept = default;
HistoryWriter::~HistoryWriter() = default;

Result<HistoryWriter> HistoryWriter::make(Database& database) {
  auto impl = std::make_unique<Impl>(database);
  for (const char* sql : kStatements) {
    auto statement = database.prepare(sql);
    if (!statement) return fail(statement.error());
    impl->statements.push_back(std::move(*statement));
  }
  return HistoryWriter(std::move(impl));
}

Result<HistoryChange> HistoryWriter::add(const HistoryRun& run) {
  if (run.info.id.empty()) return fail(ErrorCode::kSchema, "the Run has no id");
  for (const auto& [at, what] : {std::pair(run.info.started, "began"), std::pair(run.info.finished, "ended")}) {
    if (auto ok = check_time(at, what); !ok) return fail(ok.error());
  }
  const auto other = impl_->find(kOtherKind, std::int64_t{run.info.demo});
  if (!other) return fail(other.error());
  if (*other) {
    return fail(ErrorCode::kInvalidArgument,
                run.info.demo ? "a DEMO Run does not go into a history of real hosts; name another file by --history"
                              : "this history is of DEMO Runs, so no other one goes into it; name another file by "
                                "--history");
  }
  Statement& there = impl_->sql(kFindRun).with(run.info.id);
  const auto row = there.step();
  if (!row) return fail(row.error());
  const bool replaced = *row;
  const std::int64_t old = replaced ? there.integer(0) : 0;
  const std::int64_t finished = replaced ? there.integer(1) : 0;
  there.reset();
  if (replaced) {
    if (finished >= seconds_of(run.info.finished)) return HistoryChange::kUnchanged;
    if (auto removed = impl_->remove_run(old); !removed) return fail(removed.error());
  }
  const auto id = impl_->add_info(run.info);
  if (!id) return fail(id.error());
  std::set<std::string_view> seen;
  for (const HistoryRun::Host& host : run.hosts) {
    if (!seen.insert(host.host).second) {
      return fail(ErrorCode::kSchema, fmt::format("the Run holds {} twice", printable(excerpt(host.host))));
    }
    if (auto added = impl_->add_host(*id, run.info.id, host, run.policies); !added) return fail(added.error());
  }
  if (replaced) {
    if (auto swept = impl_->sweep(); !swept) return fail(swept.error());
  }
  return replaced ? HistoryChange::kReplaced : HistoryChange::kAdded;
}

Result<bool> HistoryWriter::forget(const std::string& host) {
  const auto id = impl_->find(kFindHost, host);
  if (!id) return fail(id.error());
  if (!*id) return false;
  for (const Sql which : {kDropFindings, kDropSights, kDropHost}) {
    if (auto dropped = impl_->sql(which).with(**id).done(); !dropped) return fail(dropped.error());
  }
  if (auto swept = impl_->sweep(); !swept) return fail(swept.error());
  return true;
}

}  // namespace meetlat
