// Changes of the history inside one transaction, for history/store.cpp alone.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/result.h"
#include "history/findings.h"
#include "history/sqlite.h"
#include "history/store.h"
#include "model/history.h"

namespace meetlat {

// A tick is the second, then 30 bits of a hash of the Run's id: sights of one second have one order, too.
Tick tick_of(Instant at, const std::string& run);
Tick first_tick(Instant at);  // no sight from then on has a lower one
Instant instant_of(Tick tick);

class HistoryWriter {
 public:
  // Inside a transaction of the database, which outlives it.
  static Result<HistoryWriter> make(sqlite::Database& database);
  HistoryWriter(HistoryWriter&&) noexcept;
  ~HistoryWriter();

  // As the functions of HistoryStore.
  Result<HistoryChange> add(const HistoryRun& run);
  Result<bool> forget(const std::string& host);

 private:
  struct Impl;
  explicit HistoryWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace meetlat
