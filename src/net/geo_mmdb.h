// The MMDB form of a table of countries, read by libmaxminddb.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include "net/geo.h"

namespace meetlat {

// Has the file the mark of an MMDB near its end? False also when it cannot be read.
bool is_mmdb(const std::filesystem::path& file);
// Countries of country.iso_code (MaxMind, DB-IP, IPFire), country_code or country; networks of
// autonomous_system_number and _organization, or asn and as_name. kParse with libmaxminddb's words.
Result<std::unique_ptr<GeoTable>> load_mmdb(const std::filesystem::path& file);

// kDataTooOld when a table of `date` is older than kGeoLife.
Result<void> geo_is_fresh(Instant date, Instant now, std::string_view source);

}  // namespace meetlat
