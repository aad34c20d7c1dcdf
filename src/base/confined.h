// Runs an installed program on bytes from a stranger, so that a taken-over program can do no harm: it reads its own
// libraries and the input, writes to our pipe, and that is all. Used for readers that are not ours (pdftotext).
//
// What holds it, each on its own:
//  - Landlock: nothing writable; readable are the system's libraries and what the job names; no TCP, no signals.
//  - seccomp: no sockets, processes, threads, signals to others, tracing, changes to files, kernel extras; execve only
//    for the program itself. Always in force, or the job is refused.
//  - a user and network namespace of its own where the system lets a user make them: an empty network.
//  - limits for CPU, address space, file size (0), open files, processes (0), core (0), wall-clock time and output.
//  - an empty environment, no descriptors but 0, 1 and 2, a process group of its own, death with the caller's thread.
//
// fork and exec by the calling thread, no staging program: everything that needs memory or a lock is prepared before
// the fork, the child makes plain system calls only, and descriptors are close-on-exec from birth. So any number of
// threads may call this at the same time; each call costs a fork of this process's page tables.
#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace meetlat {

struct ConfinedLimits {
  std::chrono::milliseconds wall{10'000};
  int cpu_seconds = 5;
  std::size_t address_space = std::size_t{512} << 20;  // bytes
  std::size_t output = std::size_t{8} << 20;           // bytes on standard output
};

struct ConfinedJob {
  std::string program;                 // a name that is looked for in /usr/local/bin, /usr/bin and /bin; or a path
  std::vector<std::string> arguments;  // without the program's name
  std::string_view input;              // its standard input: a sealed file in memory, so it can seek
  std::vector<std::string> may_read;   // folders and files beyond the libraries; what does not exist is passed over
  ConfinedLimits limits;
  // A kernel without Landlock cannot keep the program from reading the user's files, and what it prints may be
  // published: so the job is refused unless the caller says false. Nothing gets out by another way even then (seccomp).
  bool needs_landlock = true;
};

// What was in force, for provenance and tests. seccomp always is.
struct Confinement {
  int landlock_abi = 0;      // 0: the kernel has none
  bool own_network = false;  // an empty network namespace
};

struct ConfinedResult {
  std::string output;    // standard output, whole
  std::string messages;  // the first 4 KB of standard error: foreign bytes, not made printable
  int exit_status = 0;   // meaningless when a signal ended it
  int signal = 0;        // the signal that ended it, or 0
  Confinement confinement;
};

// Blocks until the program ended. A bad exit status or a signal is a result; errors are:
// kNotFound (the program is not installed), kTimedOut (wall clock or CPU), kTooLarge (more output than allowed),
// kCancelled (`stop`), kUnsupported (this system cannot confine; nothing was run), kIo (no descriptors, no processes).
Result<ConfinedResult> run_confined(const ConfinedJob& job, const std::stop_token& stop = {});

}  // namespace meetlat
