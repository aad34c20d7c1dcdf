#include "report/summary.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/clock.h"
#include "base/text.h"
#include "report/layout.h"

namespace meetlat {
namespace {

constexpr std::size_t kDigestShown = 12;

std::string short_digest(std::string_view digest) {
  return printable(digest.substr(0, kDigestShown));
}

std::string minute_words(Instant instant) {
  return format_instant(instant).substr(11, 5);
}

std::string when_words(const ReportHeader& header) {
  if (header.finished < header.started) return fmt::format("from {}", format_instant(header.started));
  const std::string first = format_date(header.started);
  const std::string last = format_date(header.finished);
  if (first == last) {
    return fmt::format("on {}, {} to {} UTC", first, minute_words(header.started), minute_words(header.finished));
  }
  return fmt::format("from {} {} to {} {} UTC", first, minute_words(header.started), last,
                     minute_words(header.finished));
}

int rounded_down(double score) {
  if (!std::isfinite(score)) return 0;
  return static_cast<int>(std::floor(std::clamp(score, 0.0, 100.0) + 1e-9));
}

std::string numbers_words(const Tally& tally, bool part) {
  std::vector<std::string> letters;
  for (const auto& [letter, count] : tally.letters) letters.push_back(fmt::format("{} {}", count, letter));
  std::string out = fmt::format("{} {}, {} audited, {} graded", count_words(tally.listed, "host"),
                                part ? "shown" : "listed", tally.audited, tally.graded);
  if (!letters.empty()) out += ": " + join(letters, ", ");
  out += '.';
  const std::size_t measured_only = tally.audited - tally.graded;
  if (measured_only > 0) out += fmt::format(" {} audited but not graded.", measured_only);
  std::size_t unaudited = 0;
  for (const auto& [status, hosts] : tally.others) {
    if (status != HostStatus::kExcluded) unaudited += hosts.size();
  }
  if (unaudited > 0) out += fmt::format(" {} not audited.", unaudited);
  if (tally.excluded > 0) out += fmt::format(" {} excluded on request.", tally.excluded);
  if (tally.not_reached > 0) out += fmt::format(" {} not reached.", tally.not_reached);
  return out;
}

}  // namespace

std::string selection_words(const Selection& selection) {
  std::string out = fmt::format("Shown is where {} holds: {} of {}.", printable(selection.where),
                                selection.of - std::min(selection.of, selection.no + selection.unknown),
                                count_words(selection.of, "host"));
  if (selection.unknown > 0) {
    out += fmt::format(" {} left out because that is not known of {}.",
                       selection.unknown == 1 ? "1 was" : fmt::format("{} were", selection.unknown),
                       selection.unknown == 1 ? "it" : "them");
  }
  return out;
}

Tally tally(const Report& report) {
  Tally out;
  for (const HostReport& host : report.hosts) {
    if (host.status == HostStatus::kFromFiles) {
      ++out.from_files;
      continue;
    }
    if (host.status != HostStatus::kMeasured) {
      out.others[host.status].push_back(&host);
      if (host.status == HostStatus::kExcluded) ++out.excluded;
      continue;
    }
    ++out.audited;
    if (!host.grade.letter) continue;
    ++out.graded;
    ++out.letters[*host.grade.letter];
  }
  out.excluded += report.header.excluded_unnamed;
  const std::size_t hosts = report.hosts.size() - out.from_files + report.header.excluded_unnamed;
  out.listed = std::max(report.header.listed, hosts);
  out.not_reached = out.listed - hosts;
  return out;
}

std::vector<std::size_t> ranks(const Report& report) {
  const Tally numbers = tally(report);
  std::vector<std::size_t> out;
  out.reserve(report.hosts.size());
  for (const HostReport& host : report.hosts) {
    std::size_t rank = 0;
    if (host.status == HostStatus::kMeasured && host.grade.letter) {
      rank = 1;
      for (const auto& [letter, count] : numbers.letters) {
        if (letter < *host.grade.letter) rank += count;
      }
    }
    out.push_back(rank);
  }
  return out;
}

std::vector<std::size_t> ranks(const Report& report, const std::map<std::string, std::size_t, std::less<>>& known) {
  std::vector<std::size_t> out = ranks(report);
  for (std::size_t i = 0; i < out.size() && !known.empty(); ++i) {
    const auto at = known.find(report.hosts[i].target.id);
    if (at != known.end()) out[i] = at->second;
  }
  return out;
}

std::vector<std::string> head_paragraphs(const Report& report, const Tally& numbers) {
  const ReportHeader& header = report.header;
  std::vector<std::string> out;
  if (header.demo) {
    out.emplace_back(kDemoStamp);
  }
  if (!header.stopped.empty()) out.push_back("STOPPED EARLY: " + printable(header.stopped));
  const bool files = numbers.from_files > 0;
  out.push_back(files ? "OFFLINE: settings read from files. No host was asked, so this is no audit and gives no letter."
                      : numbers_words(numbers, header.selection.has_value()));
  if (header.selection) out.push_back(selection_words(*header.selection));
  std::string method = files ? "Judged on " + format_date(header.started) : "Observed " + when_words(header);
  if (!header.vantage.empty()) method += fmt::format(", from {}", printable(header.vantage));
  method += fmt::format(". meetlat {}, rules {}", printable(header.tool_version), printable(header.rules_version));
  if (!header.rules_digest.empty()) method += fmt::format(" ({})", short_digest(header.rules_digest));
  method += fmt::format(", profile {} version {}", printable(header.profile), printable(header.profile_version));
  if (!header.list_digest.empty()) method += fmt::format(", list {}", short_digest(header.list_digest));
  out.push_back(method + ".");
  return out;
}

std::vector<std::string_view> foot_paragraphs() {
  return {
      "What no outsider can see: whether a host keeps logs, what lies on its disks as recordings, and whether its "
      "operator is honest.",
      "Everything here was observed at the time above, E2EE among it: what a host offers is not what a call uses. "
      "Where E2EE is offered it covers sound, camera and shared screen, not chat, names, or who met whom and when.",
  };
}

std::vector<std::string_view> foot_paragraphs(const Tally& numbers) {
  if (numbers.from_files == 0) return foot_paragraphs();
  return {
      "What files do not tell: what is served in the end, by whom, with which certificate and headers, and what the "
      "server does beside it.",
  };
}

std::string_view legend_paragraph() noexcept {
  return "May start: no login = the server lets strangers in or, where it was not asked, the configuration names no "
         "login; account = opening a room "
         "needs one; members = joining needs one too; token = another system lets "
         "people in. E2EE: switch = offered, off until participants turn it on; hidden = built in, but its switch is "
         "not shown; old format = by an outdated format. \"list: X\": a list says so, not the host. ?: not measured. "
         "Score: what was not measured makes it a range; the letter is that of its lower end, or lower where a cap "
         "holds.";
}

double shown_score(double score) {
  return std::isfinite(score) ? std::floor(std::clamp(score, 0.0, 100.0) * 10 + 1e-6) / 10 : 0;
}

std::string range_words(const Range& range) {
  const int low = rounded_down(range.low);
  const int high = rounded_down(range.high);
  return low == high ? fmt::format("{}", low) : fmt::format("{}-{}", low, high);
}

std::string_view advice_for(HostStatus status) noexcept {
  switch (status) {
    case HostStatus::kMeasured:
      return {};
    case HostStatus::kNotJitsi:
      return "If a Jitsi Meet runs there under another path or name, give that address instead.";
    case HostStatus::kParked:
      return "The service is probably gone; tell the list that still names it.";
    case HostStatus::kMoved:
      return "If that is the same service, audit the new address.";
    case HostStatus::kChallenged:
      return "Nothing is done to get round the wall. Ask the operator to let the auditor in, or try from another "
             "network.";
    case HostStatus::kRateLimited:
      return "Come back later, as the host asks.";
    case HostStatus::kServerError:
      return "Try again later; if it stays, tell the operator.";
    case HostStatus::kNameGone:
      return "Check the spelling. If it is right, the service is gone or moved; tell the list that still names it.";
    case HostStatus::kResolverFailed:
      return "This says nothing about the host: check the resolver of this machine and try again.";
    case HostStatus::kRefused:
      return "Check the port, and try again later or from another network.";
    case HostStatus::kUnreachable:
      return "Check the network of this machine, IPv6 too, and try again.";
    case HostStatus::kTimedOut:
      return "Try again later, from another network, or with a longer time limit.";
    case HostStatus::kTlsFailed:
      return "Try by hand: openssl s_client -connect HOST:443 -servername HOST";
    case HostStatus::kPrivateAddress:
      return "To audit a host of your own network, name its address in a file for --hosts-file, or use "
             "--allow-private.";
    case HostStatus::kNotFinished:
      return "Run it again; --resume goes on with a kept run.";
    case HostStatus::kExcluded:
      return "Leave it alone: this host asked not to be audited.";
    case HostStatus::kFromFiles:
      return "Audit the host once the files are in place.";
  }
  return {};
}

std::string correction_words(const Correction& correction) {
  return fmt::format("{} is {}, was {}: {}", printable(correction.item), clean(correction.now, 200),
                     clean(correction.was, 200), clean(words_for(correction), 1000));
}

std::string note_words(const FindingNote& note) {
  return clean(words_for(note), 1000);
}

std::string count_words(std::size_t count, std::string_view singular) {
  return fmt::format("{} {}{}", count, singular, count == 1 ? "" : "s");
}

}  // namespace meetlat
