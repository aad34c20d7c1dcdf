#include "model/run.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"

namespace meetlat {
namespace {

Json to_json(const TranscriptEntry& entry) {
  Json out{{"at", format_instant(entry.at)}, {"kind", entry.kind},   {"request", entry.request},
           {"answer", entry.answer},         {"bytes", entry.bytes}, {"ms", entry.milliseconds}};
  if (!entry.peer.empty()) out["peer"] = entry.peer;
  return out;
}

Result<Instant> instant_member(const Json& json, const char* key) {
  auto instant = parse_instant(json_string(json, key));
  if (!instant) return fail(ErrorCode::kSchema, fmt::format("'{}': {}", key, describe(instant.error())));
  return instant;
}

}  // namespace

void drop_unfounded(Run& run) {
  if (!run.stopped.starts_with(kThisSide)) return;
  std::erase_if(run.hosts, [](const HostRecord& record) { return record.status != HostStatus::kMeasured; });
}

Json to_json(const RunHeader& header) {
  Json targets = Json::array();
  for (const Target& target : header.targets) targets.push_back(to_json(target));
  Json excluded = Json::array();
  for (const ExcludedHost& host : header.excluded) {
    excluded.push_back({{"target", to_json(host.target)}, {"reason", host.reason}});
  }
  return {{"type", "header"},
          {"format", header.format},
          {"id", header.id},
          {"tool_version", header.tool_version},
          {"rules_version", header.rules_version},
          {"rules_digest", header.rules_digest},
          {"data_digest", header.data_digest},
          {"vantage", header.vantage},
          {"list_digest", header.list_digest},
          {"list_sources", header.list_sources},
          {"started", format_instant(header.started)},
          {"level", header.level},
          {"demo", header.demo},
          {"targets", std::move(targets)},
          {"excluded", std::move(excluded)}};
}

Result<RunHeader> run_header_from_json(const Json& json) {
  RunHeader header;
  header.format = static_cast<int>(json_int(json, "format"));
  if (json_string(json, "type") != "header" || header.format != 1) {
    return fail(ErrorCode::kSchema, "the first line is no header of a meetlat Run (format 1)");
  }
  header.id = json_string(json, "id");
  header.tool_version = json_string(json, "tool_version");
  header.rules_version = json_string(json, "rules_version");
  header.rules_digest = json_string(json, "rules_digest");
  header.data_digest = json_string(json, "data_digest");
  header.vantage = json_string(json, "vantage");
  header.list_digest = json_string(json, "list_digest");
  header.list_sources = json_strings(json, "list_sources");
  header.level =
      static_cast<int>(std::clamp<std::int64_t>(json_int(json, "level", 0), 0, 4));  // first Runs: none, so 0
  header.demo = json_bool(json, "demo");
  const auto started = instant_member(json, "started");
  if (!started) return fail(started.error());
  header.started = *started;
  for (const Json& item : json_member(json, "targets")) {
    auto target = target_from_json(item);
    if (!target) return fail(target.error());
    header.targets.push_back(std::move(*target));
  }
  for (const Json& item : json_member(json, "excluded")) {
    auto target = target_from_json(json_member(item, "target"));
    if (!target) return fail(target.error());
    header.excluded.push_back({std::move(*target), json_string(item, "reason")});
  }
  return header;
}

Json to_json(const HostRecord& record) {
  Json transcript = Json::array();
  for (const TranscriptEntry& entry : record.transcript) transcript.push_back(to_json(entry));
  return {{"type", "host"},
          {"host", record.host},
          {"started", format_instant(record.started)},
          {"finished", format_instant(record.finished)},
          {"requests", record.requests},
          {"bytes", record.bytes},
          {"status", to_string(record.status)},
          {"status_reason", record.status_reason},
          {"evidence", to_json(record.evidence)},
          {"transcript", std::move(transcript)}};
}

Result<HostRecord> host_record_from_json(const Json& json) {
  HostRecord record;
  record.host = json_string(json, "host");
  if (record.host.empty()) return fail(ErrorCode::kSchema, "a host record without 'host'");
  const auto started = instant_member(json, "started");
  if (!started) return fail(started.error());
  const auto finished = instant_member(json, "finished");
  if (!finished) return fail(finished.error());
  record.started = *started;
  record.finished = *finished;
  record.requests = json_int(json, "requests");
  record.bytes = json_int(json, "bytes");
  const auto status = host_status_from(json_string(json, "status"));
  if (!status) {
    return fail(ErrorCode::kSchema, fmt::format("host {}: unknown status '{}'", excerpt(record.host),
                                                excerpt(json_string(json, "status"))));
  }
  record.status = *status;
  record.status_reason = json_string(json, "status_reason");
  auto evidence = evidence_from_json(json_member(json, "evidence"));
  if (!evidence) return fail(evidence.error());
  record.evidence = std::move(*evidence);
  for (const Json& item : json_member(json, "transcript")) {
    const auto at = instant_member(item, "at");
    if (!at) return fail(at.error());
    record.transcript.push_back(TranscriptEntry{*at, json_string(item, "kind"), json_string(item, "request"),
                                                json_string(item, "answer"), json_string(item, "peer"),
                                                json_int(item, "bytes"), json_int(item, "ms")});
  }
  return record;
}

}  // namespace meetlat
