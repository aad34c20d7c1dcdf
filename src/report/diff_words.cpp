// Changes as sentences. An action is said of a host only when the same tool saw both sides; else what was found is
// said.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "report/diff_writer.h"
#include "report/layout.h"
#include "report/mask.h"
#include "report/summary.h"
#include "report/view.h"

namespace meetlat {
namespace {

constexpr std::size_t kLongestUrl = 300;

// What follows "states ...".
constexpr std::array<std::pair<std::string_view, std::string_view>, 30> kItems{{
    {"controller", "who is responsible for the data"},
    {"contact", "how to reach the operator"},
    {"dpo", "a data protection officer"},
    {"purposes", "what data are used for"},
    {"legal_basis", "a legal basis"},
    {"legit_interest", "which legitimate interests it relies on"},
    {"recipients", "who receives data"},
    {"transfer", "whether data leave the EU"},
    {"retention", "a retention period"},
    {"access", "the right of access"},
    {"rectification", "the right to rectification"},
    {"erasure", "the right to erasure"},
    {"restriction", "the right to restriction"},
    {"objection", "the right to object"},
    {"portability", "the right to data portability"},
    {"withdraw", "that consent can be withdrawn"},
    {"complaint", "the right to complain to an authority"},
    {"mandatory", "whether data must be given"},
    {"automated", "whether decisions are automated"},
    {"source", "where data come from"},
    {"date", "the date of the policy"},
    {"categories", "which data are processed"},
    {"security", "how data are protected"},
    {"cookies", "which cookies are set"},
    {"logs", "what is logged"},
    {"recordings", "what happens to recordings"},
    {"media_access", "whether sound and picture can be seen on the server"},
    {"stun_turn", "who runs STUN and TURN"},
    {"e2ee", "what end-to-end encryption covers"},
    {"video", "what happens in video meetings"},
}};

std::string url_words(const std::string& url) {
  return excerpt(mask_mail(printable(url)), kLongestUrl);
}

// "", or " (X)".
std::string in_brackets(const std::string& text) {
  return text.empty() ? std::string{} : fmt::format(" ({})", text);
}

bool may_be_ours(const Change& change) {
  return std::find(change.causes.begin(), change.causes.end(), Cause::kToolOrHost) != change.causes.end();
}

std::string line_words(const Change& change) {
  constexpr std::size_t kQuoted = 160;
  if (!change.lines.empty() && change.lines_added + change.lines_removed <= kQuotedLines) {
    std::vector<std::string> parts;
    for (const LineChange& line : change.lines) {
      parts.push_back(fmt::format("{} \"{}\"", line.added ? "added" : "removed", clean(line.line, kQuoted)));
    }
    return join(parts, ", ");
  }
  return fmt::format("{} removed, {} added", count_words(change.lines_removed, "line"), change.lines_added);
}

std::string policy_words(const Change& change) {
  const std::string before = url_words(change.before);
  const std::string after = url_words(change.after);
  const bool ours = may_be_ours(change);
  switch (change.kind) {
    case ChangeKind::kPolicyPublished:
      return (ours ? "a privacy policy was found that was not found before" : "published a privacy policy") +
             in_brackets(after);
    case ChangeKind::kPolicyWithdrawn:
      return fmt::format("{}: {}{}", ours ? "its privacy policy is gone" : "withdrew its privacy policy",
                         clean(change.reason), before.empty() ? "" : in_brackets("it was at " + before));
    case ChangeKind::kPolicyMoved:
      return fmt::format("moved its privacy policy: now at {}, was at {}", after, before);
    case ChangeKind::kPolicyChanged:
      if (change.other_text) return "replaced the text of its privacy policy" + in_brackets(after);
      return fmt::format("changed its privacy policy{}: {}", in_brackets(after), line_words(change));
    case ChangeKind::kPolicyEdited:
      return fmt::format("edited headings, dates or menus of its privacy policy{}: {}", in_brackets(after),
                         line_words(change));
    default:
      return fmt::format("its privacy policy cannot be compared: {}", clean(change.reason));
  }
}

std::string item_words(const Change& change) {
  const std::string what = policy_item_words(change.item);
  const std::string_view doubt = may_be_ours(change) ? ", or is read otherwise by this version" : "";
  if (change.kind == ChangeKind::kPolicyDropped) {
    return fmt::format("its privacy policy no longer states {}{}", what, doubt);
  }
  const std::string_view none = change.after == "stated_none" ? " (namely: none)" : "";
  return fmt::format("its privacy policy now states {}{}{}", what, none, doubt);
}

std::string rule_words(const Change& change, const RuleSet& rules) {
  const Rule* rule = rules.rule(change.rule);
  const std::string title = printable(rule == nullptr ? change.rule : rule->title);
  const std::string text = rule == nullptr || rule->fail_text.empty() ? title : printable(rule->fail_text);
  if (change.kind == ChangeKind::kRuleFixed) {
    const bool passes = change.after == to_string(Outcome::kPass) && rule != nullptr && !rule->pass_text.empty();
    return passes ? "now: " + printable(rule->pass_text) : "no longer: " + text;
  }
  if (change.kind == ChangeKind::kRuleNotMeasured)
    return "not measured now: " + title + in_brackets(clean(change.reason));
  if (change.kind == ChangeKind::kWaiverExpired) return fmt::format("{}; {}", text, clean(change.reason));
  if (change.kind == ChangeKind::kRuleWaived) return fmt::format("new finding: {}; {}", text, clean(change.reason));
  return fmt::format("new finding: {}{}", text, change.unknown_before ? " (not measured before)" : "");
}

// A rebuilt package or a file of the operator's own may be the cause, so only what was seen is said.
std::string client_words(const Change& change) {
  std::vector<std::string> paths;
  for (const FactChange& fact : change.facts) paths.push_back(clean(fact.path, 80));
  return fmt::format("serves another {} under the same build {}", join(paths, ", "), clean(change.after, 40));
}

std::string host_change_words(const Change& change) {
  const std::string grade = change.after.empty() ? clean(change.reason) : "grade " + printable(change.after);
  switch (change.kind) {
    case ChangeKind::kHostAdded:
      return "new in the list" + in_brackets(grade);
    case ChangeKind::kHostMeasuredAgain:
      return fmt::format("measured now{}; before: {}", in_brackets(grade), clean(change.before));
    case ChangeKind::kHostGone:
      return "no longer in the list";
    case ChangeKind::kHostExcluded:
      return "excluded on request" + in_brackets(clean(change.reason));
    default:
      return clean(change.reason);
  }
}

}  // namespace

bool is_update(const Change& change) noexcept {
  const auto only_host = [&] {
    return !change.causes.empty() && std::all_of(change.causes.begin(), change.causes.end(), [](Cause cause) {
      return cause == Cause::kHost || cause == Cause::kTime;
    });
  };
  // Whether there is a policy has a line of its own.
  const auto of_the_policy = [&] {
    return !change.facts.empty() && std::all_of(change.facts.begin(), change.facts.end(), [](const FactChange& fact) {
      return fact.path == "policy.own" || fact.path == "policy.verdict";
    });
  };
  switch (change.kind) {
    case ChangeKind::kPolicyPublished:
    case ChangeKind::kPolicyWithdrawn:
    case ChangeKind::kPolicyMoved:
    case ChangeKind::kPolicyChanged:
    case ChangeKind::kPolicyEdited:
    case ChangeKind::kPolicyStates:
    case ChangeKind::kPolicyDropped:
    case ChangeKind::kClientChanged:
    case ChangeKind::kHostAdded:
    case ChangeKind::kHostGone:
      return true;
    case ChangeKind::kLetterWorse:
    case ChangeKind::kLetterBetter:
      return only_host();
    case ChangeKind::kRuleFails:
    case ChangeKind::kRuleFixed:
      return only_host() && !change.unknown_before && !of_the_policy() && change.severity >= Severity::kMedium;
    default:
      return false;
  }
}

std::string change_words(const Change& change, const RuleSet& rules) {
  switch (change.kind) {
    case ChangeKind::kRuleFails:
    case ChangeKind::kRuleWaived:
    case ChangeKind::kWaiverExpired:
    case ChangeKind::kRuleFixed:
    case ChangeKind::kRuleNotMeasured:
      return rule_words(change, rules);
    case ChangeKind::kLetterWorse:
    case ChangeKind::kLetterBetter:
      return fmt::format("grade {} became {}{}", printable(change.before), printable(change.after),
                         in_brackets(clean(change.reason)));
    case ChangeKind::kNotGraded:
      return "not graded now: " + clean(change.reason);
    case ChangeKind::kPolicyStates:
    case ChangeKind::kPolicyDropped:
      return item_words(change);
    case ChangeKind::kClientChanged:
      return client_words(change);
    case ChangeKind::kPolicyPublished:
    case ChangeKind::kPolicyWithdrawn:
    case ChangeKind::kPolicyMoved:
    case ChangeKind::kPolicyChanged:
    case ChangeKind::kPolicyEdited:
    case ChangeKind::kPolicyNotCompared:
      return policy_words(change);
    default:
      return host_change_words(change);
  }
}

std::string cause_words(const Change& change) {
  std::vector<std::string> words;
  for (const Cause cause : change.causes) {
    if (cause != Cause::kUnknown) words.emplace_back(words_for(cause));
  }
  return join(words, "; ");
}

std::string policy_item_words(std::string_view item) {
  for (const auto& [name, words] : kItems) {
    if (name == item) return std::string(words);
  }
  std::string words = clean(item, 80);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

std::string host_words(const std::string& id) {
  const auto target = parse_server(id);
  return target ? host_words(*target) : printable(id);
}

}  // namespace meetlat
