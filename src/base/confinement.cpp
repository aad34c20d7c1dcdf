#include "base/confinement.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <utility>

#include "base/file.h"

namespace meetlat::confinement {
namespace {

// --- Landlock. Written out here, since older kernel headers know less than the kernel that we run on.

constexpr long kCreateRuleset = 444;  // the numbers are the same on every processor
constexpr long kAddRule = 445;
constexpr long kRestrictSelf = 446;
constexpr unsigned kAskVersion = 1;
constexpr int kPathBeneath = 1;

constexpr std::uint64_t kExecute = 1U << 0U;
constexpr std::uint64_t kReadFile = 1U << 2U;
constexpr std::uint64_t kReadFolder = 1U << 3U;

struct RulesetAttr {
  std::uint64_t files = 0;
  std::uint64_t network = 0;
  std::uint64_t scoped = 0;
};

struct [[gnu::packed]] PathBeneathAttr {
  std::uint64_t allowed = 0;
  std::int32_t folder = -1;
};

// Everything that this version of Landlock can forbid.
RulesetAttr handled_by(int abi) noexcept {
  RulesetAttr all;
  all.files = (1U << 13U) - 1;           // ABI 1
  if (abi >= 2) all.files |= 1U << 13U;  // renaming and linking across folders
  if (abi >= 3) all.files |= 1U << 14U;  // truncating
  if (abi >= 5) all.files |= 1U << 15U;  // ioctl on devices
  if (abi >= 4) all.network = 3;         // TCP bind and connect
  if (abi >= 6) all.scoped = 3;          // abstract UNIX sockets and signals to others
  return all;
}

bool allow(int rules, const std::string& path, std::uint64_t rights) noexcept {
  const Fd fd(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!fd) return errno == ENOENT || errno == EACCES;  // what is not there needs no right
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) return false;
  if (!S_ISDIR(info.st_mode)) rights &= ~kReadFolder;
  PathBeneathAttr rule{rights, fd.get()};
  return syscall(kAddRule, rules, kPathBeneath, &rule, 0) == 0;
}

// --- seccomp

#if defined(__x86_64__)
constexpr std::uint32_t kArch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArch = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArch = 0;
#endif

// From here on the numbers are the same on every processor, and the list of allowed ones is short; so calls that are
// younger than this program are refused too (io_uring, pidfd, the new mount calls ...).
constexpr std::uint32_t kFirstCommon = 424;
constexpr std::uint32_t kCommonAllowed[] = {
    436,  // close_range
    439,  // faccessat2
    449,  // futex_waitv
    453,  // map_shadow_stack, of the loader
    462,  // mseal, of the loader
};

constexpr std::uint32_t kDenied[] = {
    // the network
    __NR_socket,
    __NR_socketpair,
    __NR_connect,
    __NR_bind,
    __NR_listen,
    __NR_accept,
    __NR_accept4,
    __NR_sendto,
    __NR_sendmsg,
    __NR_sendmmsg,
    __NR_recvfrom,
    __NR_recvmsg,
    __NR_recvmmsg,
    __NR_getsockname,
    __NR_getpeername,
    __NR_setsockopt,
    __NR_getsockopt,
    __NR_shutdown,
    // other processes, and leaving the process group
    __NR_clone,
    __NR_execveat,
    __NR_kill,
    __NR_tkill,
    __NR_rt_sigqueueinfo,
    __NR_rt_tgsigqueueinfo,
    __NR_ptrace,
    __NR_process_vm_readv,
    __NR_process_vm_writev,
    __NR_kcmp,
    __NR_setsid,
    __NR_setpgid,
    __NR_unshare,
    __NR_setns,
    __NR_prctl,
    __NR_setpriority,
    __NR_ioprio_set,
    __NR_move_pages,
    __NR_migrate_pages,
    // changing files; Landlock forbids these too
    __NR_unlinkat,
    __NR_renameat2,
    __NR_mkdirat,
    __NR_linkat,
    __NR_symlinkat,
    __NR_mknodat,
    __NR_fchmod,
    __NR_fchmodat,
    __NR_fchown,
    __NR_fchownat,
    __NR_truncate,
    __NR_ftruncate,
    __NR_fallocate,
    __NR_utimensat,
    __NR_setxattr,
    __NR_lsetxattr,
    __NR_fsetxattr,
    __NR_removexattr,
    __NR_lremovexattr,
    __NR_fremovexattr,
    __NR_open_by_handle_at,
    __NR_name_to_handle_at,
    __NR_flock,
    __NR_quotactl,
    __NR_fanotify_init,
    __NR_fanotify_mark,
    __NR_inotify_init1,
    // shared memory and queues of System V and POSIX
    __NR_shmget,
    __NR_shmat,
    __NR_shmctl,
    __NR_msgget,
    __NR_msgsnd,
    __NR_msgrcv,
    __NR_msgctl,
    __NR_semget,
    __NR_semop,
    __NR_semctl,
    __NR_semtimedop,
    __NR_mq_open,
    __NR_mq_unlink,
    __NR_memfd_create,
    // the kernel's less trodden paths, and what only an administrator may
    __NR_bpf,
    __NR_perf_event_open,
    __NR_userfaultfd,
    __NR_keyctl,
    __NR_add_key,
    __NR_request_key,
    __NR_io_setup,
    __NR_io_submit,
    __NR_splice,
    __NR_tee,
    __NR_vmsplice,
    __NR_seccomp,
    __NR_personality,
    __NR_mount,
    __NR_umount2,
    __NR_pivot_root,
    __NR_chroot,
    __NR_swapon,
    __NR_swapoff,
    __NR_reboot,
    __NR_kexec_load,
    __NR_init_module,
    __NR_finit_module,
    __NR_delete_module,
    __NR_acct,
    __NR_settimeofday,
    __NR_clock_settime,
    __NR_clock_adjtime,
    __NR_adjtimex,
    __NR_sethostname,
    __NR_setdomainname,
    __NR_syslog,
    __NR_vhangup,
#if defined(__x86_64__)
    // the older spellings
    __NR_fork,
    __NR_vfork,
    __NR_creat,
    __NR_unlink,
    __NR_rename,
    __NR_renameat,
    __NR_mkdir,
    __NR_rmdir,
    __NR_link,
    __NR_symlink,
    __NR_mknod,
    __NR_chmod,
    __NR_chown,
    __NR_lchown,
    __NR_utime,
    __NR_utimes,
    __NR_futimesat,
    __NR_inotify_init,
    __NR_uselib,
    __NR_modify_ldt,
    __NR_iopl,
    __NR_ioperm,
    __NR_kexec_file_load,
#endif
};

constexpr std::uint32_t low_word(int argument) {  // both processors are little-endian
  return static_cast<std::uint32_t>(offsetof(seccomp_data, args)) + static_cast<std::uint32_t>(argument) * 8;
}

class Assembler {
 public:
  void load(std::uint32_t offset) { put(BPF_LD | BPF_W | BPF_ABS, 0, 0, offset); }
  void give(std::uint32_t verdict) { put(BPF_RET | BPF_K, 0, 0, verdict); }
  // Skip `count` instructions unless, or when, the loaded word compares so.
  void unless(int comparison, std::uint32_t value, std::uint8_t count) {
    put(BPF_JMP | BPF_K | comparison, 0, count, value);
  }
  void when(int comparison, std::uint32_t value, std::uint8_t count) {
    put(BPF_JMP | BPF_K | comparison, count, 0, value);
  }
  std::size_t size() const noexcept { return code_.size(); }
  std::vector<sock_filter> take() { return std::move(code_); }

