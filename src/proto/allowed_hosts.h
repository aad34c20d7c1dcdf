// Addresses in the headers of an answer: what a Link header lets a browser load, and what policies name as allowed or
// as places for reports. Pure: no network. Every reader is linear and reads at most 64 KiB; none fails on content.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace meetlat {

// One link of a Link header (RFC 8288, section 3). Links with an anchor are about another page and left out.
struct LinkValue {
  std::string url;               // as written between the angle brackets, trimmed
  std::vector<std::string> rel;  // relation types, lower case, in order
};
std::vector<LinkValue> parse_link_header(std::string_view text);

// One source of a Content-Security-Policy, as written, with the directive (lower case) that it stands in. Keywords,
// nonces, hashes and bare schemes are left out; so are the values of directives that hold no sources (sandbox,
// trusted-types, ...). Several policies may be joined by commas. Feature-Policy has the same form.
struct PolicySource {
  std::string directive;  // "connect-src", "report-uri"
  std::string source;     // "https://*.example.org", "*", "/report"
};
std::vector<PolicySource> parse_policy_sources(std::string_view text);

// The host that a source names: "*.example.org:443/x" -> "example.org"; "*" for any host; "" when it names none.
std::string source_host(std::string_view source);

// The absolute http(s) URLs that stand in double quotes: allowlists of Permissions-Policy, Reporting-Endpoints, and the
// JSON of Report-To.
std::vector<std::string> quoted_urls(std::string_view text);

}  // namespace meetlat
