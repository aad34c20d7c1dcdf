// CAA, TLSA and HTTPS records.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "base/text.h"
#include "net/rdata.h"

namespace meetlat {

namespace {

constexpr std::size_t kShownTlsa = 64;  // bytes: a SHA-512 digest
constexpr std::size_t kShownHttps = 500;

unsigned byte_at(std::string_view bytes, std::size_t at) noexcept {
  return static_cast<unsigned char>(bytes[at]);
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

// Takes a big-endian number of two bytes; nullopt when fewer are left.
std::optional<unsigned> take16(std::string_view& bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const unsigned number = byte_at(bytes, 0) << 8 | byte_at(bytes, 1);
  bytes.remove_prefix(2);
  return number;
}

// Takes an uncompressed name: "." or labels with dots between them. nullopt when it is malformed or no host name.
std::optional<std::string> take_name(std::string_view& bytes) {
  std::string name;
  while (!bytes.empty()) {
    const std::size_t length = byte_at(bytes, 0);
    bytes.remove_prefix(1);
    if (length == 0) return name.empty() ? "." : name;
    if (length > 63 || length > bytes.size() || name.size() + length + 1 > 254) return std::nullopt;
    if (!name.empty()) name += '.';
    name += printable(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  return std::nullopt;
}

std::string alpn_text(std::string_view value) {
  std::vector<std::string> names;
  while (!value.empty()) {
    const std::size_t length = byte_at(value, 0);
    value.remove_prefix(1);
    if (length == 0 || length > value.size()) break;
    names.push_back(printable(value.substr(0, length)));
    value.remove_prefix(length);
  }
  return join(names, ",");
}

std::string addresses_text(std::string_view value, bool v6) {
  const std::size_t size = v6 ? 16 : 4;
  std::vector<std::string> texts;
  for (; value.size() >= size; value.remove_prefix(size)) {
    Address address;
    address.v6 = v6;
    std::memcpy(address.bytes.data(), value.data(), size);
    texts.push_back(address.str());
  }
  return join(texts, ",");
}

// RFC 9460 14.3.2, and ech from RFC 9848.
std::string parameter_text(unsigned key, std::string_view value) {
  switch (key) {
    case 0:
      return fmt::format("mandatory={} keys", value.size() / 2);
    case 1:
      return "alpn=" + alpn_text(value);
    case 2:
      return "no-default-alpn";
    case 3:
      return value.size() == 2 ? fmt::format("port={}", byte_at(value, 0) << 8 | byte_at(value, 1)) : "port=?";
    case 4:
      return "ipv4hint=" + addresses_text(value, false);
    case 5:
      return fmt::format("ech={} bytes", value.size());
    case 6:
      return "ipv6hint=" + addresses_text(value, true);
    default:
      return fmt::format("key{}={} bytes", key, value.size());
  }
}

}  // namespace

std::optional<CaaRecord> caa_in_rdata(std::string_view bytes) {
  if (bytes.size() < 3) return std::nullopt;
  const std::size_t length = byte_at(bytes, 1);
  if (length == 0 || bytes.size() < 2 + length) return std::nullopt;
  CaaRecord record;
  record.critical = (byte_at(bytes, 0) & 0x80U) != 0;
  for (const char c : bytes.substr(2, length)) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter) return std::nullopt;
    record.tag += c;
  }
  record.tag = to_lower(record.tag);
  record.value = bytes.substr(2 + length, 2048);
  return record;
}

std::string to_string(const CaaRecord& record) {
  return fmt::format("{} {} \"{}\"", record.critical ? 128 : 0, record.tag, excerpt(record.value, 200));
}

std::optional<TlsaRecord> tlsa_in_rdata(std::string_view bytes) {
  if (bytes.size() < 4) return std::nullopt;
  const auto number = [&](std::size_t at) { return static_cast<std::uint8_t>(byte_at(bytes, at)); };
  return TlsaRecord{number(0), number(1), number(2), std::string(bytes.substr(3))};
}

std::string to_string(const TlsaRecord& record) {
  const std::string_view data = record.data;
  return fmt::format("{} {} {} {}{}", record.usage, record.selector, record.matching, hex(data.substr(0, kShownTlsa)),
                     data.size() > kShownTlsa ? "..." : "");
}

std::string https_in_rdata(std::string_view bytes) {
  const std::optional<unsigned> priority = take16(bytes);
  const std::optional<std::string> target = priority ? take_name(bytes) : std::nullopt;
  if (!target) return {};
  std::string text = fmt::format("{} {}", *priority, *target);
  while (!bytes.empty()) {
    const std::optional<unsigned> key = take16(bytes);
    const std::optional<unsigned> length = key ? take16(bytes) : std::nullopt;
    if (!length || *length > bytes.size()) return {};
    if (text.size() < kShownHttps) text += " " + parameter_text(*key, bytes.substr(0, *length));
    bytes.remove_prefix(*length);
  }
  return excerpt(text, kShownHttps);
}

}  // namespace meetlat
