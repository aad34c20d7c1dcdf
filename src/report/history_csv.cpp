#include <fmt/core.h>

#include "base/personal.h"
#include "base/text.h"
#include "report/history_writer.h"
#include "report/layout.h"

namespace meetlat {
namespace {

constexpr std::size_t kLongest = 300;

std::string cell(std::string_view text) {
  std::string shown = excerpt(mask_mail(printable(text)), kLongest);
  // A spreadsheet would compute what begins like a formula.
  if (!shown.empty() && std::string_view("=+-@\t").find(shown.front()) != std::string_view::npos) {
    shown.insert(0, 1, '\'');
  }
  if (shown.find_first_of("\",\r\n") == std::string::npos) return shown;
  std::string out = "\"";
  for (const char c : shown) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string own_words(const std::optional<bool>& own) {
  return !own ? "" : *own ? "yes" : "no";
}

}  // namespace

Result<void> write_history_csv(const History& history, std::ostream& out) {
  std::string text =
      "host,at,run,status,letter,low,high,caps,rules_version,profile,profile_version,tool_version,level,vantage,build,"
      "policy_own,policy_sha256,policy_url,demo\r\n";
  for (const HostHistory& host : history.hosts) {
    for (const HistorySight& sight : host.sights) {
      const HistoryRunInfo& run = history.runs[sight.run];
      const std::string low = sight.measured() ? fmt::format("{}", sight.range.low) : "";
      const std::string high = sight.measured() ? fmt::format("{}", sight.range.high) : "";
      text += join({cell(host.host), format_instant(sight.at), cell(run.id), std::string(to_string(sight.status)),
                    sight.letter ? std::string(1, *sight.letter) : "", low, high, cell(join(sight.caps, " ")),
                    cell(run.rules_version), cell(run.profile), cell(run.profile_version), cell(run.tool_version),
                    std::to_string(run.level), cell(run.vantage), cell(sight.build), own_words(sight.policy.own),
                    sight.policy.sha256, cell(sight.policy.url), run.demo ? "yes" : "no"},
                   ",") +
              "\r\n";
    }
  }
  return deliver(text, out);
}

}  // namespace meetlat
