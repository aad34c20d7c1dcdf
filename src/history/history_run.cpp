#include "history/history_run.h"

#include <cmath>

#include "base/file.h"

namespace meetlat {
namespace {

Instant whole_seconds(Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at);
}

double hundredths(double score) {
  return std::round(score * 100) / 100;
}

HistoryPolicy policy_of(const Evidence& evidence, std::map<std::string, std::string>& texts) {
  HistoryPolicy out;
  const bool* own = evidence.get<bool>("policy.own");
  if (own == nullptr) return out;
  // Nothing found says something after a complete search only.
  if (!*own) {
    if (evidence.is_true("policy.search.complete")) out.own = false;
    return out;
  }
  out.own = true;
  out.url = evidence.text("policy.url");
  if (const std::string* text = evidence.get<std::string>("policy.text"); text != nullptr && !text->empty()) {
    out.sha256 = sha256_hex(*text);
    texts.emplace(out.sha256, *text);
  }
  return out;
}

}  // namespace

HistoryRun history_run(const RunHeader& run, const Report& report) {
  HistoryRun out;
  const ReportHeader& header = report.header;
  out.info = {run.id,
              header.rules_version,
              header.rules_digest,
              header.profile,
              header.profile_version,
              run.tool_version,
              run.data_digest,
              run.vantage,
              run.level,
              run.list_digest,
              header.listed,
              whole_seconds(run.started),
              whole_seconds(header.finished),
              header.stopped,
              run.demo};
  for (const HostReport& host : report.hosts) {
    if (host.status == HostStatus::kExcluded || host.status == HostStatus::kNotFinished ||
        host.status == HostStatus::kFromFiles) {
      continue;
    }
    HistoryRun::Host& kept = out.hosts.emplace_back();
    kept.host = host.target.id;
    HistorySight& sight = kept.sight;
    sight.at = whole_seconds(host.finished);
    sight.status = host.status;
    sight.build = host.evidence.text("jitsi.build.web_text");
    sight.policy = policy_of(host.evidence, out.policies);
    if (!sight.measured()) {
      sight.reason = host.status_reason;
      continue;
    }
    sight.letter = host.grade.letter;
    sight.range = {hundredths(host.grade.range.low), hundredths(host.grade.range.high)};
    for (const AppliedCap& cap : host.grade.caps) sight.caps.push_back(cap.id);
    sight.main_reason = host.grade.letter ? host.grade.main_reason : host.grade.not_graded_reason;
    for (const Finding& finding : host.findings) kept.findings.push_back({finding.rule, finding.outcome});
  }
  return out;
}

}  // namespace meetlat
