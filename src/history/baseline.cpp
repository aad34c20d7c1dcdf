#include "history/baseline.h"

#include <fmt/core.h>

#include <utility>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::string_view kSchema = "meetlat-baseline/1";
constexpr std::size_t kLargestFile = std::size_t{64} << 20;

Severity severity_of(const RuleSet& rules, const std::string& id) {
  const Rule* rule = rules.rule(id);
  return rule == nullptr ? Severity::kInfo : rule->severity;
}

std::string date_or_empty(Instant instant) {
  return instant == Instant{} ? std::string{} : format_date(instant);
}

BaselineHost host_of(const HostReport& host, const RuleSet& rules, const std::string& rules_version) {
  BaselineHost out;
  out.status = host.status;
  out.letter = host.grade.letter;
  out.rules_version = rules_version;
  out.date = date_or_empty(host.finished);
  for (const Finding& finding : host.findings) {
    if (finding.outcome == Outcome::kFail) out.failed.emplace(finding.rule, severity_of(rules, finding.rule));
    if (finding.outcome == Outcome::kNotMeasured) out.not_measured.insert(finding.rule);
  }
  return out;
}

void describe_condition(const Condition& condition, Json& out) {
  out = {{"kind", static_cast<int>(condition.kind)}};
  if (condition.kind == Condition::Kind::kFact) {
    out["fact"] = condition.fact;
    out["quantifier"] = static_cast<int>(condition.quantifier);
    out["operator"] = static_cast<int>(condition.op);
    Json& operands = out["operands"] = Json::array();
    for (const Value& operand : condition.operands) {
      std::visit([&](const auto& value) { operands.push_back(value); }, operand);
    }
    return;
  }
  Json& children = out["children"] = Json::array();
  for (const Condition& child : condition.children) {
    children.push_back(Json());
    describe_condition(child, children.back());
  }
}

Json host_to_json(const BaselineHost& host) {
  Json failed = Json::object();
  for (const auto& [rule, severity] : host.failed) failed[rule] = to_string(severity);
  return {{"status", to_string(host.status)},
          {"letter", host.letter ? Json(std::string(1, *host.letter)) : Json(nullptr)},
          {"failed", std::move(failed)},
          {"not_measured", host.not_measured},
          {"rules_version", host.rules_version},
          {"date", host.date}};
}

tl::unexpected<Error> bad(std::string_view place, std::string_view what) {
  return fail(ErrorCode::kSchema, fmt::format("{}: {}", excerpt(place), what));
}

Result<std::set<std::string>> read_names(const Json& object, const char* key, std::string_view place) {
  const Json& list = json_member(object, key);
  if (!list.is_array()) return bad(place, fmt::format("'{}' shall be a list of rule ids", key));
  std::set<std::string> out;
  for (const Json& item : list) {
    if (!item.is_string()) return bad(place, fmt::format("'{}' shall hold rule ids only", key));
    out.insert(item.get<std::string>());
  }
  return out;
}

Result<std::optional<char>> read_letter(const Json& json, std::string_view place) {
  if (json.is_null()) return std::optional<char>{};
  const std::string text = json.is_string() ? json.get<std::string>() : std::string{};
  if (text.size() != 1 || text[0] < 'A' || text[0] > 'F') return bad(place, "'letter' shall be A to F, or null");
  return std::optional<char>{text[0]};
}

Result<BaselineHost> read_host(const Json& json, std::string_view place) {
  BaselineHost host;
  const auto status = host_status_from(json_string(json, "status"));
  if (!status) return bad(place, fmt::format("unknown status '{}'", excerpt(json_string(json, "status"), 40)));
  host.status = *status;
  const auto letter = read_letter(json_member(json, "letter"), place);
  if (!letter) return fail(letter.error());
  host.letter = *letter;
  const Json& failed = json_member(json, "failed");
  if (!failed.is_object()) return bad(place, "'failed' shall name rules and their severities");
  for (const auto& [rule, value] : failed.items()) {
    const auto severity = severity_from(value.is_string() ? value.get<std::string>() : std::string{});
    if (!severity) return bad(place, fmt::format("'{}' has no known severity", excerpt(rule, 80)));
    host.failed.emplace(rule, *severity);
  }
  auto not_measured = read_names(json, "not_measured", place);
  if (!not_measured) return fail(not_measured.error());
  host.not_measured = *std::move(not_measured);
  host.rules_version = json_string(json, "rules_version");
  host.date = json_string(json, "date");
  return host;
}

