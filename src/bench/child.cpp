#include "bench/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>

#include "base/file.h"
#include "base/text.h"

namespace meetlat {
namespace {

namespace fs = std::filesystem;
constexpr auto kPoll = std::chrono::milliseconds(10);
constexpr auto kStartLimit = std::chrono::seconds(120);

// Between fork and exec: system calls only, since other threads of the parent may hold any lock.
[[noreturn]] void become(const char* program, char* const* arguments, const char* output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(127);
  const int in = open("/dev/null", O_RDONLY);
  const int out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0) _exit(127);
  execv(program, arguments);
  _exit(127);
}

}  // namespace

Child::Child(pid_t pid, fs::path output) : pid_(pid), output_(std::move(output)) {}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(other.status_), output_(std::move(other.output_)) {}

Result<Child> Child::start(const std::vector<std::string>& arguments, const fs::path& output) {
  constexpr const char* kSelf = "/proc/self/exe";
  std::vector<std::string> words = {"meetlat"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return fail(error_from_errno(errno, "a child process could not be started"));
  if (pid == 0) become(kSelf, argv.data(), output.c_str(), parent);
  return Child(pid, output);
}

Child::~Child() {
  if (pid_ < 0) return;
  kill(pid_, SIGTERM);
  for (int i = 0; i < 500 && !ended(); ++i) std::this_thread::sleep_for(kPoll);
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool Child::ended() {
  if (pid_ >= 0 && waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
  return pid_ < 0;
}

Error Child::failed(std::string_view what) const {
  auto text = read_file(output_);
  std::string last = text ? std::string(trim(*text)) : std::string();
  constexpr std::size_t kShown = 600;
  if (last.size() > kShown) last.erase(0, last.size() - kShown);
  return Error{ErrorCode::kIo, std::string(what) + (last.empty() ? "" : ": " + printable(last))};
}

Result<void> Child::wait_for(const fs::path& file, const std::stop_token& stop) {
  const auto end = std::chrono::steady_clock::now() + kStartLimit;
  std::error_code ignored;
  while (!fs::exists(file, ignored)) {
    if (stop.stop_requested()) return fail(ErrorCode::kCancelled, "interrupted");
    if (ended()) return fail(failed("the child process ended early"));
    if (std::chrono::steady_clock::now() > end)
      return fail(ErrorCode::kTimedOut, "the child process did not get ready");
    std::this_thread::sleep_for(kPoll);
  }
  return {};
}

Result<std::string> Child::finish(const std::stop_token& stop) {
  while (!ended()) {
    if (stop.stop_requested()) return fail(ErrorCode::kCancelled, "interrupted");
    std::this_thread::sleep_for(kPoll);
  }
  if (!WIFEXITED(status_) || WEXITSTATUS(status_) != 0) return fail(failed("the child process failed"));
  return read_file(output_);
}

ScratchDir::ScratchDir(fs::path path) : path_(std::move(path)) {}

ScratchDir::ScratchDir(ScratchDir&& other) noexcept : path_(std::exchange(other.path_, {})) {}

ScratchDir::~ScratchDir() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Result<ScratchDir> ScratchDir::create() {
  std::error_code code;
  const fs::path folder = fs::temp_directory_path(code);
  if (code) return fail(ErrorCode::kIo, "there is no temporary folder: " + code.message());
  std::string name = (folder / "meetlat-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return fail(error_from_errno(errno, name));
  return ScratchDir(name);
}

}  // namespace meetlat
