#include "model/review.h"

#include <fmt/core.h>
#include <fnmatch.h>

#include <array>
#include <utility>

namespace meetlat {

namespace {

constexpr std::array<std::pair<ReviewKind, std::string_view>, 6> kKinds{{{ReviewKind::kOverride, "override"},
                                                                         {ReviewKind::kOptOut, "opt-out"},
                                                                         {ReviewKind::kConfirm, "confirm"},
                                                                         {ReviewKind::kExcuse, "excuse"},
                                                                         {ReviewKind::kEmbargo, "embargo"},
                                                                         {ReviewKind::kWaiver, "waiver"}}};
constexpr std::array<std::pair<FindingNote::State, std::string_view>, 3> kStates{
    {{FindingNote::State::kHolds, "holds"},
     {FindingNote::State::kOver, "over"},
     {FindingNote::State::kStale, "stale"}}};

template <class Table, class T>
std::string_view name_in(const Table& table, T wanted) noexcept {
  for (const auto& [value, name] : table) {
    if (value == wanted) return name;
  }
  return {};
}

template <class T, std::size_t N>
std::optional<T> value_in(const std::array<std::pair<T, std::string_view>, N>& table,
                          std::string_view wanted) noexcept {
  for (const auto& [value, name] : table) {
    if (name == wanted) return value;
  }
  return std::nullopt;
}

std::string in_brackets(const std::string& evidence) {
  return evidence.empty() ? "" : fmt::format(" ({})", evidence);
}

}  // namespace

std::string_view to_string(ReviewKind kind) noexcept {
  return name_in(kKinds, kind);
}

std::optional<ReviewKind> review_kind_from(std::string_view name) noexcept {
  return value_in(kKinds, name);
}

std::string_view to_string(FindingNote::State state) noexcept {
  return name_in(kStates, state);
}

std::optional<FindingNote::State> note_state_from(std::string_view name) noexcept {
  return value_in(kStates, name);
}

int closeness(const Review& review, const Target& target) {
  const std::string& host = target.base.host();
  if (review.host == target.id) return 3;
  if (review.host == host) return 2;
  if (host.empty()) return 0;
  if (review.host.find('*') != std::string::npos) return fnmatch(review.host.c_str(), host.c_str(), 0) == 0 ? 1 : 0;
  return review.host == registrable_domain(host) ? 1 : 0;
}

bool expired(const Review& review, std::string_view today) noexcept {
  return !review.until.empty() && std::string_view(review.until) < today;
}

std::string words_for(const FindingNote& note) {
  const bool holds = note.state == FindingNote::State::kHolds;
  std::string why = fmt::format("{}{}", note.reason, in_brackets(note.evidence));
  switch (note.kind) {
    case ReviewKind::kConfirm:
      if (!holds) return fmt::format("confirmed on {} by the {}, but something else is seen now", note.date, note.by);
      return fmt::format("confirmed on {} by the {}: {}", note.date, note.by, why);
    case ReviewKind::kExcuse:
      return fmt::format("the {} says ({}): {}", note.by, note.date, why);
    case ReviewKind::kEmbargo:
      if (!holds) return fmt::format("for publication since {} is over", note.until);
      return fmt::format("not for publication until {} is over: {}", note.until, why);
    case ReviewKind::kWaiver:
      return fmt::format("{} {} ({}): {}", holds ? "waived until" : "the waiver expired on", note.until, note.by, why);
    case ReviewKind::kOverride:
    case ReviewKind::kOptOut:
      break;  // they are no notes
  }
  return why;
}

std::string words_for(const Correction& correction) {
  // Whoever keeps the list corrects it without being asked, too, and nobody else is to be named for it.
  const std::string who =
      correction.by == "operator" ? std::string("at the operator's request") : fmt::format("by the {}", correction.by);
  return fmt::format("corrected on {} {}: {}{}", correction.date, who, correction.reason,
                     in_brackets(correction.evidence));
}

}  // namespace meetlat
