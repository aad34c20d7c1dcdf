// This program once more as a child process, so that what it costs is counted apart.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"

namespace meetlat {

class Child {
 public:
  // Runs this program with these arguments; both its outputs go to the file `output`, its input is empty. It is
  // ended when this process dies. kIo.
  static Result<Child> start(const std::vector<std::string>& arguments, const std::filesystem::path& output);
  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();  // SIGTERM if it still runs, and waits

  // Waits until `file` is there. kIo with the end of its output when it ends before that; kTimedOut, kCancelled.
  Result<void> wait_for(const std::filesystem::path& file, const std::stop_token& stop);
  // Waits for its end and returns the output. kIo when its exit code is not 0; kCancelled.
  Result<std::string> finish(const std::stop_token& stop);

 private:
  Child(pid_t pid, std::filesystem::path output);
  bool ended();  // reaps
  Error failed(std::string_view what) const;

  pid_t pid_ = -1;  // -1: reaped
  int status_ = 0;  // as of waitpid, once reaped
  std::filesystem::path output_;
};

// A new folder in the temporary folder, removed with all that is in it.
class ScratchDir {
 public:
  static Result<ScratchDir> create();
  ScratchDir(ScratchDir&& other) noexcept;
  ScratchDir& operator=(ScratchDir&&) = delete;
  ~ScratchDir();
  const std::filesystem::path& path() const noexcept { return path_; }

 private:
  explicit ScratchDir(std::filesystem::path path);
  std::filesystem::path path_;  // empty when moved from
};

}  // namespace meetlat
