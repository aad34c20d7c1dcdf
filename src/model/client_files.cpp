#include "model/client_files.h"

#include <fmt/core.h>

#include <charconv>

#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::string_view kDigest = "sha256:";
constexpr std::size_t kDigits = 64;

}  // namespace

std::string to_line(const ClientFile& file) {
  return fmt::format("{} {} {}{}", file.path, file.bytes, kDigest, file.sha256);
}

std::vector<ClientFile> client_files(const Evidence& evidence) {
  std::vector<ClientFile> files;
  const auto* lines = evidence.get<std::vector<std::string>>("client.files");
  if (lines == nullptr) return files;
  for (const std::string& line : *lines) {
    const std::vector<std::string> words = split(line, ' ');
    if (words.size() != 3 || !words[2].starts_with(kDigest) || words[2].size() != kDigest.size() + kDigits) continue;
    ClientFile file{words[0], 0, words[2].substr(kDigest.size())};
    const char* end = words[1].data() + words[1].size();
    if (const auto read = std::from_chars(words[1].data(), end, file.bytes);
        read.ec != std::errc{} || read.ptr != end) {
      continue;
    }
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace meetlat
