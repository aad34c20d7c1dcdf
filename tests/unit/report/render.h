// A report written into a string.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>

#include "report/writer.h"
#include "support/sample_report.h"

namespace meetlat {

struct Options {
  std::size_t columns = 120;
  bool colour = false;
  bool show_excluded = false;
  std::string lang = "en";
  const ScoreHistory* history = nullptr;
};

inline std::string render(std::string_view format, const Report& report, const Options& options = {}) {
  const RuleSet rules = sample::rules();
  const Run run = sample::run();
  Rendering rendering;
  rendering.run = &run;
  rendering.columns = options.columns;
  rendering.colour = options.colour;
  rendering.show_excluded = options.show_excluded;
  rendering.lang = options.lang;
  rendering.history = options.history;
  rendering.rules = &rules;
  rendering.profile = &rules.profiles.front();
  const ReportWriter* writer = find_report_writer(format);
  if (writer == nullptr) {
    ADD_FAILURE() << "no writer " << format;
    return {};
  }
  std::ostringstream out;
  const auto result = writer->write(report, rendering, out);
  EXPECT_TRUE(result.has_value());
  return out.str();
}

inline Report report_of(HostReport host) {
  Report report;
  report.header = sample::report().header;
  report.header.listed = 1;
  report.hosts.push_back(std::move(host));
  return report;
}

}  // namespace meetlat
