// Names that are answered without asking anybody: address literals, what --hosts-file names, and special-use names.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/address.h"
#include "net/transport.h"

namespace meetlat {

// Can no public name server know this name? Single labels and names under .test, .invalid, .example, .localhost,
// .onion, .local, .internal, .alt and .home.arpa (RFC 6761, 6762, 7686, 8375, 9476; ICANN for .internal).
bool is_special_use_name(std::string_view host) noexcept;

class LocalNames {
 public:
  explicit LocalNames(std::vector<HostsEntry> hosts);

  // The answer when `host` is an address literal or in the hosts file; nullopt otherwise.
  std::optional<Resolved> find(const std::string& host) const;
  // The first name that the hosts file gives to this address, as hosts(5) has it; nullopt when it has none.
  std::optional<std::string> reverse(const Address& address) const;

 private:
  std::vector<HostsEntry> hosts_;             // stably sorted by host
  std::map<Address, std::string> canonical_;  // first name of each address
};

}  // namespace meetlat
