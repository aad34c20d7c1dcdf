#include "net/redact.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace meetlat {

namespace {

constexpr std::string_view kRedacted = "REDACTED";

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_secret_name(std::string_view raw) {
  constexpr std::array<std::string_view, 12> kParts = {"token",      "jwt",    "secret",  "passw",
                                                       "pwd",        "auth",   "session", "signature",
                                                       "credential", "apikey", "api_key", "ticket"};
  constexpr std::array<std::string_view, 9> kWhole = {"key",  "sid",   "sig",   "code", "otp",
                                                      "pass", "nonce", "state", "pin"};
  const std::string name = to_lower(raw);
  return std::ranges::any_of(kParts, [&](std::string_view part) { return name.find(part) != std::string::npos; }) ||
         std::ranges::find(kWhole, name) != kWhole.end();
}

// Long, and made of letters and digits as keys are: no URL, host name or sentence looks so.
bool is_random_value(std::string_view value) {
  if (value.starts_with("eyJ")) return true;  // a JSON Web Token
  if (value.size() < 24) return false;
  const auto fits = [](char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == '~' || c == '+' || c == '=';
  };
  return std::ranges::all_of(value, fits) && std::ranges::any_of(value, is_letter) &&
         std::ranges::any_of(value, is_digit);
}

std::string redact_parameters(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t end = std::min(text.find_first_of("&;"), text.size());
    const std::string_view parameter = text.substr(0, end);
    const std::size_t equals = parameter.find('=');
    const std::string_view value = equals == std::string_view::npos ? parameter : parameter.substr(equals + 1);
    const bool secret =
        (equals != std::string_view::npos && !value.empty() && is_secret_name(parameter.substr(0, equals))) ||
        is_random_value(value);
    out += parameter.substr(0, parameter.size() - value.size());
    out += secret ? kRedacted : value;
    if (end == text.size()) return out;
    out += text[end];
    text.remove_prefix(end + 1);
  }
}

// "//user:password@host" -> "//REDACTED@host"
std::string redact_user(std::string_view before_query) {
  const std::size_t slashes = before_query.find("//");
  if (slashes == std::string_view::npos) return std::string(before_query);
  const std::size_t start = slashes + 2;
  const std::string_view authority = before_query.substr(start, before_query.substr(start).find('/'));
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return std::string(before_query);
  std::string out(before_query.substr(0, start));
  out += kRedacted;
  out += before_query.substr(start + at);
  return out;
}

}  // namespace

std::string redact_url(std::string_view url) {
  const std::size_t query = std::min(url.find_first_of("?#"), url.size());
  std::string out = redact_user(url.substr(0, query));
  url.remove_prefix(query);
  while (!url.empty()) {
    out += url.front();
    url.remove_prefix(1);
    const std::size_t end = std::min(url.find_first_of("?#"), url.size());
    out += redact_parameters(url.substr(0, end));
    url.remove_prefix(end);
  }
  return out;
}

}  // namespace meetlat
