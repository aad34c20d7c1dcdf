#include "net/geo.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <fstream>
#include <optional>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "net/geo_mmdb.h"

namespace meetlat {

namespace {

constexpr std::size_t kMostRanges = 4'000'000;  // six times what the package has today
constexpr std::string_view kInstalledFolder = "/usr/share/tor";

std::uint32_t number_of(const Address& v4) noexcept {
  return std::uint32_t{v4.bytes[0]} << 24 | std::uint32_t{v4.bytes[1]} << 16 | std::uint32_t{v4.bytes[2]} << 8 |
         std::uint32_t{v4.bytes[3]};
}

// An IPv4 address as the package writes it (a whole number), or as people do.
std::optional<Address> address_of(std::string_view text) {
  if (const Result<Address> address = Address::parse(text)) return *address;
  if (text.empty() || text.size() > 10) return std::nullopt;
  std::uint64_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (number > 0xffffffff) return std::nullopt;
  Address address;
  for (std::size_t i = 0; i < 4; ++i) address.bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i) & 0xff);
  return address;
}

// nullopt: no country code.
std::optional<std::uint16_t> country_of(std::string_view text) {
  if (text == "??") return std::uint16_t{0};
  if (text.size() != 2 || text[0] < 'A' || text[0] > 'Z' || text[1] < 'A' || text[1] > 'Z') return std::nullopt;
  return static_cast<std::uint16_t>(static_cast<unsigned char>(text[0]) << 8 | static_cast<unsigned char>(text[1]));
}

std::optional<Instant> date_of(std::string_view text) {
  if (const Result<Instant> exact = parse_instant(text)) return *exact;
  const std::time_t seconds = curl_getdate(std::string(text.substr(0, 80)).c_str(), nullptr);
  if (seconds <= 0) return std::nullopt;
  return Instant(std::chrono::seconds(seconds));
}

// The rest of a comment "# KEY: VALUE", or "".
std::string_view comment_value(std::string_view line, std::string_view key) {
  line = trim(line.substr(line.find_first_not_of('#') == std::string_view::npos ? line.size() : 1));
  if (!line.starts_with(key)) return {};
  return trim(line.substr(key.size()));
}

template <class Range>
bool order_ranges(std::vector<Range>& ranges) {
  const auto before = [](const Range& a, const Range& b) { return a.first < b.first; };
  if (!std::is_sorted(ranges.begin(), ranges.end(), before)) std::sort(ranges.begin(), ranges.end(), before);
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (!(ranges[i - 1].last < ranges[i].first)) return false;
  }
  ranges.shrink_to_fit();
  return true;
}

// The range that holds `value`, or nullptr.
template <class Range, class Value>
const Range* range_of(const std::vector<Range>& ranges, const Value& value) {
  auto after = std::upper_bound(ranges.begin(), ranges.end(), value,
                                [](const Value& wanted, const Range& range) { return wanted < range.first; });
  if (after == ranges.begin()) return nullptr;
  const Range& range = *--after;
  return range.last < value ? nullptr : &range;
}

class TextTable final : public GeoTable {
 public:
  TextTable(GeoRanges ranges, std::string source) : ranges_(std::move(ranges)), source_(std::move(source)) {}

  Result<Place> find(const Address& address, Instant now) const override {
    if (Result<void> fresh = geo_is_fresh(ranges_.date, now, source_); !fresh) return fail(fresh.error());
    std::uint16_t country = 0;
    if (address.v6) {
      if (const GeoRanges::V6* range = range_of(ranges_.v6, address.bytes)) country = range->country;
    } else if (const GeoRanges::V4* range = range_of(ranges_.v4, number_of(address))) {
      country = range->country;
    }
    if (country == 0) {
      return fail(ErrorCode::kNotFound, fmt::format("{} knows no country of {}", source_, address.str()));
    }
    Place place;
    place.country = {static_cast<char>(country >> 8), static_cast<char>(country & 0xff)};
    place.source = source_;
    place.date = ranges_.date;
    return place;
  }

