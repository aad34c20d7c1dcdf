// Lines of text for terminals: wrapping, padding, and the one way out of every writer.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace meetlat {

// What a stranger wrote, fit to be shown: printable, personal data masked, at most about `max_bytes` long.
std::string clean(std::string_view text, std::size_t max_bytes = 400);

// Lines of at most `columns` columns, broken at spaces, a longer word wherever it must be. At least one line.
// The text must be printable().
std::vector<std::string> wrap(std::string_view text, std::size_t columns);

// Filled up with spaces to `columns`.
std::string pad(std::string_view text, std::size_t columns);

// The letter of a grade, in its colour when `colour`; a word must stand beside it.
std::string letter_mark(char letter, bool colour);

// A text being written line by line, without trailing blanks.
class Page {
 public:
  explicit Page(std::size_t columns) : columns_(columns) {}

  std::size_t columns() const noexcept { return columns_; }
  // One line as it is; longer ones are not broken.
  void line(std::string_view text);
  void blank();  // an empty line; never two in a row
  // Wrapped; the first line starts with `lead`, the others with as many spaces.
  void paragraph(std::string_view lead, std::string_view text);
  // Several paragraphs, parted by empty lines in `text`; other line ends are spaces.
  void paragraphs(std::string_view lead, std::string_view text);
  // The lines of `text` unbroken, so that they can be copied, each behind `lead`.
  void verbatim(std::string_view lead, std::string_view text);

  const std::string& text() const noexcept { return text_; }

 private:
  std::size_t columns_;
  std::string text_;
};

// Writes and flushes. kDiskFull when the device is full, kIo when the stream failed otherwise.
Result<void> deliver(std::string_view bytes, std::ostream& out);

}  // namespace meetlat