Result<std::map<std::string, std::string>> read_fingerprints(const Json& json) {
  std::map<std::string, std::string> out;
  if (json.is_null()) return out;  // of a baseline that was made before there were any
  if (!json.is_object()) return bad("rules", "'fingerprints' shall name rules");
  for (const auto& [rule, value] : json.items()) {
    if (!value.is_string())
      return bad("rules", fmt::format("the fingerprint of '{}' shall be text", excerpt(rule, 80)));
    out.emplace(rule, value.get<std::string>());
  }
  return out;
}

// One host, seen then and now.
class HostComparison {
 public:
  // `comparable`: were both judged by one rule set and one profile?
  HostComparison(const Baseline& base, const BaselineHost& then, const HostReport& now, const RuleSet& rules,
                 bool comparable)
      : base_(base), then_(then), now_(now), rules_(rules), comparable_(comparable) {}

  void add_to(BaselineDiff& diff) const {
    if (then_.status != HostStatus::kMeasured) {
      // Nothing was known, so nothing can be worse.
      if (now_.status == HostStatus::kMeasured) diff.added.push_back(now_.target.id);
      return;
    }
    if (now_.status != HostStatus::kMeasured) {
      std::string reason(words_for(now_.status));
      if (!now_.status_reason.empty()) reason += ": " + now_.status_reason;
      diff.hosts_not_measured.push_back({now_.target.id, std::move(reason)});
      return;
    }
    add_letter(diff);
    for (const Finding& finding : now_.findings) add_finding(diff, finding);
  }

 private:
  void add_letter(BaselineDiff& diff) const {
    if (!then_.letter) return;
    if (!now_.grade.letter) {
      diff.hosts_not_measured.push_back({now_.target.id, "not graded: " + now_.grade.not_graded_reason});
      return;
    }
    const LetterChange change{now_.target.id, *then_.letter, *now_.grade.letter, comparable_};
    if (change.after > change.before) diff.worse.push_back(change);
    if (change.after < change.before) diff.better.push_back(change);
  }

  void add_finding(BaselineDiff& diff, const Finding& finding) const {
    const bool failed_then = then_.failed.count(finding.rule) > 0;
    const bool unknown_then = then_.not_measured.count(finding.rule) > 0;
    const RuleChange change{now_.target.id, finding.rule, severity_of(rules_, finding.rule), unknown_then};
    const bool known_rule = asks_the_same(finding.rule);
    switch (finding.outcome) {
      case Outcome::kFail:
        if (!failed_then) (known_rule ? diff.new_failures : diff.failures_of_new_rules).push_back(change);
        break;
      case Outcome::kPass:
      case Outcome::kNotApplicable:
        if (failed_then) diff.fixed.push_back(change);
        break;
      case Outcome::kNotMeasured:
        if (known_rule && !unknown_then) diff.rules_not_measured.push_back(change);
        break;
    }
  }

  // Did the baseline's rule set have that rule, and did it ask the same?
  bool asks_the_same(const std::string& id) const {
    if (base_.rules.count(id) == 0) return false;
    const auto then = base_.fingerprints.find(id);
    const Rule* now = rules_.rule(id);
    return then == base_.fingerprints.end() || now == nullptr || then->second == fingerprint(*now);
  }

  const Baseline& base_;
  const BaselineHost& then_;
  const HostReport& now_;
  const RuleSet& rules_;
  const bool comparable_;
};

}  // namespace

std::string fingerprint(const Rule& rule) {
  Json all = Json::array({Json(), Json()});
  if (rule.applies_if) describe_condition(*rule.applies_if, all[0]);
  describe_condition(rule.pass_if, all[1]);
  return sha256_hex(dump_json(all)).substr(0, 16);
}

