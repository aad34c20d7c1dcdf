// What of a rule and a finding concerns the server that was asked; shared by every form of report.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/rule.h"
#include "model/target.h"

namespace meetlat {

// The rule's configuration entries for the program that serves `service`. Files of rules end in "(turns)" or "(xmpp)"
// where they are for such a server only, which is left out of the name here; those without it are for an instance.
std::vector<ConfigLines> config_for(const Rule& rule, Service service);

// Does every part of a finding's reason say that nobody asked, because `--only` left it out?
bool was_not_asked(std::string_view reason) noexcept;

// "3 rules were not asked, because of --only: ..."; `rules` is at least 1.
std::string not_asked_words(std::size_t rules);

}  // namespace meetlat
