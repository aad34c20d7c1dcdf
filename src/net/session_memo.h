// What a Session has learnt already, and what its parts hand to each other. Private to session*.cpp.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "net/session.h"

namespace meetlat {

struct Session::Memo {
  using PageKey = std::pair<Url, std::size_t>;  // with the greatest body size
  std::map<std::string, Result<Resolved>> names;
  std::map<Address, Result<std::vector<std::string>>> reverse;
  std::map<PageKey, Result<ExchangePtr>> singles;     // one exchange each
  std::map<PageKey, Result<ExchangePtr>> chains;      // with redirects followed
  std::map<std::string, Robots> robots;               // by origin
  std::map<std::string, Result<ExchangePtr>> random;  // by origin
  std::map<std::string, Address> good_address;        // by host: the one that answered
  std::size_t questions = 0;                          // asked of name servers for validated records
  std::size_t kept_bytes = 0;                         // of all bodies above, unpacked
  std::set<std::string> answered;                     // origins
  std::optional<Result<TlsHandshake>> handshake;
  std::optional<Result<Landing>> landing;
  std::optional<Configuration> configuration;
};

struct Session::Way {
  Address address;
  bool by_name = false;  // through a proxy that looks up the name
  std::string gate_key;  // the address, or the host when there is none
};

struct Session::Ask {
  Url url;
  std::size_t max_body = 0;
  const std::string* body = nullptr;  // of a POST
  std::string content_type;
  std::string what;
};

}  // namespace meetlat
