#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "history/review.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
// What was read can be written so that it reads the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto reviews = meetlat::parse_reviews(bytes, "review");
  if (!reviews) return 0;
  std::string text = "schema: meetlat-review/1\nrecords:\n";
  for (const meetlat::Review& review : *reviews) text += meetlat::review_yaml(review, 2);
  const auto again = meetlat::parse_reviews(text, "review");
  if (!again || again->size() != reviews->size()) std::abort();
  for (std::size_t i = 0; i < reviews->size(); ++i) {
    if (meetlat::review_yaml(again->at(i), 0) != meetlat::review_yaml(reviews->at(i), 0)) std::abort();
  }
  return 0;
}
