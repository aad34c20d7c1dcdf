// One libunbound context for all threads, used asynchronously (a context per thread would cost 1 MB and 0.6 ms a name).
// It forwards to the name servers of resolv.conf or to one that the user names, and walks down from the root when there
// are none. With a trust anchor it validates every answer (DNSSEC); without one it takes answers as they come.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/dns_question.h"

namespace meetlat {

struct DnsReply {
  bool done = false;                 // false: no answer in time
  std::optional<Error> error;        // why nothing is known: kResolverFailed
  bool name_exists = true;           // false: NXDOMAIN
  std::vector<std::string> records;  // RDATA, sorted (name servers turn the order), at most 16 of 2 KiB
  std::string canonical;             // where aliases (CNAME) led, lower case, without the last dot; "": no alias
  // Of a validating context: both false is insecure. A bogus answer still carries its records.
  bool secure = false;
  bool bogus = false;
  std::string why_bogus;  // libunbound's words; remote names are in them
};

struct DnsContextOptions {
  std::string forward_to;            // "192.0.2.53@5353" instead of resolv.conf's servers
  std::string trust_anchors;         // file with DNSKEY or DS records: validate with these; "": do not validate
  bool query_special_names = false;  // names under .test and .invalid too, which libunbound denies by itself
};

class DnsContext {
 public:
  // kIo when libunbound cannot start or does not take the options.
  static Result<std::unique_ptr<DnsContext>> create(const DnsContextOptions& options);
  ~DnsContext();
  DnsContext(const DnsContext&) = delete;
  DnsContext& operator=(const DnsContext&) = delete;

  struct Patience {
    Ticks deadline;
    // Once an answer with records is there, the others are waited for no longer than this.
    std::optional<std::chrono::milliseconds> after_first;
  };
  // Asks everything at once; replies in the order of the questions. Thread-safe. A stop leaves what is open undone.
  std::vector<DnsReply> ask(std::span<const DnsQuestion> questions, const Patience& patience,
                            const std::stop_token& stop);

 private:
  struct Impl;
  explicit DnsContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace meetlat
