// Who else learns of a participant, for reading: by class, with owner, what goes there, and what stops it.
#pragma once

#include "model/report.h"
#include "report/layout.h"

namespace meetlat {

// Nothing when that was not asked for.
void print_parties(Page& page, const HostReport& host);

}  // namespace meetlat
