#include "history/policy_diff.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "history/text_diff.h"

namespace meetlat {
namespace {

enum class Own { kYes, kNo, kUnknown };

// "No" wants both: nothing of the host's own was found, and the search had looked everywhere.
Own own_policy(const Evidence& evidence) {
  const bool* own = evidence.get<bool>("policy.own");
  if (own == nullptr) return Own::kUnknown;
  if (*own) return Own::kYes;
  return evidence.is_true("policy.search.complete") ? Own::kNo : Own::kUnknown;
}

std::string search_words(const Evidence& evidence) {
  const std::int64_t* places = evidence.get<std::int64_t>("policy.search.places");
  if (places == nullptr) return "a complete search";
  return fmt::format("a complete search of {} {}", *places, *places == 1 ? "place" : "places");
}

// Why nothing can be said about a policy.
std::string unknown_words(const HostReport& host) {
  if (host.status != HostStatus::kMeasured) return std::string(words_for(host.status));
  for (const Fact& fact : host.evidence.find("policy.own")) {
    if (!fact.measured()) return describe(fact.value.error());
  }
  return "the search was not complete";
}

// Addresses that a server treats alike.
std::string comparable(std::string_view url) {
  std::string out(url);
  if (const std::size_t scheme = out.find("://"); scheme != std::string::npos) out.erase(0, scheme + 3);
  if (out.starts_with("www.")) out.erase(0, 4);
  while (out.ends_with('/')) out.pop_back();
  return out;
}

std::vector<std::string> languages_of(const Evidence& evidence) {
  const auto* languages = evidence.get<std::vector<std::string>>("policy.languages");
  return languages == nullptr ? std::vector<std::string>{} : *languages;
}

bool other_language(const Evidence& base, const Evidence& head) {
  const std::vector<std::string> before = languages_of(base);
  const std::vector<std::string> after = languages_of(head);
  if (before.empty() || after.empty()) return false;
  return std::none_of(after.begin(), after.end(), [&](const std::string& each) {
    return std::find(before.begin(), before.end(), each) != before.end();
  });
}

constexpr std::string_view kStates = "policy.states.";

// Every item of which both know the state, with both facts.
struct ItemStates {
  std::string item;
  const Fact* before;
  const Fact* after;
};
std::vector<ItemStates> states_of(const Evidence& base, const Evidence& head) {
  std::vector<ItemStates> out;
  for (const Fact& fact : base.all()) {
    if (!fact.path.starts_with(kStates) || !fact.measured()) continue;
    const auto now = head.find(fact.path);
    if (now.empty() || !now.front().measured()) continue;
    out.push_back({fact.path.substr(kStates.size()), &fact, &now.front()});
  }
  return out;
}

bool is_stated(std::string_view state) {
  return state == "found" || state == "stated_none";
}

class PolicyComparison {
 public:
  PolicyComparison(const HostReport& base, const HostReport& head, bool other_tool, std::vector<Change>& out)
      : base_(base), head_(head), other_tool_(other_tool), out_(out) {}

  void run() {
    const Own before = own_policy(base_.evidence);
    const Own after = own_policy(head_.evidence);
    if (before == Own::kNo && after == Own::kYes) {
      Change& change = add(ChangeKind::kPolicyPublished);
      change.after = url(head_);
      change.reason = "there was none after " + search_words(base_.evidence);
    } else if (before == Own::kYes && after == Own::kNo) {
      Change& change = add(ChangeKind::kPolicyWithdrawn);
      change.before = url(base_);
      change.reason = "not found any more after " + search_words(head_.evidence);
    } else if (before == Own::kYes && after == Own::kYes) {
      both();
    } else if ((before == Own::kYes) != (after == Own::kYes)) {
      one_unknown(after == Own::kYes);
    }
  }

 private:
  static std::string url(const HostReport& host) { return std::string(host.evidence.text("policy.url")); }

