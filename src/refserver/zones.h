// The zones of the reference server's hosts, signed in memory with a throw-away key, and what a name server says of
// them.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace meetlat {

// How the signatures of a zone are.
enum class ZoneSigning {
  kGood,
  kNone,      // unsigned, and the zone above says so
  kTampered,  // those of the addresses are wrong
  kExpired,   // in order, but over since a month
};

struct ZonePlan {
  std::string name;                  // "exemplary.test"
  std::vector<std::string> records;  // as in a zone file, names in full: "meet.exemplary.test. CAA 0 issue \"ca.test\""
  ZoneSigning signing = ZoneSigning::kGood;
  std::vector<std::string> spoilt{};  // names whose address signatures are wrong, whatever the others are
};

// Where every zone's NS record leads.
struct NameServer {
  std::string name;     // "ns.test"
  std::string address;  // IPv4
};

// All of them below one zone `top`, which is signed and delegates to them.
class Zones {
 public:
  // kInvalidArgument when a record cannot be read (the message has it), kIo when signing fails.
  static Result<std::unique_ptr<Zones>> make(const std::string& top, const NameServer& server,
                                             const std::vector<ZonePlan>& plans);
  ~Zones();
  Zones(const Zones&) = delete;
  Zones& operator=(const Zones&) = delete;

  // The DNSKEY of the top zone as a line of a zone file.
  const std::string& trust_anchor() const noexcept;
  // The answer to a packet as it comes from the wire, at most 1232 bytes (a longer one is cut and marked so); "" when
  // it is no question. Names outside of the top zone do not exist.
  std::string answer(std::string_view packet) const;

 private:
  struct Impl;
  explicit Zones(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace meetlat
