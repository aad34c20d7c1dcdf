// A document as its reader sees it: headings, paragraphs, list items and table rows, whatever the file was (HTML,
// Markdown, plain text, PDF, the JSON of a translation). What nobody sees (comments, scripts, hidden parts) is not
// there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "proto/html.h"

namespace meetlat::policy {

struct Block {
  enum class Kind { kText, kHeading, kItem, kRow };
  Kind kind = Kind::kText;
  int level = 0;     // kHeading: 1 (topmost) to 7; kItem: depth, from 1
  std::string text;  // UTF-8, one line; the cells of a table row are joined with " | "
};

enum class Form { kHtml, kMarkdown, kText, kJson, kPdf };
std::string_view to_string(Form form) noexcept;  // "html", "markdown", "text", "json", "pdf"

struct Document {
  Form form = Form::kText;
  std::string title;             // <title>, the title of front matter, else ""
  std::string lang;              // as the page declares it ("de"), or ""
  std::string charset;           // "utf-8"
  std::string why_not;           // why there is nothing to read ("a PDF without text"), or ""
  bool cannot_read_pdf = false;  // this machine has no reader of PDFs: says nothing about the file
  std::string why_incomplete;    // why more may stand in the file than was read ("damaged"), or ""
  bool blocks_left_out = false;  // it has more blocks than are kept: why_incomplete
  bool is_article = false;       // marked as one: front matter with authors or tags, an article's meta data
  bool needs_script = false;     // hardly any text, but scripts: a browser may show more
  std::vector<Block> blocks;
  std::vector<HtmlLink> links;
  std::vector<HtmlResource> resources;  // what a browser loads with it
  int pages = 0;                        // of a PDF
};

// What is known about the bytes beside themselves.
struct Wrapping {
  std::string media_type;  // "text/html; charset=..." as the server said, or ""
  std::string name;        // of a file or the end of a path: its extension counts when there is no media type
};

// kTooLarge (over 2 MB of HTML or Markdown, over 10 MB else; too deep), kNotUnderstood (its bytes are no text). A
// document that holds nothing readable is no error: why_not.
Result<Document> open_document(std::string_view bytes, const Wrapping& wrapping);
// What stands for a document that open_document() refused, for those who have to say something about it: nothing to
// read, and why_not.
Document refused(const Error& error, const Wrapping& wrapping);
// A page that was parsed already.
Document document_of(const HtmlDocument& page);

}  // namespace meetlat::policy
