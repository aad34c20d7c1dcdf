// The tokenizer in front of the tree builder. It takes out what the tree builder must not see (comments, scripts and
// styles, foreign content) so that both always agree on what is a tag, and refuses pages that nest too deeply.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace meetlat::detail {

struct HtmlScan {
  struct Raw {
    std::string_view text;  // content of a script or style element; lives as long as the page
    std::size_t offset = 0;
  };
  // Tags and text only. A script or style element holds the decimal index of its content in `raw`; a reference that
  // inline SVG loads is an element <x-svg-image> with the attributes as written.
  std::string markup;
  std::vector<Raw> raw;
  std::vector<std::string> comments;  // with their "<!--" and "-->"
  bool looks_like_html = false;
  std::size_t deepest = 0;  // upper bound of the nesting
};

// kTooLarge: nesting, attributes in a tag, or the estimated cost of the tree passes its limit. Linear.
Result<HtmlScan> scan_html(std::string_view page);

}  // namespace meetlat::detail
