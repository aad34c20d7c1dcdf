// Lists as people write them: headings, bullets and tables, from Markdown or HTML. What a bullet means depends on what
// its headings are about.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lists/list_source.h"
#include "lists/table.h"

namespace meetlat {

struct OutlineBlock {
  enum class Kind { kHeading, kItem, kTable };
  Kind kind = Kind::kItem;
  int level = 0;        // of a heading: 1 to 6; 7 for a label such as "**Jitsi Meet:**"
  bool bullet = false;  // of an item: a list item, not a line of prose
  bool headed = false;  // of a table: its first row is a heading for sure
  HtmlSpans spans;
  TableRows rows;
  std::size_t line = 0;
};

// Appends to `list`.
void read_outline(const std::vector<OutlineBlock>& blocks, ListBuilder& list);

// Markdown to blocks; HTML tables inside are blocks too.
std::vector<OutlineBlock> outline_markdown(std::string_view text);

}  // namespace meetlat
