// What is visible, linked and loaded in an HTML page. Tree by gumbo (max_errors = 0); iterative walk; bodies whose tag
// depth passes 2,000 are refused before parsing, as are bodies over 2 MB. Pure: no network.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace meetlat {

struct HtmlLink {
  std::string href;          // as written, trimmed
  std::string text;          // visible text of the element (or title/aria-label/img alt when empty), folded white space
  std::string rel;           // lower case
  bool in_template = false;  // inside <template> (Jitsi's welcome page additions)
  std::string hreflang;      // lower case, "de-at"; "" when it says none
};

// Something that a browser loads or contacts by itself.
struct HtmlResource {
  std::string url;  // as written, trimmed; never a data:, blob:, about: or javascript: URL
  // "script", "img", "link:stylesheet", "link:preconnect", "iframe", "form", "css", "svg:image", ... Prefixed with
  // "noscript:" or "template:" where browsers load it only without scripts, or once a script shows the template.
  std::string element;
};

struct HtmlScript {
  std::string text;        // inline source
  std::string type;        // type attribute, lower case
  std::size_t offset = 0;  // byte offset in the page
};

// A line of HtmlDocument::text with what it is on the page.
struct HtmlBlock {
  enum class Kind { kText, kHeading, kItem, kCell };
  Kind kind = Kind::kText;
  int level = 0;          // kHeading: 1..6, and 7 for a line that is bold from end to end; kItem: depth of the list
  int row = 0;            // kCell: cells of one table row have one number, > 0
  std::size_t begin = 0;  // bytes of text
  std::size_t end = 0;
};

struct HtmlDocument {
  std::string title;
  std::string lang;          // of <html>, lower case
  std::string base_href;     // of <base>, or ""
  std::string meta_refresh;  // URL of <meta http-equiv=refresh>, or ""
  std::string generator;     // <meta name=generator>
  std::string description;
  std::string csp;              // <meta http-equiv=Content-Security-Policy>, several joined with ", "
  std::vector<HtmlLink> links;  // a[href], area[href], link[rel=privacy-policy|terms-of-service], and
                                // link[rel=alternate] with a language
  std::vector<HtmlResource> resources;
  std::vector<HtmlScript> scripts;     // inline ones
  std::vector<std::string> templates;  // visible text of each <template>
  std::vector<std::string> comments;   // "<!--#include virtual=...-->" tells that SSI is off
  std::string text;               // visible text, blocks separated by newlines; without script, style, hidden, comments
  std::vector<HtmlBlock> blocks;  // the lines of `text`, in order; empty when it is no HTML
  // Did it look like HTML at all (begins with a tag or doctype, or has one soon)? When not, `text` is the whole input
  // and nothing else is filled in.
  bool is_html = false;
};

// Never fails on content; kTooLarge past the depth or size limit. `bytes` is UTF-8 or gets replacement characters.
Result<HtmlDocument> parse_html(std::string_view bytes);

// url(...) and @import targets of a style sheet, in order.
std::vector<std::string> css_urls(std::string_view css);

// The same, each with what it is: browsers always load what is imported, and the rest when a rule with it applies.
struct CssReference {
  std::string url;
  bool import = false;
};
std::vector<CssReference> css_references(std::string_view css);

}  // namespace meetlat