  Change& add(ChangeKind kind) {
    Change change;
    change.kind = kind;
    change.host = head_.target.id;
    change.at = head_.finished;
    change.causes = {other_tool_ ? Cause::kToolOrHost : Cause::kHost};
    out_.push_back(std::move(change));
    return out_.back();
  }

  void one_unknown(bool found_now) {
    // A host that was not measured at all says so itself.
    if (base_.status != HostStatus::kMeasured || head_.status != HostStatus::kMeasured) return;
    Change& change = add(ChangeKind::kPolicyNotCompared);
    change.causes = {Cause::kNotMeasured};
    (found_now ? change.after : change.before) = url(found_now ? head_ : base_);
    change.reason = found_now ? "found now, and nobody knows since when: " + unknown_words(base_)
                              : "found then, and not looked for completely now: " + unknown_words(head_);
  }

  void both() {
    const std::string before = url(base_);
    const std::string after = url(head_);
    if (!before.empty() && !after.empty() && comparable(before) != comparable(after)) {
      Change& change = add(ChangeKind::kPolicyMoved);
      change.before = before;
      change.after = after;
    }
    if (other_language(base_.evidence, head_.evidence)) {
      not_compared(fmt::format("another language version was read: {}, then {}",
                               join(languages_of(base_.evidence), ", "), join(languages_of(head_.evidence), ", ")));
      return;
    }
    if (!texts()) items();
  }

  void not_compared(std::string reason) {
    Change& change = add(ChangeKind::kPolicyNotCompared);
    change.causes = {Cause::kNotMeasured};
    change.before = url(base_);
    change.after = url(head_);
    change.reason = std::move(reason);
  }

  // True when the texts are known to say the same.
  bool texts() {
    const std::string* before = base_.evidence.get<std::string>("policy.text");
    const std::string* after = head_.evidence.get<std::string>("policy.text");
    if (before == nullptr || after == nullptr) {
      const std::string_view old_digest = base_.evidence.text("policy.text_sha256");
      if (!old_digest.empty() && old_digest == head_.evidence.text("policy.text_sha256")) return true;
      // Without a word when neither was read, or one Run is of a version that kept no texts.
      const bool kept = !base_.evidence.find("policy.text").empty() && !head_.evidence.find("policy.text").empty();
      if (kept && before != after) not_compared("its text could be read only once");
      return false;
    }
    TextDiff diff = diff_texts(*before, *after);
    if (diff.verdict == TextVerdict::kSame || diff.verdict == TextVerdict::kReordered) return true;
    const bool changed = diff.verdict == TextVerdict::kChanged;
    Change& change = add(changed ? ChangeKind::kPolicyChanged : ChangeKind::kPolicyEdited);
    change.after = url(head_);
    change.lines = std::move(diff.lines);
    change.lines_added = diff.added;
    change.lines_removed = diff.removed;
    const std::size_t most = std::max(diff.kept + diff.added, diff.kept + diff.removed);
    change.other_text = changed && diff.kept * 5 < most;  // less than a fifth stayed
    return false;
  }

  void items() {
    for (const ItemStates& each : states_of(base_.evidence, head_.evidence)) {
      const std::string before = to_string(*each.before->value);
      const std::string after = to_string(*each.after->value);
      const bool dropped = is_stated(before) && after == "not_found";
      if (!dropped && !(before == "not_found" && is_stated(after))) continue;
      Change& change = add(dropped ? ChangeKind::kPolicyDropped : ChangeKind::kPolicyStates);
      change.item = each.item;
      change.before = before;
      change.after = after;
      change.reason = (dropped ? each.before : each.after)->provenance.excerpt;
    }
  }

  const HostReport& base_;
  const HostReport& head_;
  bool other_tool_;
  std::vector<Change>& out_;
};

}  // namespace

void diff_policies(const HostReport& base, const HostReport& head, bool other_tool, std::vector<Change>& out) {
  PolicyComparison(base, head, other_tool, out).run();
}

}  // namespace meetlat
