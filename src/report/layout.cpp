#include "report/layout.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/text.h"
#include "report/mask.h"

namespace meetlat {
namespace {

// Bytes of the character that starts at `at`, in valid UTF-8.
std::size_t char_bytes(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
  return end - at;
}

// Where a line of a host name or URL is best broken: behind its last separator, unless that leaves less than half.
std::size_t best_break(std::string_view line) {
  const std::size_t separator = line.find_last_of(".-/,;=&?:");
  if (separator == std::string_view::npos || separator + 1 < line.size() / 2) return line.size();
  return separator + 1;
}

// Puts a word that is longer than a line on as many lines as it needs; the last one stays open.
void break_word(std::string_view word, std::size_t columns, std::vector<std::string>& lines, std::size_t& used) {
  std::size_t begin = lines.back().size();  // of the word's part in this line
  for (std::size_t at = 0; at < word.size();) {
    const std::size_t bytes = char_bytes(word, at);
    const std::size_t width = display_width(word.substr(at, bytes));
    if (used + width > columns && used > 0) {
      std::string& full = lines.back();
      const std::size_t end = begin + best_break(std::string_view(full).substr(begin));
      std::string rest = full.substr(end);
      full.resize(end);
      used = display_width(rest);
      lines.push_back(std::move(rest));
      begin = 0;
    }
    lines.back().append(word.substr(at, bytes));
    used += width;
    at += bytes;
  }
}

}  // namespace

std::string clean(std::string_view text, std::size_t max_bytes) {
  const bool cut = text.size() > max_bytes;
  // Masked before it is cut: half an address is still one.
  const std::string shown = mask_personal(printable(text.substr(0, std::min(text.size(), max_bytes * 2))));
  std::string out = excerpt(shown, max_bytes);
  if (cut || out.size() < trim(shown).size()) out += "…";
  return out;
}

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
  columns = std::max<std::size_t>(columns, 2);  // a wide character must fit
  std::vector<std::string> lines(1);
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string_view word = text.substr(at, end - at);
    const std::size_t width = display_width(word);
    at = end;
    if (used > 0 && used + 1 + width > columns) {
      lines.emplace_back();
      used = 0;
    }
    if (used > 0) {
      lines.back() += ' ';
      ++used;
    }
    if (width > columns) {
      break_word(word, columns, lines, used);
    } else {
      lines.back().append(word);
      used += width;
    }
  }
  return lines;
}

std::string pad(std::string_view text, std::size_t columns) {
  std::string out(text);
  const std::size_t width = display_width(text);
  if (width < columns) out.append(columns - width, ' ');
  return out;
}

std::string letter_mark(char letter, bool colour) {
  if (!colour) return {letter};
  const char* code = "31";  // red
  switch (letter) {
    case 'A':
      code = "32";  // green
      break;
    case 'B':
      code = "36";  // cyan
      break;
    case 'C':
      code = "33";  // yellow
      break;
    case 'D':
      code = "35";  // magenta
      break;
    default:
      break;
  }
  return std::string("\x1b[") + code + "m" + letter + "\x1b[0m";
}

void Page::line(std::string_view text) {
  const std::size_t end = text.find_last_not_of(' ');
  text_.append(text.substr(0, end == std::string_view::npos ? 0 : end + 1));
  text_ += '\n';
}

void Page::blank() {
  if (!text_.empty() && !text_.ends_with("\n\n")) text_ += '\n';
}

void Page::paragraph(std::string_view lead, std::string_view text) {
  const std::size_t indent = display_width(lead);
  std::string start(lead);
  for (const std::string& part : wrap(text, columns_ > indent + 20 ? columns_ - indent : 20)) {
    line(start + part);
    start.assign(indent, ' ');
  }
}

void Page::paragraphs(std::string_view lead, std::string_view text) {
  std::string start(lead);
  std::string open;
  const auto close = [&] {
    if (!open.empty()) {
      paragraph(start, printable(open));
      start.assign(display_width(lead), ' ');
    }
    open.clear();
  };
  for (const std::string& part : split(text, '\n')) {
    if (trim(part).empty()) {
      close();
    } else {
      open += part + ' ';
    }
  }
  close();
}

void Page::verbatim(std::string_view lead, std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  for (const std::string& part : split(text, '\n')) line(std::string(lead) + printable(part));
}

Result<void> deliver(std::string_view bytes, std::ostream& out) {
  errno = 0;
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.flush();
  if (out.good()) return {};
  const int error = errno;
  if (error == ENOSPC || error == EDQUOT) return fail(ErrorCode::kDiskFull, "the report could not be written");
  return fail(ErrorCode::kIo, "the report could not be written");
}

}  // namespace meetlat
