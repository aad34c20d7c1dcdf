// The stable names of the model's enumerations, one table each.
#include <array>
#include <utility>

#include "model/report.h"
#include "model/rule.h"

namespace meetlat {
namespace {

template <class E, std::size_t N>
std::string_view name_in(const std::array<std::pair<E, std::string_view>, N>& table, E value) noexcept {
  for (const auto& [key, name] : table) {
    if (key == value) return name;
  }
  return {};
}

template <class E, std::size_t N>
std::optional<E> value_in(const std::array<std::pair<E, std::string_view>, N>& table, std::string_view text) noexcept {
  for (const auto& [key, name] : table) {
    if (name == text) return key;
  }
  return std::nullopt;
}

constexpr std::array<std::pair<Severity, std::string_view>, 5> kSeverities = {{
    {Severity::kInfo, "info"},
    {Severity::kLow, "low"},
    {Severity::kMedium, "medium"},
    {Severity::kHigh, "high"},
    {Severity::kCritical, "critical"},
}};

constexpr std::array<std::pair<Outcome, std::string_view>, 4> kOutcomes = {{
    {Outcome::kPass, "pass"},
    {Outcome::kFail, "fail"},
    {Outcome::kNotApplicable, "not-applicable"},
    {Outcome::kNotMeasured, "not-measured"},
}};

constexpr std::array<std::pair<FixBy, std::string_view>, 3> kFixBys = {{
    {FixBy::kYours, "yours"},
    {FixBy::kUpstream, "upstream"},
    {FixBy::kChoice, "choice"},
}};

struct StatusRow {
  HostStatus status;
  std::string_view name;
  std::string_view words;
};

constexpr std::array<StatusRow, 17> kStatuses = {{
    {HostStatus::kMeasured, "measured", "was measured"},
    {HostStatus::kNotJitsi, "not-jitsi", "does not answer as a Jitsi Meet"},
    {HostStatus::kParked, "parked", "answers with a parking or default page"},
    {HostStatus::kMoved, "moved", "redirects to another domain"},
    {HostStatus::kChallenged, "challenged", "a bot wall answers instead"},
    {HostStatus::kRateLimited, "rate-limited", "asks to come back later"},
    {HostStatus::kServerError, "server-error", "answers with an error"},
    {HostStatus::kNameGone, "name-gone", "the name does not exist or has no address"},
    {HostStatus::kResolverFailed, "resolver-failed", "the DNS resolver gave no answer"},
    {HostStatus::kRefused, "refused", "refuses the connection"},
    {HostStatus::kUnreachable, "unreachable", "cannot be reached"},
    {HostStatus::kTimedOut, "timed-out", "did not answer in time"},
    {HostStatus::kTlsFailed, "tls-failed", "no TLS handshake was possible"},
    {HostStatus::kPrivateAddress, "private-address", "has a private or reserved address"},
    {HostStatus::kNotFinished, "not-finished", "was not finished"},
    {HostStatus::kExcluded, "excluded", "excluded on request"},
    {HostStatus::kFromFiles, "from-files", "read from files, no host was asked"},
}};

}  // namespace

std::string_view to_string(Severity severity) noexcept {
  return name_in(kSeverities, severity);
}
std::optional<Severity> severity_from(std::string_view name) noexcept {
  return value_in(kSeverities, name);
}

std::string_view to_string(Outcome outcome) noexcept {
  return name_in(kOutcomes, outcome);
}
std::optional<Outcome> outcome_from(std::string_view name) noexcept {
  return value_in(kOutcomes, name);
}

std::string_view to_string(HostStatus status) noexcept {
  for (const StatusRow& row : kStatuses) {
    if (row.status == status) return row.name;
  }
  return {};
}

std::optional<HostStatus> host_status_from(std::string_view name) noexcept {
  for (const StatusRow& row : kStatuses) {
    if (row.name == name) return row.status;
  }
  return std::nullopt;
}

std::string_view words_for(HostStatus status) noexcept {
  for (const StatusRow& row : kStatuses) {
    if (row.status == status) return row.words;
  }
  return {};
}

const Rule* RuleSet::rule(std::string_view id) const noexcept {
  for (const Rule& rule : rules) {
    if (rule.id == id) return &rule;
  }
  return nullptr;
}

const Profile* RuleSet::profile(std::string_view id) const noexcept {
  for (const Profile& profile : profiles) {
    if (profile.id == id) return &profile;
  }
  return nullptr;
}

std::string_view to_string(FixBy by) noexcept {
  return name_in(kFixBys, by);
}
std::optional<FixBy> fix_by_from(std::string_view name) noexcept {
  return value_in(kFixBys, name);
}

}  // namespace meetlat
