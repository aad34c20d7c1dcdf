// security.txt (RFC 9116): where somebody who found a hole can tell it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace meetlat::probes {

struct SecurityTxt {
  std::vector<std::string> contacts;  // URIs, at most 10; what is none is left out
  int expires_fields = 0;             // exactly one is demanded
  Instant expires{};  // of the first one; Instant{} when it is no date. A time in another form: the end of that day
};

// Fields in any order and letter case; comments, signatures and unknown fields are left aside. Of 32 KiB at most.
SecurityTxt parse_security_txt(std::string_view text);

// "valid", "expired", "incomplete" (no Contact, not exactly one Expires, or one that is no date).
std::string_view security_txt_state(const SecurityTxt& file, Instant now);

}  // namespace meetlat::probes
