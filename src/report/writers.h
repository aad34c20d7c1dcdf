// The writers that registry.cpp lists: one for each file that defines one.
#pragma once

#include "report/writer.h"

namespace meetlat {

const ReportWriter& table_writer() noexcept;
const ReportWriter& text_writer() noexcept;
const ReportWriter& json_writer() noexcept;

}  // namespace meetlat