Baseline baseline_of(const Report& report, const RuleSet& rules) {
  const ReportHeader& header = report.header;
  Baseline out;
  out.tool_version = header.tool_version;
  out.rules_version = header.rules_version;
  out.rules_digest = header.rules_digest;
  out.profile = header.profile;
  out.profile_version = header.profile_version;
  out.date = date_or_empty(header.finished);
  for (const Rule& rule : rules.rules) {
    out.rules.insert(rule.id);
    out.fingerprints.emplace(rule.id, fingerprint(rule));
  }
  for (const HostReport& host : report.hosts) {
    if (host.status == HostStatus::kExcluded) continue;
    out.hosts.insert_or_assign(host.target.id, host_of(host, rules, header.rules_version));
  }
  return out;
}

Json to_json(const Baseline& baseline) {
  Json hosts = Json::object();
  for (const auto& [name, host] : baseline.hosts) hosts[name] = host_to_json(host);
  return {{"schema", kSchema},
          {"tool_version", baseline.tool_version},
          {"date", baseline.date},
          {"rules",
           {{"version", baseline.rules_version},
            {"digest", baseline.rules_digest},
            {"ids", baseline.rules},
            {"fingerprints", baseline.fingerprints}}},
          {"profile", {{"id", baseline.profile}, {"version", baseline.profile_version}}},
          {"hosts", std::move(hosts)}};
}

Json make_baseline(const Report& report, const RuleSet& rules) {
  return to_json(baseline_of(report, rules));
}

Result<Baseline> baseline_from_json(const Json& json) {
  const std::string schema = json_string(json, "schema");
  if (schema != kSchema) {
    return fail(ErrorCode::kSchema, fmt::format("no baseline: 'schema' is '{}' and shall be '{}'; make one with "
                                                "'meetlat baseline RUN -o FILE'",
                                                excerpt(schema, 60), kSchema));
  }
  Baseline out;
  out.tool_version = json_string(json, "tool_version");
  out.date = json_string(json, "date");
  const Json& rules = json_member(json, "rules");
  out.rules_version = json_string(rules, "version");
  out.rules_digest = json_string(rules, "digest");
  auto ids = read_names(rules, "ids", "rules");
  if (!ids) return fail(ids.error());
  out.rules = *std::move(ids);
  auto fingerprints = read_fingerprints(json_member(rules, "fingerprints"));
  if (!fingerprints) return fail(fingerprints.error());
  out.fingerprints = *std::move(fingerprints);
  const Json& profile = json_member(json, "profile");
  out.profile = json_string(profile, "id");
  out.profile_version = json_string(profile, "version");
  const Json& hosts = json_member(json, "hosts");
  if (!hosts.is_object()) return bad("hosts", "shall name hosts");
  for (const auto& [name, value] : hosts.items()) {
    auto host = read_host(value, name);
    if (!host) return fail(host.error());
    out.hosts.emplace(name, *std::move(host));
  }
  return out;
}

Result<Baseline> read_baseline(const std::filesystem::path& path) {
  const auto bytes = read_file(path, kLargestFile);
  if (!bytes) return fail(bytes.error());
  const auto named = [&](const Error& error) {
    return fail(error.code, fmt::format("{}: {}", path.string(), error.context));
  };
  const auto json = parse_json(*bytes);
  if (!json) return named(json.error());
  auto out = baseline_from_json(*json);
  if (!out) return named(out.error());
  return out;
}

BaselineDiff compare(const Baseline& base, const Report& head, const RuleSet& rules) {
  BaselineDiff diff;
  diff.base_rules = base.rules_version;
  diff.head_rules = head.header.rules_version;
  diff.other_rules = base.rules_version != head.header.rules_version || base.rules_digest != head.header.rules_digest;
  diff.other_profile = base.profile != head.header.profile || base.profile_version != head.header.profile_version;
  const bool same_set = !diff.other_rules;
  std::set<std::string> seen;
  for (const HostReport& host : head.hosts) {
    if (host.status == HostStatus::kExcluded) continue;
    seen.insert(host.target.id);
    const auto then = base.hosts.find(host.target.id);
    if (then == base.hosts.end()) {
      diff.added.push_back(host.target.id);
      continue;
    }
    diff.other_rules = diff.other_rules || then->second.rules_version != head.header.rules_version;
    const bool comparable = same_set && !diff.other_profile && then->second.rules_version == head.header.rules_version;
    HostComparison(base, then->second, host, rules, comparable).add_to(diff);
  }
  for (const auto& [name, host] : base.hosts) {
    if (seen.count(name) == 0) diff.gone.push_back(name);
  }
  return diff;
}

}  // namespace meetlat
