#include "judgement/judge.h"

#include <algorithm>
#include <tuple>

#include "judgement/guideline.h"

namespace meetlat {
namespace {

// Graded hosts by letter, then measured ones without a grade, then the others by status; within all of them by name.
auto rank_key(const HostReport& host) {
  const bool graded = host.grade.letter.has_value();
  return std::tuple<int, int, const std::string&>(graded ? *host.grade.letter : 256, static_cast<int>(host.status),
                                                  host.target.id);
}

// What the scanner alone can know is kept: an opted-out host has no evidence, nor has one that it never came to.
bool keeps_status(const HostRecord& record) {
  return record.status == HostStatus::kExcluded || (record.evidence.empty() && record.status != HostStatus::kMeasured);
}

Target target_of(const std::string& id) {
  Result<Target> target = parse_server(id);
  if (target) return std::move(*target);
  Target bare;
  bare.id = id;
  return bare;
}

HostReport unvisited(const Target& target, const Run& run) {
  HostReport report;
  report.target = target;
  report.status = HostStatus::kNotFinished;
  report.status_reason = run.stopped.empty() ? "the run ended before this host" : "the run stopped: " + run.stopped;
  return report;
}

// Of a server that is no instance: rules over what was asked of it, without points, since most of the score is about
// instances.
void judge_server(HostReport& report, const RuleSet& rules) {
  for (const Rule& rule : rules.rules) {
    Finding finding = evaluate(rule, report.evidence);
    const bool nothing_asked =
        std::ranges::all_of(finding.facts, [&](const std::string& path) { return report.evidence.find(path).empty(); });
    if (finding.outcome == Outcome::kNotMeasured && nothing_asked) continue;
    report.findings.push_back(std::move(finding));
  }
  report.grade.not_graded_reason =
      std::string(words_for(report.target.service)) + ": only its encryption and its name were asked about";
}

Instant end_of(const Run& run) {
  Instant end = std::max(run.finished, run.header.started);
  if (run.finished == Instant{}) {
    for (const HostRecord& record : run.hosts) end = std::max(end, record.finished);
  }
  return end;
}

}  // namespace

HostReport judge(const Target& target, const HostRecord& record, const RuleSet& rules, const Profile& profile,
                 const Reviews& reviews) {
  HostReport report;
  report.target = target;
  report.started = record.started;
  report.finished = record.finished;
  report.evidence = record.evidence;
  report.evidence_sha256 = evidence_digest(record.evidence);
  if (keeps_status(record)) {
    report.status = record.status;
    report.status_reason = record.status_reason;
    return report;
  }
  report.corrections = correct_facts(reviews.overrides, target, report.evidence);
  StatusVerdict verdict = classify(report.evidence);
  report.status = verdict.status;
  report.status_reason = std::move(verdict.reason);
  if (report.status != HostStatus::kMeasured) return report;
  const bool graded = target.is_instance();
  if (graded) {
    for (const Rule& rule : rules.rules) report.findings.push_back(evaluate(rule, report.evidence));
  } else {
    judge_server(report, rules);
  }
  for (Correction& correction : correct_findings(reviews.overrides, target, report.findings)) {
    report.corrections.push_back(std::move(correction));
  }
  if (graded) {
    assign_points(report.findings, rules, profile);
    report.grade = grade(report.findings, rules, profile);
  }
  report.notes = notes_for(reviews.notes, target, report.findings, report.evidence);
  confirm_caps(report, profile);
  for (const Guideline& guideline : rules.guidelines) {
    report.guidelines.push_back(measure_by(guideline, report.evidence));
  }
  return report;
}

HostReport judge_files(const std::string& name, const Evidence& evidence, const RuleSet& rules,
                       const Profile& profile) {
  HostReport report;
  report.target.id = name;
  report.status = HostStatus::kFromFiles;
  report.evidence = evidence;
  for (const Rule& rule : rules.rules) report.findings.push_back(evaluate(rule, evidence));
  assign_points(report.findings, rules, profile);
  report.grade.not_graded_reason = "read from files: no host was asked";
  return report;
}

Report judge(const Run& run, const RuleSet& rules, const Profile& profile, const Reviews& reviews) {
  Report report;
  ReportHeader& header = report.header;
  header.tool_version = run.header.tool_version;
  header.rules_version = rules.version;
  header.rules_digest = rules.digest;
  header.profile = profile.id;
  header.profile_version = profile.version;
  header.list_digest = run.header.list_digest;
  header.vantage = run.header.vantage;
  header.started = run.header.started;
  header.finished = end_of(run);
  header.demo = run.header.demo;
  header.stopped = run.stopped;
  if (header.stopped.empty() && run.finished == Instant{}) {
    header.stopped = "the Run has no end: it was killed, its disk was full, or it is still being written";
  }
  header.listed = run.header.targets.size();

  std::map<std::string_view, const HostRecord*> records;
  for (const HostRecord& record : run.hosts) records.insert_or_assign(record.host, &record);  // a later record wins
  for (const Target& target : run.header.targets) {
    const auto it = records.find(target.id);
    if (it == records.end()) {
      report.hosts.push_back(unvisited(target, run));
      continue;
    }
    report.hosts.push_back(judge(target, *it->second, rules, profile, reviews));
    records.erase(it);
  }
  for (const auto& [id, record] : records) {
    report.hosts.push_back(judge(target_of(record->host), *record, rules, profile, reviews));
  }
  for (const ExcludedHost& excluded : run.header.excluded) {
    HostReport host;
    host.target = excluded.target;
    host.status = HostStatus::kExcluded;
    host.status_reason = excluded.reason;
    report.hosts.push_back(std::move(host));
  }
  std::stable_sort(report.hosts.begin(), report.hosts.end(),
                   [](const HostReport& a, const HostReport& b) { return rank_key(a) < rank_key(b); });
  return report;
}

}  // namespace meetlat
