#include "cli/published.h"

#include <fmt/core.h>

#include <chrono>
#include <cstddef>
#include <ostream>
#include <utility>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/file_kind.h"
#include "lists/list_fetch.h"
#include "lists/loader.h"
#include "report/summary.h"

namespace meetlat {
namespace {

// A host takes some 100 kB with all its evidence.
constexpr std::size_t kMaxBytes = std::size_t{256} << 20;
constexpr std::chrono::seconds kTimeout{60};
// Certificates live 90 days and settings change with each release: after this, a ranking is a memory.
constexpr int kOldDays = 30;

Result<std::string> bytes_of(const std::string& source, const NetChoice& net, const std::stop_token& stop) {
  if (!is_list_url(source)) return read_file(source, kMaxBytes);
  const auto url = Url::parse(source);
  if (!url) return fail(ErrorCode::kInvalidArgument, "--from: " + describe(url.error()));
  auto network = make_network(net);
  if (!network) return fail(network.error());
  auto fetched = fetch_list(*url, {}, {}, kMaxBytes, **network, std::chrono::steady_clock::now() + kTimeout, stop);
  if (!fetched) return fail(fetched.error());
  return std::move(fetched->body);
}

std::size_t leave_out(Report& report, const OptOut& opt_out) {
  const auto gone = [&](const HostReport& host) {
    return host.status != HostStatus::kExcluded && opt_out.find(host.target.base.host()) != nullptr;
  };
  const std::size_t count = std::erase_if(report.hosts, gone);
  report.header.excluded_unnamed += count;
  return count;
}

void tell_age(const Report& report, const std::string& source, std::ostream& notes) {
  const Instant seen = report.header.finished < report.header.started ? report.header.started : report.header.finished;
  const auto days = std::chrono::duration_cast<std::chrono::hours>(Clock::system().now() - seen).count() / 24;
  notes << fmt::format("meetlat: {} was observed on {}; nobody was asked now\n", printable(source), format_date(seen));
  if (days > kOldDays) {
    notes << fmt::format("meetlat: warning: that is {} days ago, and hosts change; look for a newer one\n", days);
  }
}

}  // namespace

Result<PublishedReport> published_report(const std::string& source, const NetChoice& net, const OptOut& opt_out,
                                         const RuleSet& rules, const std::stop_token& stop, std::ostream& notes) {
  const auto bytes = bytes_of(source, net, stop);
  if (!bytes) return fail(bytes.error());
  auto published = read_report(*bytes);
  if (!published) {
    const Error named{published.error().code, fmt::format("{}: {}", source, published.error().context)};
    return fail(wanted_instead(named, *bytes, "a JSON report, which --format json makes"));
  }
  Report& report = published->report;
  if (const std::size_t gone = leave_out(report, opt_out); gone > 0) {
    notes << fmt::format("meetlat: {} opted out since and {} left out\n", count_words(gone, "host"),
                         gone == 1 ? "is" : "are");
  }
  tell_age(report, source, notes);
  if (report.header.rules_digest != rules.digest) {
    notes << fmt::format("meetlat: it was judged by rules {}; explanations are those of rules {}\n",
                         printable(report.header.rules_version), rules.version);
  }
  return published;
}

}  // namespace meetlat
