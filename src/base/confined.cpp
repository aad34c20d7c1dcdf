#include "base/confined.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "base/clock.h"
#include "base/confinement.h"
#include "base/file.h"

namespace meetlat {
namespace {

using confinement::Fd;

constexpr std::size_t kMaxMessages = 4096;
constexpr auto kStopPoll = Milliseconds(50);  // how soon a stop request is seen
constexpr int kOpenFiles = 64;                // of the child; the loader and a folder of fonts need about ten

// What the child says on the status pipe: what holds it, or which step before exec failed.
enum class Step : int { kReady, kParentGone, kLimits, kDescriptors, kLandlock, kFilter, kExec };
struct StatusLine {
  Step step = Step::kReady;
  int value = 0;  // kReady: has it a network of its own? else errno
};

// Everything the child needs, made before the fork.
struct Stage {
  std::string program;
  std::vector<std::string> words;
  std::vector<char*> argv;
  std::array<char*, 4> envp{};
  Fd input;
  Fd output_read, output_write;
  Fd messages_read, messages_write;
  Fd status_read, status_write;
  Fd landlock;
  int landlock_abi = 0;
  confinement::SyscallFilter filter;
  ConfinedLimits limits;
  pid_t parent = 0;
};

// Descriptors that the child moves to 0, 1 and 2 must not be there already (a caller may have closed its own).
Fd above_standard(int fd) {
  if (fd < 0 || fd > 2) return Fd(fd);
  const int moved = fcntl(fd, F_DUPFD_CLOEXEC, 3);
  close(fd);
  return Fd(moved);
}

bool make_pipe(Fd& read_end, Fd& write_end) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) return false;
  read_end = above_standard(ends[0]);
  write_end = above_standard(ends[1]);
  return read_end && write_end && fcntl(read_end.get(), F_SETFL, O_NONBLOCK) == 0;
}

