// Writes small MMDB files for tests, by the format's published description; libmaxminddb reads them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "net/address.h"

namespace meetlat::test {

class MmdbWriter {
 public:
  explicit MmdbWriter(std::uint64_t build_epoch, std::string type = "Test-Country", bool v6 = true)
      : epoch_(build_epoch), type_(std::move(type)), v6_(v6) {}

  static std::string text(const std::string& value) { return head(2, value.size()) + value; }
  static std::string number(std::uint32_t value) { return head(6, 4) + big_endian(value, 4); }
  static std::string map(const std::vector<std::pair<std::string, std::string>>& entries) {
    std::string out = head(7, entries.size());
    for (const auto& [key, value] : entries) out += text(key) + value;
    return out;
  }

  // All addresses that begin with these bits have this record. IPv4 stands at ::/96 in a tree of IPv6.
  MmdbWriter& add(const std::string& address, int bits, const std::string& record) {
    const Address at = *Address::parse(address);
    std::array<std::uint8_t, 16> bytes{};
    int length = bits;
    if (v6_ && !at.v6) {
      for (std::size_t i = 0; i < 4; ++i) bytes[12 + i] = at.bytes[i];
      length += 96;
    } else {
      bytes = at.bytes;
    }
    std::size_t node = 0;
    for (int bit = 0; bit < length; ++bit) {
      const auto index = static_cast<std::size_t>(bit);
      const std::size_t side = bytes[index / 8] >> (7 - index % 8) & 1;
      if (bit + 1 == length) {
        nodes_[node][side] = -2 - static_cast<long>(data_.size());
        break;
      }
      if (nodes_[node][side] < 0) {
        nodes_[node][side] = static_cast<long>(nodes_.size());
        nodes_.push_back({kEmpty, kEmpty});
      }
      node = static_cast<std::size_t>(nodes_[node][side]);
    }
    data_ += record;
    return *this;
  }

  std::string bytes() const {
    std::string out;
    for (const auto& node : nodes_) {
      for (const long side : node) {
        const std::size_t value = side == kEmpty ? nodes_.size()
                                  : side < 0     ? nodes_.size() + 16 + static_cast<std::size_t>(-2 - side)
                                                 : static_cast<std::size_t>(side);
        out += big_endian(value, 3);
      }
    }
    out += std::string(16, '\0') + data_ + "\xab\xcd\xefMaxMind.com";
    const auto small = [](std::uint64_t value) { return head(5, 2) + big_endian(value, 2); };
    return out + map({{"binary_format_major_version", small(2)},
                      {"binary_format_minor_version", small(0)},
                      {"build_epoch", std::string("\x08\x02", 2) + big_endian(epoch_, 8)},
                      {"database_type", text(type_)},
                      {"description", map({{"en", text("made by a test")}})},
                      {"ip_version", small(v6_ ? 6 : 4)},
                      {"languages", std::string("\x01\x04", 2) + text("en")},
                      {"node_count", number(static_cast<std::uint32_t>(nodes_.size()))},
                      {"record_size", small(24)}});
  }

 private:
  static constexpr long kEmpty = -1;

  static std::string big_endian(std::uint64_t value, int count) {
    std::string out;
    for (int i = count; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xff);
    return out;
  }
  static std::string head(int type, std::size_t size) {
    if (size < 29) return {static_cast<char>(type << 5 | static_cast<int>(size))};
    return std::string{static_cast<char>(type << 5 | 29)} + static_cast<char>(size - 29);
  }

  const std::uint64_t epoch_;
  const std::string type_;
  const bool v6_;
  std::vector<std::array<long, 2>> nodes_{{kEmpty, kEmpty}};
  std::string data_;
};

}  // namespace meetlat::test