 private:
  void put(int operation, std::uint8_t if_true, std::uint8_t if_false, std::uint32_t k) {
    code_.push_back({static_cast<std::uint16_t>(operation), if_true, if_false, k});
  }
  std::vector<sock_filter> code_;
};

constexpr std::uint32_t kNumber = offsetof(seccomp_data, nr);
constexpr std::uint32_t kRefuse = SECCOMP_RET_ERRNO | EPERM;

// Calls that depend on an argument. Each block is passed over unless the loaded number is its own.
std::size_t conditional_calls(Assembler& out, std::uint64_t program) {
  out.unless(BPF_JEQ, __NR_execve, 6);
  out.load(low_word(0));
  out.unless(BPF_JEQ, static_cast<std::uint32_t>(program), 3);
  out.load(low_word(0) + 4);
  out.unless(BPF_JEQ, static_cast<std::uint32_t>(program >> 32U), 1);
  out.give(SECCOMP_RET_ALLOW);
  out.give(kRefuse);

  out.unless(BPF_JEQ, __NR_tgkill, 4);  // abort() signals itself
  out.load(low_word(0));
  const std::size_t own_pid_at = out.size();
  out.unless(BPF_JEQ, 0, 1);
  out.give(SECCOMP_RET_ALLOW);
  out.give(kRefuse);

  out.unless(BPF_JEQ, __NR_prlimit64, 4);  // its own limits only
  out.load(low_word(0));
  out.unless(BPF_JEQ, 0, 1);
  out.give(SECCOMP_RET_ALLOW);
  out.give(kRefuse);

  const auto writing = static_cast<std::uint32_t>(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND);
  out.unless(BPF_JEQ, __NR_openat, 4);
  out.load(low_word(2));
  out.unless(BPF_JSET, writing, 1);
  out.give(kRefuse);
  out.give(SECCOMP_RET_ALLOW);
#if defined(__x86_64__)
  out.unless(BPF_JEQ, __NR_open, 4);
  out.load(low_word(1));
  out.unless(BPF_JSET, writing, 1);
  out.give(kRefuse);
  out.give(SECCOMP_RET_ALLOW);
#endif
  return own_pid_at;
}

}  // namespace

