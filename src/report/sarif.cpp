// SARIF 2.1.0 (OASIS) for code scanning. One run; every failed finding is a result. What was not measured is no result:
// the standard has the kind "open" for it, but readers that know levels only, GitHub's among them, would raise an
// alarm. It is told as a notification of the invocation, as are hosts that could not be audited.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "model/finding_notes.h"
#include "report/columns.h"
#include "report/json_text.h"
#include "report/layout.h"
#include "report/markdown_text.h"
#include "report/summary.h"
#include "report/view.h"
#include "report/writers.h"

namespace meetlat {
namespace {

// GitHub's "SARIF support for code scanning": results of one run; more make the whole file be refused.
constexpr std::size_t kMostResults = 25'000;
constexpr std::string_view kSchema = "https://json.schemastore.org/sarif-2.1.0.json";

std::string_view level(Severity severity) noexcept {
  if (severity >= Severity::kHigh) return "error";
  return severity == Severity::kMedium ? "warning" : "note";
}

// GitHub sorts by it: above 9 critical, from 7 high, from 4 medium, below low.
std::string_view security_severity(Severity severity) noexcept {
  constexpr std::array<std::string_view, 5> kScores = {"", "3.0", "5.5", "8.0", "9.5"};
  return kScores[static_cast<std::size_t>(severity)];
}

std::string percent_encoded(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  return out;
}

Json text_of(std::string_view text) {
  return {{"text", text}};
}

std::string help_markdown(const Rule& rule) {
  std::string out = fmt::format("**Why it matters.** {}\n\n**What to change.** {}\n", markdown_text(rule.why),
                                markdown_text(rule.remedy));
  for (const ConfigLines& config : rule.config) {
    out += fmt::format("\nIn {}:\n\n{}", markdown_text(config.file), markdown_code(config.lines));
  }
  for (const Reference& reference : rule.references) {
    out += fmt::format("\n[{}](<{}>)\n", markdown_text(reference.title), printable(reference.url));
  }
  return out;
}

Json descriptor(const Rule& rule) {
  Json tags = {"privacy", "security", rule.category};
  Json properties = {{"tags", std::move(tags)}, {"precision", "high"}};
  if (const auto score = security_severity(rule.severity); !score.empty()) properties["security-severity"] = score;
  if (rule.embargo) properties["embargo"] = true;
  const std::string why = rule.why.empty() ? rule.title : rule.why;
  Json out = {{"id", rule.id},
              {"shortDescription", text_of(rule.title)},
              {"fullDescription", text_of(why)},
              {"help", {{"text", why + "\n" + rule.remedy}, {"markdown", help_markdown(rule)}}},
              {"defaultConfiguration", {{"level", level(rule.severity)}}},
              {"properties", std::move(properties)}};
  if (!rule.references.empty()) out["helpUri"] = rule.references.front().url;
  return out;
}

// The line of the list that names the host. Without one a name that stands for the host, since readers want a file.
Json location(const Target& target) {
  const FilePlace place = place_of(target);
  Json artifact = {{"uri", percent_encoded(place.path)}};
  if (place.path.starts_with('/')) {
    artifact["uri"] = "file://" + percent_encoded(place.path);
  } else {
    artifact["uriBaseId"] = "%SRCROOT%";
  }
  const std::string url = target.base.empty() ? target.id : target.base.str();
  return {{"physicalLocation", {{"artifactLocation", std::move(artifact)}, {"region", {{"startLine", place.line}}}}},
          {"logicalLocations",
           Json::array(
               {Json{{"name", printable(target.id)}, {"fullyQualifiedName", printable(url)}, {"kind", "resource"}}})}};
}

struct Found {
  const HostReport* host;
  const Finding* finding;
};

class Log {
 public:
  Log(const Report& report, const Rendering& rendering) : report_(report), rendering_(rendering) {
    for (const Rule& rule : rendering.rules->rules) {
      index_.emplace(rule.id, index_.size());
      rules_.push_back(descriptor(rule));
    }
    for (const HostReport& host : report.hosts) note_host(host);
    add_results();
  }

