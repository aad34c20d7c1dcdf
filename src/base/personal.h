// Mail addresses and telephone numbers in text, as strangers write them. Hobby hosters publish their own; a report must
// not spread them, and a policy has to name one.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace meetlat {

struct PersonalSpan {
  enum class Kind { kMail, kPhone };
  Kind kind = Kind::kMail;
  std::size_t begin = 0;
  std::size_t end = 0;
};

// In order and apart from each other. Mail addresses also as "name (at) example.org" or "name at example dot org";
// addresses of machines, dates, versions and hashes are no telephone numbers. Linear time.
std::vector<PersonalSpan> find_personal(std::string_view text, bool phones = true,
                                        std::size_t most = std::numeric_limits<std::size_t>::max());
// What find_personal() found as a mail address, as one would type it: "name@example.org".
std::string plain_mail(std::string_view address);

// The text with each mail address and each telephone number replaced by "[mail address]" and "[phone number]".
std::string mask_personal(std::string_view text);
// As above for mail addresses alone: for URLs and commands, where digits mean something else.
std::string mask_mail(std::string_view text);

}  // namespace meetlat
