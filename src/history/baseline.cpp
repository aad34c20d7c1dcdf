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

// One host, seen then and now.
class HostComparison {
 public:
  HostComparison(const Baseline& base, const BaselineHost& then, const HostReport& now, const RuleSet& rules)
      : base_(base), then_(then), now_(now), rules_(rules) {}

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
    const LetterChange change{now_.target.id, *then_.letter, *now_.grade.letter};
    if (change.after > change.before) diff.worse.push_back(change);
    if (change.after < change.before) diff.better.push_back(change);
  }

  void add_finding(BaselineDiff& diff, const Finding& finding) const {
    const bool failed_then = then_.failed.count(finding.rule) > 0;
    const bool unknown_then = then_.not_measured.count(finding.rule) > 0;
    const RuleChange change{now_.target.id, finding.rule, severity_of(rules_, finding.rule), unknown_then};
    const bool known_rule = base_.rules.count(finding.rule) > 0;
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

  const Baseline& base_;
  const BaselineHost& then_;
  const HostReport& now_;
  const RuleSet& rules_;
};

}  // namespace

Baseline baseline_of(const Report& report, const RuleSet& rules) {
  const ReportHeader& header = report.header;
  Baseline out;
  out.tool_version = header.tool_version;
  out.rules_version = header.rules_version;
  out.rules_digest = header.rules_digest;
  out.profile = header.profile;
  out.profile_version = header.profile_version;
  out.date = date_or_empty(header.finished);
  for (const Rule& rule : rules.rules) out.rules.insert(rule.id);
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
          {"rules", {{"version", baseline.rules_version}, {"digest", baseline.rules_digest}, {"ids", baseline.rules}}},
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
    HostComparison(base, then->second, host, rules).add_to(diff);
  }
  for (const auto& [name, host] : base.hosts) {
    if (seen.count(name) == 0) diff.gone.push_back(name);
  }
  return diff;
}

}  // namespace meetlat
