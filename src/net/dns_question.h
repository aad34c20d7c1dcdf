// A question to a name server.
#pragma once

#include <string>

namespace meetlat {

// Record types as IANA numbers them.
struct DnsType {
  static constexpr int kA = 1;
  static constexpr int kNs = 2;
  static constexpr int kPtr = 12;
  static constexpr int kTxt = 16;
  static constexpr int kAaaa = 28;
  static constexpr int kDs = 43;
  static constexpr int kDnskey = 48;
  static constexpr int kTlsa = 52;
  static constexpr int kHttps = 65;
  static constexpr int kCaa = 257;
};

struct DnsQuestion {
  std::string name;  // lower case, without the last dot; "." is the root
  int type = 0;
};

}  // namespace meetlat
