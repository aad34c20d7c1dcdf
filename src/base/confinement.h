// The two rule sets that confined.cpp puts on a child: made before the fork, so they may use memory. Linux only.
#pragma once

#include <linux/filter.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace meetlat::confinement {

// Owns a descriptor; -1 is none.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept;
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const noexcept { return fd_; }
  int release() noexcept;
  void reset() noexcept;
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// The version of Landlock that the kernel offers; 0 when it has none or a container's filter hides it.
int landlock_abi() noexcept;

// A rule set that lets `program` and the system's libraries be read and run, `may_read` be read, and nothing else of
// what this ABI knows. kIo when the kernel refuses. `abi` must be at least 1.
Result<Fd> landlock_rules(int abi, const std::string& program, const std::vector<std::string>& may_read);
// Puts the calling thread under the rules; async-signal-safe. False with errno.
bool landlock_restrict(int rules) noexcept;

struct SyscallFilter {
  std::vector<sock_filter> code;
  std::size_t own_pid_at = 0;  // the instruction whose `k` becomes the child's process id: it may signal itself
};

// A filter that allows execve only with `program_path` (the pointer, not the text: nothing in the program after exec
// has a string there). kUnsupported on processors that this version has no table for.
Result<SyscallFilter> syscall_filter(const char* program_path);
// Puts the calling thread under the filter, for good; async-signal-safe. Needs PR_SET_NO_NEW_PRIVS. False with errno.
bool install_filter(SyscallFilter& filter) noexcept;

}  // namespace meetlat::confinement
