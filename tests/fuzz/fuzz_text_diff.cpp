#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "history/text_diff.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// Two texts, parted by a zero byte. Whatever they are, the way back undoes the way there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string_view before = bytes.substr(0, bytes.find('\0'));
  const std::string_view after = before.size() == bytes.size() ? std::string_view{} : bytes.substr(before.size() + 1);
  const meetlat::TextDiff there = meetlat::diff_texts(before, after);
  const meetlat::TextDiff back = meetlat::diff_texts(after, before);
  if (there.verdict != back.verdict || there.added != back.removed || there.removed != back.added) std::abort();
  if (meetlat::diff_texts(before, before).verdict != meetlat::TextVerdict::kSame) std::abort();
  return 0;
}
