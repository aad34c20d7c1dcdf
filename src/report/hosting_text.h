// The part of the text report about networks: who stands in front, where addresses are registered, whose they are.
#pragma once

#include "model/report.h"
#include "report/layout.h"

namespace meetlat {

// Who ends TLS in front of the host, when that was seen: facts about TLS are then that company's.
void print_in_front(Page& page, const HostReport& host);
// Nothing when the host's networks were not asked about.
void print_hosting(Page& page, const HostReport& host);

}  // namespace meetlat
