#include "probes/security_txt.h"

#include <chrono>

#include "base/text.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kMostBytes = std::size_t{32} << 10;
constexpr std::size_t kMostContacts = 10;

Instant read_expiry(std::string_view text) {
  if (const Result<Instant> exact = parse_instant(text)) return *exact;
  const Result<Instant> day = parse_instant(text.substr(0, 10));
  return day && text.size() > 10 ? *day + std::chrono::days{1} : Instant{};
}

}  // namespace

SecurityTxt parse_security_txt(std::string_view text) {
  SecurityTxt file;
  for (const std::string& line : split(text.substr(0, kMostBytes), '\n')) {
    const std::size_t colon = line.find(':');
    if (line.starts_with('#') || colon == std::string::npos) continue;
    const std::string_view name = trim(std::string_view(line).substr(0, colon));
    const std::string_view value = trim(std::string_view(line).substr(colon + 1));
    if (iequals(name, "contact") && !value.empty() && file.contacts.size() < kMostContacts) {
      file.contacts.emplace_back(value);
    } else if (iequals(name, "expires")) {
      if (file.expires_fields++ == 0) file.expires = read_expiry(value);
    }
  }
  return file;
}

std::string_view security_txt_state(const SecurityTxt& file, Instant now) {
  if (file.contacts.empty() || file.expires_fields != 1 || file.expires == Instant{}) return "incomplete";
  return file.expires <= now ? "expired" : "valid";
}

}  // namespace meetlat::probes
