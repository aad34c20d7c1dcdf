// Text of strangers in Markdown.
#pragma once

#include <string>
#include <string_view>

namespace meetlat {

// For inside a line or a cell of a table, by GitHub's flavour: shown as it is, whatever it holds. Neither markup nor
// HTML nor a link comes of it, not even one that readers make of bare addresses, and no mention of a user. Must not
// stand at the beginning of a line.
std::string markdown_text(std::string_view text);

// A block of code that ends where it should, whatever its lines hold.
std::string markdown_code(std::string_view lines);

}  // namespace meetlat
