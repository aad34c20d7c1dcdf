#include "net/local_names.h"

#include <algorithm>
#include <utility>

namespace meetlat {

bool is_special_use_name(std::string_view host) noexcept {
  if (host.find('.') == std::string_view::npos) return true;
  constexpr std::string_view kSuffixes[] = {".test",  ".invalid",  ".example", ".localhost", ".onion",
                                            ".local", ".internal", ".alt",     ".home.arpa"};
  return std::ranges::any_of(kSuffixes, [host](std::string_view suffix) { return host.ends_with(suffix); }) ||
         host == "home.arpa";
}

LocalNames::LocalNames(std::vector<HostsEntry> hosts) : hosts_(std::move(hosts)) {
  for (const HostsEntry& entry : hosts_) canonical_.emplace(entry.address, entry.host);
  std::ranges::stable_sort(hosts_, {}, &HostsEntry::host);
}

std::optional<Resolved> LocalNames::find(const std::string& host) const {
  Resolved answer;
  answer.host = host;
  if (const Result<Address> literal = Address::parse(host)) {
    (literal->v6 ? answer.v6 : answer.v4).push_back(*literal);
    return answer;
  }
  for (auto at = std::ranges::lower_bound(hosts_, host, {}, &HostsEntry::host); at != hosts_.end() && at->host == host;
       ++at) {
    std::vector<Address>& list = at->address.v6 ? answer.v6 : answer.v4;
    if (std::ranges::find(list, at->address) == list.end()) list.push_back(at->address);
  }
  if (answer.v4.empty() && answer.v6.empty()) return std::nullopt;
  answer.from_hosts_file = true;
  return answer;
}

std::optional<std::string> LocalNames::reverse(const Address& address) const {
  const auto found = canonical_.find(address);
  if (found == canonical_.end()) return std::nullopt;
  return found->second;
}

}  // namespace meetlat
