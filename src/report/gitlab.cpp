// Code quality for GitLab: an array of what failed. Source of the members and of the five severities: GitLab's
// documentation of "Code Quality", custom tools.
#include <fmt/core.h>

#include <string>

#include "base/json.h"
#include "base/text.h"
#include "model/finding_notes.h"
#include "report/columns.h"
#include "report/json_text.h"
#include "report/layout.h"
#include "report/view.h"
#include "report/writers.h"

namespace meetlat {
namespace {

std::string_view level(Severity severity) noexcept {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kLow:
      return "minor";
    case Severity::kMedium:
      return "major";
    case Severity::kHigh:
      return "critical";
    case Severity::kCritical:
      return "blocker";
  }
  return "info";
}

class GitlabWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "gitlab"; }
  std::string_view summary() const noexcept override { return "what failed, for GitLab's code quality"; }
  Result<void> write(const Report& report, const Rendering& rendering, std::ostream& out) const override {
    Json all = Json::array();
    const std::string_view stamp = report.header.demo ? "DEMO: " : "";
    for (const HostReport& host : report.hosts) {
      const FilePlace place = place_of(host.target);
      for (const Finding* finding : failures(host, rendering)) {
        if (is_waived(host, finding->rule)) continue;  // the format has no word for it
        all.push_back({{"description",
                        fmt::format("{}{}: {}", stamp, host_words(host.target), failure_words(*finding, rendering))},
                       {"check_name", printable(finding->rule)},
                       // GitLab keeps only the first of equal ones.
                       {"fingerprint", fingerprint(finding->rule, host.target, report.header.vantage)},
                       {"severity", level(severity_of(*finding, rendering))},
                       {"location", {{"path", place.path}, {"lines", {{"begin", place.line}}}}}});
      }
    }
    return deliver(json_text(all), out);
  }
};

}  // namespace

const ReportWriter& gitlab_writer() noexcept {
  static const GitlabWriter writer;
  return writer;
}

}  // namespace meetlat
