// meetlat audit --advice: what the administrator of one host could change, in order.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "model/report.h"
#include "model/rule.h"
#include "probes/probe.h"
#include "report/advice.h"
#include "scan/offline.h"

namespace meetlat {

// Runs behind the probes and keeps page and settings of the last host as they were served, so that changes can be tried
// out. Asks for nothing that was not asked before. For one host, on one thread.
class SiteKeeper final : public Probe {
 public:
  const ProbeInfo& info() const noexcept override;
  void collect(const Target& target, Session& session, Evidence& evidence) const override;
  // Without a page when nothing could be kept.
  const OfflineSite& site() const noexcept { return site_; }

 private:
  mutable OfflineSite site_;
};

// What rules say when JavaScript is added to the settings of that site; facts that it does not change are taken from
// `seen`. Lives as long as its copies.
SettingsTrial trial_of(const OfflineSite& site, const Evidence& seen);

struct AdviceChoice {
  std::string kind;          // "list", "config", "policy" or "" for none
  std::string system;        // "debian", "docker" or "both"
  std::string format;        // "text" or "markdown", of the list
  std::string output = "-";  // file
  int columns = 0;
};

// Writes the list or the lines for that host.
Result<void> write_advice_list(const HostReport& host, const OfflineSite& site, const std::string& host_name,
                               const RuleSet& rules, const Profile& profile, const AdviceChoice& choice,
                               CliContext& context);

}  // namespace meetlat
