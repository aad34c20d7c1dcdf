// The logs of certificate transparency that are known: data/tls/ct-logs.cnf, in OpenSSL's form.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

struct ctlog_store_st;  // CTLOG_STORE

namespace meetlat {

struct CtLog {
  std::string description;    // "Google Argon2026h2"
  std::string operator_name;  // "Google"
  std::string state;          // "qualified", "usable", "readonly", "retired": the browsers' words
  Instant since{};            // when it got that state
};

class CtLogs {
 public:
  // `file` empty: the bundled table. Errors of read_file(); kParse, kSchema with the section's name.
  static Result<std::shared_ptr<const CtLogs>> load(const std::filesystem::path& file = {});
  ~CtLogs();
  CtLogs(const CtLogs&) = delete;
  CtLogs& operator=(const CtLogs&) = delete;

  // By the SHA-256 of the log's key, 32 raw bytes; nullptr for a log that the table lacks.
  const CtLog* find(std::string_view log_id) const;
  std::size_t size() const noexcept { return logs_.size(); }
  Instant read_on() const noexcept { return read_on_; }  // when its source was read
  bool outdated(Instant now) const noexcept;             // older than its stated life
  // Do browsers take what this log signed at that time? What a retired log signed before its end goes on counting.
  static bool accepted(const CtLog& log, Instant signed_at) noexcept;
  // The keys, for OpenSSL; made on first use (about 20 ms) and shared by all threads. nullptr when it takes them not.
  const ctlog_store_st* store() const;

 private:
  CtLogs() = default;
  std::filesystem::path file_;
  std::map<std::string, CtLog, std::less<>> logs_;
  Instant read_on_{};
  int life_days_ = 0;
  mutable std::once_flag made_;
  mutable ctlog_store_st* store_ = nullptr;
};

}  // namespace meetlat