  Json json() && {
    const ReportHeader& header = report_.header;
    Json invocation = {{"executionSuccessful", header.stopped.empty()}};
    if (header.started != Instant{}) invocation["startTimeUtc"] = format_instant(header.started);
    if (header.finished >= header.started && header.finished != Instant{}) {
      invocation["endTimeUtc"] = format_instant(header.finished);
    }
    Json notes = Json::array();
    const std::vector<std::string> heads = head_paragraphs(report_, tally(report_));
    for (const std::string& text : heads) notes.push_back(note(text, "note"));
    for (Json& each : notes_) notes.push_back(std::move(each));
    for (const std::string_view text : foot_paragraphs(tally(report_))) notes.push_back(note(text, "note"));
    invocation["toolExecutionNotifications"] = std::move(notes);
    Json driver = {{"name", "meetlat"}, {"rules", std::move(rules_)}};
    if (!header.tool_version.empty()) driver["version"] = header.tool_version;
    Json run = {{"tool", {{"driver", std::move(driver)}}},
                {"automationDetails", {{"id", fmt::format("meetlat/{}", id_part(header.vantage))}}},
                {"columnKind", "utf16CodeUnits"},
                {"originalUriBaseIds",
                 {{"%SRCROOT%", {{"description", text_of("The folder that the list of hosts was named from.")}}}}},
                {"invocations", Json::array({std::move(invocation)})},
                {"results", std::move(results_)},
                {"properties", {{"rules", header.rules_version}, {"profile", header.profile}, {"demo", header.demo}}}};
    return {{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", Json::array({std::move(run)})}};
  }

 private:
  static std::string id_part(std::string_view vantage) {
    return vantage.empty() ? std::string{} : percent_encoded(printable(vantage)) + "/";
  }

  static Json note(std::string_view text, std::string_view severity) {
    return {{"message", text_of(text)}, {"level", severity}};
  }

  void note_host(const HostReport& host) {
    if (!is_shown(host, rendering_)) return;
    const std::string name = host_words(host.target);
    if (host.findings.empty()) {
      const std::string why = clean(host.status_reason);
      notes_.push_back(
          note(fmt::format("{}: not audited, {}{}", name, words_for(host.status), why.empty() ? "" : ": " + why),
               host.status == HostStatus::kExcluded ? "note" : "warning"));
      notes_.back()["locations"] = Json::array({location(host.target)});
      return;
    }
    if (!host.corrections.empty()) {
      notes_.push_back(note(fmt::format("{}: corrected by a person: {}", name, corrections_words(host)), "note"));
    }
    std::vector<std::string> open;
    for (const Finding& finding : host.findings) {
      if (finding.outcome == Outcome::kNotMeasured) open.push_back(printable(finding.rule));
    }
    if (open.empty()) return;
    notes_.push_back(
        note(fmt::format("{}: {} not measured: {}", name, count_words(open.size(), "rule"), join(open, ", ")), "note"));
    notes_.back()["locations"] = Json::array({location(host.target)});
  }

  void add_results() {
    std::vector<Found> found;
    for (const HostReport& host : report_.hosts) {
      for (const Finding* finding : failures(host, rendering_)) found.push_back({&host, finding});
    }
    if (found.size() > kMostResults) {
      std::stable_sort(found.begin(), found.end(), [&](const Found& a, const Found& b) {
        return severity_of(*a.finding, rendering_) > severity_of(*b.finding, rendering_);
      });
      notes_.push_back(note(fmt::format("{} results are left out, the least grave ones: GitHub takes {} at most.",
                                        found.size() - kMostResults, kMostResults),
                            "warning"));
      found.resize(kMostResults);
    }
    for (const Found& each : found) results_.push_back(result(*each.host, *each.finding));
  }

  Json result(const HostReport& host, const Finding& finding) const {
    const std::string seen = seen_of(finding, host);
    const std::string print = fingerprint(finding.rule, host.target, report_.header.vantage);
    const std::string stamp = report_.header.demo ? "DEMO: " : "";
    Json out = {{"ruleId", printable(finding.rule)},
                {"kind", "fail"},
                {"level", level(severity_of(finding, rendering_))},
                {"message", text_of(fmt::format("{}{}: {}.{}", stamp, host_words(host.target),
                                                failure_words(finding, rendering_), seen))},
                {"locations", Json::array({location(host.target)})},
                // The first is the name that GitHub reads.
                {"partialFingerprints", {{"primaryLocationLineHash", print + ":1"}, {"meetlatFinding/v1", print}}}};
    if (const auto at = index_.find(finding.rule); at != index_.end()) out["ruleIndex"] = at->second;
    if (const FindingNote* waiver = note_on(host, finding.rule, ReviewKind::kWaiver)) {
      const bool holds = waiver->state == FindingNote::State::kHolds;
      out["suppressions"] = Json::array({{{"kind", "external"},
                                          {"status", holds ? "accepted" : "rejected"},
                                          {"justification", note_words(*waiver)}}});
    }
    return out;
  }

  static std::string seen_of(const Finding& finding, const HostReport& host) {
    constexpr std::size_t kLongest = 600;
    const std::string seen = seen_words(finding, host);
    return seen.empty() ? "" : fmt::format(" Seen: {}", first_bytes(seen, kLongest));
  }

  const Report& report_;
  const Rendering& rendering_;
  std::map<std::string, std::size_t, std::less<>> index_;
  Json rules_ = Json::array();
  Json results_ = Json::array();
  Json notes_ = Json::array();
};

class SarifWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "sarif"; }
  std::string_view summary() const noexcept override { return "what failed, as SARIF 2.1.0 for code scanning"; }
  Result<void> write(const Report& report, const Rendering& rendering, std::ostream& out) const override {
    return deliver(json_text(Log(report, rendering).json()), out);
  }
};

}  // namespace

const ReportWriter& sarif_writer() noexcept {
  static const SarifWriter writer;
  return writer;
}

}  // namespace meetlat
