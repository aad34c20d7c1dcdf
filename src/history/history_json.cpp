#include "history/history_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::string_view kSchema = "meetlat-history/1";

Json run_json(const HistoryRunInfo& run) {
  return {{"id", run.id},
          {"rules", {{"version", run.rules_version}, {"digest", run.rules_digest}}},
          {"profile", {{"id", run.profile}, {"version", run.profile_version}}},
          {"tool_version", run.tool_version},
          {"data_digest", run.data_digest},
          {"vantage", run.vantage},
          {"level", run.level},
          {"list_digest", run.list_digest},
          {"listed", run.listed},
          {"started", format_instant(run.started)},
          {"finished", format_instant(run.finished)},
          {"stopped", run.stopped},
          {"demo", run.demo}};
}

Json policy_json(const HistoryPolicy& policy) {
  Json out = Json::object();
  if (policy.own) out["own"] = *policy.own;
  if (!policy.url.empty()) out["url"] = policy.url;
  if (!policy.sha256.empty()) out["sha256"] = policy.sha256;
  return out;
}

Json sight_json(const HistorySight& sight, const History& history) {
  Json out{{"run", history.runs[sight.run].id}, {"at", format_instant(sight.at)}, {"status", to_string(sight.status)}};
  if (!sight.reason.empty()) out["reason"] = sight.reason;
  if (!sight.build.empty()) out["build"] = sight.build;
  if (Json policy = policy_json(sight.policy); !policy.empty()) out["policy"] = std::move(policy);
  if (!sight.measured()) return out;
  out["letter"] = sight.letter ? Json(std::string(1, *sight.letter)) : Json(nullptr);
  out["score"] = {{"low", sight.range.low}, {"high", sight.range.high}};
  if (!sight.caps.empty()) out["caps"] = sight.caps;
  if (!sight.main_reason.empty()) out["main_reason"] = sight.main_reason;
  return out;
}

Json host_json(const HostHistory& host, const History& history) {
  Json sights = Json::array();
  for (const HistorySight& sight : host.sights) sights.push_back(sight_json(sight, history));
  Json intervals = Json::array();
  for (const HistoryInterval& interval : host.intervals) {
    intervals.push_back({{"rule", interval.rule},
                         {"outcome", to_string(interval.outcome)},
                         {"first", interval.first},
                         {"last", interval.last}});
  }
  return {{"host", host.host}, {"sights", std::move(sights)}, {"findings", std::move(intervals)}};
}

class Reader {
 public:
  Result<History> read(const Json& json) {
    if (json_string(json, "schema") != kSchema) return wrong("schema", fmt::format("this is no {}", kSchema));
    if (auto ok = policies(json_member(json, "policies")); !ok) return fail(ok.error());
    const Json& runs = json_member(json, "runs");
    if (!runs.is_array()) return wrong("runs", "a list is wanted");
    for (const Json& each : runs) {
      if (auto ok = run(each); !ok) return fail(ok.error());
    }
    const Json& hosts = json_member(json, "hosts");
    if (!hosts.is_array()) return wrong("hosts", "a list is wanted");
    std::set<std::string> names;
    for (const Json& each : hosts) {
      if (auto ok = host(each); !ok) return fail(ok.error());
      if (!names.insert(out_.hosts.back().host).second) {
        return wrong("hosts", fmt::format("{} stands there twice", excerpt(out_.hosts.back().host)));
      }
    }
    return std::move(out_);
  }

 private:
  static tl::unexpected<Error> wrong(std::string_view where, std::string_view what) {
    return fail(ErrorCode::kSchema, fmt::format("{}: {}", where, what));
  }

  static Result<Instant> instant(const Json& json, const char* key, std::string_view where) {
    const auto out = parse_instant(json_string(json, key));
    if (!out) return wrong(where, fmt::format("'{}': {}", key, describe(out.error())));
    return std::chrono::floor<std::chrono::seconds>(*out);
  }

