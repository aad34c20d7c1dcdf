// The one question about Content-Security-Policy that end-to-end encryption depends on.
#pragma once

#include <string_view>

namespace meetlat::probes {

// May a worker be started from a blob: URL under all of these policies (a header's value; policies separated by
// commas)? The governing directive is worker-src, else child-src, else script-src, else default-src; without any, yes.
bool csp_allows_blob_worker(std::string_view header);

}  // namespace meetlat::probes