Result<Fd> sealed_copy(std::string_view bytes) {
  Fd file = above_standard(memfd_create("input", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!file) return fail(error_from_errno(errno, "memory for the input"));
  while (!bytes.empty()) {
    const ssize_t written = write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return fail(error_from_errno(errno, "memory for the input"));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (lseek(file.get(), 0, SEEK_SET) != 0 ||
      fcntl(file.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
    return fail(error_from_errno(errno, "memory for the input"));
  }
  return file;
}

// Fixed folders, not $PATH: only the system's own places are readable for the child.
Result<std::string> find_program(const std::string& name) {
  std::error_code error;
  std::vector<std::filesystem::path> places;
  if (name.find('/') != std::string::npos) {
    places.emplace_back(name);
  } else {
    for (const char* folder : {"/usr/local/bin", "/usr/bin", "/bin"})
      places.push_back(std::filesystem::path(folder) / name);
  }
  for (const auto& place : places) {
    const auto real = std::filesystem::canonical(place, error);
    if (!error && access(real.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(real, error))
      return real.string();
  }
  return fail(ErrorCode::kNotFound, name + " is not installed");
}

Result<void> prepare(const ConfinedJob& job, Stage& stage) {
  auto program = find_program(job.program);
  if (!program) return fail(program.error());
  stage.program = *program;
  stage.words.push_back(job.program);
  stage.words.insert(stage.words.end(), job.arguments.begin(), job.arguments.end());
  for (std::string& word : stage.words) stage.argv.push_back(word.data());
  stage.argv.push_back(nullptr);
  static char path[] = "PATH=/usr/bin:/bin";
  static char locale[] = "LC_ALL=C";
  static char home[] = "HOME=/nonexistent";
  stage.envp = {path, locale, home, nullptr};
  stage.limits = job.limits;
  stage.parent = getpid();

  auto filter = confinement::syscall_filter(stage.program.c_str());
  if (!filter) return fail(filter.error());
  stage.filter = std::move(*filter);
  stage.landlock_abi = confinement::landlock_abi();
  if (stage.landlock_abi == 0 && job.needs_landlock) {
    return fail(ErrorCode::kUnsupported, "this kernel has no Landlock, so " + job.program + " cannot be confined");
  }
  if (stage.landlock_abi > 0) {
    auto rules = confinement::landlock_rules(stage.landlock_abi, stage.program, job.may_read);
    if (!rules) return fail(rules.error());
    stage.landlock = above_standard(rules->release());
  }
  auto input = sealed_copy(job.input);
  if (!input) return fail(input.error());
  stage.input = std::move(*input);
  if (!make_pipe(stage.output_read, stage.output_write) || !make_pipe(stage.messages_read, stage.messages_write) ||
      !make_pipe(stage.status_read, stage.status_write)) {
    return fail(error_from_errno(errno, "pipe"));
  }
  return {};
}

// --- The child, from fork to exec: system calls only, no memory is taken and no lock.

[[noreturn]] void give_up(int status_fd, Step step, int error) noexcept {
  const StatusLine line{step, error};
  (void)!write(status_fd, &line, sizeof line);
  _exit(127);
}

bool limit(int what, rlim_t soft, rlim_t hard) noexcept {
  const rlimit value{soft, hard};
  return setrlimit(static_cast<decltype(RLIMIT_CPU)>(what), &value) == 0;
}

bool set_limits(const ConfinedLimits& limits) noexcept {
  const auto cpu = static_cast<rlim_t>(std::max(limits.cpu_seconds, 1));
  return limit(RLIMIT_CPU, cpu, cpu + 1) && limit(RLIMIT_AS, limits.address_space, limits.address_space) &&
         limit(RLIMIT_FSIZE, 0, 0) && limit(RLIMIT_CORE, 0, 0) && limit(RLIMIT_NOFILE, kOpenFiles, kOpenFiles) &&
         limit(RLIMIT_NPROC, 0, 0) && limit(RLIMIT_MEMLOCK, 0, 0);
}

// 0, 1, 2, and the status pipe as 3; the rest is closed, also what another library opened without close-on-exec.
bool set_descriptors(const Stage& stage) noexcept {
  if (dup2(stage.input.get(), 0) != 0 || dup2(stage.output_write.get(), 1) != 1 ||
      dup2(stage.messages_write.get(), 2) != 2) {
    return false;
  }
  if (stage.status_write.get() != 3 && dup2(stage.status_write.get(), 3) != 3) return false;
  if (fcntl(3, F_SETFD, FD_CLOEXEC) != 0) return false;
  if (syscall(SYS_close_range, 4U, ~0U, 0U) == 0) return true;
  rlimit files{};  // before Linux 5.9
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return false;
  const int end = static_cast<int>(std::min<rlim_t>(files.rlim_cur, 1 << 20));
  for (int fd = 4; fd < end; ++fd) close(fd);
  return true;
}

// Handlers of this process must not run in the child; what it ignored would stay ignored after exec.
void reset_signals() noexcept {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < 32; ++number) sigaction(number, &standard, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void child(Stage& stage) noexcept {
  int status = stage.status_write.get();
  setpgid(0, 0);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) give_up(status, Step::kFilter, errno);
  const bool own_network = unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
  for (int capability = 0; capability < 64; ++capability) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
  // After unshare, since a change of credentials clears it. The signal comes when the calling thread ends, and that
  // thread waits for this child.
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (getppid() != stage.parent) give_up(status, Step::kParentGone, 0);
  // The rule set's descriptor could be 3, which set_descriptors takes; so Landlock comes first. It does not touch
  // what is open already.
  if (stage.landlock_abi > 0 && !confinement::landlock_restrict(stage.landlock.get())) {
    give_up(status, Step::kLandlock, errno);
  }
  if (!set_descriptors(stage)) give_up(status, Step::kDescriptors, errno);
  status = 3;
  if (chdir("/") != 0 || !set_limits(stage.limits)) give_up(status, Step::kLimits, errno);
  reset_signals();
  if (!confinement::install_filter(stage.filter)) give_up(status, Step::kFilter, errno);
  const StatusLine ready{Step::kReady, own_network ? 1 : 0};
  (void)!write(status, &ready, sizeof ready);
  execve(stage.program.c_str(), stage.argv.data(), stage.envp.data());
  give_up(status, Step::kExec, errno);
}

// --- The parent

// Unlike fork(), _Fork() runs no handlers of libraries and takes no locks. But ThreadSanitizer has locks of its own
// around system calls and must know of the fork, or its half of the child waits for threads that are not there.
pid_t fork_plainly() noexcept {
#if defined(__SANITIZE_THREAD__)
  return fork();
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
  return fork();
#else
  return _Fork();
#endif
#else
  return _Fork();
#endif
}

// Signals are blocked around the fork, so that no handler of ours runs in the child before it reset them.
pid_t start(Stage& stage) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = fork_plainly();
  if (pid == 0) child(stage);
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

// Takes what is there. False when the pipe ended.
bool drain(int fd, std::string& out, std::size_t keep, bool& too_much) {
  char buffer[16384];
  while (true) {
    const ssize_t length = read(fd, buffer, sizeof buffer);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return errno == EAGAIN;
    if (length == 0) return false;
    const std::size_t room = keep - std::min(keep, out.size());
    out.append(buffer, std::min(room, static_cast<std::size_t>(length)));
    if (static_cast<std::size_t>(length) > room) {
      too_much = true;
      return true;  // one piece at a time, so that a flood cannot outrun the deadline
    }
  }
}

bool has_ended(pid_t pid) {
  siginfo_t info{};
  const int result = waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT);
  return result != 0 ? errno != EINTR : info.si_pid == pid;
}

// Ends the child and whatever is in its group, and reaps it. nullopt when somebody else did (SIGCHLD is ignored).
std::optional<int> end(pid_t pid) {
  kill(-pid, SIGKILL);  // while it is not reaped, its number cannot belong to anybody else
  kill(pid, SIGKILL);
  int status = 0;
  pid_t reaped = 0;
  do {
    reaped = waitpid(pid, &status, 0);
  } while (reaped < 0 && errno == EINTR);
  return reaped == pid ? std::optional<int>(status) : std::nullopt;
}

// Reads until the child ended; an Error when it had to be stopped.
std::optional<Error> follow(pid_t pid, const Stage& stage, const std::stop_token& stop, ConfinedResult& result) {
  const auto deadline = Ticks::clock::now() + stage.limits.wall;
  bool output_open = true;
  bool messages_open = true;
  for (bool ended = false;;) {
    bool too_much = false;
    bool ignored = false;
    if (output_open) output_open = drain(stage.output_read.get(), result.output, stage.limits.output, too_much);
    if (messages_open) messages_open = drain(stage.messages_read.get(), result.messages, kMaxMessages, ignored);
    if (too_much) {
      return Error{ErrorCode::kTooLarge,
                   fmt::format("{} wrote more than {} bytes", stage.words[0], stage.limits.output)};
    }
    if (ended) return std::nullopt;
    ended = has_ended(pid);  // then once more through the pipes: they may hold its last words
    if (ended) continue;
    if (stop.stop_requested()) return Error{ErrorCode::kCancelled, stage.words[0] + " was stopped"};
    const auto left = std::chrono::ceil<Milliseconds>(deadline - Ticks::clock::now());
    if (left <= Milliseconds(0)) {
      return Error{ErrorCode::kTimedOut,
                   fmt::format("{} took longer than {} ms", stage.words[0], stage.limits.wall.count())};
    }
    pollfd ends[2] = {{output_open ? stage.output_read.get() : -1, POLLIN, 0},
                      {messages_open ? stage.messages_read.get() : -1, POLLIN, 0}};
    const auto slice = output_open ? kStopPoll : Milliseconds(1);  // closed: it is about to end
    poll(ends, 2, static_cast<int>(std::min(left, slice).count()));
  }
}

Error setup_error(const Stage& stage, const StatusLine& line) {
  const std::string& name = stage.words[0];
  switch (line.step) {
    case Step::kLandlock:
    case Step::kFilter:
      return {ErrorCode::kUnsupported, name + " cannot be confined here: " + std::strerror(line.value)};
    case Step::kExec:
      return {ErrorCode::kIo, name + " cannot be started: " + std::strerror(line.value)};
    case Step::kParentGone:
    case Step::kLimits:
    case Step::kDescriptors:
    case Step::kReady:
      break;
  }
  return {ErrorCode::kIo, name + " cannot be prepared: " + std::strerror(line.value)};
}

// What the child said before exec.
std::optional<Error> read_status(const Stage& stage, Confinement& confinement) {
  confinement.landlock_abi = stage.landlock_abi;
  bool ready = false;
  StatusLine line;
  while (read(stage.status_read.get(), &line, sizeof line) == static_cast<ssize_t>(sizeof line)) {
    if (line.step != Step::kReady) return setup_error(stage, line);
    ready = true;
    confinement.own_network = line.value != 0;
  }
  if (!ready) return Error{ErrorCode::kIo, stage.words[0] + " was ended before it started"};
  return std::nullopt;
}

}  // namespace

Result<ConfinedResult> run_confined(const ConfinedJob& job, const std::stop_token& stop) {
  if (job.program.empty()) return fail(ErrorCode::kInvalidArgument, "no program");
  Stage stage;
  if (auto prepared = prepare(job, stage); !prepared) return fail(prepared.error());
  const pid_t pid = start(stage);
  if (pid < 0) return fail(error_from_errno(errno, "a process for " + job.program));
  stage.output_write.reset();
  stage.messages_write.reset();
  stage.status_write.reset();
  stage.input.reset();

  ConfinedResult result;
  const std::optional<Error> stopped = follow(pid, stage, stop, result);
  const std::optional<int> status = end(pid);
  if (stopped) return fail(*stopped);
  if (auto error = read_status(stage, result.confinement)) return fail(*std::move(error));
  if (!status) return fail(ErrorCode::kIo, "how " + job.program + " ended is not known");
  if (WIFSIGNALED(*status)) result.signal = WTERMSIG(*status);
  if (result.signal == SIGXCPU) {
    return fail(ErrorCode::kTimedOut,
                fmt::format("{} used more than {} s of CPU", job.program, std::max(job.limits.cpu_seconds, 1)));
  }
  if (WIFEXITED(*status)) result.exit_status = WEXITSTATUS(*status);
  return result;
}

}  // namespace meetlat
