// What happened to the privacy policy of one host between two sights of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/diff.h"

namespace meetlat {

// Adds changes of the kinds kPolicy*. A policy was published or withdrawn only when the other search was complete and
// found none of the host's own; an unsure document and an incomplete search can say neither. Texts are compared by
// history/text_diff.h, and only when the same language version was read; what a policy states is compared by the facts
// policy.states.*, and not when the texts are the same, since then our vocabulary differs and nothing else.
// `other_tool`: the tool or its tables differ, so each change is marked as possibly ours.
void diff_policies(const HostReport& base, const HostReport& head, bool other_tool, std::vector<Change>& out);

}  // namespace meetlat
