#include "base/confined.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/confinement.h"

namespace meetlat {
namespace {

using testing::HasSubstr;

// The script is the interpreter's standard input, so it is no file that the child would have to read.
ConfinedJob python(std::string_view script) {
  ConfinedJob job;
  job.program = "/usr/bin/python3";
  job.arguments = {"-I", "-S", "-"};
  job.input = script;
  job.limits.wall = std::chrono::seconds(60);
  return job;
}

// What the script printed; the error's words when it could not be run.
std::string output_of(const ConfinedJob& job) {
  const auto result = run_confined(job);
  return result ? result->output + result->messages : describe(result.error());
}

class Confined : public testing::Test {
 protected:
  // Some containers hide Landlock from their programs; there nothing is run at all, which is right and not testable.
  void SetUp() override {
    if (confinement::landlock_abi() == 0) GTEST_SKIP() << "this kernel or container offers no Landlock";
  }
};

TEST_F(Confined, GivesTheInputAndTakesTheOutput) {
  std::string input(3'000'000, 'x');
  input += "end";
  ConfinedJob job;
  job.program = "cat";
  job.input = input;
  const auto result = run_confined(job);
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_EQ(result->output, input);
  EXPECT_EQ(result->exit_status, 0);
  EXPECT_EQ(result->signal, 0);
  EXPECT_EQ(result->messages, "");
  EXPECT_GT(result->confinement.landlock_abi, 0);
}

TEST_F(Confined, InputCanBeReadAgainButNotChanged) {
  EXPECT_EQ(output_of(python("import os, sys\n"
                             "os.lseek(0, 0, 0)\n"
                             "print(os.read(0, 9))\n"
                             "try: os.write(0, b'x')\n"
                             "except OSError: print('sealed')\n"
                             "try: os.ftruncate(0, 0)\n"
                             "except OSError: print('sealed')\n"
                             "os._exit(sys.stdout.flush() or 0)\n")),
            "b'import os'\nsealed\nsealed\n");
}

TEST_F(Confined, TellsExitStatusSignalAndMessages) {
  auto result = run_confined(python("import sys\nsys.stderr.write('E' * 100000)\nsys.exit(7)\n"));
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_EQ(result->exit_status, 7);
  EXPECT_EQ(result->messages, std::string(4096, 'E'));

  result = run_confined(python("import os\nos.abort()\n"));
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_EQ(result->signal, SIGABRT);

  result = run_confined(python("import os\nos.close(1)\nos.close(2)\nfor i in range(3000000): pass\nos._exit(5)\n"));
  ASSERT_TRUE(result) << describe(result.error());
  EXPECT_EQ(result->exit_status, 5) << "the end of its output is not the end of the program";
}

struct Deed {
  const char* what;
  const char* expression;  // Python; must raise
};

class ConfinedDeed : public testing::TestWithParam<Deed> {
 protected:
  void SetUp() override {
    if (confinement::landlock_abi() == 0) GTEST_SKIP() << "this kernel or container offers no Landlock";
  }
};

TEST_P(ConfinedDeed, IsRefused) {
  const std::string script =
      "import ctypes, os, socket\n"
      "def syscall(*arguments):\n"
      "  libc = ctypes.CDLL(None, use_errno=True)\n"
      "  if libc.syscall(*arguments) < 0: raise OSError(ctypes.get_errno(), 'refused')\n"
      "try:\n  " +
      std::string(GetParam().expression) +
      "\n  print('done')\n"
      "except (OSError, RuntimeError): print('refused')\n"
      "except MemoryError: print('refused')\n";
  EXPECT_EQ(output_of(python(script)), "refused\n") << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    , ConfinedDeed,
    testing::Values(Deed{"read a file of the system", "open('/etc/passwd')"}, Deed{"list the root", "os.listdir('/')"},
                    Deed{"read processes", "open('/proc/self/environ')"}, Deed{"look at devices", "open('/dev/null')"},
                    Deed{"write a file", "open('/tmp/meetlat-confined-test', 'w')"},
                    Deed{"change a file that it may read", "os.open('/usr/lib/os-release', os.O_RDWR)"},
                    Deed{"create by flags alone", "os.open('/tmp/meetlat-confined-test', os.O_CREAT)"},
                    Deed{"make a folder", "os.mkdir('/tmp/meetlat-confined-test')"},
                    Deed{"remove a file", "os.unlink('/tmp/meetlat-confined-test-2')"},
                    Deed{"TCP", "socket.socket(socket.AF_INET)"}, Deed{"UDP", "socket.socket(type=socket.SOCK_DGRAM)"},
                    Deed{"UNIX socket", "socket.socket(socket.AF_UNIX)"}, Deed{"socket pair", "socket.socketpair()"},
                    Deed{"fork", "os.fork()"}, Deed{"run a program", "os.execv('/usr/bin/id', ['id'])"},
                    Deed{"run itself again", "os.execv('/usr/bin/python3', ['python3', '-c', ''])"},
                    Deed{"signal another process", "os.kill(os.getppid(), 0)"}, Deed{"leave the group", "os.setsid()"},
                    Deed{"memory", "bytearray(2 << 30)"}, Deed{"io_uring", "syscall(425, 1, 0)"},
                    Deed{"openat2", "syscall(437, -100, b'/usr/lib/os-release', 0, 24)"},
                    Deed{"clone3", "syscall(435, 0, 0)"}, Deed{"a call of the future", "syscall(999)"},
                    Deed{"file in memory", "os.memfd_create('x')"}),
    [](const testing::TestParamInfo<Deed>& test) {
      std::string name = test.param.what;
      std::replace_if(
          name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
      return name;
    });

TEST_F(Confined, MayReadWhatTheJobNames) {
  const auto folder = std::filesystem::temp_directory_path() / ("meetlat-confined-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "table") << "inside";
  const std::string script = "print(open('" + (folder / "table").string() + "').read())";
  ConfinedJob job = python(script);
  EXPECT_THAT(output_of(job), HasSubstr("PermissionError"));
  job.may_read = {folder.string(), "/nonexistent/folder"};
  EXPECT_EQ(output_of(job), "inside\n");
  std::filesystem::remove_all(folder);
}

TEST_F(Confined, InheritsNeitherDescriptorsNorEnvironment) {
  setenv("MEETLAT_TEST_SECRET", "secret", 1);
  const int leaky = open("/etc/hostname", O_RDONLY);  // not close-on-exec, as a careless library opens it
  EXPECT_EQ(output_of(python("import os\n"
                             "def is_open(fd):\n"
                             "  try: return os.fstat(fd) is not None\n"
                             "  except OSError: return False\n"
                             "print([fd for fd in range(1000) if is_open(fd)])\n"
                             "print(sorted(os.environ), os.getcwd())\n")),
            "[0, 1, 2]\n['HOME', 'LC_ALL', 'PATH'] /\n");
  close(leaky);
  unsetenv("MEETLAT_TEST_SECRET");
}

TEST_F(Confined, WorksWhenTheCallerClosedItsStandardDescriptors) {
  const pid_t pid = fork();
  if (pid == 0) {
    close(0);
    close(1);
    close(2);
    ConfinedJob job;
    job.program = "cat";
    job.input = "through";
    const auto result = run_confined(job);
    _exit(result && result->output == "through" ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
}

TEST_F(Confined, StopsWhatTakesTooLong) {
  ConfinedJob job;
  job.program = "sleep";
  job.arguments = {"600"};
  job.limits.wall = std::chrono::milliseconds(200);
  const auto result = run_confined(job);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kTimedOut);
  EXPECT_THAT(result.error().context, HasSubstr("200 ms"));
}

TEST_F(Confined, StopsWhatUsesTooMuchCpu) {
  ConfinedJob job = python("while True: pass\n");
  job.limits.cpu_seconds = 1;
  const auto result = run_confined(job);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kTimedOut);
  EXPECT_THAT(result.error().context, HasSubstr("CPU"));
}

TEST_F(Confined, StopsAFloodOfOutput) {
  ConfinedJob job;
  job.program = "yes";
  job.limits.output = 100'000;
  const auto result = run_confined(job);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kTooLarge);
}

TEST_F(Confined, SaysThatAProgramIsNotInstalled) {
  ConfinedJob job;
  job.program = "no-such-program-of-meetlat";
  auto result = run_confined(job);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound);
  job.program = "/etc/passwd";
  result = run_confined(job);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotFound) << "it is there, but no program";
  job.program = "";
  result = run_confined(job);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(Confined, CanBeCancelled) {
  ConfinedJob job;
  job.program = "sleep";
  job.arguments = {"600"};
  job.limits.wall = std::chrono::seconds(600);
  std::stop_source stop;
  std::jthread other([&] { stop.request_stop(); });
  const auto result = run_confined(job, stop.get_token());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kCancelled);
}

TEST_F(Confined, ManyThreadsGetTheirOwnOutput) {
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 32; ++i) {
      threads.emplace_back([i, &right] {
        const std::string input(static_cast<std::size_t>(1000 * i + 1), static_cast<char>('A' + i));
        ConfinedJob job;
        job.program = "cat";
        job.input = input;
        job.limits.wall = std::chrono::seconds(120);
        const auto result = run_confined(job);
        if (result && result->output == input) ++right;
      });
    }
  }
  EXPECT_EQ(right, 32);
}

