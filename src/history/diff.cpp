#include "history/diff.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "base/text.h"
#include "history/policy_diff.h"
#include "model/client_files.h"
#include "model/finding_notes.h"

namespace meetlat {
namespace {

constexpr std::size_t kMostFacts = 6;  // of one change

constexpr std::array<AgeingFact, 10> kAgeing{{
    {"jitsi.build.age_days", "jitsi.build.web", true, true, {}},
    {"jitsi.build.oldest_confidentiality_advisory_months", "jitsi.build.web", true, true, {}},
    {"jitsi.build.advisories", "jitsi.build.web", false, true, {}},
    {"jitsi.build.release", "jitsi.build.web", false, true, {}},
    {"jitsi.build.date", "jitsi.build.web", false, true, {}},
    {"tls.certificate.days_left", "tls.certificate.sha256", true, false, {}},
    {"tls.certificate.trusted", "tls.certificate.sha256", true, false, "tls.certificate.not_after"},
    {"hosting.eu_eea", "dns.ipv4", false, true, {}},
    {"hosting.outside_eu", "dns.ipv4", false, true, {}},
    {"hosting.big_tech", "dns.ipv4", false, true, {}},
}};

bool same_fact(const Fact& a, const Fact& b) {
  if (a.subject != b.subject || a.measured() != b.measured()) return false;
  return a.measured() ? *a.value == *b.value : a.value.error().code == b.value.error().code;
}

bool same_facts(const Evidence& a, const Evidence& b, std::string_view path) {
  const auto before = a.find(path);
  const auto after = b.find(path);
  return std::equal(before.begin(), before.end(), after.begin(), after.end(), same_fact);
}

std::string words_of(const Evidence& evidence, std::string_view path) {
  std::vector<std::string> words;
  for (const Fact& fact : evidence.find(path)) {
    std::string each = fact.measured() ? value_words(fact) : "not measured: " + describe(fact.value.error());
    if (std::find(words.begin(), words.end(), each) == words.end()) words.push_back(std::move(each));
  }
  return words.empty() ? "not asked for" : join(words, "; ");
}

using Hosts = std::map<std::string_view, const HostReport*>;

Hosts hosts_of(const Report& report) {
  Hosts out;
  for (const HostReport& host : report.hosts) out.emplace(host.target.id, &host);
  return out;
}

const HostReport* find(const Hosts& hosts, std::string_view id) {
  const auto at = hosts.find(id);
  return at == hosts.end() ? nullptr : at->second;
}

const Finding* finding_of(const HostReport* host, std::string_view rule) {
  if (host == nullptr) return nullptr;
  for (const Finding& finding : host->findings) {
    if (finding.rule == rule) return &finding;
  }
  return nullptr;
}

void add_new(std::vector<Cause>& causes, Cause cause) {
  if (std::find(causes.begin(), causes.end(), cause) == causes.end()) causes.push_back(cause);
}

// One host in both Runs, by the same rules, and in BASE by those of its time when they are known.
struct Sights {
  const HostReport* judged_then = nullptr;
  const HostReport* before = nullptr;
  const HostReport* after = nullptr;
};

class Differ {
 public:
  explicit Differ(const DiffInput& input)
      : in_(input),
        base_(hosts_of(input.base)),
        head_(hosts_of(input.head)),
        then_(input.base_as_judged == nullptr ? Hosts{} : hosts_of(*input.base_as_judged)),
        other_tables_(input.base_run.data_digest != input.head_run.data_digest),
        other_tool_(other_tables_ || input.base_run.tool_version != input.head_run.tool_version) {}

  Diff run() {
    header();
    const bool by_old_rules = in_.base_as_judged != nullptr && in_.base_rules != nullptr;
    const Baseline baseline =
        by_old_rules ? baseline_of(*in_.base_as_judged, *in_.base_rules) : baseline_of(in_.base, in_.rules);
    const BaselineDiff changes = compare(baseline, in_.head, in_.rules);
    rules(changes);
    letters(changes);
    hosts(changes);
    policies();
    clients();
    for (const HostReport& host : in_.head.hosts) {
      for (const Correction& each : host.corrections) out_.corrections.push_back({host.target.id, each});
    }
    std::stable_sort(out_.changes.begin(), out_.changes.end(), [](const Change& a, const Change& b) {
      const auto key = [](const Change& each) {
        return std::tuple<ChangeCategory, const std::string&, ChangeKind>(category_of(each.kind), each.host, each.kind);
      };
      return key(a) < key(b);
    });
    return std::move(out_);
  }

