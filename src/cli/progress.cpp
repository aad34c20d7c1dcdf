#include "cli/progress.h"

#include <fmt/core.h>

#include <ostream>

#include "base/text.h"

namespace meetlat {
namespace {

std::string clock_words(std::chrono::seconds left) {
  const auto seconds = left.count();
  return seconds < 60 ? fmt::format("{} s", seconds) : fmt::format("{} min {:02} s", seconds / 60, seconds % 60);
}

std::string line_for(const ScanProgress& progress) {
  const double seconds = static_cast<double>(progress.elapsed.count()) / 1000.0;
  if (progress.done == progress.total && progress.rechecks_waiting > 0) {
    return fmt::format("{} of {} hosts done; {} grave finding(s) to be seen a second time, a minute after the first",
                       progress.done, progress.total, progress.rechecks_waiting);
  }
  std::string line =
      fmt::format("{} of {} hosts done, {} in flight", progress.done, progress.total, progress.in_flight);
  if (progress.done > 0 && seconds > 1) {
    const double rate = static_cast<double>(progress.done) / seconds;
    const double left = static_cast<double>(progress.total - progress.done) / rate;
    line += fmt::format(", {:.1f} a second, about {} left", rate,
                        clock_words(std::chrono::seconds(static_cast<long>(left) + 1)));
  }
  return line;
}

}  // namespace

ProgressLine::ProgressLine(std::ostream& err, Mode mode, int columns) : err_(err), mode_(mode), columns_(columns) {}

ProgressLine::~ProgressLine() {
  clear();
}

void ProgressLine::clear() {
  if (!drawn_) return;
  err_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

void ProgressLine::update(const ScanProgress& progress) {
  if (mode_ == Mode::kQuiet || columns_ <= 0) return;
  err_ << '\r' << fit(line_for(progress), static_cast<std::size_t>(columns_ - 1)) << "\x1b[K" << std::flush;
  drawn_ = true;
}

void ProgressLine::host(const HostRecord& record) {
  if (mode_ != Mode::kVerbose) return;
  clear();
  const double seconds = static_cast<double>((record.finished - record.started).count()) / 1000.0;
  err_ << fmt::format("{}: {}{}{} ({} requests, {} bytes, {:.1f} s)\n", printable(record.host),
                      words_for(record.status), record.status_reason.empty() ? "" : ": ",
                      printable(record.status_reason), record.requests, record.bytes, seconds);
}

void ProgressLine::note(const std::string& text) {
  if (mode_ == Mode::kQuiet) return;
  clear();
  err_ << text << '\n';
}

}  // namespace meetlat
