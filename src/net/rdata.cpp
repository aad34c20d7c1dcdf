#include "net/rdata.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace meetlat {

namespace {

constexpr std::size_t kLongestName = 253;
constexpr std::size_t kLongestText = 1024;

// Lower case, or 0 for a byte that no host name has.
char host_letter(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  const bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  return fine ? c : '\0';
}

}  // namespace

std::string reverse_name(const Address& address) {
  std::string name;
  if (!address.v6) {
    for (std::size_t i = 4; i-- > 0;) name += fmt::format("{}.", address.bytes[i]);
    return name + "in-addr.arpa";
  }
  for (std::size_t i = 16; i-- > 0;) name += fmt::format("{:x}.{:x}.", address.bytes[i] & 15, address.bytes[i] >> 4);
  return name + "ip6.arpa";
}

std::optional<std::string> name_in_rdata(std::string_view bytes) {
  std::string name;
  std::size_t labels = 0;
  while (!bytes.empty()) {
    const std::size_t length = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (length == 0) break;
    if (length > 63 || length > bytes.size() || name.size() + length + 1 > kLongestName) return std::nullopt;
    if (labels++ > 0) name += '.';
    for (const char c : bytes.substr(0, length)) {
      const char letter = host_letter(c);
      if (letter == '\0') return std::nullopt;
      name += letter;
    }
    bytes.remove_prefix(length);
  }
  if (labels < 2) return std::nullopt;
  return name;
}

std::vector<Address> addresses_in(const std::vector<std::string>& records, bool v6) {
  std::vector<Address> addresses;
  for (const std::string& record : records) {
    if (record.size() != (v6 ? 16U : 4U)) continue;
    Address address;
    address.v6 = v6;
    std::memcpy(address.bytes.data(), record.data(), record.size());
    addresses.push_back(address);
  }
  return addresses;
}

std::string text_in_rdata(std::string_view bytes) {
  std::string text;
  while (!bytes.empty() && text.size() < kLongestText) {
    const std::size_t length = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (length > bytes.size()) break;
    text += bytes.substr(0, length);
    bytes.remove_prefix(length);
  }
  text.resize(std::min(text.size(), kLongestText));
  return text;
}

}  // namespace meetlat
