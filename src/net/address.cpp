#include "net/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "base/url.h"

namespace meetlat {

Result<Address> Address::parse(std::string_view text) {
  // inet_pton wants a terminated string; nothing longer than its longest form can be an address.
  char buffer[INET6_ADDRSTRLEN + 1] = {};
  if (!text.empty() && text.size() < sizeof buffer && text.find('\0') == std::string_view::npos) {
    std::memcpy(buffer, text.data(), text.size());
    Address address;
    if (inet_pton(AF_INET, buffer, address.bytes.data()) == 1) return address;
    address.v6 = true;
    if (inet_pton(AF_INET6, buffer, address.bytes.data()) == 1) return address;
  }
  return fail(ErrorCode::kParse, fmt::format("'{}' is no IP address", excerpt(text, 60)));
}

std::string Address::str() const {
  char buffer[INET6_ADDRSTRLEN] = {};
  if (inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), buffer, sizeof buffer) == nullptr) return {};
  return buffer;
}

namespace {

// The words of one line up to '#'.
std::vector<std::string_view> words_of(std::string_view line) {
  line = line.substr(0, line.find('#'));
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while ((at = line.find_first_not_of(" \t\r\f\v", at)) != std::string_view::npos) {
    const std::size_t end = std::min(line.find_first_of(" \t\r\f\v", at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

bool is_single_label(std::string_view name) noexcept {
  return std::ranges::all_of(name, [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

Result<void> read_line(std::string_view line, std::vector<HostsEntry>& entries) {
  const std::vector<std::string_view> words = words_of(line);
  if (words.empty()) return {};
  const Result<Address> address = Address::parse(words.front());
  if (!address) return fail(address.error());
  if (words.size() == 1) {
    return fail(ErrorCode::kParse, fmt::format("the address {} has no name behind it", address->str()));
  }
  for (std::size_t i = 1; i < words.size(); ++i) {
    // "localhost" and the like stand in many hosts files; such a name can never be audited, so it does no harm.
    if (is_single_label(words[i])) continue;
    Result<std::string> name = normalise_host(words[i]);
    if (!name) return fail(name.error());
    if (is_ip_literal(*name)) return fail(ErrorCode::kParse, fmt::format("'{}' is an address, not a name", *name));
    entries.push_back({std::move(*name), *address});
  }
  return {};
}

}  // namespace

Result<std::vector<HostsEntry>> parse_hosts_file(std::string_view bytes, std::string_view file_name) {
  std::vector<HostsEntry> entries;
  int number = 0;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::size_t end = std::min(bytes.find('\n', at), bytes.size());
    ++number;
    if (Result<void> read = read_line(bytes.substr(at, end - at), entries); !read) {
      return fail(ErrorCode::kParse, fmt::format("{}:{}: {}", file_name, number, read.error().context));
    }
    at = end + 1;
  }
  return entries;
}

}  // namespace meetlat
