// Shows a scan on standard error: a moving line on a terminal, a line a host with --verbose, nothing with --quiet.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

#include "scan/scanner.h"

namespace meetlat {

class ProgressLine {
 public:
  enum class Mode { kQuiet, kPlain, kVerbose };
  // `columns` is the terminal's width, 0 when standard error is none: then nothing moves.
  ProgressLine(std::ostream& err, Mode mode, int columns);
  ~ProgressLine();  // clears the line
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void update(const ScanProgress& progress);
  void host(const HostRecord& record);  // --verbose
  void note(const std::string& text);   // a line of its own, not with --quiet

 private:
  void clear();

  std::ostream& err_;
  const Mode mode_;
  const int columns_;
  bool drawn_ = false;
};

}  // namespace meetlat
