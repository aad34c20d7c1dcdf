#include "proto/tls_registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>

#include "base/text.h"

namespace meetlat {

namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Whether one of the words between underscores is `word`.
bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || text[at - 1] == '_') && (end == text.size() || text[end] == '_')) return true;
  }
  return false;
}

int cipher_bits(std::string_view cipher) {
  struct Strength {
    std::string_view part;
    int bits;
  };
  // The first that fits: NIST SP 800-57 counts 112 for three keys of DES; export ciphers say their bits in their names.
  static constexpr std::array<Strength, 16> kStrengths = {{{"NULL", 0},
                                                           {"DES40", 40},
                                                           {"CBC_40", 40},
                                                           {"RC4_40", 40},
                                                           {"CBC_56", 56},
                                                           {"RC4_56", 56},
                                                           {"3DES", 112},
                                                           {"DES_CBC", 56},
                                                           {"_256", 256},
                                                           {"_128", 128},
                                                           {"CHACHA20", 256},
                                                           {"SM4", 128},
                                                           {"SEED", 128},
                                                           {"IDEA", 128},
                                                           {"KUZNYECHIK", 256},
                                                           {"MAGMA", 256}}};
  for (const Strength& one : kStrengths) {
    if (has(cipher, one.part)) return one.bits;
  }
  return has(cipher, "28147") ? 256 : 0;
}

Error bad(std::string_view table, std::size_t line, std::string_view what) {
  return {ErrorCode::kSchema, fmt::format("{} line {}: {}", table, line, what)};
}

using Row = std::vector<std::string>;

// Lines with that many columns; comments and empty lines are left out.
Result<void> each_row(std::string_view table, std::string_view bytes, std::size_t columns,
                      const std::function<bool(const Row&)>& take) {
  std::size_t number = 0;
  for (const std::string& line : split(bytes, '\n')) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    const Row row = split(line, '\t');
    if (row.size() != columns) return fail(bad(table, number, fmt::format("{} columns were expected", columns)));
    if (!take(row)) return fail(bad(table, number, "a value is not understood, or not in order"));
  }
  return {};
}

// Four hexadecimal digits; false when it is not greater than `least`.
bool read_value(const std::string& text, int least, std::uint16_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
  return error == std::errc{} && end == text.data() + text.size() && text.size() == 4 && int{out} > least;
}

template <class Entry>
const Entry* find_value(const std::vector<Entry>& sorted, std::uint16_t value) {
  const auto found = std::ranges::lower_bound(sorted, value, {}, &Entry::value);
  return found == sorted.end() || found->value != value ? nullptr : &*found;
}

}  // namespace

TlsSuite suite_from_name(std::uint16_t value, std::string_view name) {
  TlsSuite suite;
  suite.value = value;
  suite.name = name;
  const std::size_t with = name.find("_WITH_");
  suite.tls13 = with == std::string_view::npos;
  const std::string_view exchange = suite.tls13 ? std::string_view() : name.substr(0, with);
  const std::string_view cipher =
      suite.tls13 ? name.substr(std::min<std::size_t>(3, name.size())) : name.substr(with + 5);
  suite.anonymous = has_word(exchange, "anon");
  suite.ecdhe = has_word(exchange, "ECDHE") || (suite.anonymous && has_word(exchange, "ECDH"));
  suite.dhe = has_word(exchange, "DHE") || (suite.anonymous && has_word(exchange, "DH"));
  suite.forward_secret = suite.tls13 || suite.ecdhe || suite.dhe || has_word(exchange, "ECCPWD");
  suite.needs_credentials = has_word(exchange, "PSK") || has_word(exchange, "SRP") || has_word(exchange, "KRB5") ||
                            has_word(exchange, "ECCPWD");
  suite.aead = suite.tls13 || has_word(cipher, "GCM") || has_word(cipher, "CCM") || has_word(cipher, "POLY1305") ||
               has_word(cipher, "MGM");
  suite.bits = cipher_bits(cipher);
  suite.broken = suite.bits < 128 || suite.anonymous || has(exchange, "_EXPORT") || has_word(cipher, "RC4") ||
                 has_word(cipher, "RC2") || has_word(cipher, "IDEA") || has_word(cipher, "MAGMA") ||
                 has_word(cipher, "28147") || cipher.ends_with("_MD5");
  return suite;
}

Result<TlsRegistry> TlsRegistry::parse(std::string_view suites, std::string_view groups, std::string_view primes,
                                       std::string_view signatures) {
  TlsRegistry registry;
  const auto take_suite = [&](const Row& row) {
    std::uint16_t value = 0;
    const int least = registry.suites_.empty() ? -1 : registry.suites_.back().value;
    if (!read_value(row[0], least, value) || !row[1].starts_with("TLS_")) return false;
    registry.suites_.push_back(suite_from_name(value, row[1]));
    return true;
  };
  const auto take_group = [&](const Row& row) {
    static constexpr std::array<std::string_view, 4> kKinds = {"ec", "ffdhe", "pq", "draft"};
    TlsGroup group;
    const int least = registry.groups_.empty() ? -1 : registry.groups_.back().value;
    const auto kind = std::ranges::find(kKinds, row[2]);
    if (!read_value(row[0], least, group.value) || row[1].empty() || kind == kKinds.end()) return false;
    group.name = row[1];
    group.kind = static_cast<GroupKind>(kind - kKinds.begin());
    registry.groups_.push_back(std::move(group));
    return true;
  };
  const auto take_prime = [&](const Row& row) {
    DhPrime prime{0, row[2]};
    const auto [end, error] = std::from_chars(row[1].data(), row[1].data() + row[1].size(), prime.bits);
    return row[0].size() == 64 && error == std::errc{} && end == row[1].data() + row[1].size() && !row[2].empty() &&
           registry.primes_.emplace(row[0], prime).second;
  };
  const auto take_signature = [&](const Row& row) {
    std::uint16_t value = 0;
    const int least = registry.signatures_.empty() ? -1 : registry.signatures_.rbegin()->first;
    return read_value(row[0], least, value) && !row[1].empty() && registry.signatures_.emplace(value, row[1]).second;
  };
  if (auto read = each_row("suites", suites, 2, take_suite); !read) return fail(read.error());
  if (auto read = each_row("groups", groups, 3, take_group); !read) return fail(read.error());
  if (auto read = each_row("primes", primes, 3, take_prime); !read) return fail(read.error());
  if (auto read = each_row("signatures", signatures, 2, take_signature); !read) return fail(read.error());
  return registry;
}

const TlsSuite* TlsRegistry::suite(std::uint16_t value) const noexcept {
  return find_value(suites_, value);
}
const TlsGroup* TlsRegistry::group(std::uint16_t value) const noexcept {
  return find_value(groups_, value);
}
const DhPrime* TlsRegistry::prime(const std::string& sha256) const noexcept {
  const auto found = primes_.find(sha256);
  return found == primes_.end() ? nullptr : &found->second;
}
std::string TlsRegistry::suite_name(std::uint16_t value) const {
  const TlsSuite* known = suite(value);
  return known == nullptr ? fmt::format("0x{:04x}", value) : known->name;
}
std::string TlsRegistry::group_name(std::uint16_t value) const {
  const TlsGroup* known = group(value);
  return known == nullptr ? fmt::format("0x{:04x}", value) : known->name;
}
std::string TlsRegistry::signature_name(std::uint16_t value) const {
  const auto known = signatures_.find(value);
  return known == signatures_.end() ? fmt::format("0x{:04x}", value) : known->second;
}

}  // namespace meetlat
