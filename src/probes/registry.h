// One function per probe file; registry.cpp lists them all.
#pragma once

#include "probes/probe.h"

namespace meetlat {

const Probe& dns_probe() noexcept;
const Probe& tls_probe() noexcept;
const Probe& http_probe() noexcept;
const Probe& jitsi_probe() noexcept;
const Probe& client_probe() noexcept;
const Probe& e2ee_probe() noexcept;
const Probe& xmpp_probe() noexcept;
const Probe& names_probe() noexcept;
const Probe& policy_probe() noexcept;
const Probe& parties_probe() noexcept;
const Probe& hosting_probe() noexcept;
const Probe& exposed_probe() noexcept;

}  // namespace meetlat
