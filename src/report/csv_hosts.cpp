// One row a host: the ranking for spreadsheets.
#include <algorithm>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "report/columns.h"
#include "report/csv_text.h"
#include "report/layout.h"
#include "report/summary.h"
#include "report/view.h"
#include "report/writers.h"

namespace meetlat {
namespace {

std::string count_of(const HostReport& host, Outcome outcome) {
  if (host.findings.empty()) return {};
  return std::to_string(std::count_if(host.findings.begin(), host.findings.end(),
                                      [&](const Finding& finding) { return finding.outcome == outcome; }));
}

std::vector<std::string> fields_of(const HostReport& host, std::size_t rank) {
  const Grade& grade = host.grade;
  const bool measured = host.status == HostStatus::kMeasured;
  const HostView view = view_of(host);
  std::vector<std::string> out = {rank > 0 ? std::to_string(rank) : "",
                                  host.target.id,
                                  host.target.base.empty() ? "" : host.target.base.str(),
                                  std::string(to_string(host.status)),
                                  clean(host.status_reason),
                                  grade.letter ? std::string(1, *grade.letter) : "",
                                  clean(grade.word),
                                  measured ? score_words(shown_score(grade.range.low)) : "",
                                  measured ? score_words(shown_score(grade.range.high)) : "",
                                  clean(grade.main_reason),
                                  clean(grade.not_graded_reason),
                                  view.stated,
                                  view.claimed,
                                  view.claimed_by};
  const std::vector<std::string> seen = {view.may_start, view.e2ee, view.policy, others_words(view),
                                         country_words(host)};
  // Of a host that was not audited, nothing of this was asked.
  for (const std::string& text : seen) out.push_back(measured ? text : "");
  out.push_back(count_of(host, Outcome::kFail));
  out.push_back(count_of(host, Outcome::kNotMeasured));
  out.push_back(host.finished == Instant{} ? "" : format_instant(host.finished));
  return out;
}

class CsvHostsWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "csv-hosts"; }
  std::string_view summary() const noexcept override { return "one row a host"; }
  bool for_publication() const noexcept override { return true; }
  Result<void> write(const Report& report, const Rendering& rendering, std::ostream& out) const override {
    std::string text = csv_row(
        {"rank",      "host",       "url",         "status",     "status_reason", "grade",           "word",
         "score_low", "score_high", "main_reason", "not_graded", "operator",      "listed_operator", "listed_by",
         "may_start", "e2ee",       "own_policy",  "who_else",   "country",       "failed",          "not_measured",
         "seen",      "rules",      "corrected",   "demo"});
    const std::vector<std::size_t> rank = ranks(report, rendering.ranks);
    for (std::size_t i = 0; i < report.hosts.size(); ++i) {
      if (!is_shown(report.hosts[i], rendering)) continue;
      std::vector<std::string> fields = fields_of(report.hosts[i], rank[i]);
      fields.push_back(report.header.rules_version);
      fields.push_back(corrections_words(report.hosts[i]));
      fields.emplace_back(report.header.demo ? "DEMO" : "");
      text += csv_row(fields);
    }
    return deliver(text, out);
  }
};

}  // namespace

const ReportWriter& csv_hosts_writer() noexcept {
  static const CsvHostsWriter writer;
  return writer;
}

}  // namespace meetlat