// The processes whose parent is `pid`.
std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> children;
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task", error)) {
    std::ifstream file(task.path() / "children");
    for (pid_t child = 0; file >> child;) children.push_back(child);
  }
  return children;
}

// Asks a thousand times a second, for a minute at most.
bool comes_true(const std::function<bool()>& condition) {
  for (int i = 0; i < 60'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

TEST_F(Confined, DiesWithItsCaller) {
  const pid_t caller = fork();
  if (caller == 0) {
    ConfinedJob job;
    job.program = "sleep";
    job.arguments = {"600"};
    job.limits.wall = std::chrono::seconds(600);
    (void)run_confined(job);
    _exit(0);
  }
  pid_t sleeper = 0;
  EXPECT_TRUE(comes_true([&] {  // the signal is asked for before exec
    std::string program;
    for (const pid_t child : children_of(caller)) {
      sleeper = child;
      std::ifstream("/proc/" + std::to_string(child) + "/comm") >> program;
    }
    return program == "sleep";
  }));
  kill(caller, SIGKILL);
  waitpid(caller, nullptr, 0);
  EXPECT_TRUE(comes_true([&] {  // a zombie that nobody reaps counts as dead
    std::ifstream file("/proc/" + std::to_string(sleeper) + "/stat");
    std::string skipped;
    std::string state;
    return !(file >> skipped >> skipped >> state) || state == "Z" || state == "X";
  }));
}

// Landlock may be missing; what then holds is the filter alone.
TEST(Confinement, TheFilterAloneForbidsNetworkWritingAndExec) {
  const std::string program = "/usr/bin/id";
  auto filter = confinement::syscall_filter(program.c_str());
  ASSERT_TRUE(filter) << describe(filter.error());
  const pid_t pid = fork();
  if (pid == 0) {
    char word[] = "id";
    char* const argv[] = {word, nullptr};
    char* const envp[] = {nullptr};
    if (!confinement::install_filter(*filter)) _exit(1);
    const std::string elsewhere = program;
    const bool held = open("/tmp/meetlat-filter-test", O_WRONLY | O_CREAT, 0600) == -1 && fork() == -1 &&
                      execve(elsewhere.c_str(), argv, envp) == -1 && kill(getppid(), 0) == -1 &&
                      open("/usr/lib/os-release", O_RDONLY) >= 0;
    _exit(held ? 0 : 2);
  }
  int status = -1;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace meetlat
