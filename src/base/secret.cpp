#include "base/secret.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/file.h"

namespace meetlat {

namespace {

constexpr std::size_t kKeyBytes = 32;

Result<std::string> existing_key(const std::filesystem::path& file) {
  Result<std::string> bytes = read_file(file, 4096);
  if (bytes && bytes->size() != kKeyBytes) {
    return fail(ErrorCode::kSchema, fmt::format("{} is no key; delete it to get a new one", file.string()));
  }
  return bytes;
}

}  // namespace

Result<std::string> user_key(const std::filesystem::path& file) {
  Result<std::string> known = existing_key(file);
  if (known || known.error().code != ErrorCode::kNotFound) return known;
  std::error_code failed;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), failed);
  std::string key(kKeyBytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), static_cast<int>(key.size())) != 1) {
    return fail(ErrorCode::kIo, "no random bytes for a key");
  }
  // Written whole under a name of its own and linked into place: another process never reads half a key, and the first
  // of two that begin at once wins.
  const std::filesystem::path fresh = file.string() + fmt::format(".{}", getpid());
  const int fd = open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return fail(error_from_errno(errno, fresh.string()));
  const bool written = write(fd, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && fsync(fd) == 0;
  const int why = errno;
  close(fd);
  const bool linked = written && (link(fresh.c_str(), file.c_str()) == 0 || errno == EEXIST);
  const int link_why = errno;
  unlink(fresh.c_str());
  if (!linked) return fail(error_from_errno(written ? link_why : why, file.string()));
  return existing_key(file);
}

std::string hmac_hex(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), digest.data(), &length);
  std::string out;
  for (unsigned int i = 0; i < length; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

}  // namespace meetlat
