#include "net/ct_logs.h"

#include <fmt/format.h>
#include <openssl/conf.h>
#include <openssl/ct.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <charconv>
#include <vector>

#include "base/file.h"
#include "base/text.h"

namespace meetlat {

namespace {

constexpr std::size_t kMaxLogs = 2000;
constexpr std::size_t kMaxKey = 1000;  // bytes of base64

struct FreeConf {
  void operator()(CONF* conf) const noexcept { NCONF_free(conf); }
};
using ConfPtr = std::unique_ptr<CONF, FreeConf>;

// "" when there is none.
std::string value_of(const CONF* conf, const char* section, const char* key) {
  const char* value = NCONF_get_string(conf, section, key);
  ERR_clear_error();
  return value == nullptr ? std::string() : printable(value);
}

Result<Instant> date_of(const CONF* conf, const char* section, const char* key) {
  return parse_instant(value_of(conf, section, key) + "T00:00:00Z");
}

// SHA-256 of the DER that `base64` is; "" when it is no base64.
std::string key_id(const std::string& base64) {
  if (base64.empty() || base64.size() > kMaxKey || base64.size() % 4 != 0) return {};
  std::vector<unsigned char> der(base64.size());
  const int length = EVP_DecodeBlock(der.data(), reinterpret_cast<const unsigned char*>(base64.data()),
                                     static_cast<int>(base64.size()));
  const std::size_t padding = base64.ends_with("==") ? 2 : base64.ends_with('=') ? 1 : 0;
  if (length < 3 || static_cast<std::size_t>(length) <= padding) return {};
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(der.data(), static_cast<std::size_t>(length) - padding, digest.data());
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

CtLogs::~CtLogs() {
  CTLOG_STORE_free(store_);
}

Result<std::shared_ptr<const CtLogs>> CtLogs::load(const std::filesystem::path& file) {
  std::shared_ptr<CtLogs> table(new CtLogs());
  table->file_ = file.empty() ? data_path("data/tls/ct-logs.cnf") : file;
  const std::string name = table->file_.string();
  // Read as a whole first: OpenSSL's errors do not tell a missing file from a broken one.
  if (const Result<std::string> bytes = read_file(table->file_, std::size_t{4} << 20); !bytes) {
    return fail(bytes.error());
  }
  const ConfPtr conf(NCONF_new(nullptr));
  long line = 0;
  if (conf == nullptr || NCONF_load(conf.get(), name.c_str(), &line) != 1) {
    ERR_clear_error();
    return fail(ErrorCode::kParse, fmt::format("{}:{}: not in the form of OpenSSL's ct_log_list.cnf", name, line));
  }
  const Result<Instant> read_on = date_of(conf.get(), nullptr, "read");
  const std::string life = value_of(conf.get(), nullptr, "life");
  std::from_chars(life.data(), life.data() + life.size(), table->life_days_);
  if (!read_on || table->life_days_ <= 0) {
    return fail(ErrorCode::kSchema, name + ": 'read' must be a date, 'life' a number of days");
  }
  table->read_on_ = *read_on;
  for (const std::string& item : split(value_of(conf.get(), nullptr, "enabled_logs"), ',')) {
    const std::string section(trim(item));
    if (section.empty()) continue;
    const std::string id = key_id(value_of(conf.get(), section.c_str(), "key"));
    CtLog log{value_of(conf.get(), section.c_str(), "description"),
              value_of(conf.get(), section.c_str(), "operator"),
              value_of(conf.get(), section.c_str(), "state"),
              {}};
    const Result<Instant> since = date_of(conf.get(), section.c_str(), "since");
    if (id.empty() || log.description.empty() || log.operator_name.empty() || log.state.empty() || !since) {
      return fail(ErrorCode::kSchema,
                  fmt::format("{}: [{}] must have description, operator, key, state and since", name, section));
    }
    log.since = *since;
    table->logs_.emplace(id, std::move(log));
    if (table->logs_.size() > kMaxLogs) return fail(ErrorCode::kTooLarge, name + ": too many logs");
  }
  if (table->logs_.empty()) return fail(ErrorCode::kSchema, name + ": 'enabled_logs' names no log");
  return std::shared_ptr<const CtLogs>(std::move(table));
}

const CtLog* CtLogs::find(std::string_view log_id) const {
  const auto found = logs_.find(log_id);
  return found == logs_.end() ? nullptr : &found->second;
}

bool CtLogs::outdated(Instant now) const noexcept {
  return days_between(read_on_, now) > life_days_;
}

bool CtLogs::accepted(const CtLog& log, Instant signed_at) noexcept {
  if (log.state == "retired") return signed_at < log.since;
  return log.state == "usable" || log.state == "qualified" || log.state == "readonly";
}

const CTLOG_STORE* CtLogs::store() const {
  std::call_once(made_, [this] {
    CTLOG_STORE* made = CTLOG_STORE_new();
    if (made != nullptr && CTLOG_STORE_load_file(made, file_.c_str()) != 1) {
      CTLOG_STORE_free(made);
      made = nullptr;
    }
    ERR_clear_error();
    store_ = made;
  });
  return store_;
}

}  // namespace meetlat
