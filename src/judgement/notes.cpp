#include "judgement/notes.h"

#include <fmt/core.h>
#include <fnmatch.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "judgement/judge.h"

namespace meetlat {
namespace {

// Lengths keep apart what belongs to one fact and what to the next.
void append(const Fact& fact, std::string& text) {
  const std::string subject = to_string(fact.subject);
  const std::string value =
      fact.measured() ? to_string(*fact.value) : fmt::format("not measured: {}", to_string(fact.value.error().code));
  text += fmt::format("{}:{}:{}:{}:{}:", fact.path, subject.size(), subject, fact.measured() ? 1 : 0, value.size());
  text += value;
  text += '\n';
}

bool says_nothing_of(ReviewKind kind, Outcome outcome) {
  return (kind == ReviewKind::kExcuse || kind == ReviewKind::kWaiver) && outcome != Outcome::kFail;
}

FindingNote note_of(const Note& note, const Finding& finding, const Evidence& evidence) {
  const Review& review = note.review;
  FindingNote out{finding.rule, review.kind,   FindingNote::State::kHolds,
                  review.id,    review.by,     review.date,
                  review.until, review.reason, review.evidence};
  if (note.over) out.state = FindingNote::State::kOver;
  const bool confirms = review.kind == ReviewKind::kConfirm;
  if (confirms && review.seen != evidence_digest(finding, evidence)) out.state = FindingNote::State::kStale;
  return out;
}

const Finding* finding_of(std::string_view rule, std::span<const Finding> findings) {
  const auto at =
      std::find_if(findings.begin(), findings.end(), [&](const Finding& each) { return each.rule == rule; });
  return at == findings.end() ? nullptr : &*at;
}

void collect(const OutcomeCondition& condition, std::span<const Finding> findings, std::vector<std::string>& into) {
  for (const OutcomeCondition& child : condition.children) collect(child, findings, into);
  if (condition.kind != OutcomeCondition::Kind::kRule) return;
  const Finding* finding = finding_of(condition.rule, findings);
  const bool holds = finding != nullptr && finding->outcome == condition.outcome;
  if (holds && std::find(into.begin(), into.end(), condition.rule) == into.end()) into.push_back(condition.rule);
}

// The day on which a person confirmed what the condition rests on; nullopt when nobody did.
std::optional<std::string> confirmed_on(const OutcomeCondition& condition, const HostReport& host) {
  if (condition.kind == OutcomeCondition::Kind::kRule) {
    const Finding* finding = finding_of(condition.rule, host.findings);
    const FindingNote* note = note_on(host, condition.rule, ReviewKind::kConfirm);
    const bool holds = finding != nullptr && finding->outcome == condition.outcome;
    if (!holds || note == nullptr || note->state != FindingNote::State::kHolds) return std::nullopt;
    return note->date;
  }
  const bool any = condition.kind == OutcomeCondition::Kind::kAny;
  std::optional<std::string> latest;
  for (const OutcomeCondition& child : condition.children) {
    auto date = confirmed_on(child, host);
    if (!date && !any) return std::nullopt;
    if (date && any) return date;
    latest = std::max(latest, date);
  }
  return latest;
}

const Cap* cap_of(const AppliedCap& applied, const Profile& profile) {
  const auto cap = std::ranges::find(profile.caps, applied.id, &Cap::id);
  return cap == profile.caps.end() ? nullptr : &*cap;
}

}  // namespace

std::string evidence_digest(const Evidence& evidence) {
  if (evidence.empty()) return {};
  std::string text;
  for (const Fact& fact : evidence.all()) append(fact, text);
  return sha256_hex(text);
}

std::string evidence_digest(const Finding& finding, const Evidence& evidence) {
  std::string text = fmt::format("{}\n", to_string(finding.outcome));
  for (const std::string& path : finding.facts) {
    for (const Fact& fact : evidence.find(path)) append(fact, text);
  }
  return sha256_hex(text);
}

std::vector<FindingNote> notes_for(const Notes& notes, const Target& target, std::span<const Finding> findings,
                                   const Evidence& evidence) {
  using Rank = std::tuple<int, std::string_view>;
  std::vector<FindingNote> out;
  std::vector<std::pair<int, const Note*>> about;
  for (const Note& note : notes) {
    if (const int close = closeness(note.review, target); close > 0) about.emplace_back(close, &note);
  }
  if (about.empty()) return out;
  for (const Finding& finding : findings) {
    std::map<ReviewKind, std::pair<Rank, const Note*>> chosen;
    for (const auto& [close, note] : about) {
      const Review& review = note->review;
      if (says_nothing_of(review.kind, finding.outcome)) continue;
      if (fnmatch(review.item.c_str(), finding.rule.c_str(), 0) != 0) continue;
      // What holds counts before what is over: a waiver may have been renewed by another record.
      const Rank rank{note->over ? close : close + 10, review.date};
      const auto [at, is_new] = chosen.try_emplace(review.kind, rank, note);
      if (!is_new && rank >= at->second.first) at->second = {rank, note};
    }
    for (const auto& [kind, best] : chosen) out.push_back(note_of(*best.second, finding, evidence));
  }
  return out;
}

void confirm_caps(HostReport& host, const Profile& profile) {
  for (AppliedCap& applied : host.grade.caps) {
    const Cap* cap = cap_of(applied, profile);
    if (cap == nullptr) continue;
    if (const auto date = confirmed_on(cap->when, host)) {
      applied.confirmation = fmt::format("confirmed by a person ({})", *date);
    }
  }
}

std::vector<OpenPoint> open_points(const HostReport& host, const RuleSet& rules, const Profile& profile) {
  std::vector<OpenPoint> out;
  const auto add = [&](OpenPoint point) {
    std::erase_if(point.rules, [&](const std::string& rule) {
      const FindingNote* note = note_on(host, rule, ReviewKind::kConfirm);
      return note != nullptr && note->state == FindingNote::State::kHolds;
    });
    if (!point.rules.empty()) out.push_back(std::move(point));
  };
  for (const AppliedCap& applied : host.grade.caps) {
    const Cap* cap = cap_of(applied, profile);
    if (cap == nullptr || applied.confirmation != "machine") continue;
    OpenPoint point{&applied, cap, {}};
    collect(cap->when, host.findings, point.rules);
    add(std::move(point));
  }
  for (const Finding& finding : host.findings) {
    const Rule* rule = rules.rule(finding.rule);
    if (rule == nullptr || !rule->contradiction || finding.outcome != Outcome::kFail) continue;
    add({nullptr, nullptr, {finding.rule}});
  }
  return out;
}

std::vector<std::string> idle_waivers(const Notes& notes, const Report& report, bool patterns) {
  std::vector<std::string> out;
  for (const Note& note : notes) {
    const Review& review = note.review;
    if (review.kind != ReviewKind::kWaiver) continue;
    bool named = false;
    bool needed = false;
    for (const HostReport& host : report.hosts) {
      const int close = closeness(review, host.target);
      if (close == 0 || (close == 1 && !patterns)) continue;
      named = true;
      bool judged = false;
      for (const Finding& finding : host.findings) {
        if (fnmatch(review.item.c_str(), finding.rule.c_str(), 0) != 0) continue;
        judged = true;
        needed = needed || finding.outcome == Outcome::kFail || finding.outcome == Outcome::kNotMeasured;
      }
      needed = needed || !judged;
    }
    if (!named || needed) continue;
    out.push_back(fmt::format("waiver {} ({}, {}) {}: the finding is gone; 'meetlat review remove {}' takes it back",
                              review.id, review.host, review.item,
                              note.over ? "has expired and is not needed any more" : "is unused", review.id));
  }
  return out;
}

void apply_waivers(HostReport& host, const RuleSet& rules, const Profile& profile) {
  bool any = false;
  for (Finding& finding : host.findings) {
    if (finding.outcome != Outcome::kFail || !is_waived(host, finding.rule)) continue;
    finding.outcome = Outcome::kPass;
    any = true;
  }
  if (!any || host.status != HostStatus::kMeasured || !host.target.is_instance()) return;
  assign_points(host.findings, rules, profile);
  host.grade = grade(host.findings, rules, profile);
}

Report with_waivers(const Report& report, const RuleSet& rules, const Profile& profile) {
  Report out = report;
  for (HostReport& host : out.hosts) apply_waivers(host, rules, profile);
  return out;
}

}  // namespace meetlat
