// JUnit XML for build servers: a suite a host, a case a rule. There is no specification; these are the elements that
// common readers know.
#include <fmt/core.h>

#include <algorithm>
#include <string>

#include "base/clock.h"
#include "base/text.h"
#include "model/finding_notes.h"
#include "report/asked.h"
#include "report/columns.h"
#include "report/layout.h"
#include "report/summary.h"
#include "report/view.h"
#include "report/writers.h"
#include "report/xml_text.h"

namespace meetlat {
namespace {

struct Counts {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
};

std::string attributes(const Counts& counts) {
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", counts.tests, counts.failures,
                     counts.errors, counts.skipped);
}

std::string element(std::string_view name, std::string_view message, std::string_view type, std::string_view text) {
  std::string out = fmt::format("      <{} message=\"{}\"", name, xml_text(message));
  if (!type.empty()) out += fmt::format(" type=\"{}\"", xml_text(type));
  return out + (text.empty() ? "/>\n" : fmt::format(">{}</{}>\n", text, name));
}

std::string failure_text(const Finding& finding, const HostReport& host, const Rendering& rendering) {
  std::string out = "\n";
  const auto line = [&](std::string_view lead, std::string_view text) {
    if (!text.empty()) out += xml_text(fmt::format("{}{}", lead, text)) + "\n";
  };
  line("Seen: ", seen_words(finding, host));
  line("Note: ", notes_words(host, finding.rule));
  const Rule* rule = rule_of(finding, rendering);
  if (rule == nullptr) return out;
  line("Why it matters: ", rule->why);
  line("What to change: ", rule->remedy);
  for (const ConfigLines& config : config_for(*rule, host.target.service)) {
    line("In ", config.file + ":");
    for (const std::string& code : split(config.lines, '\n')) line("  ", code);
  }
  return out;
}

std::string skip_reason(const Finding& finding) {
  const bool applies = finding.outcome != Outcome::kNotApplicable;
  const std::string reason = clean(finding.reason);
  return (applies ? "not measured" : "not applicable") + (reason.empty() ? "" : ": " + reason);
}

class Suite {
 public:
  Suite(const HostReport& host, const Rendering& rendering) : host_(host), rendering_(rendering) {
    if (host.findings.empty()) {
      not_audited();
    } else {
      for (const Finding& finding : host.findings) add(finding);
    }
  }

  const Counts& counts() const noexcept { return counts_; }
  std::string text() const {
    const std::string name = xml_text(host_.target.id);
    std::string out = fmt::format("  <testsuite name=\"{}\" {} time=\"{:.3f}\"", name, attributes(counts_), seconds());
    // Without a zone: the schemas that readers know allow none.
    if (host_.started != Instant{})
      out += fmt::format(" timestamp=\"{}\"", format_instant(host_.started).substr(0, 19));
    out += ">\n    <properties>\n" + property("status", to_string(host_.status));
    if (host_.grade.letter) {
      out += property("grade", std::string(1, *host_.grade.letter));
      out += property("score", range_words(host_.grade.range));
    } else if (!host_.grade.not_graded_reason.empty()) {
      out += property("not_graded", clean(host_.grade.not_graded_reason));
    }
    if (!host_.corrections.empty()) out += property("corrected", corrections_words(host_));
    return out + "    </properties>\n" + cases_ + "  </testsuite>\n";
  }

 private:
  static std::string property(std::string_view name, std::string_view value) {
    return fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", name, xml_text(value));
  }

  double seconds() const {
    const double taken = std::chrono::duration<double>(host_.finished - host_.started).count();
    return std::clamp(taken, 0.0, 1e6);
  }

  void add_case(std::string_view name, const std::string& inside) {
    ++counts_.tests;
    cases_ +=
        fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"0\"", xml_text(host_.target.id), xml_text(name));
    cases_ += inside.empty() ? "/>\n" : ">\n" + inside + "    </testcase>\n";
  }

  void add(const Finding& finding) {
    std::string inside;
    if (finding.outcome == Outcome::kFail && is_waived(host_, finding.rule)) {
      ++counts_.skipped;
      inside = element("skipped", notes_words(host_, finding.rule), "", "");
    } else if (finding.outcome == Outcome::kFail) {
      ++counts_.failures;
      inside = element("failure", failure_words(finding, rendering_), to_string(severity_of(finding, rendering_)),
                       failure_text(finding, host_, rendering_));
    } else if (finding.outcome != Outcome::kPass) {
      ++counts_.skipped;
      inside = element("skipped", skip_reason(finding), "", "");
    }
    add_case(finding.rule, inside);
  }

  void not_audited() {
    const std::string why = clean(host_.status_reason);
    const std::string message = std::string(words_for(host_.status)) + (why.empty() ? "" : ": " + why);
    if (host_.status == HostStatus::kExcluded) {
      ++counts_.skipped;
      return add_case("audited", element("skipped", message, "", ""));
    }
    ++counts_.errors;
    add_case("audited", element("error", message, to_string(host_.status), xml_text(advice_for(host_.status))));
  }

  const HostReport& host_;
  const Rendering& rendering_;
  Counts counts_;
  std::string cases_;
};

// As a comment: "--" may not stand in one.
std::string comment(std::string text) {
  for (std::size_t at = text.find("--"); at != std::string::npos; at = text.find("--", at)) text.insert(at + 1, 1, ' ');
  return "<!-- " + xml_text(text) + " -->\n";
}

class JunitWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "junit"; }
  std::string_view summary() const noexcept override { return "JUnit XML: a suite a host, a case a rule"; }
  Result<void> write(const Report& report, const Rendering& rendering, std::ostream& out) const override {
    Counts all;
    std::string suites;
    for (const HostReport& host : report.hosts) {
      if (!is_shown(host, rendering)) continue;
      const Suite suite(host, rendering);
      all.tests += suite.counts().tests;
      all.failures += suite.counts().failures;
      all.errors += suite.counts().errors;
      all.skipped += suite.counts().skipped;
      suites += suite.text();
    }
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    for (const std::string& head : head_paragraphs(report, tally(report))) text += comment(head);
    text += fmt::format("<testsuites name=\"meetlat\" {}>\n", attributes(all)) + suites + "</testsuites>\n";
    return deliver(text, out);
  }
};

}  // namespace

const ReportWriter& junit_writer() noexcept {
  static const JunitWriter writer;
  return writer;
}

}  // namespace meetlat
