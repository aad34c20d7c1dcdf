// Small things that several probes need: commands to check by hand, what a landing page says about itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/url.h"
#include "model/fact.h"
#include "net/session.h"
#include "probes/owners.h"

namespace meetlat::probes {

// One word for a POSIX shell, whatever is in it.
std::string shell_quote(std::string_view text);
// "curl -sI 'https://meet.example/'": the headers; "curl -s ...": the body.
std::string curl_headers(const Url& url);
std::string curl_body(const Url& url);

// Provenance with a printable excerpt of at most 200 bytes.
Provenance seen(std::string where, std::string_view text, std::string check, Instant at = {});

// Host of an absolute or protocol-relative URL as configuration files write it, even with "{room}" templates in its
// path; "" when it is relative or none. Ports are dropped.
std::string host_of(std::string_view url_like);

// Host of a STUN or TURN server as facts write it: "stun.example.test:3478", "turns:turn.example.test:5349/tcp",
// "[2001:db8::1]:443" or a bare host.
std::string ice_server_host(std::string_view text);

// Keeps those hosts that belong to somebody else than `own`, sorted, without repeats.
std::vector<std::string> third_parties(const std::vector<std::string>& hosts, std::string_view own);
void sort_unique(std::vector<std::string>& values);

// The addresses of the target's host as text; none when they are not known.
std::vector<std::string> own_addresses(Session& session);

// What every page-reading probe has to know first: is the page that landing() returned the instance's own?
// kHttpStatus, kRateLimited, kChallenged (a bot wall answered) or the error of landing(); no value otherwise.
Result<void> landing_usable(Session& session);
// URL on another registrable domain where the landing page ended, or "".
std::string moved_to(const Session& session, const Landing& landing);

}  // namespace meetlat::probes
