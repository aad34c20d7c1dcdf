// The part of the text report about guidelines of others: which level each gives, and why.
#pragma once

#include "model/report.h"
#include "report/layout.h"

namespace meetlat {

// Nothing when no guideline could say anything about the host.
void print_guidelines(Page& page, const HostReport& host);

}  // namespace meetlat
