#include "report/report_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "base/json.h"
#include "base/text.h"

namespace meetlat {
namespace {

using Unexpected = tl::unexpected<Error>;

Unexpected bad(std::string_view what) {
  return fail(ErrorCode::kSchema, fmt::format("not a meetlat report: {}", what));
}

// Missing and null are no instant.
Result<Instant> instant_of(const Json& json, const char* key) {
  const std::string text = json_string(json, key);
  if (text.empty()) return Instant{};
  return parse_instant(text);
}

Result<Range> range_of(const Json& json, double most) {
  const Range range{json_double(json, "low", -1), json_double(json, "high", -1)};
  const bool fine = std::isfinite(range.low) && std::isfinite(range.high) && range.low >= 0 && range.high <= most &&
                    range.low <= range.high;
  if (!fine) return bad("a score is out of range");
  return range;
}

Result<char> letter_of(const Json& json, const char* key) {
  const std::string letter = json_string(json, key);
  if (letter.size() != 1 || letter.front() < 'A' || letter.front() > 'F') return bad("a letter is none of A to F");
  return letter.front();
}

Result<ReportHeader> header_of(const Json& json) {
  ReportHeader header;
  header.tool_version = json_string(json_member(json, "tool"), "version");
  header.rules_version = json_string(json_member(json, "rules"), "version");
  header.rules_digest = json_string(json_member(json, "rules"), "digest");
  header.profile = json_string(json_member(json, "profile"), "id");
  header.profile_version = json_string(json_member(json, "profile"), "version");
  header.list_digest = json_string(json, "list_digest");
  header.vantage = json_string(json, "vantage");
  header.stopped = json_string(json, "stopped");
  header.demo = json_bool(json, "demo");
  if (const Json& part = json_member(json, "selection"); part.is_object()) {
    const auto count = [&](const char* key) {
      return static_cast<std::size_t>(std::max<std::int64_t>(0, json_int(part, key)));
    };
    header.selection = Selection{json_string(part, "where"), count("of"), count("no"), count("unknown")};
  }
  if (header.rules_version.empty()) return bad("it does not say by which rules it was judged");
  const auto started = instant_of(json, "started");
  if (!started) return fail(started.error());
  const auto finished = instant_of(json, "finished");
  if (!finished) return fail(finished.error());
  header.started = *started;
  header.finished = *finished;
  return header;
}

Result<Finding> finding_of(const Json& json) {
  Finding finding;
  finding.rule = json_string(json, "rule");
  const auto outcome = outcome_from(json_string(json, "outcome"));
  if (finding.rule.empty() || !outcome) return bad("a finding without a rule or an outcome");
  finding.outcome = *outcome;
  finding.reason = json_string(json, "reason");
  finding.facts = json_strings(json, "facts");
  finding.points = json_double(json, "points");
  return finding;
}

Result<Grade> grade_of(const Json& json) {
  Grade grade;
  if (json_member(json, "grade").is_string()) {
    const auto letter = letter_of(json, "grade");
    if (!letter) return fail(letter.error());
    grade.letter = *letter;
  }
  grade.word = json_string(json, "word");
  // Servers that are no instance have no score.
  if (const Json& score = json_member(json, "range"); !score.is_null()) {
    const auto range = range_of(score, 100);
    if (!range) return fail(range.error());
    grade.range = *range;
  }
  grade.main_reason = json_string(json, "main_reason");
  grade.not_graded_reason = json_string(json, "not_graded_reason");
  for (const Json& row : json_member(json, "caps")) {
    const auto letter = letter_of(row, "letter");
    if (!letter) return fail(letter.error());
    grade.caps.push_back(
        {json_string(row, "id"), *letter, json_string(row, "title"), json_string(row, "confirmation")});
  }
  for (const Json& row : json_member(json, "categories")) {
    const auto share = range_of(json_member(row, "share"), 1);
    if (!share) return fail(share.error());
    grade.categories.push_back({json_string(row, "id"), json_string(row, "title"), json_double(row, "weight"), *share});
  }
  return grade;
}

GuidelineResult guideline_of(const Json& json) {
  GuidelineResult out;
  out.id = json_string(json, "id");
  out.version = json_string(json, "version");
  out.title = json_string(json, "title");
  out.best = json_string(json, "best");
  out.worst = json_string(json, "worst");
  for (const Json& row : json_member(json, "items")) {
    GuidelineResult::Item item;
    item.title = json_string(row, "title");
    item.best = json_string(row, "best");
    item.worst = json_string(row, "worst");
    item.text = json_string(row, "text");
    item.facts = json_strings(row, "facts");
    if (const std::string reason = json_string(row, "reason"); !reason.empty()) item.reasons.push_back(reason);
    out.items.push_back(std::move(item));
  }
  return out;
}

Correction correction_of(const Json& json) {
  return {json_string(json, "item"),   json_string(json, "was"),     json_string(json, "now"),
          json_string(json, "by"),     json_string(json, "date"),    json_string(json, "until"),
          json_string(json, "reason"), json_string(json, "evidence")};
}

Result<FindingNote> note_of(const Json& json) {
  const auto kind = review_kind_from(json_string(json, "kind"));
  const auto state = note_state_from(json_string(json, "state"));
  if (!kind || !state) return bad("a note of an unknown kind or state");
  return FindingNote{json_string(json, "rule"),
                     *kind,
                     *state,
                     json_string(json, "id"),
                     json_string(json, "by"),
                     json_string(json, "date"),
                     json_string(json, "until"),
                     json_string(json, "reason"),
                     json_string(json, "evidence")};
}

// As in a Run, but for the name of the id; settings of files have no URL.
Result<Target> target_of(const Json& json) {
  Target target;
  target.id = json_string(json, "host");
  if (target.id.empty()) return bad("a host without a name");
  if (!json_member(json, "url").is_string()) return target;
  return target_from_json({{"id", target.id},
                           {"url", json_member(json, "url")},
                           {"claims", json_member(json, "claims")},
                           {"sources", json_member(json, "sources")}});
}

Result<void> read_judgement(const Json& json, HostReport& host) {
  for (const Json& row : json_member(json, "findings")) {
    auto finding = finding_of(row);
    if (!finding) return fail(finding.error());
    host.findings.push_back(std::move(*finding));
  }
  for (const Json& row : json_member(json, "corrections")) host.corrections.push_back(correction_of(row));
  for (const Json& row : json_member(json, "notes")) {
    auto note = note_of(row);
    if (!note) return fail(note.error());
    host.notes.push_back(*std::move(note));
  }
  for (const Json& row : json_member(json, "guidelines")) host.guidelines.push_back(guideline_of(row));
  if (host.status != HostStatus::kMeasured) return {};
  auto grade = grade_of(json);
  if (!grade) return fail(grade.error());
  host.grade = std::move(*grade);
  return {};
}

Result<HostReport> host_of(const Json& json) {
  HostReport host;
  auto target = target_of(json);
  if (!target) return fail(target.error());
  host.target = std::move(*target);
  const auto status = host_status_from(json_string(json, "status"));
  if (!status) return bad("unknown status '" + excerpt(json_string(json, "status")) + "'");
  host.status = *status;
  host.status_reason = json_string(json, "status_reason");
  const auto started = instant_of(json, "started");
  if (!started) return fail(started.error());
  const auto finished = instant_of(json, "finished");
  if (!finished) return fail(finished.error());
  host.started = *started;
  host.finished = *finished;
  auto evidence = evidence_from_json(json_member(json, "evidence"));
  if (!evidence) return fail(evidence.error());
  host.evidence = std::move(*evidence);
  host.evidence_sha256 = json_string(json, "evidence_sha256");
  if (auto judged = read_judgement(json, host); !judged) return fail(judged.error());
  return host;
}

// A Run is JSON Lines: its first line is a whole object that says so.
bool is_run(std::string_view bytes) {
  const auto first = parse_json(bytes.substr(0, bytes.find('\n')));
  return first && json_string(*first, "type") == "header";
}

}  // namespace

Result<PublishedReport> read_report(std::string_view bytes) {
  if (is_run(bytes)) return bad("it is a Run, which 'meetlat report' shows");
  const auto json = parse_json(bytes);
  if (!json) return fail(json.error());
  const std::string schema = json_string(*json, "schema");
  if (schema != kReportSchema) {
    return bad(schema.starts_with("meetlat-report/")
                   ? fmt::format("its format is {}, and this version reads {}", excerpt(schema), kReportSchema)
                   : fmt::format("its 'schema' is not {}", kReportSchema));
  }
  PublishedReport published;
  Report& report = published.report;
  auto header = header_of(json_member(*json, "header"));
  if (!header) return fail(header.error());
  report.header = std::move(*header);
  const Json& hosts = json_member(*json, "hosts");
  if (!hosts.is_array()) return bad("it has no list of hosts");
  for (const Json& row : hosts) {
    auto host = host_of(row);
    if (!host) {
      return fail(host.error().code, fmt::format("host {}: {}", report.hosts.size() + 1, host.error().context));
    }
    if (const std::int64_t rank = json_int(row, "rank"); rank > 0) {
      published.ranks.emplace(host->target.id, static_cast<std::size_t>(rank));
    }
    report.hosts.push_back(std::move(*host));
  }
  const Json& summary = json_member(*json, "summary");
  const auto count = [&](const char* key) {
    return static_cast<std::size_t>(std::max<std::int64_t>(0, json_int(summary, key)));
  };
  report.header.listed = count("listed");
  std::size_t named = 0;
  for (const HostReport& host : report.hosts) named += host.status == HostStatus::kExcluded ? 1U : 0U;
  const std::size_t excluded = count("excluded");
  report.header.excluded_unnamed = excluded > named ? excluded - named : 0;
  return published;
}

}  // namespace meetlat
