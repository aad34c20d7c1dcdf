#include "history/timeline.h"

#include <algorithm>

#include "history/text_diff.h"

namespace meetlat {
namespace {

SettingSteps settings_between(const HistoryRunInfo& before, const HistoryRunInfo& after) {
  SettingSteps out;
  out.rules = before.rules_digest != after.rules_digest || before.profile != after.profile ||
              before.profile_version != after.profile_version;
  out.tool = before.tool_version != after.tool_version;
  out.tables = before.data_digest != after.data_digest;
  out.level = before.level != after.level;
  out.vantage = before.vantage != after.vantage;
  return out;
}

void policy_step(const History& history, const HistoryPolicy& before, const HistoryPolicy& after, HistoryStep& step) {
  if (!before.own || !after.own) return;
  if (*before.own != *after.own) {
    step.policy = *after.own ? PolicyStep::kPublished : PolicyStep::kWithdrawn;
    return;
  }
  const auto old_text = history.policies.find(before.sha256);
  const auto new_text = history.policies.find(after.sha256);
  if (old_text != history.policies.end() && new_text != history.policies.end() && old_text != new_text) {
    const TextDiff diff = diff_texts(old_text->second, new_text->second);
    if (diff.verdict == TextVerdict::kChanged || diff.verdict == TextVerdict::kEdited) {
      step.policy = diff.verdict == TextVerdict::kChanged ? PolicyStep::kChanged : PolicyStep::kEdited;
      step.lines_added = diff.added;
      step.lines_removed = diff.removed;
      return;
    }
  }
  if (!before.url.empty() && !after.url.empty() && before.url != after.url) step.policy = PolicyStep::kMoved;
}

// Which intervals hold in a sight, by rule: both lists are in the order of rules, so one walk finds what differs.
std::vector<const HistoryInterval*> holding(const HostHistory& host, std::size_t sight) {
  std::vector<const HistoryInterval*> out;
  for (const HistoryInterval& interval : host.intervals) {
    if (interval.first <= sight && sight <= interval.last) out.push_back(&interval);
  }
  return out;
}

void rule_steps(const std::vector<const HistoryInterval*>& before, const std::vector<const HistoryInterval*>& after,
                HistoryStep& step) {
  auto old = before.begin();
  for (const HistoryInterval* now : after) {
    while (old != before.end() && (*old)->rule < now->rule) ++old;
    const bool both = old != before.end() && (*old)->rule == now->rule;
    if (both && (*old)->outcome != now->outcome) step.rules.push_back({now->rule, (*old)->outcome, now->outcome});
    if (!both && !step.settings.rules) step.rules.push_back({now->rule, std::nullopt, now->outcome});
  }
}

}  // namespace

std::vector<HistoryStep> timeline(const History& history, const HostHistory& host) {
  std::vector<HistoryStep> out;
  std::optional<std::size_t> previous;
  std::vector<const HistoryInterval*> before;
  for (std::size_t i = 0; i < host.sights.size(); ++i) {
    const HistorySight& sight = host.sights[i];
    HistoryStep& step = out.emplace_back();
    step.sight = i;
    step.previous = previous;
    if (!sight.measured()) continue;
    std::vector<const HistoryInterval*> now = holding(host, i);
    if (previous) {
      const HistorySight& old = host.sights[*previous];
      step.settings = settings_between(history.runs[old.run], history.runs[sight.run]);
      step.letter_changed = old.letter != sight.letter;
      step.build_changed = !old.build.empty() && !sight.build.empty() && old.build != sight.build;
      policy_step(history, old.policy, sight.policy, step);
      rule_steps(before, now, step);
    }
    previous = i;
    before = std::move(now);
  }
  return out;
}

}  // namespace meetlat
