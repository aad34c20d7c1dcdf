// The part of the text report about everything that a server's TLS accepts (audit --tls full).
#pragma once

#include "model/report.h"
#include "report/layout.h"

namespace meetlat {

// Nothing when it was not asked for, or could not be told.
void print_tls(Page& page, const HostReport& host);

}  // namespace meetlat