  Result<void> policies(const Json& json) {
    for (const auto& [sha256, text] : json.items()) {
      const auto* bytes = text.get_ptr<const std::string*>();
      if (bytes == nullptr || sha256_hex(*bytes) != sha256) {
        return wrong("policies", fmt::format("{} is not the digest of its text", excerpt(sha256, 64)));
      }
      out_.policies.emplace(sha256, *bytes);
    }
    return {};
  }

  Result<void> run(const Json& json) {
    HistoryRunInfo info;
    info.id = json_string(json, "id");
    const std::string where = fmt::format("run {}", excerpt(info.id));
    if (info.id.empty()) return wrong("runs", "a Run without 'id'");
    info.rules_version = json_string(json_member(json, "rules"), "version");
    info.rules_digest = json_string(json_member(json, "rules"), "digest");
    info.profile = json_string(json_member(json, "profile"), "id");
    info.profile_version = json_string(json_member(json, "profile"), "version");
    info.tool_version = json_string(json, "tool_version");
    info.data_digest = json_string(json, "data_digest");
    info.vantage = json_string(json, "vantage");
    info.level = static_cast<int>(std::clamp<std::int64_t>(json_int(json, "level"), 0, 4));
    info.list_digest = json_string(json, "list_digest");
    info.listed = static_cast<std::size_t>(std::clamp<std::int64_t>(json_int(json, "listed"), 0, 1 << 30));
    const auto started = instant(json, "started", where);
    if (!started) return fail(started.error());
    const auto finished = instant(json, "finished", where);
    if (!finished) return fail(finished.error());
    info.started = *started;
    info.finished = *finished;
    info.stopped = json_string(json, "stopped");
    info.demo = json_bool(json, "demo");
    if (!runs_.emplace(info.id, out_.runs.size()).second) return wrong(where, "it stands there twice");
    out_.runs.push_back(std::move(info));
    return {};
  }

  Result<HistorySight> sight(const Json& json, const std::string& where) {
    HistorySight out;
    const auto run = runs_.find(json_string(json, "run"));
    if (run == runs_.end()) return wrong(where, "a sight of a Run that is not there");
    out.run = run->second;
    const auto at = instant(json, "at", where);
    if (!at) return fail(at.error());
    out.at = *at;
    const auto status = host_status_from(json_string(json, "status"));
    if (!status) return wrong(where, fmt::format("unknown status '{}'", excerpt(json_string(json, "status"))));
    out.status = *status;
    out.reason = json_string(json, "reason");
    out.build = json_string(json, "build");
    const Json& policy = json_member(json, "policy");
    if (const Json& own = json_member(policy, "own"); own.is_boolean()) out.policy.own = own.get<bool>();
    out.policy.url = json_string(policy, "url");
    out.policy.sha256 = json_string(policy, "sha256");
    if (!out.policy.sha256.empty() && !out_.policies.contains(out.policy.sha256)) {
      return wrong(where, "a policy whose text is not there");
    }
    if (!out.measured()) return out;
    const std::string letter = json_string(json, "letter");
    if (letter.size() > 1 || (!letter.empty() && (letter[0] < 'A' || letter[0] > 'F'))) {
      return wrong(where, fmt::format("no letter: '{}'", excerpt(letter)));
    }
    if (!letter.empty()) out.letter = letter[0];
    const Json& score = json_member(json, "score");
    out.range = {std::clamp(json_double(score, "low"), 0.0, 100.0), std::clamp(json_double(score, "high"), 0.0, 100.0)};
    out.caps = json_strings(json, "caps");
    for (const std::string& cap : out.caps) {
      if (cap.empty() || cap.find(' ') != std::string::npos) return wrong(where, "no id of a cap");
    }
    out.main_reason = json_string(json, "main_reason");
    return out;
  }