  std::string source() const override { return fmt::format("{} {}", source_, format_instant(ranges_.date)); }

 private:
  const GeoRanges ranges_;
  const std::string source_;
};

Result<void> add_file(GeoRanges& ranges, const std::filesystem::path& file) {
  const Result<std::string> bytes = read_file(file);
  if (!bytes) return fail(bytes.error());
  return ranges.parse_geo_text(*bytes, file.string());
}

Result<std::unique_ptr<GeoTable>> text_table(const std::vector<std::filesystem::path>& files) {
  GeoRanges ranges;
  for (const auto& file : files) {
    if (Result<void> added = add_file(ranges, file); !added) return fail(added.error());
  }
  const std::string name = files.front().filename().string();  // folders of this machine are nobody's business
  std::string source = ranges.vendor.empty() ? name : fmt::format("{}, {}", ranges.vendor, name);
  return std::unique_ptr<GeoTable>(std::make_unique<TextTable>(std::move(ranges), std::move(source)));
}

}  // namespace

Result<void> geo_is_fresh(Instant date, Instant now, std::string_view source) {
  if (now - date <= kGeoLife) return {};
  return fail(ErrorCode::kDataTooOld, fmt::format("{} is of {}, more than 18 months ago", source, format_date(date)));
}

Result<void> GeoRanges::parse_geo_text(std::string_view text, std::string_view file_name) {
  std::optional<Instant> dated;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    const auto broken = [&](std::string_view what) {
      return fail(ErrorCode::kParse, fmt::format("{} line {}: {}: '{}'", file_name, number, what, excerpt(line, 60)));
    };
    if (line.empty()) continue;
    if (line.front() == '#') {
      if (const auto value = comment_value(line, "Generated:"); !value.empty()) dated = date_of(value);
      if (const auto value = comment_value(line, "Vendor:"); !value.empty()) vendor = excerpt(value, 80);
      continue;
    }
    const std::size_t comma = line.find(',');
    const std::size_t second = comma == std::string_view::npos ? comma : line.find(',', comma + 1);
    if (second == std::string_view::npos) return broken("FIRST,LAST,COUNTRY was expected");
    const auto first = address_of(line.substr(0, comma));
    const auto last = address_of(line.substr(comma + 1, second - comma - 1));
    const auto country = country_of(line.substr(second + 1));
    if (!first || !last || first->v6 != last->v6 || *last < *first) return broken("no range of addresses");
    if (!country) return broken("no country code");
    if (v4.size() + v6.size() >= kMostRanges) return fail(ErrorCode::kTooLarge, std::string(file_name));
    if (first->v6) {
      v6.push_back({first->bytes, last->bytes, *country});
    } else {
      v4.push_back({number_of(*first), number_of(*last), *country});
    }
  }
  if (!dated) {
    return fail(ErrorCode::kParse,
                fmt::format("{}: neither an MMDB nor a table of ranges with a line '# Generated: DATE'", file_name));
  }
  date = date == Instant{} ? *dated : std::min(date, *dated);
  if (!order_ranges(v4) || !order_ranges(v6)) {
    return fail(ErrorCode::kParse, fmt::format("{}: ranges overlap", file_name));
  }
  return {};
}

Result<std::unique_ptr<GeoTable>> GeoTable::load(const std::filesystem::path& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return text_table({path / "geoip", path / "geoip6"});
  if (is_mmdb(path)) return load_mmdb(path);
  return text_table({path});
}

Result<std::unique_ptr<GeoTable>> GeoTable::load_installed() {
  std::error_code ignored;
  if (!std::filesystem::exists(std::filesystem::path(kInstalledFolder) / "geoip", ignored)) {
    return fail(ErrorCode::kNotFound,
                "no table of countries on this machine: install Debian's tor-geoipdb, or name one with --geo");
  }
  return load(kInstalledFolder);
}

}  // namespace meetlat
