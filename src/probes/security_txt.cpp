#include "probes/security_txt.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>

#include "base/text.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kMostBytes = std::size_t{32} << 10;
constexpr std::size_t kMostContacts = 10;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// RFC 9116, 2.5.3: a URI, with the scheme of RFC 3986.
bool is_uri(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size() || !is_letter(text.front())) return false;
  return std::ranges::all_of(text.substr(0, colon), [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

// "+05:30", "-08:00": RFC 3339's time-numoffset.
std::optional<std::chrono::minutes> read_offset(std::string_view text) {
  const auto two = [&](std::size_t at) {
    int number = -1;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 2, number);
    return error == std::errc{} && end == text.data() + at + 2 ? number : -1;
  };
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  if (two(1) < 0 || two(1) > 23 || two(4) < 0 || two(4) > 59) return std::nullopt;
  const std::chrono::minutes offset{60 * two(1) + two(4)};
  return text[0] == '+' ? offset : -offset;
}

Instant read_expiry(std::string_view text) {
  if (const Result<Instant> exact = parse_instant(text)) return *exact;
  if (text.size() > 6) {
    const std::optional<std::chrono::minutes> offset = read_offset(text.substr(text.size() - 6));
    const Result<Instant> local = parse_instant(std::string(text.substr(0, text.size() - 6)) + "Z");
    if (offset && local) return *local - *offset;
  }
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
    if (iequals(name, "contact") && is_uri(value) && file.contacts.size() < kMostContacts) {
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
