#include "bench/program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>
#include <utility>

#include "base/file.h"
#include "base/text.h"

namespace meetlat {
namespace {

constexpr auto kPoll = std::chrono::milliseconds(2);

Result<pid_t> spawn(const std::vector<std::string>& command, const std::filesystem::path& output) {
  std::vector<std::string> words = command;
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  // This process may block the signals by which programs are ended.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  pid_t pid = -1;
  const int error = posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return fail(error_from_errno(error, command.front()));
  return pid;
}

}  // namespace

std::string find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  for (const std::string& folder : split(path == nullptr ? "/usr/bin:/bin" : path, ':')) {
    if (folder.empty()) continue;
    std::string full = fmt::format("{}/{}", folder, name);
    if (access(full.c_str(), X_OK) == 0) return full;
  }
  return {};
}

Result<ProgramCost> run_program(const std::vector<std::string>& command, const std::filesystem::path& output,
                                const std::stop_token& stop) {
  const auto started = std::chrono::steady_clock::now();
  const Result<pid_t> pid = spawn(command, output);
  if (!pid) return fail(pid.error());
  rusage usage{};
  int status = 0;
  while (wait4(*pid, &status, WNOHANG, &usage) == 0) {
    if (stop.stop_requested()) {
      kill(*pid, SIGTERM);
      wait4(*pid, &status, 0, &usage);
      return fail(ErrorCode::kCancelled, "interrupted");
    }
    std::this_thread::sleep_for(kPoll);
  }
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) return fail(ErrorCode::kIo, command.front() + ": cannot be run");
  return ProgramCost{std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count(),
                     seconds(usage.ru_utime) + seconds(usage.ru_stime)};
}

Result<Background> Background::start(const std::vector<std::string>& command, const std::filesystem::path& output) {
  const Result<pid_t> pid = spawn(command, output);
  if (!pid) return fail(pid.error());
  return Background(*pid);
}

Background::Background(Background&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

Background::~Background() {
  if (pid_ < 0) return;
  kill(pid_, SIGTERM);
  for (int i = 0; i < 2500 && running(); ++i) std::this_thread::sleep_for(kPoll);
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool Background::running() {
  if (pid_ >= 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
  return pid_ >= 0;
}

// The first number of schedstat is nanoseconds on a CPU; the ticks of /proc/PID/stat would be too coarse.
double Background::cpu_seconds() const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/schedstat");
  double nanoseconds = 0;
  in >> nanoseconds;
  return nanoseconds * 1e-9;
}

}  // namespace meetlat
