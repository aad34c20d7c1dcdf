#include "base/file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace meetlat {
namespace {

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::filesystem::path xdg(const char* variable, const char* below_home) {
  const char* set = std::getenv(variable);
  if (set != nullptr && set[0] == '/') return std::filesystem::path(set) / "meetlat";
  const char* home = std::getenv("HOME");
  const std::filesystem::path base = home != nullptr && home[0] == '/' ? home : "/tmp";
  return base / below_home / "meetlat";
}

}  // namespace

Error error_from_errno(int errno_value, std::string_view what) {
  ErrorCode code = ErrorCode::kIo;
  if (errno_value == ENOENT || errno_value == ENOTDIR) code = ErrorCode::kNotFound;
  if (errno_value == EACCES || errno_value == EPERM || errno_value == EROFS) code = ErrorCode::kPermission;
  if (errno_value == ENOSPC || errno_value == EDQUOT) code = ErrorCode::kDiskFull;
  const std::string words = std::generic_category().message(errno_value);
  if (code == ErrorCode::kPermission || code == ErrorCode::kDiskFull) return Error{code, std::string(what)};
  return Error{code, fmt::format("{}: {}", what, words)};
}

Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes) {
  const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return fail(error_from_errno(errno, path.string()));
  struct stat info {};
  if (::fstat(fd.get(), &info) == 0 && S_ISDIR(info.st_mode)) {
    return fail(ErrorCode::kIo, fmt::format("{} is a folder, not a file", path.string()));
  }
  std::string out;
  if (S_ISREG(info.st_mode) && info.st_size > 0) {
    if (static_cast<std::size_t>(info.st_size) > max_bytes) {
      return fail(ErrorCode::kTooLarge, fmt::format("{}: more than {} bytes", path.string(), max_bytes));
    }
    out.reserve(static_cast<std::size_t>(info.st_size));
  }
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(error_from_errno(errno, path.string()));
    if (got == 0) return out;
    out.append(buffer.data(), static_cast<std::size_t>(got));
    if (out.size() > max_bytes) {
      return fail(ErrorCode::kTooLarge, fmt::format("{}: more than {} bytes", path.string(), max_bytes));
    }
  }
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  std::error_code ignored;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
  // A device or pipe (/dev/full, /dev/stdout) cannot be renamed over: it is written as it is.
  const bool special = std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored);
  const std::string target = special ? path.string() : fmt::format("{}.{}.tmp", path.string(), ::getpid());
  const Fd fd(::open(target.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | (special ? 0 : O_TRUNC), 0644));
  if (fd.get() < 0) return fail(error_from_errno(errno, path.string()));
  const auto give_up = [&](int error) {
    if (!special) ::unlink(target.c_str());
    return fail(error_from_errno(error, path.string()));
  };
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return give_up(errno);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  if (special) return {};
  if (::fsync(fd.get()) != 0) return give_up(errno);
  if (::rename(target.c_str(), path.c_str()) != 0) return give_up(errno);
  return {};
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
  std::string out;
  out.reserve(std::size_t{length} * 2);
  for (unsigned i = 0; i < length; ++i) out += fmt::format("{:02x}", digest.at(i));
  return out;
}

std::filesystem::path data_path(std::string_view relative) {
  static const std::filesystem::path root = [] {
    if (const char* set = std::getenv("MEETLAT_DATADIR"); set != nullptr && set[0] != '\0') {
      return std::filesystem::path(set);
    }
    std::error_code ignored;
    // A program that runs from the build tree of this source tree uses the tree's own data.
    std::filesystem::path source = MEETLAT_SOURCE_DIR;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
    std::filesystem::path installed = MEETLAT_INSTALL_DATADIR;
    std::filesystem::path beside = self.parent_path().parent_path() / "share" / "meetlat";
    if (std::filesystem::is_directory(beside / "rules", ignored)) return beside;
    if (std::filesystem::is_directory(source / "rules", ignored)) return source;
    return installed;
  }();
  return root / relative;
}

std::filesystem::path cache_dir() {
  return xdg("XDG_CACHE_HOME", ".cache");
}
std::filesystem::path config_dir() {
  return xdg("XDG_CONFIG_HOME", ".config");
}
std::filesystem::path state_dir() {
  return xdg("XDG_STATE_HOME", ".local/state");
}

}  // namespace meetlat
