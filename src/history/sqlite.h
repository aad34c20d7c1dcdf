// SQLite without exceptions, for this folder alone. Errors are kDiskFull, kPermission, kSchema (no database, damaged),
// kIo (busy, others) and say what to do.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/freer.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace meetlat::sqlite {

int close(sqlite3* database);
int finalize(sqlite3_stmt* statement);

// Parameters and columns count from 1 and 0, as in SQLite. Bound text is copied.
class Statement {
 public:
  // Binds in order of the arguments, and forgets the results of the last use.
  template <class... Values>
  Statement& with(const Values&... values) {
    reset();
    int at = 0;
    (bind(++at, values), ...);
    return *this;
  }
  // True while there is a row.
  Result<bool> step();
  // For statements without rows.
  Result<void> done();
  // Forgets the results that were not read: a statement in the middle of them holds a lock.
  void reset();

  std::int64_t integer(int column) const;
  std::string text(int column) const;
  bool null(int column) const;

 private:
  friend class Database;
  Statement(sqlite3_stmt* statement, std::string file);
  void bind(int at, std::int64_t value);
  void bind(int at, const std::string& value);
  void bind(int at, std::nullptr_t);

  std::unique_ptr<sqlite3_stmt, Freer<finalize>> statement_;
  std::string file_;
};

class Database {
 public:
  enum class Mode {
    kCreate,     // read and write; made when there is none
    kWrite,      // read and write
    kRead,       // a file that may only be read
    kImmutable,  // as kRead, where not even the files beside it can be made
  };
  static Result<Database> open(const std::filesystem::path& path, Mode mode, std::chrono::milliseconds patience);

  Result<void> run(const char* sql);
  Result<Statement> prepare(std::string_view sql);
  // The first column of the first row; 0 without one.
  Result<std::int64_t> number(std::string_view sql);
  std::int64_t last_id() const;
  // Did the last call fail because somebody else holds a lock?
  bool busy() const;

 private:
  explicit Database(std::string file) : file_(std::move(file)) {}
  std::string file_;
  std::unique_ptr<sqlite3, Freer<close>> database_;
};

// Rolls back unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);  // for writing, at once
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Result<void> commit();

 private:
  explicit Transaction(Database* database) : database_(database) {}
  Database* database_;
};

}  // namespace meetlat::sqlite
