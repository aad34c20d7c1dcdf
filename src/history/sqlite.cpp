#include "history/sqlite.h"

#include <fmt/core.h>
#include <sqlite3.h>

#include <cerrno>

#include "base/file.h"

namespace meetlat::sqlite {
namespace {

tl::unexpected<Error> failure(sqlite3* database, const std::string& file) {
  const int code = database == nullptr ? SQLITE_NOMEM : sqlite3_errcode(database);
  const int system = database == nullptr ? 0 : sqlite3_system_errno(database);
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      return fail(ErrorCode::kSchema, fmt::format("{} is no history of meetlat; name another file by --history", file));
    case SQLITE_CORRUPT:
      return fail(
          ErrorCode::kSchema,
          fmt::format("{} is damaged; 'meetlat history rebuild' makes it anew from Run files or an export", file));
    case SQLITE_FULL:
      return fail(ErrorCode::kDiskFull, file);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return fail(ErrorCode::kPermission, fmt::format("{} cannot be written; name another file by --history", file));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(ErrorCode::kIo, fmt::format("another program keeps {} locked; try again later", file));
    default:
      break;
  }
  if (system != 0 && ((code & 0xff) == SQLITE_CANTOPEN || (code & 0xff) == SQLITE_IOERR)) {
    return fail(error_from_errno(system, file));
  }
  return fail(ErrorCode::kIo,
              fmt::format("{}: {}", file, database == nullptr ? "out of memory" : sqlite3_errmsg(database)));
}

}  // namespace

int close(sqlite3* database) {
  return sqlite3_close_v2(database);
}

int finalize(sqlite3_stmt* statement) {
  return sqlite3_finalize(statement);
}

Statement::Statement(sqlite3_stmt* statement, std::string file) : statement_(statement), file_(std::move(file)) {}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

void Statement::bind(int at, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), at, value);
}

void Statement::bind(int at, const std::string& value) {
  sqlite3_bind_text64(statement_.get(), at, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::bind(int at, std::nullptr_t) {
  sqlite3_bind_null(statement_.get(), at);
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    // A statement that is not at its end holds a lock.
    sqlite3_reset(statement_.get());
    return false;
  }
  auto error = failure(sqlite3_db_handle(statement_.get()), file_);
  sqlite3_reset(statement_.get());
  return error;
}

Result<void> Statement::done() {
  for (;;) {
    const auto row = step();
    if (!row) return fail(row.error());
    if (!*row) return {};
  }
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const unsigned char* bytes = sqlite3_column_text(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string{}
                          : std::string(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

bool Statement::null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

Result<Database> Database::open(const std::filesystem::path& path, Mode mode, std::chrono::milliseconds patience) {
  Database out(path.string());
  std::string name = std::filesystem::absolute(path).string();  // no name of SQLite's own, such as ":memory:"
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (mode == Mode::kCreate) flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  if (mode == Mode::kWrite) flags |= SQLITE_OPEN_READWRITE;
  if (mode == Mode::kRead) flags |= SQLITE_OPEN_READONLY;
  if (mode == Mode::kImmutable) {
    flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    std::string escaped;
    for (const char c : name) {
      escaped +=
          c == '%' || c == '?' || c == '#' ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
    }
    name = "file:" + escaped + "?immutable=1";
  }
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &database, flags, nullptr);
  out.database_.reset(database);
  if (code != SQLITE_OK) return failure(database, out.file_);
  sqlite3_busy_timeout(database, static_cast<int>(patience.count()));
  // A file that somebody else prepared must not run anything of its own.
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return out;
}

Result<void> Database::run(const char* sql) {
  if (sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return failure(database_.get(), file_);
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()), 0, &statement, nullptr) !=
      SQLITE_OK) {
    return failure(database_.get(), file_);
  }
  return Statement(statement, file_);
}

Result<std::int64_t> Database::number(std::string_view sql) {
  auto statement = prepare(sql);
  if (!statement) return fail(statement.error());
  const auto row = statement->step();
  if (!row) return fail(row.error());
  return *row ? statement->integer(0) : 0;
}

std::int64_t Database::last_id() const {
  return sqlite3_last_insert_rowid(database_.get());
}

bool Database::busy() const {
  return (sqlite3_errcode(database_.get()) & 0xff) == SQLITE_BUSY;
}

Result<Transaction> Transaction::begin(Database& database) {
  if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return fail(begun.error());
  return Transaction(&database);
}

Transaction::~Transaction() {
  // SQLite may have rolled back already, as after a full disk; then there is nothing left to do.
  if (database_ != nullptr) (void)database_->run("ROLLBACK");
}

Result<void> Transaction::commit() {
  if (auto committed = database_->run("COMMIT"); !committed) return committed;
  database_ = nullptr;
  return {};
}

}  // namespace meetlat::sqlite
