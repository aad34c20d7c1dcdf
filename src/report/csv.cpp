// One row for each host and rule: for pivot tables and for whoever filters by rule.
#include <string>
#include <vector>

#include "base/text.h"
#include "report/columns.h"
#include "report/csv_text.h"
#include "report/layout.h"
#include "report/summary.h"
#include "report/writers.h"

namespace meetlat {
namespace {

// What the rows of one host begin with.
std::vector<std::string> host_fields(const HostReport& host, std::size_t rank) {
  const bool measured = host.status == HostStatus::kMeasured;
  return {host.target.id,
          host.target.base.empty() ? "" : host.target.base.str(),
          std::string(to_string(host.status)),
          host.grade.letter ? std::string(1, *host.grade.letter) : "",
          rank > 0 ? std::to_string(rank) : "",
          measured ? score_words(shown_score(host.grade.range.low)) : "",
          measured ? score_words(shown_score(host.grade.range.high)) : ""};
}

class CsvWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "csv"; }
  std::string_view summary() const noexcept override { return "one row for each host and rule"; }
  Result<void> write(const Report& report, const Rendering& rendering, std::ostream& out) const override {
    std::string text = csv_row({"host", "url", "status", "grade", "rank", "score_low", "score_high", "rule", "title",
                                "category", "severity", "outcome", "points", "reason", "note", "corrected", "demo"});
    const std::vector<std::size_t> rank = ranks(report, rendering.ranks);
    const std::string demo = report.header.demo ? "DEMO" : "";
    for (std::size_t i = 0; i < report.hosts.size(); ++i) {
      const HostReport& host = report.hosts[i];
      if (!is_shown(host, rendering)) continue;
      const std::vector<std::string> begin = host_fields(host, rank[i]);
      const auto add = [&](std::vector<std::string> rest) {
        std::vector<std::string> fields = begin;
        fields.insert(fields.end(), rest.begin(), rest.end());
        fields.push_back(corrections_words(host));
        fields.push_back(demo);
        text += csv_row(fields);
      };
      for (const Finding& finding : host.findings) {
        const Rule* rule = rule_of(finding, rendering);
        add({finding.rule, rule == nullptr ? "" : rule->title, rule == nullptr ? "" : rule->category,
             rule == nullptr ? "" : std::string(to_string(rule->severity)), std::string(to_string(finding.outcome)),
             score_words(finding.points),
             finding.outcome == Outcome::kFail ? failure_words(finding, rendering) : clean(finding.reason),
             notes_words(host, finding.rule)});
      }
      // A host that was not audited has no findings, and must not vanish.
      if (host.findings.empty()) add({"", "", "", "", "", "", clean(host.status_reason), ""});
    }
    return deliver(text, out);
  }
};

}  // namespace

const ReportWriter& csv_writer() noexcept {
  static const CsvWriter writer;
  return writer;
}

}  // namespace meetlat
