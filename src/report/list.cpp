// The addresses of hosts, one a line, for redirectors, for keepers of lists, and for `meetlat rank --list`. Without a
// condition those that were measured, with one (--where) those for which it holds.
#include <fmt/core.h>

#include <string>

#include "base/text.h"
#include "report/columns.h"
#include "report/layout.h"
#include "report/summary.h"
#include "report/writers.h"

namespace meetlat {
namespace {

class ListWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "list"; }
  std::string_view summary() const noexcept override { return "addresses, one a line; of those that --where asks for"; }
  bool for_publication() const noexcept override { return true; }
  Result<void> write(const Report& report, const Rendering&, std::ostream& out) const override {
    std::string hosts;
    std::size_t count = 0;
    for (const HostReport& host : report.hosts) {
      // Who asked to be left alone is on no list.
      if (host.status == HostStatus::kExcluded || host.target.base.empty()) continue;
      if (!report.header.selection && host.status != HostStatus::kMeasured) continue;
      if (!host.corrections.empty()) hosts += "# Corrected by a person: " + corrections_words(host) + "\n";
      hosts += printable(host.target.base.str()) + "\n";
      ++count;
    }
    std::string text;
    for (const std::string& line : head_paragraphs(report, tally(report))) text += "# " + line + "\n";
    if (!report.header.selection) text += "# Named is every host that was audited; no condition was given (--where).\n";
    text += fmt::format("# {}\n", count_words(count, "host"));
    return deliver(text + hosts, out);
  }
};

}  // namespace

const ReportWriter& list_writer() noexcept {
  static const ListWriter writer;
  return writer;
}

}  // namespace meetlat
