#include "history/schema.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <thread>

#include "base/file.h"

namespace meetlat {
namespace {

// How long another writer is waited for. One Run takes milliseconds; a rebuild may take this long.
constexpr std::chrono::seconds kPatience{30};

// Texts that repeat from Run to Run are kept once, in `texts`. A sight's `tick` is its time in seconds, then 30 bits of
// a hash of the Run's id: one order for all sights of a host, whatever order their Runs came in (store.cpp). Scores are
// hundredths. `last` of a finding is NULL while it holds in the host's latest measured sight, so that a Run in which
// nothing changed writes no finding at all.
constexpr const char* kTables = R"sql(
CREATE TABLE texts(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE runs(
  id INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, rules_version TEXT NOT NULL, rules_digest TEXT NOT NULL,
  profile TEXT NOT NULL, profile_version TEXT NOT NULL, tool_version TEXT NOT NULL, data_digest TEXT NOT NULL,
  vantage TEXT NOT NULL, level INTEGER NOT NULL, list_digest TEXT NOT NULL, listed INTEGER NOT NULL,
  started INTEGER NOT NULL, finished INTEGER NOT NULL, stopped TEXT NOT NULL, demo INTEGER NOT NULL);
CREATE TABLE hosts(id INTEGER PRIMARY KEY, host TEXT NOT NULL UNIQUE);
CREATE TABLE sights(
  host INTEGER NOT NULL REFERENCES hosts, tick INTEGER NOT NULL, run INTEGER NOT NULL REFERENCES runs,
  status INTEGER NOT NULL REFERENCES texts, measured INTEGER NOT NULL, reason INTEGER NOT NULL REFERENCES texts,
  letter TEXT, low INTEGER NOT NULL, high INTEGER NOT NULL, caps INTEGER NOT NULL REFERENCES texts,
  main_reason INTEGER NOT NULL REFERENCES texts, build INTEGER NOT NULL REFERENCES texts,
  PRIMARY KEY(host, tick)) WITHOUT ROWID;
CREATE TABLE findings(
  host INTEGER NOT NULL REFERENCES hosts, rule INTEGER NOT NULL REFERENCES texts, first INTEGER NOT NULL, last INTEGER,
  outcome INTEGER NOT NULL REFERENCES texts,
  PRIMARY KEY(host, rule, first)) WITHOUT ROWID;
)sql";

// Policies: of sights that were kept before, nothing is known of them.
constexpr const char* kPolicies = R"sql(
CREATE TABLE policies(id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, text TEXT NOT NULL);
ALTER TABLE sights ADD COLUMN policy_own INTEGER;
ALTER TABLE sights ADD COLUMN policy_url INTEGER REFERENCES texts;
ALTER TABLE sights ADD COLUMN policy INTEGER REFERENCES policies;
)sql";

constexpr std::array<const char*, 2> kMigrations{kTables, kPolicies};
constexpr std::int64_t kVersion = kMigrations.size();

struct Stamp {
  std::int64_t application = 0;
  std::int64_t version = 0;
  bool empty = false;
};

// Inside a transaction: another process may be making the tables just now.
Result<Stamp> read_stamp(sqlite::Database& database) {
  Stamp out;
  const auto application = database.number("PRAGMA application_id");
  if (!application) return fail(application.error());
  const auto version = database.number("PRAGMA user_version");
  if (!version) return fail(version.error());
  const auto tables = database.number("SELECT count(*) FROM sqlite_master");
  if (!tables) return fail(tables.error());
  out.application = *application;
  out.version = *version;
  out.empty = *tables == 0 && *application == 0 && *version == 0;
  return out;
}

Result<Stamp> stamp_of(sqlite::Database& database) {
  if (auto begun = database.run("BEGIN"); !begun) return fail(begun.error());
  auto stamp = read_stamp(database);
  (void)database.run("ROLLBACK");  // nothing was written
  return stamp;
}

// SQLite does not wait by itself here: two processes that both make a new file would wait for each other.
Result<void> use_log(sqlite::Database& database) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    auto done = database.run("PRAGMA journal_mode = WAL");
    if (done || !database.busy() || std::chrono::steady_clock::now() > end) return done;
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

// Is it ours, and of a version that this program can read?
Result<void> check(const Stamp& stamp, const std::filesystem::path& path) {
  if (!stamp.empty && stamp.application != kHistoryApplication) {
    return fail(ErrorCode::kSchema,
                fmt::format("{} is the database of another program; name another file by --history", path.string()));
  }
  if (stamp.version > kVersion) {
    return fail(
        ErrorCode::kUnsupported,
        fmt::format("{} was written by a later meetlat (form {}, this one knows up to {}); use that one, or name "
                    "another file by --history",
                    path.string(), stamp.version, kVersion));
  }
  return {};
}

Result<void> migrate(sqlite::Database& database, const std::filesystem::path& path) {
  auto transaction = sqlite::Transaction::begin(database);
  if (!transaction) return fail(transaction.error());
  // Asked again: another process may have been first.
  const auto stamp = read_stamp(database);
  if (!stamp) return fail(stamp.error());
  if (auto ours = check(*stamp, path); !ours) return ours;
  for (std::int64_t version = stamp->version; version < kVersion; ++version) {
    if (auto done = database.run(kMigrations[static_cast<std::size_t>(version)]); !done) return done;
  }
  const std::string stamps =
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kHistoryApplication, kVersion);
  if (auto done = database.run(stamps.c_str()); !done) return done;
  return transaction->commit();
}

