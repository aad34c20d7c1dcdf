// Made-up Runs for tests of the history.
#pragma once

#include <fmt/core.h>

#include <chrono>
#include <random>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "model/history.h"

namespace meetlat::sample {

inline Instant day(int number) {
  return parse_instant("2026-10-01T06:00:00Z").value_or(Instant{}) + std::chrono::hours{24 * number};
}

inline HistoryRun history_run(int number) {
  HistoryRun out;
  out.info.id = fmt::format("{:016x}", 0xabc000 + number);
  out.info.rules_version = "2026.11";
  out.info.rules_digest = std::string(64, '5');
  out.info.profile = "default";
  out.info.profile_version = "3";
  out.info.tool_version = "0.1.0";
  out.info.data_digest = std::string(64, 'd');
  out.info.listed = 3;
  out.info.started = day(number);
  out.info.finished = day(number) + std::chrono::minutes{9};
  return out;
}

inline HistoryRun::Host& add_host(HistoryRun& run, std::string name, char letter,
                                  std::vector<HistoryFinding> findings = {}) {
  HistoryRun::Host& host = run.hosts.emplace_back();
  host.host = std::move(name);
  host.sight.at = run.info.started + std::chrono::minutes{1};
  host.sight.status = HostStatus::kMeasured;
  host.sight.letter = letter;
  host.sight.range = {60.25, 71.5};
  host.sight.main_reason = "no own privacy policy found";
  host.sight.caps = {"no-policy", "stun"};
  host.sight.build = "2.0.10184";
  host.findings = std::move(findings);
  return host;
}

inline void add_policy(HistoryRun& run, HistoryRun::Host& host, const std::string& text) {
  host.sight.policy = {true, fmt::format("https://{}/privacy", host.host), sha256_hex(text)};
  run.policies.emplace(host.sight.policy.sha256, text);
}

// Some days of three hosts: letters, outcomes and policies change, hosts are not measured and are missing.
inline std::vector<HistoryRun> random_runs(std::size_t count, unsigned seed) {
  std::mt19937 random(seed);
  const auto dice = [&](unsigned sides) { return static_cast<std::size_t>(random() % sides); };
  const Outcome outcomes[] = {Outcome::kPass, Outcome::kFail, Outcome::kNotMeasured, Outcome::kNotApplicable};
  std::vector<HistoryRun> out;
  for (std::size_t i = 0; i < count; ++i) {
    HistoryRun run = history_run(static_cast<int>(i / 2));  // two Runs a second: their order is that of their ids
    run.info.id = fmt::format("{:016x}", random());
    for (const char* name : {"alpha.test", "beta.test", "gamma.test/F"}) {
      if (dice(5) == 0) continue;
      HistoryRun::Host& host = add_host(run, name, static_cast<char>('A' + dice(3)));
      if (dice(4) == 0) {
        host.sight = {host.sight.at, 0, HostStatus::kTimedOut, "no answer", {}, {}, {}, {}, {}, {}};
        continue;
      }
      for (const char* rule : {"e2ee-offered", "hsts-set", "own-policy-published"}) {
        if (dice(6) > 0) host.findings.push_back({rule, outcomes[dice(4) % (1 + dice(4))]});
      }
      if (dice(2) == 0) add_policy(run, host, fmt::format("We keep logs for {} days.", dice(3)));
    }
    if (!run.hosts.empty()) out.push_back(std::move(run));
  }
  return out;
}

}  // namespace meetlat::sample
