#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "policy/paragraphs.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string out = meetlat::policy::paragraphs_of(text);
  if (out.size() > 2 * size) std::abort();
  if (std::count(out.begin(), out.end(), '\f') != std::count(text.begin(), text.end(), '\f')) std::abort();
  if (out.starts_with('\n') || (out.ends_with('\n')) || out.find("\n\n\n") != std::string::npos) std::abort();
  for (std::size_t at = 0; at < out.size(); ++at) {
    const auto c = static_cast<unsigned char>(out[at]);
    if ((c < 0x20 && c != '\n' && c != '\f') || c == 0x7F) std::abort();
    // A line break is never alone: a paragraph is one line.
    if (c == '\n' && (at == 0 || out[at - 1] != '\n') && (at + 1 == out.size() || out[at + 1] != '\n')) std::abort();
  }
  return 0;
}
