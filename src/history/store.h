// The history: an SQLite file that remembers of every Run what became of its hosts. It can always be made anew from Run
// files (history/history_run.h) or from its own JSON (history/history_json.h).
//
// A Run is one transaction, and is durable when add() returns: neither kill -9 nor a power cut takes it back. Any
// number of processes may read and write. Runs may come in any order; the same ones give the same history.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/history.h"
#include "model/score_history.h"

namespace meetlat {

// $XDG_STATE_HOME/meetlat/history.db
std::filesystem::path default_history_file();

// Is there a history of ours whose pages do not hold together? A file of another program is not called that.
bool history_is_damaged(const std::filesystem::path& path);
// Moves it and its log beside, to "....damaged-<time>", which is returned. For a file that nobody has open.
Result<std::filesystem::path> set_history_aside(const std::filesystem::path& path, Instant now);

enum class HistoryChange {
  kAdded,
  kReplaced,   // the Run was there and went on since (--resume)
  kUnchanged,  // it was there as it is, or further
};

struct HistoryQuery {
  std::string host;                 // only this one; "": all
  std::optional<Instant> since;     // only sights from then on
  std::optional<std::size_t> last;  // only the latest sights of each host
  bool findings = true;             // with intervals
  bool policies = true;             // with the texts of policies
};

class HistoryStore {
 public:
  // See history/schema.h.
  static Result<HistoryStore> open_for_writing(const std::filesystem::path& path);
  static Result<HistoryStore> open_for_reading(const std::filesystem::path& path);
  HistoryStore(HistoryStore&&) noexcept;
  HistoryStore& operator=(HistoryStore&&) noexcept;
  ~HistoryStore();

  // kInvalidArgument: a Run of bundled fixtures for a history of real hosts, or the other way round: one file holds
  // one kind. kSchema: the Run has no id, or a time that no computer had.
  Result<HistoryChange> add(const HistoryRun& run);

  // Instead of everything that is there, the Runs that `next` gives until it gives none; an error of it leaves the
  // history as it was. One transaction.
  Result<std::size_t> replace_all(const std::function<Result<std::optional<HistoryRun>>()>& next);

  // Everything about the host, overwritten on the disk. False when there was nothing.
  Result<bool> forget(const std::string& host);

  Result<History> read(const HistoryQuery& query);
  // For reports that draw scores over time: the latest `last` sights of each host that were graded or have a range.
  Result<ScoreHistory> scores(std::size_t last);

 private:
  struct Impl;
  explicit HistoryStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace meetlat