  Result<void> interval(const Json& json, HostHistory& host, const std::string& where) {
    HistoryInterval out;
    out.rule = json_string(json, "rule");
    const auto outcome = outcome_from(json_string(json, "outcome"));
    if (out.rule.empty() || !outcome) return wrong(where, "a finding without rule or outcome");
    out.outcome = *outcome;
    const std::int64_t first = json_int(json, "first", -1);
    const std::int64_t last = json_int(json, "last", -1);
    const auto most = static_cast<std::int64_t>(host.sights.size());
    if (first < 0 || last < first || last >= most || !host.sights[static_cast<std::size_t>(first)].measured() ||
        !host.sights[static_cast<std::size_t>(last)].measured()) {
      return wrong(where, fmt::format("a finding of {} from sight {} to {}", excerpt(out.rule), first, last));
    }
    out.first = static_cast<std::size_t>(first);
    out.last = static_cast<std::size_t>(last);
    if (!host.intervals.empty()) {
      const HistoryInterval& before = host.intervals.back();
      if (std::tie(before.rule, before.last) >= std::tie(out.rule, out.first)) {
        return wrong(where, fmt::format("findings of {} overlap or are out of order", excerpt(out.rule)));
      }
    }
    host.intervals.push_back(std::move(out));
    return {};
  }

  Result<void> host(const Json& json) {
    HostHistory out;
    out.host = json_string(json, "host");
    if (out.host.empty()) return wrong("hosts", "a host without 'host'");
    const std::string where = fmt::format("host {}", excerpt(out.host));
    std::set<std::size_t> runs;
    for (const Json& each : json_member(json, "sights")) {
      auto seen = sight(each, where);
      if (!seen) return fail(seen.error());
      if (!runs.insert(seen->run).second) return wrong(where, "two sights in one Run");
      if (!out.sights.empty() && out.sights.back().at > seen->at) return wrong(where, "sights are out of order");
      out.sights.push_back(std::move(*seen));
    }
    for (const Json& each : json_member(json, "findings")) {
      if (auto ok = interval(each, out, where); !ok) return ok;
    }
    out_.hosts.push_back(std::move(out));
    return {};
  }

  History out_;
  std::map<std::string, std::size_t> runs_;
};

}  // namespace

Json to_json(const History& history) {
  Json runs = Json::array();
  for (const HistoryRunInfo& run : history.runs) runs.push_back(run_json(run));
  Json hosts = Json::array();
  for (const HostHistory& host : history.hosts) hosts.push_back(host_json(host, history));
  Json policies = Json::object();
  for (const auto& [sha256, text] : history.policies) policies[sha256] = text;
  return {
      {"schema", kSchema}, {"runs", std::move(runs)}, {"hosts", std::move(hosts)}, {"policies", std::move(policies)}};
}

Result<History> history_from_json(const Json& json) {
  return Reader().read(json);
}

std::function<std::optional<HistoryRun>()> runs_of(const History& history) {
  // Where each Run saw its hosts, so that giving them all takes no longer than reading them.
  struct Place {
    std::size_t host;
    std::size_t sight;
  };
  auto places = std::make_shared<std::vector<std::vector<Place>>>(history.runs.size());
  for (std::size_t i = 0; i < history.hosts.size(); ++i) {
    for (std::size_t j = 0; j < history.hosts[i].sights.size(); ++j) {
      (*places)[history.hosts[i].sights[j].run].push_back({i, j});
    }
  }
  auto next = std::make_shared<std::size_t>(0);
  return [&history, places, next]() -> std::optional<HistoryRun> {
    if (*next >= history.runs.size()) return std::nullopt;
    const std::size_t at = (*next)++;
    HistoryRun out;
    out.info = history.runs[at];
    for (const Place& place : (*places)[at]) {
      const HostHistory& from = history.hosts[place.host];
      HistoryRun::Host& host = out.hosts.emplace_back();
      host.host = from.host;
      host.sight = from.sights[place.sight];
      host.sight.run = 0;
      if (const auto text = history.policies.find(host.sight.policy.sha256); text != history.policies.end()) {
        out.policies.insert(*text);
      }
      if (!host.sight.measured()) continue;
      for (const HistoryInterval& interval : from.intervals) {
        if (interval.first <= place.sight && place.sight <= interval.last) {
          host.findings.push_back({interval.rule, interval.outcome});
        }
      }
    }
    return out;
  };
}

}  // namespace meetlat
