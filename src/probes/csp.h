// Content-Security-Policy (CSP level 3), as far as this program asks about it.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace meetlat::probes {

// Directives of one policy with their sources, names and keywords in lower case; a repeated directive is left out.
using CspPolicy = std::vector<std::pair<std::string, std::vector<std::string>>>;

// The policies of a header's value, separated by commas; of 16 KB, 20 policies and 100 directives each at most.
std::vector<CspPolicy> parse_csp(std::string_view header);

// May a worker be started from a blob: URL under all of these policies (a header's value; policies separated by
// commas)? The governing directive is worker-src, else child-src, else script-src, else default-src; without any, yes.
bool csp_allows_blob_worker(std::string_view header);

// From where may scripts come, under all of these policies? The strictest one decides.
//   "anywhere": there is no limit, or it has a hole that any host fits through (*, https:, http:, data:)
//   "inline":   hosts are limited, but whatever stands in the page itself runs, as a stock Jitsi Meet needs it
//   "strict":   nothing runs that a list of hosts, a nonce or a hash does not name
std::string_view csp_scripts(const std::vector<CspPolicy>& policies);

// What the policies leave open beside that, in this order: "eval" (strings may be run), "plugins" (object-src), "base"
// (base-uri), "forms" (form-action), "frames" (frame-src).
std::vector<std::string> csp_open(const std::vector<CspPolicy>& policies);

// The sources of frame-ancestors: who may show the page in a frame. False when no policy says.
bool csp_frame_ancestors(const std::vector<CspPolicy>& policies, std::vector<std::string>& sources);

}  // namespace meetlat::probes