 private:
  static DiffSide side(const RunHeader& run, const Report& report) {
    return {run.id,          run.tool_version, run.rules_version, run.rules_digest,
            run.data_digest, run.vantage,      run.started,       report.header.finished};
  }

  void header() {
    out_.base = side(in_.base_run, in_.base);
    out_.head = side(in_.head_run, in_.head);
    out_.rules_version = in_.head.header.rules_version;
    out_.rules_digest = in_.head.header.rules_digest;
    out_.profile = in_.head.header.profile;
    out_.demo = in_.base_run.demo || in_.head_run.demo;
    out_.other_tool = other_tool_;
    out_.rejudged = out_.base.rules_digest != out_.rules_digest || out_.head.rules_digest != out_.rules_digest;
    out_.backwards = in_.head_run.started < in_.base_run.started;
    for (const auto& [id, before] : base_) {
      const HostReport* after = find(head_, id);
      const bool both =
          after != nullptr && before->status == HostStatus::kMeasured && after->status == HostStatus::kMeasured;
      if (both) ++out_.compared;
    }
  }

  Sights sights(std::string_view id) const { return {find(then_, id), find(base_, id), find(head_, id)}; }

  Change& add(ChangeKind kind, const std::string& id) {
    Change change;
    change.kind = kind;
    change.host = id;
    const HostReport* after = find(head_, id);
    change.at = after != nullptr && after->finished != Instant{} ? after->finished : out_.head.finished;
    out_.changes.push_back(std::move(change));
    return out_.changes.back();
  }

  static bool known(const Evidence& evidence, std::string_view path) {
    const auto facts = evidence.find(path);
    return !facts.empty() && std::all_of(facts.begin(), facts.end(), [](const Fact& fact) { return fact.measured(); });
  }

  // Why facts that decided about one rule differ. What only one side knows decided nothing, when the outcome is known.
  void add_fact_causes(const Sights& sights, const std::vector<std::string>& paths, std::vector<Cause>& causes) const {
    for (const std::string& path : paths) {
      const bool both = known(sights.before->evidence, path) && known(sights.after->evidence, path);
      if (both && !same_facts(sights.before->evidence, sights.after->evidence, path)) {
        add_new(causes, cause_of(sights, path));
      }
    }
  }

  // Did the audit of only one side ask for one of these facts?
  bool asked_for_less(const Sights& sights, const std::vector<std::string>& paths) const {
    if (in_.base_run.level == in_.head_run.level) return false;
    const Evidence& less = in_.base_run.level < in_.head_run.level ? sights.before->evidence : sights.after->evidence;
    const Evidence& more = in_.base_run.level < in_.head_run.level ? sights.after->evidence : sights.before->evidence;
    return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
      const auto facts = less.find(path);
      const bool not_asked = std::all_of(facts.begin(), facts.end(), [](const Fact& fact) {
        return !fact.measured() && fact.value.error().code == ErrorCode::kNotAttempted;
      });
      return not_asked && known(more, path);
    });
  }

  Cause cause_of(const Sights& sights, std::string_view path) const {
    const Evidence& before = sights.before->evidence;
    const Evidence& after = sights.after->evidence;
    for (const AgeingFact& ageing : kAgeing) {
      if (ageing.path != path || before.find(ageing.source).empty()) continue;
      if (!same_facts(before, after, ageing.source)) continue;
      if (ageing.by_tables && other_tables_) return Cause::kTables;
      if (!ageing.by_time) continue;
      if (ageing.ends.empty()) return Cause::kTime;
      const auto end = parse_instant(after.text(ageing.ends));
      if (end && *end <= sights.after->finished) return Cause::kTime;
    }
    return other_tool_ ? Cause::kToolOrHost : Cause::kHost;
  }

