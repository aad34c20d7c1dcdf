// One output format of reports.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/report.h"
#include "model/rule.h"
#include "model/score_history.h"

namespace meetlat {

struct Run;

// How to draw; never what to say.
struct Rendering {
  std::size_t columns = 80;  // 80 to 200; for non-terminals the caller gives 120
  bool colour = false;       // escape sequences allowed; false for non-terminals and NO_COLOR
  bool show_excluded = false;
  // Ranks by Target::id where the report shows a part of a Run; else they come from the report itself.
  std::map<std::string, std::size_t, std::less<>> ranks;
  const RuleSet* rules = nullptr;    // never null: texts of findings
  const Profile* profile = nullptr;  // never null
  const Run* run = nullptr;  // the Run that was judged, for formats that show what was asked; null when there is none
  std::string lang = "en";   // of the words of a page: one of kReportLanguages; other formats are English
  bool choosing =
      false;  // the reader only wants to choose a host: a table begins with three names and what to do in a call
  const ScoreHistory* history = nullptr;  // scores of earlier Runs, where the caller has them
};

class ReportWriter {
 public:
  virtual ~ReportWriter() = default;
  virtual std::string_view format() const noexcept = 0;   // "table", "text", "json"
  virtual std::string_view summary() const noexcept = 0;  // one line for --help
  // Is it made to be shown to everybody? Then the caller gives it a report without what is under embargo
  // (report/publication.h).
  virtual bool for_publication() const noexcept { return false; }
  // kIo / kDiskFull / when the stream fails.
  virtual Result<void> write(const Report& report, const Rendering& rendering, std::ostream& out) const = 0;
};

std::span<const ReportWriter* const> all_report_writers() noexcept;
const ReportWriter* find_report_writer(std::string_view format) noexcept;  // nullptr when unknown

}  // namespace meetlat
