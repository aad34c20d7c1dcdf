// Records of names, validated with DNSSEC by this program itself from a trust anchor. It never says that a name's
// signatures are wrong because of this side: whether validation works on the way to the name servers at all is found
// out first, with the anchor's own zone, and where it does not, nothing is measured.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/dns_context.h"
#include "net/local_names.h"
#include "net/transport.h"

namespace meetlat {

struct ValidatorOptions {
  std::vector<HostsEntry> hosts;        // names of the hosts file are nobody's to ask about, unless forward_to is given
  std::string forward_to;               // "192.0.2.53@5353", the user's own resolver, instead of resolv.conf's servers
  std::filesystem::path trust_anchors;  // DNSKEY or DS records, one a line
};

// The names that a file of trust anchors is for (DNSKEY and DS records in the form of zone files, one a line), lower
// case, without the last dot; "." is the root. kNotFound, kPermission, kIo; kParse when it holds none.
Result<std::vector<std::string>> trust_anchor_names(const std::filesystem::path& file);

class Validator {
 public:
  // The root's key as Debian's dns-root-data has it.
  static constexpr const char* kRootKey = "/usr/share/dns/root.key";

  // As trust_anchor_names(), and kIo when libunbound cannot start.
  static Result<std::unique_ptr<Validator>> create(const ValidatorOptions& options);

  // Asks all of them at once; answers in the order of the questions, see Transport::records. Thread-safe.
  std::vector<Result<DnsRecords>> ask(std::span<const DnsQuestion> questions, Ticks deadline,
                                      const std::stop_token& stop);

 private:
  Validator(const ValidatorOptions& options, std::vector<std::string> anchors, std::unique_ptr<DnsContext> context);
  std::optional<Error> refusal(const std::string& name) const;
  void confirm_bogus(std::span<const DnsQuestion> questions, std::vector<DnsReply>& replies, Ticks deadline,
                     const std::stop_token& stop) const;
  Result<void> path_works(const std::stop_token& stop);
  Result<void> try_path(const std::stop_token& stop);

  const bool own_server_;
  const std::vector<std::string> hosts_;  // names of the hosts file, sorted
  const std::vector<std::string> anchors_;
  const std::string by_;
  const DnsContextOptions context_options_;
  const std::unique_ptr<DnsContext> context_;
  std::mutex path_mutex_;
  int path_tries_ = 0;
  std::optional<Result<void>> path_;
};

}  // namespace meetlat
