// Metrics in Prometheus' text format, for the textfile collector of its node exporter: no timestamps, one block a
// metric, and the file must be renamed into place (as --output and --report do).
#include <fmt/core.h>

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "report/columns.h"
#include "report/layout.h"
#include "report/summary.h"
#include "report/writers.h"

namespace meetlat {
namespace {

std::string label(std::string_view name, std::string_view value) {
  std::string out = fmt::format("{}=\"", name);
  for (const char c : printable(value)) {
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out + '"';
}

long long seconds(Instant instant) {
  return std::chrono::duration_cast<std::chrono::seconds>(instant.time_since_epoch()).count();
}

class Metrics {
 public:
  void begin(std::string_view name, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP meetlat_{} {}\n# TYPE meetlat_{} gauge\n", name, help, name);
  }
  template <class Number>
  void sample(const std::string& labels, Number value) {
    text_ += fmt::format("meetlat_{}{{{}}} {}\n", name_, labels, value);
  }
  void comment(std::string_view text) { text_ += fmt::format("# {}\n", printable(text)); }
  const std::string& text() const noexcept { return text_; }

 private:
  std::string name_;
  std::string text_;
};

struct Shown {
  const HostReport* host;
  std::string label;
};

// Equal sets of labels would make the whole file invalid.
std::vector<Shown> shown_hosts(const Report& report, const Rendering& rendering) {
  std::vector<Shown> out;
  std::set<std::string> seen;
  for (const HostReport& host : report.hosts) {
    if (!is_shown(host, rendering)) continue;
    std::string name = label("host", host.target.id);
    if (seen.insert(name).second) out.push_back({&host, std::move(name)});
  }
  return out;
}

void write_scores(Metrics& metrics, const std::vector<Shown>& hosts, const Profile& profile) {
  const auto measured = [](const Shown& shown) { return shown.host->status == HostStatus::kMeasured; };
  metrics.begin("host_measured", "1: the host could be audited; 0: it could not, its status says why.");
  for (const Shown& shown : hosts) {
    metrics.sample(shown.label + "," + label("status", to_string(shown.host->status)), measured(shown) ? 1 : 0);
  }
  metrics.begin("score_low", "Score from 0 to 100 with all that was not measured counted as failed.");
  for (const Shown& shown : hosts) {
    if (measured(shown)) metrics.sample(shown.label, score_words(shown_score(shown.host->grade.range.low)));
  }
  metrics.begin("score_high", "Score from 0 to 100 with all that was not measured counted as passed.");
  for (const Shown& shown : hosts) {
    if (measured(shown)) metrics.sample(shown.label, score_words(shown_score(shown.host->grade.range.high)));
  }
  metrics.begin("grade", "1 for the letter that the host has, 0 for the others; all 0: measured, but not graded.");
  for (const Shown& shown : hosts) {
    if (!measured(shown)) continue;
    for (const auto& [letter, word] : profile.words) {
      metrics.sample(shown.label + "," + label("grade", std::string(1, letter)),
                     shown.host->grade.letter == letter ? 1 : 0);
    }
  }
}

void write_rules(Metrics& metrics, const std::vector<Shown>& hosts, const Rendering& rendering) {
  const auto each = [&](const std::function<void(const std::string&, const Finding&)>& take) {
    for (const Shown& shown : hosts) {
      std::set<std::string_view> once;
      for (const Finding& finding : shown.host->findings) {
        if (finding.outcome == Outcome::kNotApplicable || !once.insert(finding.rule).second) continue;
        take(shown.label + "," + label("rule", finding.rule), finding);
      }
    }
  };
  metrics.begin("rule_failed", "1: the rule failed, 0: it passed; without a value: not measured or not applicable.");
  each([&](const std::string& labels, const Finding& finding) {
    if (finding.outcome == Outcome::kNotMeasured) return;
    metrics.sample(labels + "," + label("severity", to_string(severity_of(finding, rendering))),
                   finding.outcome == Outcome::kFail ? 1 : 0);
  });
  metrics.begin("rule_not_measured", "1: the rule could not be judged, 0: it was.");
  each([&](const std::string& labels, const Finding& finding) {
    metrics.sample(labels, finding.outcome == Outcome::kNotMeasured ? 1 : 0);
  });
}

void write_times(Metrics& metrics, const std::vector<Shown>& hosts, const ReportHeader& header) {
  metrics.begin("cert_not_after_seconds", "End of the certificate's validity, in seconds since 1970.");
  for (const Shown& shown : hosts) {
    const auto* text = shown.host->evidence.get<std::string>("tls.certificate.not_after");
    const auto end = text == nullptr ? Result<Instant>(fail(ErrorCode::kNotAttempted, "")) : parse_instant(*text);
    if (end) metrics.sample(shown.label, seconds(*end));
  }
  metrics.begin("last_success_seconds", "When the host was last audited, in seconds since 1970.");
  for (const Shown& shown : hosts) {
    if (shown.host->status == HostStatus::kMeasured && shown.host->finished != Instant{}) {
      metrics.sample(shown.label, seconds(shown.host->finished));
    }
  }
  metrics.begin("run_finished_seconds", "End of the run, in seconds since 1970; complete is no when it stopped early.");
  if (header.finished != Instant{}) {
    metrics.sample(label("complete", header.stopped.empty() ? "yes" : "no"), seconds(header.finished));
  }
}

class OpenMetricsWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "openmetrics"; }
  std::string_view summary() const noexcept override { return "metrics for Prometheus' textfile collector"; }
  Result<void> write(const Report& report, const Rendering& rendering, std::ostream& out) const override {
    Metrics metrics;
    for (const std::string& text : head_paragraphs(report, tally(report))) metrics.comment(text);
    for (const HostReport& host : report.hosts) {
      if (!host.corrections.empty()) {
        metrics.comment(host.target.id + ", corrected by a person: " + corrections_words(host));
      }
    }
    const ReportHeader& header = report.header;
    metrics.begin("run_info", "What made these numbers.");
    metrics.sample(label("version", header.tool_version) + "," + label("rules", header.rules_version) + "," +
                       label("profile", header.profile) + "," + label("vantage", header.vantage),
                   1);
    const std::vector<Shown> hosts = shown_hosts(report, rendering);
    write_scores(metrics, hosts, *rendering.profile);
    write_rules(metrics, hosts, rendering);
    write_times(metrics, hosts, header);
    return deliver(metrics.text(), out);
  }
};

}  // namespace

const ReportWriter& openmetrics_writer() noexcept {
  static const OpenMetricsWriter writer;
  return writer;
}

}  // namespace meetlat
