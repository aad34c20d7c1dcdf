#include "scan/alike.h"

#include <fmt/core.h>

namespace meetlat {
namespace {

// A share this high of hosts that fail in one way is not seen with hosters that have nothing in common. Old lists hold
// many names that are gone, so that kind needs nearly all.
constexpr double kShare = 0.8;
constexpr double kShareOfGone = 0.95;
constexpr std::size_t kEnough = 20;      // hosts before a run in progress is stopped
constexpr std::size_t kEnoughAtEnd = 3;  // hosts of a short list that is complete, for failures of the way there

// What is the same about such hosts; empty when nothing is.
std::string kind_of(const HostRecord& record) {
  switch (record.status) {
    case HostStatus::kResolverFailed:
    case HostStatus::kUnreachable:
    case HostStatus::kTimedOut:
    case HostStatus::kRefused:
    case HostStatus::kTlsFailed:
    case HostStatus::kNameGone:
    case HostStatus::kPrivateAddress:
      return fmt::format("hosts: {}", words_for(record.status));
    case HostStatus::kMoved: {
      const auto url = Url::parse(record.evidence.text("http.moved_to"));
      return url ? fmt::format("hosts redirect to {} (a captive portal?)", url->host()) : std::string{};
    }
    default:
      break;
  }
  const bool* trusted = record.evidence.get<bool>("tls.certificate.trusted");
  if (trusted != nullptr && !*trusted) {
    return fmt::format("hosts show an untrusted certificate by the same issuer, {} (TLS interception?)",
                       record.evidence.text("tls.certificate.issuer"));
  }
  return {};
}

}  // namespace

void AlikeWatch::add(const HostRecord& record) {
  ++total_;
  if (std::string kind = kind_of(record); !kind.empty()) ++kinds_[std::move(kind)];
}

std::string AlikeWatch::verdict(bool complete) const {
  const auto words = [](HostStatus status) { return fmt::format("hosts: {}", words_for(status)); };
  for (const auto& [kind, count] : kinds_) {
    const bool way_there = kind == words(HostStatus::kResolverFailed) || kind == words(HostStatus::kUnreachable) ||
                           kind == words(HostStatus::kTimedOut);
    if (total_ < (complete && way_there ? kEnoughAtEnd : kEnough)) continue;
    const double share = static_cast<double>(count) / static_cast<double>(total_);
    if (share < (kind == words(HostStatus::kNameGone) ? kShareOfGone : kShare)) continue;
    return fmt::format("{}: {} of {} {}", kThisSide, count, total_, kind);
  }
  return {};
}

}  // namespace meetlat
