#include "probes/party_country.h"

#include <fmt/format.h>

#include "base/url.h"
#include "net/geo.h"
#include "net/local_names.h"
#include "probes/hosting_data.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kMostAddresses = 8;

Result<std::string> country_of(const Address& address, Session& session) {
  const Result<Place> place = session.place(address);
  if (!place) return fail(place.error());
  const Result<NetworkTable>& networks = hosting_networks();
  if (!networks) return fail(networks.error());
  const OperatorHit hit = networks->match(address, place->as_number, {});
  if (hit.owner != nullptr && hit.owner->worldwide) {
    return fail(ErrorCode::kNotUnderstood,
                fmt::format("{}, whose addresses are used all over the world ({})", hit.owner->name, hit.what));
  }
  // Registries write these for blocks that are used in several countries.
  for (const std::string_view region : {"EU", "AP", "XX", "ZZ"}) {
    if (place->country == region) {
      return fail(ErrorCode::kNotUnderstood, fmt::format("{} is registered for a region ({})", address.str(), region));
    }
  }
  return place->country;
}

}  // namespace

Result<std::vector<std::string>> countries_of(const std::string& host, Session& session) {
  const Result<Resolved>& own = session.resolve(session.target().base.host());
  if (own && own->from_hosts_file && !is_special_use_name(host) && !is_ip_literal(host)) {
    return fail(ErrorCode::kNotAttempted, host + " is not in the hosts file");
  }
  const Result<Resolved>& resolved = session.resolve(host);
  if (!resolved) return fail(resolved.error());
  std::vector<Address> addresses = resolved->v4;
  addresses.insert(addresses.end(), resolved->v6.begin(), resolved->v6.end());
  if (addresses.empty()) return fail(ErrorCode::kNoAddress, host);
  if (addresses.size() > kMostAddresses) addresses.resize(kMostAddresses);
  std::vector<std::string> countries;
  for (const Address& address : addresses) {
    Result<std::string> country = country_of(address, session);
    if (!country) return fail(country.error());
    countries.push_back(std::move(*country));
  }
  sort_unique(countries);
  return countries;
}

}  // namespace meetlat::probes