Fd& Fd::operator=(Fd&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = other.release();
  }
  return *this;
}

int Fd::release() noexcept {
  return std::exchange(fd_, -1);
}

void Fd::reset() noexcept {
  if (fd_ >= 0) close(release());
}

int landlock_abi() noexcept {
  const long abi = syscall(kCreateRuleset, nullptr, 0, kAskVersion);
  return abi > 0 ? static_cast<int>(abi) : 0;
}

Result<Fd> landlock_rules(int abi, const std::string& program, const std::vector<std::string>& may_read) {
  const RulesetAttr all = handled_by(abi);
  Fd rules(static_cast<int>(syscall(kCreateRuleset, &all, sizeof all, 0)));
  if (!rules) return fail(error_from_errno(errno, "Landlock"));
  bool fine = allow(rules.get(), program, kExecute | kReadFile);
  for (const char* folder : {"/lib", "/lib32", "/lib64", "/libx32", "/usr/lib", "/usr/lib32", "/usr/lib64",
                             "/usr/libx32", "/usr/local/lib"}) {
    fine = fine && allow(rules.get(), folder, kExecute | kReadFile | kReadFolder);
  }
  fine = fine && allow(rules.get(), "/etc/ld.so.cache", kReadFile);
  for (const std::string& path : may_read) fine = fine && allow(rules.get(), path, kReadFile | kReadFolder);
  if (!fine) return fail(error_from_errno(errno, "Landlock rules"));
  return rules;
}

bool landlock_restrict(int rules) noexcept {
  return syscall(kRestrictSelf, rules, 0) == 0;
}

Result<SyscallFilter> syscall_filter(const char* program_path) {
  if (kArch == 0) return fail(ErrorCode::kUnsupported, "no table of system calls for this processor");
  Assembler out;
  out.load(offsetof(seccomp_data, arch));
  out.when(BPF_JEQ, kArch, 1);  // a 32-bit call has other numbers
  out.give(SECCOMP_RET_KILL_PROCESS);
  out.load(kNumber);
  out.unless(BPF_JGE, 0x40000000U, 1);  // the x32 ABI
  out.give(SECCOMP_RET_KILL_PROCESS);
  SyscallFilter filter;
  filter.own_pid_at = conditional_calls(out, reinterpret_cast<std::uintptr_t>(program_path));
  for (const std::uint32_t number : kDenied) {
    out.unless(BPF_JEQ, number, 1);
    out.give(kRefuse);
  }
  for (const std::uint32_t number : kCommonAllowed) {
    out.unless(BPF_JEQ, number, 1);
    out.give(SECCOMP_RET_ALLOW);
  }
  out.unless(BPF_JGE, kFirstCommon, 1);
  out.give(SECCOMP_RET_ERRNO | ENOSYS);
  out.give(SECCOMP_RET_ALLOW);
  filter.code = out.take();
  return filter;
}

bool install_filter(SyscallFilter& filter) noexcept {
  filter.code[filter.own_pid_at].k = static_cast<std::uint32_t>(getpid());
  const sock_fprog program{static_cast<unsigned short>(filter.code.size()), filter.code.data()};
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace meetlat::confinement
