// The country of an address from a local table: Debian's tor-geoipdb (text ranges) or an MMDB. Nothing is asked of
// anybody. What such a table says is where a block of addresses is registered or where its maker believes it to be;
// it is wrong for anycast and content networks. Whoever shows it shows its date with it.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/address.h"

namespace meetlat {

// A table older than this says nothing any more: blocks are sold and moved all the time (the makers publish weekly or
// monthly), and a wrong country is worse than none. Debian's stable releases refresh the package every few months.
inline constexpr std::chrono::days kGeoLife{548};  // 18 months

// What a table says of an address.
struct Place {
  std::string country;          // ISO 3166-1 alpha-2, upper case: "DE"; never empty
  std::uint32_t as_number = 0;  // of the network that announces it; 0: the table does not say
  std::string as_organisation;  // printable; "": the table does not say
  std::string source;           // "IPFire Project, geoip": maker and name of the file
  Instant date{};               // of the table
};

// Ranges of one text table, both address families mixed. Sorted; ranges do not overlap.
struct GeoRanges {
  struct V4 {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    std::uint16_t country = 0;  // two letters, the first one high; 0: "??"
  };
  struct V6 {
    std::array<std::uint8_t, 16> first{};
    std::array<std::uint8_t, 16> last{};
    std::uint16_t country = 0;
  };
  std::vector<V4> v4;
  std::vector<V6> v6;
  Instant date{};      // of "# Generated:"
  std::string vendor;  // of "# Vendor:", printable; "" when it is not said

  // Adds the ranges of `text`: lines "FIRST,LAST,CC" with IPv4 addresses as numbers or dotted, IPv6 ones as usual, "??"
  // for unknown; lines that start with '#' are comments, and one of them must be "# Generated: DATE". kParse names file
  // and line; kTooLarge beyond 4 million ranges. The older date of two files counts.
  Result<void> parse_geo_text(std::string_view text, std::string_view file_name);
};

class GeoTable {
 public:
  // A folder with `geoip` and `geoip6`, one such file, or an MMDB; the form is told by the content. kNotFound,
  // kPermission, kParse.
  static Result<std::unique_ptr<GeoTable>> load(const std::filesystem::path& path);
  // What Debian's tor-geoipdb installs. kNotFound says what to install.
  static Result<std::unique_ptr<GeoTable>> load_installed();
  virtual ~GeoTable() = default;

  // Thread-safe. kNotFound: the table does not know the address, or no country of it; kDataTooOld when the table is
  // older than kGeoLife at `now`, kParse when an MMDB is damaged.
  virtual Result<Place> find(const Address& address, Instant now) const = 0;
  // Maker, name of the file and date, to tell two tables apart.
  virtual std::string source() const = 0;
};

}  // namespace meetlat
