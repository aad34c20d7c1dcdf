#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proto/allowed_hosts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::size_t length = 0;
  for (const auto& link : meetlat::parse_link_header(bytes)) {
    length += link.url.size();
    for (const auto& rel : link.rel) length += rel.size();
  }
  if (length > size) std::abort();
  length = 0;
  for (const auto& source : meetlat::parse_policy_sources(bytes)) {
    length += source.source.size();
    if (source.source.empty() || source.directive.empty()) std::abort();
    if (meetlat::source_host(source.source).find('/') != std::string::npos) std::abort();
  }
  if (length > size) std::abort();
  length = 0;
  for (const auto& url : meetlat::quoted_urls(bytes)) length += url.size();
  if (length > size) std::abort();
  return 0;
}
