// The Run as a JSON Lines file: one header line, then a line per finished host, appended at once and fsync'd in
// batches, then "recheck" lines and an end line; "look" lines may follow. A torn last line (after kill -9 or power
// loss) is dropped on reading.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/run.h"

namespace meetlat {

class RunWriter {
 public:
  // A new file; kInvalidArgument when it exists and is not empty (name --resume). kDiskFull, kPermission, kIo.
  static Result<RunWriter> create(const std::filesystem::path& path, const RunHeader& header);
  // Goes on with an existing one: the torn last line, if any, is cut off. Locked against a second writer.
  static Result<RunWriter> append_to(const std::filesystem::path& path);
  RunWriter(RunWriter&&) noexcept;
  RunWriter& operator=(RunWriter&&) noexcept;
  ~RunWriter();  // syncs

  Result<void> add(const HostRecord& record);
  // Facts of a second look at a host that is already in the file.
  Result<void> add_recheck(const std::string& host, const Evidence& facts);
  // A further look at a host that is already in the file, whole; it does not change what the Run says of that host.
  Result<void> add_look(const HostRecord& record);
  // The end record. `stopped` is the reason of an early stop, or empty.
  Result<void> finish(Instant finished, const std::string& stopped);
  // Makes what was added durable (fdatasync). Called by add() at most once a second.
  Result<void> sync();

 private:
  struct Impl;
  explicit RunWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The whole file. kParse with the line number; a torn last line is dropped silently; host records of one host: the
// last one wins.
Result<Run> read_run(const std::filesystem::path& path);

// The further looks of the file alone, in its order. Errors as of read_run.
Result<std::vector<HostRecord>> read_looks(const std::filesystem::path& path);

}  // namespace meetlat
