// Whose is a host? From data/owners.yml.
#pragma once

#include <string>
#include <string_view>

namespace meetlat::probes {

struct DomainOwner {
  std::string name;               // "Google"
  std::string kind;               // "fonts", "analytics", "stun", ...
  std::string country;            // of the company's seat, ISO 3166; "" when not sure
  bool one_organisation = false;  // its domains are its own services: none is a third party for another
};

// The owner of the longest domain of the table that `host` ends with; nullptr when the table has none, or cannot be
// read (nobody then owns two domains: the careful reading). Lives for ever.
const DomainOwner* owner_of_domain(std::string_view host);

// Do both hosts belong to the same registrable domain, or to one organisation by the table?
bool same_owner(std::string_view host_a, std::string_view host_b);

}  // namespace meetlat::probes
