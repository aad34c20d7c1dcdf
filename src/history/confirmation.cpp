#include "history/confirmation.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace meetlat {
namespace {

std::optional<int> number(std::string_view text) {
  int out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

Outcome outcome_of(const Doubt& doubt, const HostReport& look) {
  if (look.status != HostStatus::kMeasured) return Outcome::kNotMeasured;
  if (doubt.rule.empty()) {
    if (!look.grade.letter) return Outcome::kNotMeasured;
    return *look.grade.letter > doubt.before ? Outcome::kFail : Outcome::kPass;
  }
  const auto at = std::find_if(look.findings.begin(), look.findings.end(),
                               [&](const Finding& finding) { return finding.rule == doubt.rule; });
  return at == look.findings.end() ? Outcome::kNotMeasured : at->outcome;
}

}  // namespace

Result<Confirmation> confirmation_from(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const auto needed = number(text.substr(0, slash));
    const auto most = number(text.substr(slash + 1));
    if (needed && most && *needed >= 2 && *needed <= *most && *most <= kMostLooks) return Confirmation{*needed, *most};
  }
  return fail(
      ErrorCode::kInvalidArgument,
      fmt::format("--confirm wants N/M, 'seen in N of at most M looks' with 2 <= N <= M <= {}, such as 2/3; not "
                  "'{}'",
                  kMostLooks, excerpt(text, 40)));
}

Decision decision(const Doubt& doubt, const Confirmation& confirmation) noexcept {
  if (doubt.seen >= confirmation.needed) return Decision::kConfirmed;
  const int left = confirmation.most - doubt.looks;
  return doubt.seen + left >= confirmation.needed ? Decision::kOpen : Decision::kNotConfirmed;
}

std::string looks_words(const Doubt& doubt) {
  std::string out = fmt::format("{} of {}", doubt.seen, doubt.looks);
  if (doubt.not_measured > 0) out += fmt::format(", {} not measured", doubt.not_measured);
  return out;
}

std::vector<Doubt> doubts_of(const BaselineDiff& diff) {
  std::vector<Doubt> out;
  for (const LetterChange& change : diff.worse) {
    if (change.comparable) out.push_back({change.host, {}, change.before});
  }
  for (const RuleChange& change : diff.new_failures) {
    if (!change.was_not_measured) out.push_back({change.host, change.rule});
  }
  return out;
}

void count_look(std::span<Doubt> doubts, const HostReport& look) {
  for (Doubt& doubt : doubts) {
    if (doubt.host != look.target.id) continue;
    const Outcome outcome = outcome_of(doubt, look);
    ++doubt.looks;
    if (outcome == Outcome::kFail) ++doubt.seen;
    if (outcome == Outcome::kNotMeasured) ++doubt.not_measured;
  }
}

const Doubt* Confirmed::find(std::string_view host, std::string_view rule) const noexcept {
  const auto at = std::find_if(doubts.begin(), doubts.end(),
                               [&](const Doubt& doubt) { return doubt.host == host && doubt.rule == rule; });
  return at == doubts.end() ? nullptr : &*at;
}

bool Confirmed::any_open() const noexcept {
  return std::any_of(doubts.begin(), doubts.end(),
                     [&](const Doubt& doubt) { return decision(doubt, confirmation) == Decision::kOpen; });
}

}  // namespace meetlat
