// From facts to the state of a host. An error that speaks of our side or of the way there is never turned into a
// statement about the host.
#include <fmt/format.h>

#include "judgement/judge.h"

namespace meetlat {
namespace {

// What a failed exchange says about the host.
HostStatus status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kNameNotFound:
    case ErrorCode::kNoAddress:
      return HostStatus::kNameGone;
    case ErrorCode::kResolverFailed:
      return HostStatus::kResolverFailed;
    case ErrorCode::kAddressRefused:
      return HostStatus::kPrivateAddress;
    case ErrorCode::kConnectionRefused:
      return HostStatus::kRefused;
    case ErrorCode::kUnreachable:
      return HostStatus::kUnreachable;
    case ErrorCode::kTimedOut:
      return HostStatus::kTimedOut;
    case ErrorCode::kTlsFailed:
    case ErrorCode::kTlsUntrusted:
      return HostStatus::kTlsFailed;
    case ErrorCode::kRateLimited:
      return HostStatus::kRateLimited;
    case ErrorCode::kChallenged:
      return HostStatus::kChallenged;
    case ErrorCode::kConnectionReset:
    case ErrorCode::kHttpProtocol:
    case ErrorCode::kHttpStatus:
    case ErrorCode::kTooManyRedirects:
    case ErrorCode::kRedirectRefused:
    case ErrorCode::kTooLarge:
    case ErrorCode::kNotUnderstood:
      return HostStatus::kServerError;
    default:  // our own machine, options or budget: nothing is known about the host
      return HostStatus::kNotFinished;
  }
}

StatusVerdict verdict_of(const Error& error) {
  return {status_of(error.code), describe(error)};
}

// The first reason why a path was not measured; nullptr when it was measured or never asked.
const Error* why_not(const Evidence& evidence, std::string_view path) {
  const Error* first = nullptr;
  for (const Fact& fact : evidence.find(path)) {
    if (fact.measured()) return nullptr;
    if (first == nullptr) first = &fact.value.error();
  }
  return first;
}

// "Nothing was asked because something before it failed" is no reason by itself.
bool is_consequence(const Error& error) {
  return error.code == ErrorCode::kNotAttempted;
}

std::optional<StatusVerdict> by_landing_page(const Evidence& evidence) {
  if (const std::string_view where = evidence.text("http.moved_to"); !where.empty()) {
    return StatusVerdict{HostStatus::kMoved, fmt::format("the landing page is now {}", where)};
  }
  const bool* present = evidence.get<bool>("jitsi.present");
  if (present != nullptr && *present) return StatusVerdict{HostStatus::kMeasured, ""};
  if (const std::string_view kind = evidence.text("http.challenge"); !kind.empty()) {
    return StatusVerdict{HostStatus::kChallenged, fmt::format("answered by {}", kind)};
  }
  const std::int64_t* status = evidence.get<std::int64_t>("http.status");
  const Error* unread = why_not(evidence, "jitsi.present");
  if (unread != nullptr && unread->code == ErrorCode::kRateLimited) return verdict_of(*unread);
  if (status != nullptr && *status == 429) return StatusVerdict{HostStatus::kRateLimited, "HTTP status 429"};
  if (status != nullptr && *status >= 500) {
    return StatusVerdict{HostStatus::kServerError, fmt::format("HTTP status {}", *status)};
  }
  if (evidence.is_true("http.parked")) return StatusVerdict{HostStatus::kParked, ""};
  if (present != nullptr) {
    const std::string_view other = evidence.text("jitsi.other_software");
    return StatusVerdict{HostStatus::kNotJitsi, other.empty() ? "" : fmt::format("looks like {}", other)};
  }
  return std::nullopt;
}

}  // namespace

StatusVerdict classify(const Evidence& evidence) {
  if (evidence.empty()) return {HostStatus::kNotFinished, "nothing was measured"};
  // Behind a proxy this side resolves no names at all, which says nothing.
  if (const Error* dns = why_not(evidence, "dns.status"); dns != nullptr && dns->code != ErrorCode::kUnsupported) {
    StatusVerdict verdict = verdict_of(*dns);
    // A resolver that is late is the resolver's matter.
    if (verdict.status == HostStatus::kTimedOut) verdict.status = HostStatus::kResolverFailed;
    return verdict;
  }
  if (std::optional<StatusVerdict> verdict = by_landing_page(evidence)) return *verdict;

  // The page is unknown. The exchange that failed first says why.
  const Error* page = why_not(evidence, "http.status");
  const Error* handshake = why_not(evidence, "tls.version");
  // Of two failures of TLS the handshake's own says more than the page's.
  const bool both = page != nullptr && handshake != nullptr && page->code == ErrorCode::kTlsFailed &&
                    handshake->code == ErrorCode::kTlsFailed;
  if (page != nullptr && !is_consequence(*page) && !both) return verdict_of(*page);
  if (handshake != nullptr && !is_consequence(*handshake)) return verdict_of(*handshake);
  if (const Error* content = why_not(evidence, "jitsi.present")) {
    StatusVerdict verdict = verdict_of(*content);
    if (const std::int64_t* status = evidence.get<std::int64_t>("http.status")) {
      const std::string answered = fmt::format("HTTP status {}", *status);
      const bool says_it = content->code == ErrorCode::kHttpStatus;
      verdict.reason = says_it ? answered : fmt::format("{}; {}", answered, verdict.reason);
      if (verdict.status == HostStatus::kNotFinished && is_consequence(*content)) {
        verdict.status = HostStatus::kServerError;
      }
    }
    return verdict;
  }
  if (page != nullptr) return verdict_of(*page);
  if (handshake != nullptr) return verdict_of(*handshake);
  // Only some probes ran and theirs is all there is: judged as far as it goes, never graded without a core.
  return {HostStatus::kMeasured, ""};
}

}  // namespace meetlat
