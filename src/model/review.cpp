#include "model/review.h"

#include <fmt/core.h>

namespace meetlat {

std::string_view to_string(ReviewKind kind) noexcept {
  return kind == ReviewKind::kOverride ? "override" : "opt-out";
}

std::optional<ReviewKind> review_kind_from(std::string_view name) noexcept {
  for (const ReviewKind kind : {ReviewKind::kOverride, ReviewKind::kOptOut}) {
    if (to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

int closeness(const Review& review, const Target& target) {
  const std::string& host = target.base.host();
  if (review.host == target.id) return 3;
  if (review.host == host) return 2;
  return !host.empty() && review.host == registrable_domain(host) ? 1 : 0;
}

bool expired(const Review& review, std::string_view today) noexcept {
  return !review.until.empty() && std::string_view(review.until) < today;
}

std::string words_for(const Correction& correction) {
  const std::string evidence = correction.evidence.empty() ? "" : fmt::format(" ({})", correction.evidence);
  return fmt::format("corrected on {} at the {}'s request: {}{}", correction.date, correction.by, correction.reason,
                     evidence);
}

}  // namespace meetlat
