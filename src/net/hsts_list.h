// A list of hosts that browsers contact by https only, from a file that the user gives: asking the service that keeps
// it would tell a third party what is audited.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"

namespace meetlat {

class HstsList {
 public:
  // Chromium's transport_security_state_static.json (one entry a line, as it is published), or a text with one domain a
  // line, which then covers what is below it, as all new entries do. At most 64 MB. kNotFound, kPermission, kIo,
  // kTooLarge; kParse when it holds no entry.
  static Result<HstsList> load(const std::filesystem::path& file);

  // Is the host, or a domain above it whose entry covers subdomains, on the list? `host` in lower case.
  bool holds(std::string_view host) const;
  std::size_t size() const noexcept { return entries_.size(); }
  // The file's name without its folder, for people.
  const std::string& source() const noexcept { return source_; }

 private:
  std::unordered_map<std::string, bool> entries_;  // by name: does it cover subdomains?
  std::string source_;
};

}  // namespace meetlat
