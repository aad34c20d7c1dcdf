#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  static const meetlat::Result<meetlat::Url> base = meetlat::Url::parse("https://meet.example.test/a/b?c");
  for (const auto& url : {meetlat::Url::parse(bytes), base->resolve(bytes)}) {
    if (!url) continue;
    // What was parsed reads back as itself.
    const auto again = meetlat::Url::parse(url->str());
    if (!again || !(*again == *url)) std::abort();
  }
  (void)meetlat::registrable_domain(bytes);
  (void)meetlat::display_host(bytes);
  if (const auto host = meetlat::normalise_host(bytes); host && meetlat::normalise_host(*host) != *host) std::abort();
  return 0;
}
