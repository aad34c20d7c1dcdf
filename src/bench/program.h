// Programs of others: found on PATH, run, and measured.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"

namespace meetlat {

// "" when it is not on PATH.
std::string find_program(const std::string& name);

struct ProgramCost {
  double seconds = 0;  // wall
  double cpu = 0;      // seconds, with all its children
};
// Runs it to its end with outputs into the file. The exit code is not looked at: scanners use it for findings. kIo when
// it cannot be started, kCancelled.
Result<ProgramCost> run_program(const std::vector<std::string>& command, const std::filesystem::path& output,
                                const std::stop_token& stop);

// A program that runs until it is destroyed.
class Background {
 public:
  static Result<Background> start(const std::vector<std::string>& command, const std::filesystem::path& output);
  Background(Background&& other) noexcept;
  Background& operator=(Background&&) = delete;
  ~Background();
  bool running();
  double cpu_seconds() const;  // so far, by the scheduler's count

 private:
  explicit Background(pid_t pid) : pid_(pid) {}
  pid_t pid_ = -1;
};

}  // namespace meetlat
