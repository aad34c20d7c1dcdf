// The JSON report as lines: what stands above the hosts, then one host a line, so that a reader needs to hold one.
#include <string>
#include <utility>

#include "base/json.h"
#include "report/json_text.h"
#include "report/layout.h"
#include "report/writers.h"

namespace meetlat {
namespace {

class JsonLinesWriter final : public ReportWriter {
 public:
  std::string_view format() const noexcept override { return "jsonl"; }
  std::string_view summary() const noexcept override {
    return "the same as JSON Lines: a header, then one host a line";
  }
  Result<void> write(const Report& report, const Rendering& rendering, std::ostream& out) const override {
    std::string lines = json_line(report_head_json(report));
    each_host_json(report, rendering, [&](const Json& host) { lines += json_line(host); });
    return deliver(lines, out);
  }
};

}  // namespace

const ReportWriter& jsonl_writer() noexcept {
  static const JsonLinesWriter writer;
  return writer;
}

}  // namespace meetlat
