// The parts of a page in which people keep lists: headings, list items, paragraphs and tables, in document order.
// Navigation, footers and asides are left out. Scanned and bounded as by proto/html.h before gumbo sees it; iterative
// walk. Pure: no network.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace meetlat {

// A run of text; `href` is the link it stands in, as written and trimmed, or empty.
struct HtmlSpan {
  std::string text;
  std::string href;
};
using HtmlSpans = std::vector<HtmlSpan>;

struct HtmlBlock {
  enum class Kind { kHeading, kItem, kTable };
  Kind kind = Kind::kItem;
  int level = 0;                             // of a heading, 1 to 6
  HtmlSpans spans;                           // of a heading or item
  std::vector<std::vector<HtmlSpans>> rows;  // of a table: rows of cells
};

struct HtmlOutline {
  std::string title;
  std::vector<HtmlBlock> blocks;
  std::vector<std::string> scripts;  // inline ones, whatever their type
};

// Never fails on content; kTooLarge past the limits of size, nesting and cost.
Result<HtmlOutline> outline_html(std::string_view bytes);

// The text of all spans, one space between.
std::string text_of(const HtmlSpans& spans);

}  // namespace meetlat
