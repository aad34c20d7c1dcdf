// The report for programs: data/schema/report.schema.json says what is where. The same evidence gives the same bytes.
#include "base/json.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "report/client_text.h"
#include "report/json_text.h"
#include "report/layout.h"
#include "report/mask.h"
#include "report/report_reader.h"
#include "report/summary.h"
#include "report/view.h"
#include "report/writers.h"

namespace meetlat {
namespace {

double rounded(double value, double steps) {
  if (!std::isfinite(value)) return 0;
  const double out = std::round(value * steps) / steps;
  return out == 0 ? 0 : out;  // no "-0.0"
}
double score(double value) {
  return rounded(value, 10);
}
double share(double value) {
  return rounded(value, 1000);
}

Json instant_json(Instant instant) {
  return instant == Instant{} ? Json(nullptr) : Json(format_instant(instant));
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(mask_personal(text));
}

Json selection_json(const ReportHeader& header) {
  if (!header.selection) return nullptr;
  const Selection& part = *header.selection;
  return {{"where", part.where}, {"of", part.of}, {"no", part.no}, {"unknown", part.unknown}};
}

Json header_json(const ReportHeader& header) {
  return {
      {"tool", {{"name", "meetlat"}, {"version", header.tool_version}}},
      {"rules", {{"version", header.rules_version}, {"digest", header.rules_digest}}},
      {"profile", {{"id", header.profile}, {"version", header.profile_version}}},
      {"list_digest", header.list_digest},
      {"vantage", header.vantage},
      {"started", instant_json(header.started)},
      {"finished", instant_json(header.finished)},
      {"demo", header.demo},
      {"stopped", text_or_null(header.stopped)},
      {"selection", selection_json(header)},
  };
}

Json summary_json(const Tally& numbers) {
  Json letters = Json::object();
  for (const auto& [letter, count] : numbers.letters) letters[std::string(1, letter)] = count;
  Json statuses = Json::object();
  if (numbers.from_files > 0) statuses[std::string(to_string(HostStatus::kFromFiles))] = numbers.from_files;
  if (numbers.audited > 0) statuses[std::string(to_string(HostStatus::kMeasured))] = numbers.audited;
  for (const auto& [status, hosts] : numbers.others) statuses[std::string(to_string(status))] = hosts.size();
  if (numbers.excluded > 0) statuses[std::string(to_string(HostStatus::kExcluded))] = numbers.excluded;
  return {
      {"listed", numbers.listed},        {"audited", numbers.audited},         {"graded", numbers.graded},
      {"excluded", numbers.excluded},    {"not_reached", numbers.not_reached}, {"letters", std::move(letters)},
      {"statuses", std::move(statuses)},
  };
}

Json caps_json(const Grade& grade) {
  Json out = Json::array();
  for (const AppliedCap& cap : grade.caps) {
    out.push_back({{"id", cap.id},
                   {"letter", std::string(1, cap.letter)},
                   {"title", mask_personal(cap.title)},
                   {"confirmation", mask_personal(cap.confirmation)}});
  }
  return out;
}

Json categories_json(const Grade& grade) {
  Json out = Json::array();
  for (const CategoryScore& category : grade.categories) {
    out.push_back({{"id", category.id},
                   {"title", category.title},
                   {"weight", score(category.weight)},
                   {"share", {{"low", share(category.share.low)}, {"high", share(category.share.high)}}}});
  }
  return out;
}

Json findings_json(const HostReport& host, const RuleSet& rules) {
  Json out = Json::array();
  for (const Finding& finding : host.findings) {
    const Rule* rule = rules.rule(finding.rule);
    out.push_back({{"rule", finding.rule},
                   {"title", rule == nullptr ? finding.rule : rule->title},
                   {"category", rule == nullptr ? Json(nullptr) : Json(rule->category)},
                   {"severity", rule == nullptr ? Json(nullptr) : Json(to_string(rule->severity))},
                   {"outcome", to_string(finding.outcome)},
                   {"points", score(finding.points)},
                   {"reason", text_or_null(finding.reason)},
                   {"facts", finding.facts}});
    if (rule != nullptr && rule->embargo) out.back()["embargo"] = true;
  }
  return out;
}

Json evidence_json(const Evidence& evidence) {
  Json out = Json::array();
  for (const Fact& fact : evidence.all()) out.push_back(to_json(masked(fact)));
  return out;
}

Json claims_json(const Target& target) {
  Json out = Json::array();
  for (const Claim& claim : masked(target.claims)) {
    out.push_back({{"key", claim.key},
                   {"value", claim.value},
                   {"remark", text_or_null(claim.remark)},
                   {"source", claim.source},
                   {"date", text_or_null(claim.date)}});
  }
  return out;
}

Json corrections_json(const HostReport& host) {
  Json out = Json::array();
  for (const Correction& correction : host.corrections) out.push_back(correction_json(correction));
  return out;
}

Json notes_json(const HostReport& host) {
  Json out = Json::array();
  for (const FindingNote& note : host.notes) {
    out.push_back({{"rule", note.rule},
                   {"kind", to_string(note.kind)},
                   {"state", to_string(note.state)},
                   {"id", note.id},
                   {"by", note.by},
                   {"date", note.date},
                   {"until", text_or_null(note.until)},
                   {"reason", mask_personal(note.reason)},
                   {"evidence", note.evidence.empty() ? Json(nullptr) : Json(mask_mail(note.evidence))}});
  }
  return out;
}

Json operator_json(const HostView& view) {
  return {{"stated", view.stated_measured ? Json(view.stated) : Json(nullptr)},
          {"claimed", text_or_null(view.claimed)},
          {"claimed_by", text_or_null(view.claimed_by)}};
}

Json at_a_glance_json(const HostView& view) {
  Json others = Json::array();
  for (const OtherParty& party : view.others) others.push_back({{"name", party.name}, {"ways", party.ways}});
  return {{"may_start", view.may_start},
          {"e2ee", view.e2ee},
          {"own_policy", view.policy},
          {"others", std::move(others)},
          {"others_complete", view.others_complete}};
}

Json client_peers_json(const std::vector<ClientFilePeers>& peers) {
  Json out = Json::array();
  for (const ClientFilePeers& file : peers) {
    out.push_back({{"path", mask_personal(file.path)}, {"same", file.same}, {"different", file.different}});
  }
  return out;
}

Json guidelines_json(const std::vector<GuidelineResult>& results) {
  Json out = Json::array();
  for (const GuidelineResult& result : results) {
    Json items = Json::array();
    for (const GuidelineResult::Item& item : result.items) {
      items.push_back({{"title", item.title},
                       {"best", item.best},
                       {"worst", item.worst},
                       {"text", text_or_null(item.text)},
                       {"facts", item.facts},
                       {"reason", text_or_null(join(item.reasons, "; "))}});
    }
    out.push_back({{"id", result.id},
                   {"version", result.version},
                   {"title", result.title},
                   {"best", result.best},
                   {"worst", result.worst},
                   {"items", std::move(items)}});
  }
  return out;
}

// What only an audited host has.
void add_judgement(Json& out, const HostReport& host, std::size_t rank, const RuleSet& rules) {
  const Grade& grade = host.grade;
  const HostView view = view_of(host);
  const bool graded = grade.letter.has_value();
  out["grade"] = graded ? Json(std::string(1, *grade.letter)) : Json(nullptr);
  out["word"] = graded ? Json(grade.word) : Json(nullptr);
  out["rank"] = graded ? Json(rank) : Json(nullptr);
  out["range"] = nullptr;
  if (host.target.is_instance()) {
    out["range"] = {{"low", shown_score(grade.range.low)}, {"high", shown_score(grade.range.high)}};
  }
  out["caps"] = caps_json(grade);
  out["categories"] = categories_json(grade);
  out["main_reason"] = text_or_null(grade.main_reason);
  out["not_graded_reason"] = text_or_null(grade.not_graded_reason);
  out["findings"] = findings_json(host, rules);
  out["operator"] = operator_json(view);
  out["at_a_glance"] = at_a_glance_json(view);
}

void add_nulls(Json& out, const HostReport& host) {
  for (const char* key : {"grade", "word", "rank", "range", "main_reason", "not_graded_reason", "at_a_glance"}) {
    out[key] = nullptr;
  }
  for (const char* key : {"caps", "categories", "findings"}) out[key] = Json::array();
  out["operator"] = operator_json(view_of(host));
}

Json host_json(const HostReport& host, std::size_t rank, const ClientIndex& clients, const RuleSet& rules) {
  Json out = {
      {"host", host.target.id},
      {"url", host.target.base.empty() ? Json(nullptr) : Json(host.target.url())},
      {"status", to_string(host.status)},
      {"status_reason", text_or_null(host.status_reason)},
      {"started", instant_json(host.started)},
      {"finished", instant_json(host.finished)},
      {"sources", host.target.sources},
      {"claims", claims_json(host.target)},
      {"corrections", corrections_json(host)},
      {"notes", notes_json(host)},
      {"guidelines", guidelines_json(host.guidelines)},
      {"client_peers", client_peers_json(clients.peers(host))},
      {"evidence", evidence_json(host.evidence)},
      {"evidence_sha256", text_or_null(host.evidence_sha256)},
  };
  if (host.status == HostStatus::kMeasured) {
    add_judgement(out, host, rank, rules);
  } else {
    add_nulls(out, host);
    out["findings"] = findings_json(host, rules);
  }
  return out;
}

class JsonWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "json"; }
  std::string_view summary() const noexcept override { return "everything, for programs (meetlat-report/1)"; }
  Result<void> write(const Report& report, const Rendering& rendering, std::ostream& out) const override {
    Json whole = report_head_json(report);
    Json hosts = Json::array();
    each_host_json(report, rendering, [&](Json host) { hosts.push_back(std::move(host)); });
    whole["hosts"] = std::move(hosts);
    return deliver(json_text(whole), out);
  }
};

}  // namespace

Json report_head_json(const Report& report) {
  Json notes = Json::array();
  if (report.header.demo) notes.push_back(kDemoStamp);
  const Tally numbers = tally(report);
  for (const std::string_view text : foot_paragraphs(numbers)) notes.push_back(text);
  return {{"schema", kReportSchema},
          {"header", header_json(report.header)},
          {"summary", summary_json(numbers)},
          {"notes", std::move(notes)}};
}

void each_host_json(const Report& report, const Rendering& rendering, const std::function<void(Json)>& take) {
  const std::vector<std::size_t> rank = ranks(report, rendering.ranks);
  const ClientIndex clients(report);
  for (std::size_t i = 0; i < report.hosts.size(); ++i) {
    const HostReport& host = report.hosts[i];
    if (host.status == HostStatus::kExcluded && !rendering.show_excluded) continue;
    take(host_json(host, rank[i], clients, *rendering.rules));
  }
}

const ReportWriter& json_writer() noexcept {
  static const JsonWriter writer;
  return writer;
}

}  // namespace meetlat
