// How blocks of a letter become lines of text or of Markdown.
#include <fmt/core.h>

#include "base/text.h"
#include "letters/wording.h"

namespace meetlat::letters {
namespace {

constexpr std::size_t kColumns = 76;

// Lines broken at blanks only: a URL stays whole, so that it can be copied from a mail.
std::string wrapped(std::string_view lead, std::string_view text, LetterForm form) {
  std::string out(lead);
  if (form == LetterForm::kMarkdown) return out.append(text) + "\n";
  const std::string indent(display_width(lead), ' ');
  std::size_t column = indent.size();
  bool first = true;
  for (const std::string& word : split(text, ' ')) {
    const std::size_t width = display_width(word);
    if (word.empty()) continue;
    if (!first && column + 1 + width > kColumns) {
      out += "\n" + indent;
      column = indent.size();
      first = true;
    }
    if (!first) {
      out += ' ';
      ++column;
    }
    out += word;
    column += width;
    first = false;
  }
  return out + "\n";
}

}  // namespace

void Sheet::block() {
  if (!text_.empty()) text_ += '\n';
}

void Sheet::title(const Phrase& text) {
  block();
  if (form_ == LetterForm::kMarkdown) {
    text_ += "# " + text.text + "\n";
    return;
  }
  const std::string lines = wrapped("", text.text, form_);
  std::size_t widest = 0;
  for (const std::string& line : split(lines, '\n')) widest = std::max(widest, display_width(line));
  text_ += lines + std::string(widest, '=') + "\n";
}

void Sheet::heading(const Phrase& text) {
  block();
  text_ += form_ == LetterForm::kMarkdown ? "## " + text.text + "\n" : wrapped("", text.text, form_);
}

void Sheet::paragraph(const Phrase& text) {
  block();
  text_ += wrapped("", text.text, form_);
}

void Sheet::lines(const std::vector<Phrase>& lines) {
  block();
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // Two blanks at its end make a line of its own in Markdown.
    const bool hard = form_ == LetterForm::kMarkdown && i + 1 < lines.size();
    text_ += lines[i].text + (hard ? "  \n" : "\n");
  }
}

void Sheet::item(std::string_view mark, const Phrase& text) {
  text_ += wrapped(fmt::format("{} ", mark), text.text, form_);
}

void Sheet::bullets(const std::vector<Phrase>& items) {
  if (items.empty()) return;
  block();
  for (const Phrase& each : items) item("-", each);
}

void Sheet::numbered(const std::vector<Phrase>& items, int first) {
  if (items.empty()) return;
  block();
  for (const Phrase& each : items) item(fmt::format("{}.", first++), each);
}

void Sheet::command(std::string_view text) {
  block();
  text_ += "    " + printable(text) + "\n";  // four blanks: code in Markdown, nothing inside is special
}

void Sheet::rule() {
  block();
  text_ += form_ == LetterForm::kMarkdown ? "---\n" : std::string(kColumns, '-') + "\n";
}

}  // namespace meetlat::letters
