#include "report/columns.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/file.h"
#include "base/text.h"
#include "report/layout.h"
#include "report/mask.h"
#include "report/summary.h"

namespace meetlat {
namespace {

// Names of sources that are no files (lists/loader.h and the command line).
bool is_file(std::string_view source) {
  constexpr std::array<std::string_view, 4> kNoFile = {"bundled", "standard input", "command line", "-"};
  return !source.empty() && source.find("://") == std::string_view::npos &&
         std::find(kNoFile.begin(), kNoFile.end(), source) == kNoFile.end();
}

}  // namespace

std::string score_words(double score) {
  const double rounded = std::isfinite(score) ? std::round(score * 10) / 10 : 0;
  return fmt::format("{:.1f}", rounded == 0 ? 0 : rounded);
}

std::string country_words(const HostReport& host) {
  const auto* countries = host.evidence.get<std::vector<std::string>>("hosting.web.countries");
  return countries == nullptr ? "?" : clean(join(*countries, " "), 80);
}

const Rule* rule_of(const Finding& finding, const Rendering& rendering) noexcept {
  return rendering.rules->rule(finding.rule);
}

Severity severity_of(const Finding& finding, const Rendering& rendering) noexcept {
  const Rule* rule = rule_of(finding, rendering);
  return rule == nullptr ? Severity::kInfo : rule->severity;
}

std::string failure_words(const Finding& finding, const Rendering& rendering) {
  const Rule* rule = rule_of(finding, rendering);
  if (rule == nullptr) return printable(finding.rule);
  return printable(rule->fail_text.empty() ? rule->title : rule->fail_text);
}

std::string seen_words(const Finding& finding, const HostReport& host) {
  constexpr std::size_t kMostFacts = 4;
  constexpr std::size_t kLongest = 200;
  std::vector<std::string> parts;
  for (const std::string& path : finding.facts) {
    for (const Fact& fact : host.evidence.find(path)) {
      if (!fact.measured()) continue;
      if (parts.size() == kMostFacts) {
        parts.emplace_back("…");
        return join(parts, "; ");
      }
      std::string text = printable(path);
      if (const std::string subject = to_string(fact.subject); !subject.empty()) text += " of " + clean(subject, 100);
      text += " = " + clean(value_words(fact), kLongest);
      const std::string where = excerpt(mask_mail(fact.provenance.where), kLongest);
      if (!where.empty()) text += " (" + where + ")";
      parts.push_back(std::move(text));
    }
  }
  return join(parts, "; ");
}

std::vector<const Finding*> failures(const HostReport& host, const Rendering& rendering) {
  std::vector<const Finding*> out;
  for (const Finding& finding : host.findings) {
    if (finding.outcome == Outcome::kFail) out.push_back(&finding);
  }
  std::stable_sort(out.begin(), out.end(), [&](const Finding* a, const Finding* b) {
    const Severity first = severity_of(*a, rendering);
    const Severity second = severity_of(*b, rendering);
    return first != second ? first > second : a->points > b->points;
  });
  return out;
}

std::string corrections_words(const HostReport& host) {
  std::vector<std::string> parts;
  for (const Correction& correction : host.corrections) parts.push_back(correction_words(correction));
  return join(parts, "; ");
}

std::string notes_words(const HostReport& host, std::string_view rule) {
  std::vector<std::string> parts;
  for (const FindingNote& note : host.notes) {
    if (note.rule == rule) parts.push_back(note_words(note));
  }
  return join(parts, "; ");
}

bool is_shown(const HostReport& host, const Rendering& rendering) noexcept {
  return host.status != HostStatus::kExcluded || rendering.show_excluded;
}

FilePlace place_of(const Target& target) {
  for (const ListPlace& place : target.places) {
    if (!is_file(place.source)) continue;
    std::string_view path = place.source;
    while (path.starts_with("./")) path.remove_prefix(2);
    return {printable(path), place.line, true};
  }
  return {"hosts/" + printable(target.id), 1, false};
}

std::string fingerprint(std::string_view rule, const Target& target, std::string_view vantage) {
  return sha256_hex(fmt::format("{}\n{}\n{}", rule, target.id, vantage));
}

}  // namespace meetlat
