// Advisories of what runs behind the page, by the versions that it tells.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "probes/jitsi_builds.h"
#include "probes/support.h"
#include "probes/xmpp_parts.h"

namespace meetlat::probes {

namespace {

struct Teller {
  std::string_view fact;
  std::string_view software;   // how the text begins; "": it is the bare version
  std::string_view component;  // of data/jitsi/advisories.yml
};
constexpr std::array kTellers{Teller{"xmpp.server.version", "Prosody", "prosody"},
                              Teller{"xmpp.focus.version", "", "jicofo"}};

// The version without the name before it; "" when it is another software.
std::string_view version_of(const Teller& teller, std::string_view told) {
  told = trim(told);
  if (!starts_with_i(told, teller.software)) return {};
  return trim(told.substr(teller.software.size()));
}

}  // namespace

void put_component_advisories(const Evidence& evidence, Instant now, XmppWriter& out) {
  const Result<std::vector<Advisory>>& advisories = bundled_advisories();
  if (!advisories) return out.missing("xmpp.advisories", advisories.error());
  std::vector<std::string> ids;
  std::vector<std::string> told;
  for (const Teller& teller : kTellers) {
    const std::string_view text = version_of(teller, evidence.text(teller.fact));
    const Result<ComponentVersion> version = parse_component_version(teller.component, text);
    if (!version) continue;
    told.push_back(fmt::format("{} {}", teller.component, text));
    for (const Advisory* advisory : unfixed(*advisories, *version)) ids.push_back(advisory->id);
  }
  if (told.empty()) {
    return out.missing("xmpp.advisories", {ErrorCode::kNotUnderstood, "neither server nor focus tell their version"});
  }
  const Result<BuildTable>& table = BuildTable::bundled();
  if (ids.empty() && (!table || table->good_until() < now))
    return out.missing("xmpp.advisories", BuildTable::too_old());
  sort_unique(ids);
  const std::string what = join(told, ", ");
  out.put("xmpp.advisories", std::move(ids), seen("XMPP", "by number alone: " + what, {}));
}

}  // namespace meetlat::probes
