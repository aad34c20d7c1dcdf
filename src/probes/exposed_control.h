// Who controls a host can publish a token under its name. What should not be public is asked for by its owner only.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "net/session.h"

namespace meetlat::probes {

// The token of this host for the user with that key: "meetlat-" and 40 hexadecimal digits. It tells nothing of the key,
// and proves nothing about another host or to another user, so it may stay published.
std::string control_token(std::string_view key, std::string_view host);
// Where the session's target publishes the token: "TXT _meetlat.HOST" or "https://HOST/.well-known/meetlat.txt".
// kNotFound when it is at neither place; the context says what was there, and no redirect is followed.
Result<std::string> find_control_token(Session& session, const std::string& token);
// What the user has to publish, in a few lines.
std::string control_instructions(const Url& base, const std::string& token);

}  // namespace meetlat::probes
