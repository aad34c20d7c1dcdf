// Personal data stays out of every report: mail addresses, telephone numbers and the names of private persons are
// replaced before any writer sees them. Hobby hosters publish their own; a report must not spread them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/fact.h"
#include "model/target.h"

namespace meetlat {

// The text with each mail address (also written "name (at) example.org") and each telephone number replaced by
// "[mail address]" and "[phone number]". Addresses of machines, dates, versions and hashes stay. Linear time.
std::string mask_personal(std::string_view text);

// As above for mail addresses alone: for URLs and commands, where digits mean something else.
std::string mask_mail(std::string_view text);

// The fact with its value, excerpt, place, command and reason masked.
Fact masked(const Fact& fact);

// Claims as they may be shown: masked, and the operator that a list calls a private person is not named.
std::vector<Claim> masked(const std::vector<Claim>& claims);

}  // namespace meetlat
