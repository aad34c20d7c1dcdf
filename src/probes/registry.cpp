// Every probe, in an order in which each comes after those whose facts it reads.
#include "probes/registry.h"

#include <array>

namespace meetlat {

std::span<const Probe* const> all_probes() noexcept {
  static const std::array<const Probe*, 12> kProbes{
      &dns_probe(),  &tls_probe(),   &http_probe(),   &jitsi_probe(),   &client_probe(),  &e2ee_probe(),
      &xmpp_probe(), &names_probe(), &policy_probe(), &parties_probe(), &hosting_probe(), &exposed_probe(),
  };
  return kProbes;
}

const Probe* find_probe(std::string_view id) noexcept {
  for (const Probe* probe : all_probes()) {
    if (probe->info().id == id) return probe;
  }
  return nullptr;
}

const FactSpec* find_fact(std::string_view path) noexcept {
  for (const Probe* probe : all_probes()) {
    for (const FactSpec& fact : probe->info().facts) {
      if (fact.path == path) return &fact;
    }
  }
  return nullptr;
}

}  // namespace meetlat