  // Of a rule whose outcome differs; empty when it does not.
  std::vector<Cause> causes_of(const Sights& sights, std::string_view rule, std::vector<std::string>* paths) const {
    std::vector<Cause> causes;
    const Finding* then = finding_of(sights.judged_then, rule);
    const Finding* before = finding_of(sights.before, rule);
    const Finding* after = finding_of(sights.after, rule);
    if (before == nullptr || after == nullptr) return causes;
    if (sights.judged_then != nullptr && (then == nullptr || then->outcome != before->outcome)) {
      causes.push_back(Cause::kRules);
    }
    if (before->outcome == after->outcome) return causes;
    std::vector<std::string> decided = before->facts;
    for (const std::string& path : after->facts) {
      if (std::find(decided.begin(), decided.end(), path) == decided.end()) decided.push_back(path);
    }
    add_fact_causes(sights, decided, causes);
    const bool unknown = before->outcome == Outcome::kNotMeasured || after->outcome == Outcome::kNotMeasured;
    if (asked_for_less(sights, decided)) {
      causes.push_back(Cause::kDepth);
    } else if (unknown) {
      causes.push_back(Cause::kNotMeasured);
    }
    if (causes.empty()) causes.push_back(Cause::kUnknown);
    if (paths != nullptr) *paths = std::move(decided);
    return causes;
  }

  void rule(ChangeKind kind, const RuleChange& seen) {
    const Sights at = sights(seen.host);
    Change& change = add(kind, seen.host);
    change.rule = seen.rule;
    change.severity = seen.severity;
    change.unknown_before = seen.was_not_measured;
    if (at.before == nullptr || at.after == nullptr) return;
    std::vector<std::string> paths;
    change.causes = causes_of(at, seen.rule, &paths);
    const Finding* after = finding_of(at.after, seen.rule);
    const Finding* before = finding_of(at.judged_then != nullptr ? at.judged_then : at.before, seen.rule);
    if (before != nullptr) change.before = to_string(before->outcome);
    if (after != nullptr) {
      change.after = to_string(after->outcome);
      change.reason = after->reason;
    }
    for (const std::string& path : paths) {
      if (change.facts.size() >= kMostFacts || same_facts(at.before->evidence, at.after->evidence, path)) continue;
      change.facts.push_back({path, words_of(at.before->evidence, path), words_of(at.after->evidence, path)});
    }
  }

  void failure(const RuleChange& seen) {
    const HostReport* after = find(head_, seen.host);
    const FindingNote* waiver = after == nullptr ? nullptr : note_on(*after, seen.rule, ReviewKind::kWaiver);
    const bool waived = waiver != nullptr && waiver->state == FindingNote::State::kHolds;
    rule(waived ? ChangeKind::kRuleWaived : ChangeKind::kRuleFails, seen);
    if (waiver != nullptr) out_.changes.back().reason = words_for(*waiver);
  }

  // Failures that BASE had too, and that nothing excuses any more. New ones are said to be new.
  void expired_waivers(const HostReport& host) {
    for (const FindingNote& note : host.notes) {
      if (note.kind != ReviewKind::kWaiver || note.state != FindingNote::State::kOver) continue;
      const Finding* before = finding_of(find(base_, host.target.id), note.rule);
      if (before == nullptr || before->outcome != Outcome::kFail) continue;
      const Rule* rule = in_.rules.rule(note.rule);
      Change& change = add(ChangeKind::kWaiverExpired, host.target.id);
      change.causes = {Cause::kTime};
      change.rule = note.rule;
      change.severity = rule == nullptr ? Severity::kInfo : rule->severity;
      change.before = change.after = to_string(Outcome::kFail);
      change.reason = words_for(note);
    }
  }

  void rules(const BaselineDiff& changes) {
    for (const RuleChange& each : changes.new_failures) failure(each);
    for (const RuleChange& each : changes.failures_of_new_rules) failure(each);
    for (const HostReport& host : in_.head.hosts) expired_waivers(host);
    for (const RuleChange& each : changes.fixed) rule(ChangeKind::kRuleFixed, each);
    for (const RuleChange& each : changes.rules_not_measured) rule(ChangeKind::kRuleNotMeasured, each);
  }

