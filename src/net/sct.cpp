#include "net/sct.h"

#include <openssl/ct.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <set>
#include <string>
#include <tuple>

#include "base/text.h"
#include "net/ct_logs.h"

namespace meetlat {

namespace {

constexpr std::size_t kMaxList = std::size_t{16} << 10;  // bytes; three timestamps take about 360
constexpr std::size_t kMaxKept = 30;                     // each that is checked costs a verification
// A log's clock and ours may differ.
constexpr std::chrono::minutes kClockSkew{5};

struct FreePolicy {
  void operator()(CT_POLICY_EVAL_CTX* policy) const noexcept { CT_POLICY_EVAL_CTX_free(policy); }
};
using PolicyPtr = std::unique_ptr<CT_POLICY_EVAL_CTX, FreePolicy>;

std::string base64_of(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(std::max(0, length)));
  return out;
}

// Milliseconds of a log's clock; absurd ones become the latest instant that can be written.
Instant instant_of(std::uint64_t milliseconds) {
  constexpr std::uint64_t kYear9999 = 253'402'300'799'000;
  return Instant(std::chrono::milliseconds(static_cast<std::int64_t>(std::min(milliseconds, kYear9999))));
}

SctInfo::Status status_of(const SCT* sct) {
  switch (SCT_get_validation_status(sct)) {
    case SCT_VALIDATION_STATUS_VALID:
      return SctInfo::Status::kValid;
    case SCT_VALIDATION_STATUS_INVALID:
      return SctInfo::Status::kInvalid;
    case SCT_VALIDATION_STATUS_UNKNOWN_LOG:
      return SctInfo::Status::kUnknownLog;
    case SCT_VALIDATION_STATUS_UNKNOWN_VERSION:
      return SctInfo::Status::kUnsupported;
    default:
      return SctInfo::Status::kUnchecked;
  }
}

class Checker {
 public:
  Checker(const SctInput& input, const CtLogs* logs, Instant now) : logs_(logs), now_(now) {
    if (logs == nullptr) {
      report_.no_table = "there is no table of logs";
      return;
    }
    report_.table_date = format_date(logs->read_on());
    if (logs->outdated(now)) report_.no_table = "the table of logs is of " + report_.table_date + " and too old";
    const CTLOG_STORE* store = logs->store();
    policy_.reset(store == nullptr ? nullptr : CT_POLICY_EVAL_CTX_new());
    if (policy_ == nullptr) return;
    CT_POLICY_EVAL_CTX_set_shared_CTLOG_STORE(policy_.get(), const_cast<CTLOG_STORE*>(store));
    CT_POLICY_EVAL_CTX_set1_cert(policy_.get(), input.leaf);
    if (input.issuer != nullptr) CT_POLICY_EVAL_CTX_set1_issuer(policy_.get(), input.issuer);
    // The future is told apart below; OpenSSL would call it invalid.
    CT_POLICY_EVAL_CTX_set_time(policy_.get(), std::numeric_limits<std::uint64_t>::max());
  }

  void add(const STACK_OF(SCT) * list, SctInfo::Source source) {
    for (int i = 0; i < sk_SCT_num(list); ++i) {
      if (report_.all.size() >= kMaxKept) {
        report_.left_out += static_cast<std::size_t>(sk_SCT_num(list) - i);
        return;
      }
      add_one(sk_SCT_value(list, i), source);
    }
  }
  void malformed(std::string_view what) {
    if (!report_.malformed.empty()) report_.malformed += ", ";
    report_.malformed += what;
  }
  SctReport take() { return std::move(report_); }

 private:
  void add_one(SCT* sct, SctInfo::Source source) {
    SctInfo info;
    info.source = source;
    if (SCT_get_version(sct) != SCT_VERSION_V1) {
      info.status = SctInfo::Status::kUnsupported;
      report_.all.push_back(std::move(info));
      return;
    }
    unsigned char* id_bytes = nullptr;
    const std::size_t id_length = SCT_get0_log_id(sct, &id_bytes);
    const std::string_view id(reinterpret_cast<const char*>(id_bytes), id_length);
    info.log_id = base64_of(id);
    info.at = instant_of(SCT_get_timestamp(sct));
    if (!seen_.emplace(source, info.log_id, SCT_get_timestamp(sct)).second) return;
    if (logs_ != nullptr) describe(*sct, id, info);
    report_.all.push_back(std::move(info));
  }

  void describe(SCT& sct, std::string_view id, SctInfo& info) {
    const CtLog* log = logs_->find(id);
    if (log == nullptr) {
      info.status = SctInfo::Status::kUnknownLog;
      return;
    }
    info.log = log->description;
    info.log_operator = log->operator_name;
    info.accepted = CtLogs::accepted(*log, info.at);
    if (info.at > now_ + kClockSkew) {
      info.status = SctInfo::Status::kFuture;
    } else if (policy_ != nullptr) {
      const auto from = info.source == SctInfo::Source::kCertificate    ? SCT_SOURCE_X509V3_EXTENSION
                        : info.source == SctInfo::Source::kTlsExtension ? SCT_SOURCE_TLS_EXTENSION
                                                                        : SCT_SOURCE_OCSP_STAPLED_RESPONSE;
      SCT_set_source(&sct, from);
      (void)SCT_validate(&sct, policy_.get());
      info.status = status_of(&sct);
      ERR_clear_error();
    }
  }

  const CtLogs* logs_;
  const Instant now_;
  PolicyPtr policy_;
  std::set<std::tuple<SctInfo::Source, std::string, std::uint64_t>> seen_;
  SctReport report_;
};

}  // namespace

void FreeScts::operator()(STACK_OF(SCT) * list) const noexcept {
  SCT_LIST_free(list);
}

SctList parse_scts(std::string_view list) {
  if (list.empty() || list.size() > kMaxList) return nullptr;
  const auto* at = reinterpret_cast<const unsigned char*>(list.data());
  SctList parsed(o2i_SCT_LIST(nullptr, &at, list.size()));
  ERR_clear_error();
  return parsed;
}

SctReport check_scts(const SctInput& input, const CtLogs* logs, Instant now) {
  SctList embedded;
  bool embedded_malformed = false;
  if (X509_get_ext_by_NID(input.leaf, NID_ct_precert_scts, -1) >= 0) {
    embedded.reset(static_cast<STACK_OF(SCT)*>(X509_get_ext_d2i(input.leaf, NID_ct_precert_scts, nullptr, nullptr)));
    embedded_malformed = embedded == nullptr;
    ERR_clear_error();
  }
  const bool any = embedded != nullptr || !input.tls_extension.empty() || input.staple != nullptr;
  // Without a timestamp the keys of the logs are not needed, and making them ready takes a moment.
  Checker checker(input, any ? logs : nullptr, now);
  if (embedded_malformed) checker.malformed("in the certificate");
  if (embedded != nullptr) checker.add(embedded.get(), SctInfo::Source::kCertificate);
  if (!input.tls_extension.empty()) {
    const SctList list = parse_scts(input.tls_extension);
    if (list == nullptr) checker.malformed("in the TLS extension");
    if (list != nullptr) checker.add(list.get(), SctInfo::Source::kTlsExtension);
  }
  if (input.staple_malformed) checker.malformed("in the staple");
  if (input.staple != nullptr) checker.add(input.staple, SctInfo::Source::kStaple);
  SctReport report = checker.take();
  if (!any) report.no_table.clear();  // no table is needed to see that there are none
  return report;
}

}  // namespace meetlat
