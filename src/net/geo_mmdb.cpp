#include "net/geo_mmdb.h"

#include <fmt/format.h>
#include <maxminddb.h>
#include <netinet/in.h>

#include <array>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <utility>

#include "base/text.h"

namespace meetlat {

namespace {

constexpr std::string_view kMark = "\xab\xcd\xefMaxMind.com";
constexpr std::streamoff kMarkWithin = std::streamoff{128} << 10;  // the format's promise
// Before this no MMDB existed: a smaller build_epoch is none.
constexpr std::uint64_t kFirstEpoch = 1'300'000'000;

// The value of a key of a record, or of a key of the map that stands there.
std::optional<MMDB_entry_data_s> value_at(MMDB_entry_s entry, const char* key, const char* inner = nullptr) {
  const std::array<const char*, 3> path{key, inner, nullptr};
  MMDB_entry_data_s data{};
  if (MMDB_aget_value(&entry, &data, path.data()) != MMDB_SUCCESS || !data.has_data) return std::nullopt;
  return data;
}

std::string text_at(const MMDB_entry_s& entry, const char* key, const char* inner = nullptr) {
  const auto data = value_at(entry, key, inner);
  if (!data || data->type != MMDB_DATA_TYPE_UTF8_STRING) return {};
  return excerpt(std::string_view(data->utf8_string, data->data_size), 120);
}

std::uint32_t as_number_of(const MMDB_entry_s& entry) {
  for (const char* key : {"autonomous_system_number", "asn"}) {
    const auto data = value_at(entry, key);
    if (!data) continue;
    if (data->type == MMDB_DATA_TYPE_UINT32) return data->uint32;
    if (data->type == MMDB_DATA_TYPE_UINT16) return data->uint16;
    if (data->type == MMDB_DATA_TYPE_UINT64 && data->uint64 <= 0xffffffff) {
      return static_cast<std::uint32_t>(data->uint64);
    }
    std::string text = text_at(entry, key);  // "AS64500"
    if (starts_with_i(text, "as")) text.erase(0, 2);
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size()) return number;
  }
  return 0;
}

// Two capital letters, or "".
std::string country_in(const MMDB_entry_s& entry) {
  for (std::string code :
       {text_at(entry, "country", "iso_code"), text_at(entry, "country_code"), text_at(entry, "country")}) {
    for (char& c : code) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    if (code.size() == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z') return code;
  }
  return {};
}

class MmdbTable final : public GeoTable {
 public:
  MmdbTable() = default;
  ~MmdbTable() override {
    if (open_) MMDB_close(&mmdb_);
  }
  MmdbTable(const MmdbTable&) = delete;
  MmdbTable& operator=(const MmdbTable&) = delete;

  Result<void> open(const std::filesystem::path& file) {
    const int status = MMDB_open(file.c_str(), MMDB_MODE_MMAP, &mmdb_);
    if (status != MMDB_SUCCESS) {
      return fail(ErrorCode::kParse, fmt::format("{}: {}", file.string(), MMDB_strerror(status)));
    }
    open_ = true;
    if (mmdb_.metadata.build_epoch < kFirstEpoch || mmdb_.metadata.build_epoch > UINT64_C(1) << 40) {
      return fail(ErrorCode::kParse, fmt::format("{}: the table does not say when it was made", file.string()));
    }
    date_ = Instant(std::chrono::seconds(static_cast<std::int64_t>(mmdb_.metadata.build_epoch)));
    const char* type = mmdb_.metadata.database_type;
    source_ = fmt::format("{}, {}", type == nullptr ? "MMDB" : excerpt(type, 60), file.filename().string());
    return {};
  }

  Result<Place> find(const Address& address, Instant now) const override {
    if (Result<void> fresh = geo_is_fresh(date_, now, source_); !fresh) return fail(fresh.error());
    int error = MMDB_SUCCESS;
    const MMDB_lookup_result_s found = look_up(address, error);
    const auto unknown = [&] {
      return fail(ErrorCode::kNotFound, fmt::format("{} knows no country of {}", source_, address.str()));
    };
    if (error == MMDB_IPV6_LOOKUP_IN_IPV4_DATABASE_ERROR) return unknown();
    if (error != MMDB_SUCCESS) {
      return fail(ErrorCode::kParse, fmt::format("{}: {}", source_, MMDB_strerror(error)));
    }
    if (!found.found_entry) return unknown();
    Place place;
    place.country = country_in(found.entry);
    if (place.country.empty()) return unknown();
    place.as_number = as_number_of(found.entry);
    place.as_organisation = text_at(found.entry, "autonomous_system_organization");
    if (place.as_organisation.empty()) place.as_organisation = text_at(found.entry, "as_name");
    place.source = source_;
    place.date = date_;
    return place;
  }

  std::string source() const override { return fmt::format("{} {}", source_, format_instant(date_)); }

 private:
  MMDB_lookup_result_s look_up(const Address& address, int& error) const {
    sockaddr_storage storage{};
    if (address.v6) {
      sockaddr_in6 v6{};
      v6.sin6_family = AF_INET6;
      std::memcpy(&v6.sin6_addr, address.bytes.data(), 16);
      std::memcpy(&storage, &v6, sizeof v6);
    } else {
      sockaddr_in v4{};
      v4.sin_family = AF_INET;
      std::memcpy(&v4.sin_addr, address.bytes.data(), 4);
      std::memcpy(&storage, &v4, sizeof v4);
    }
    return MMDB_lookup_sockaddr(&mmdb_, reinterpret_cast<const sockaddr*>(&storage), &error);
  }

  MMDB_s mmdb_{};
  bool open_ = false;
  Instant date_{};
  std::string source_;
};

}  // namespace

bool is_mmdb(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return false;
  const std::streamoff size = in.tellg();
  const std::streamoff from = size > kMarkWithin ? size - kMarkWithin : 0;
  in.seekg(from);
  std::string end(static_cast<std::size_t>(size - from), '\0');
  in.read(end.data(), static_cast<std::streamsize>(end.size()));
  return in && end.find(kMark) != std::string::npos;
}

Result<std::unique_ptr<GeoTable>> load_mmdb(const std::filesystem::path& file) {
  auto table = std::make_unique<MmdbTable>();
  if (Result<void> opened = table->open(file); !opened) return fail(opened.error());
  return std::unique_ptr<GeoTable>(std::move(table));
}

}  // namespace meetlat