  // A letter hangs on every rule, so it has the causes of all whose outcome differs.
  void letter(ChangeKind kind, const LetterChange& seen) {
    const Sights at = sights(seen.host);
    Change& change = add(kind, seen.host);
    change.before = std::string(1, seen.before);
    change.after = std::string(1, seen.after);
    if (at.before == nullptr || at.after == nullptr) return;
    change.reason = at.after->grade.main_reason;
    for (const Finding& finding : at.after->findings) {
      for (const Cause cause : causes_of(at, finding.rule, nullptr)) add_new(change.causes, cause);
    }
    if (change.causes.empty()) change.causes.push_back(in_.base_as_judged != nullptr ? Cause::kRules : Cause::kUnknown);
  }

  void letters(const BaselineDiff& changes) {
    for (const LetterChange& each : changes.worse) letter(ChangeKind::kLetterWorse, each);
    for (const LetterChange& each : changes.better) letter(ChangeKind::kLetterBetter, each);
  }

  void hosts(const BaselineDiff& changes) {
    for (const std::string& id : changes.added) {
      const HostReport* before = find(base_, id);
      const HostReport* after = find(head_, id);
      Change& change = add(before == nullptr ? ChangeKind::kHostAdded : ChangeKind::kHostMeasuredAgain, id);
      change.causes = {before == nullptr ? Cause::kUnknown : Cause::kNotMeasured};
      if (before != nullptr) change.before = words_for(before->status);
      if (after != nullptr && after->status != HostStatus::kMeasured) change.reason = words_for(after->status);
      if (after != nullptr && after->grade.letter) change.after = std::string(1, *after->grade.letter);
    }
    for (const std::string& id : changes.gone) {
      const HostReport* after = find(head_, id);
      Change& change = add(after == nullptr ? ChangeKind::kHostGone : ChangeKind::kHostExcluded, id);
      change.causes = {Cause::kUnknown};
      if (after != nullptr) change.reason = after->status_reason;
    }
    for (const HostNote& each : changes.hosts_not_measured) {
      const HostReport* after = find(head_, each.host);
      const bool measured = after != nullptr && after->status == HostStatus::kMeasured;
      Change& change = add(measured ? ChangeKind::kNotGraded : ChangeKind::kHostNotMeasured, each.host);
      change.causes = {Cause::kNotMeasured};
      change.reason = measured ? after->grade.not_graded_reason : each.reason;
    }
  }

  void policies() {
    for (const auto& [id, before] : base_) {
      const HostReport* after = find(head_, id);
      if (after == nullptr || before->status == HostStatus::kExcluded || after->status == HostStatus::kExcluded)
        continue;
      diff_policies(*before, *after, other_tool_, out_.changes);
    }
  }

  // Digests are the server's own bytes, so no version of this program can be the cause.
  void clients() {
    for (const auto& [id, before] : base_) {
      const HostReport* after = find(head_, id);
      if (after == nullptr) continue;
      const std::string_view build = after->evidence.text("jitsi.build.web_text");
      if (build.empty() || build != before->evidence.text("jitsi.build.web_text")) continue;
      std::vector<FactChange> files;
      const std::vector<ClientFile> now = client_files(after->evidence);
      for (const ClientFile& old : client_files(before->evidence)) {
        const auto file = std::ranges::find(now, old.path, &ClientFile::path);
        if (file == now.end() || file->sha256 == old.sha256) continue;
        files.push_back({old.path, "sha256:" + old.sha256, "sha256:" + file->sha256});
      }
      if (files.empty()) continue;
      Change& change = add(ChangeKind::kClientChanged, std::string(id));
      change.causes = {Cause::kHost};
      change.before = change.after = build;
      change.facts = std::move(files);
    }
  }

  const DiffInput& in_;
  Hosts base_;
  Hosts head_;
  Hosts then_;
  bool other_tables_;
  bool other_tool_;
  Diff out_;
};

}  // namespace

std::span<const AgeingFact> ageing_facts() noexcept {
  return kAgeing;
}

Diff diff(const DiffInput& input) {
  return Differ(input).run();
}

}  // namespace meetlat