// Policies quote people; what was measured is nobody else's business on this machine.
Result<void> make_file(const std::filesystem::path& path) {
  std::error_code failed;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failed);
  if (failed) return fail(error_from_errno(failed.value(), path.parent_path().string()));
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail(error_from_errno(errno, path.string()));
  ::close(fd);
  return {};
}

Result<void> refuse_folder(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) return {};
  return fail(ErrorCode::kIo, fmt::format("{} is a folder; --history wants a file", path.string()));
}

}  // namespace

std::span<const char* const> history_migrations() noexcept {
  return kMigrations;
}

Result<sqlite::Database> open_history_for_writing(const std::filesystem::path& path) {
  if (auto ok = refuse_folder(path); !ok) return fail(ok.error());
  if (auto made = make_file(path); !made) return fail(made.error());
  auto database = sqlite::Database::open(path, sqlite::Database::Mode::kCreate, kPatience);
  if (!database) return database;
  const auto stamp = stamp_of(*database);
  if (!stamp) return fail(stamp.error());
  if (auto ours = check(*stamp, path); !ours) return fail(ours.error());
  if (auto logged = use_log(*database); !logged) return fail(logged.error());
  // FULL: a commit is on the disk before it is reported (one more fdatasync a Run than NORMAL, which could lose the
  // last Runs in a power cut). secure_delete: what is forgotten is overwritten.
  for (const char* setting : {"PRAGMA synchronous = FULL", "PRAGMA secure_delete = ON"}) {
    if (auto set = database->run(setting); !set) return fail(set.error());
  }
  if (stamp->version < kVersion) {
    if (auto migrated = migrate(*database, path); !migrated) return fail(migrated.error());
  }
  return database;
}

Result<sqlite::Database> open_history_for_reading(const std::filesystem::path& path) {
  if (auto ok = refuse_folder(path); !ok) return fail(ok.error());
  if (::access(path.c_str(), F_OK) != 0) return fail(error_from_errno(errno, path.string()));
  if (::access(path.c_str(), R_OK) != 0) return fail(ErrorCode::kPermission, path.string());
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const bool writable = ::access(path.c_str(), W_OK) == 0 && ::access(folder.c_str(), W_OK) == 0;
  if (writable) return open_history_for_writing(path);
  // A log that was not yet merged is read with the file; without one there is nothing that could change underneath.
  std::error_code ignored;
  const bool logged = std::filesystem::file_size(path.string() + "-wal", ignored) > 0 && !ignored;
  auto database = sqlite::Database::open(
      path, logged ? sqlite::Database::Mode::kRead : sqlite::Database::Mode::kImmutable, kPatience);
  if (!database) return database;
  const auto stamp = stamp_of(*database);
  if (!stamp) return fail(stamp.error());
  if (auto ours = check(*stamp, path); !ours) return fail(ours.error());
  if (stamp->version < kVersion) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("{} was written by an earlier meetlat and can only be read here; make it writable, or copy "
                            "it and name the copy by --history",
                            path.string()));
  }
  return database;
}

}  // namespace meetlat
