// The ways in which a client or a page leads somebody else to a participant: what it is called, what the other side
// then learns, and which setting stops it. Words for people; facts about Jitsi Meet are those of its configuration's
// documentation and of its source.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace meetlat::probes {

// The strongest first: a host that is met in several ways counts by the strongest.
enum class PartyClass { kLoaded, kInCall, kOnUse, kPermitted, kHinted };
inline constexpr std::array kPartyClasses{PartyClass::kLoaded, PartyClass::kInCall, PartyClass::kOnUse,
                                          PartyClass::kPermitted, PartyClass::kHinted};
std::string_view to_string(PartyClass kind) noexcept;  // "loaded", "in-call", "on-use", "permitted", "hinted"

struct Mechanism {
  std::string_view id;
  PartyClass kind;
  std::string_view name;                   // "STUN", "picture of a participant"
  std::span<const std::string_view> data;  // what goes there: "network address", ...
  std::string_view stopped_by;             // settings or files; "" when nothing of the host's stops it
  bool by_switch = false;                  // does disableThirdPartyRequests stop it, too?
};

// Precondition (asserted): there is one of that id.
const Mechanism& mechanism(std::string_view id) noexcept;
std::span<const Mechanism> all_mechanisms() noexcept;

// "STUN: p2p.stunServers or p2p.enabled; not disableThirdPartyRequests"
std::string stop_words(const Mechanism& mechanism);

}  // namespace meetlat::probes
