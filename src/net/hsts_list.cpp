#include "net/hsts_list.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"

namespace meetlat {

namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20;

// "example.test" of `"name": "example.test"`; "" when the line has no such member.
std::string_view member(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) return {};
  const std::size_t open = line.find('"', at + key.size());
  const std::size_t close = open == std::string_view::npos ? open : line.find('"', open + 1);
  if (close == std::string_view::npos) return {};
  return line.substr(open + 1, close - open - 1);
}

bool is_domain(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  for (const char c : text) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    if (!fine) return false;
  }
  return true;
}

}  // namespace

Result<HstsList> HstsList::load(const std::filesystem::path& file) {
  const Result<std::string> bytes = read_file(file, kMostBytes);
  if (!bytes) return fail(bytes.error());
  HstsList list;
  list.source_ = file.filename().string();
  std::string_view rest = *bytes;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = trim(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.starts_with("//") || line.starts_with('#')) continue;
    if (const std::string name = to_lower(member(line, "\"name\":")); !name.empty()) {
      // Entries without the mode pin keys only.
      if (member(line, "\"mode\":") != "force-https" || !is_domain(name)) continue;
      list.entries_.emplace(name, line.find("\"include_subdomains\": true") != std::string_view::npos);
    } else if (const std::string domain = to_lower(line); is_domain(domain)) {
      list.entries_.emplace(domain, true);
    }
  }
  if (list.entries_.empty()) return fail(ErrorCode::kParse, fmt::format("{}: no domain in it", file.string()));
  return list;
}

bool HstsList::holds(std::string_view host) const {
  for (std::string_view name = host; !name.empty();) {
    const auto found = entries_.find(std::string(name));
    if (found != entries_.end() && (found->second || name == host)) return true;
    const std::size_t dot = name.find('.');
    name.remove_prefix(dot == std::string_view::npos ? name.size() : dot + 1);
  }
  return false;
}

}  // namespace meetlat
