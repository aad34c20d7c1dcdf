// Markdown to HTML, for reading: what a browser would show of it, with a bound on what it may unfold to.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace meetlat::policy {

// Bytes of Markdown that are read, and of HTML that they may unfold to; no more than proto/html.h reads.
inline constexpr std::size_t kMaxMarkdown = std::size_t{2} << 20;

// A whole page, UTF-8. kTooLarge past kMaxMarkdown: a reference that is used often, or a wide table, unfolds to a
// multiple of the file.
Result<std::string> html_of_markdown(std::string_view text);

// Without calls to the templates of site generators, which never reach a reader: "{{< link >}}", "{% include x %}",
// "{: .class}". Linear.
std::string without_shortcodes(std::string_view text);

}  // namespace meetlat::policy
