// The writers that registry.cpp lists: one for each file that defines one.
#pragma once

#include "report/writer.h"

namespace meetlat {

const ReportWriter& table_writer() noexcept;
const ReportWriter& text_writer() noexcept;
const ReportWriter& json_writer() noexcept;
const ReportWriter& jsonl_writer() noexcept;
const ReportWriter& markdown_writer() noexcept;
const ReportWriter& csv_writer() noexcept;
const ReportWriter& csv_hosts_writer() noexcept;
const ReportWriter& sarif_writer() noexcept;
const ReportWriter& junit_writer() noexcept;
const ReportWriter& gitlab_writer() noexcept;
const ReportWriter& openmetrics_writer() noexcept;
const ReportWriter& badge_writer() noexcept;
const ReportWriter& shields_writer() noexcept;
const ReportWriter& list_writer() noexcept;
const ReportWriter& har_writer() noexcept;
const ReportWriter& html_writer() noexcept;

}  // namespace meetlat
