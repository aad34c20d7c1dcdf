#include "report/html_publish.h"

#include <algorithm>

namespace meetlat::html {
namespace {

bool embargoed(const Finding& finding, const RuleSet& rules) {
  const Rule* rule = rules.rule(finding.rule);
  return finding.outcome == Outcome::kFail && rule != nullptr && rule->embargo;
}

// The reason next in line: that of the costliest failure which is left.
std::string other_reason(const HostReport& host, const RuleSet& rules) {
  const Finding* costliest = nullptr;
  for (const Finding& finding : host.findings) {
    if (finding.outcome == Outcome::kFail && (costliest == nullptr || finding.points > costliest->points)) {
      costliest = &finding;
    }
  }
  const Rule* rule = costliest == nullptr ? nullptr : rules.rule(costliest->rule);
  return rule == nullptr ? std::string() : rule->fail_text;
}

void clear(HostReport& host, const RuleSet& rules) {
  bool was_reason = false;
  for (const Finding& finding : host.findings) {
    if (embargoed(finding, rules))
      was_reason = was_reason || rules.rule(finding.rule)->fail_text == host.grade.main_reason;
  }
  std::erase_if(host.findings, [&](const Finding& finding) { return embargoed(finding, rules); });
  if (was_reason) host.grade.main_reason = other_reason(host, rules);
}

}  // namespace

Report without_embargoed(const Report& report, const RuleSet& rules) {
  Report out = report;
  for (HostReport& host : out.hosts) clear(host, rules);
  return out;
}

}  // namespace meetlat::html
