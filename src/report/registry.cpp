// Every report format, in the order of --help. A new format is one file with a writer, a line in writers.h and one
// here.
#include <algorithm>
#include <array>

#include "report/writers.h"

namespace meetlat {

std::span<const ReportWriter* const> all_report_writers() noexcept {
  static const std::array writers = {
      &table_writer(), &text_writer(),      &json_writer(),  &html_writer(),  &jsonl_writer(),  &markdown_writer(),
      &csv_writer(),   &csv_hosts_writer(), &sarif_writer(), &junit_writer(), &gitlab_writer(), &openmetrics_writer(),
      &badge_writer(), &shields_writer(),   &list_writer(),  &har_writer(),
  };
  return writers;
}

const ReportWriter* find_report_writer(std::string_view format) noexcept {
  const auto writers = all_report_writers();
  const auto found = std::find_if(writers.begin(), writers.end(),
                                  [&](const ReportWriter* writer) { return writer->format() == format; });
  return found == writers.end() ? nullptr : *found;
}

}  // namespace meetlat
