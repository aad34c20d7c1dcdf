#include "policy/document.h"

#include <fmt/format.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "base/charset.h"
#include "base/document.h"
#include "base/text.h"
#include "policy/markdown.h"
#include "policy/paragraphs.h"
#include "policy/pdf_text.h"

namespace meetlat::policy {

namespace {

constexpr std::size_t kMaxBytes = std::size_t{10} << 20;
constexpr std::size_t kHardlyAny = 200;  // bytes of visible text
constexpr std::size_t kHeading = 80;     // bytes; a longer line is none
constexpr int kHeadingWords = 10;
constexpr int kPlainHeading = 7;
constexpr std::size_t kMaxBlocks = 60'000;
constexpr std::size_t kControlsOf = 50;  // one control character in so many, and it is no text
constexpr std::size_t kReplacedOf = 4;   // the same for bytes that make no character
constexpr std::array<std::string_view, 3> kMarkdownNames{".md", ".markdown", ".mdx"};
constexpr std::array<std::string_view, 1> kJsonNames{".json"};
constexpr std::array<std::string_view, 1> kPdfNames{".pdf"};
constexpr std::array<std::string_view, 3> kHtmlNames{".html", ".htm", ".xhtml"};

bool has_extension(std::string_view name, std::span<const std::string_view> extensions) {
  const std::string lower = to_lower(name.substr(name.size() > 20 ? name.size() - 20 : 0));
  return std::any_of(extensions.begin(), extensions.end(),
                     [&](std::string_view each) { return lower.ends_with(each); });
}

// Front matter of site generators: "---" lines around keys. Its title counts as the page's.
struct FrontMatter {
  std::string title;
  bool is_article = false;
};

std::string_view skip_front_matter(std::string_view text, FrontMatter& front) {
  const std::string_view fence = text.substr(0, 3);
  if ((fence != "---" && fence != "+++") || text.size() < 5 || (text[3] != '\n' && text[3] != '\r')) return text;
  const std::size_t end = text.find("\n" + std::string(fence), 3);
  if (end > 8000) return text;  // npos, too
  for (const std::string& line : split(text.substr(4, end - 4), '\n')) {
    const std::size_t colon = line.find_first_of(":=");
    if (colon == std::string::npos) continue;
    const std::string key = to_lower(trim(line.substr(0, colon)));
    std::string_view value = trim(std::string_view(line).substr(colon + 1));
    if (key == "author" || key == "authors" || key == "tags" || (key == "type" && icontains(value, "blog")) ||
        (key == "layout" && icontains(value, "post"))) {
      front.is_article = true;
    }
    if (key != "title") continue;
    while (!value.empty() && (value.front() == '"' || value.front() == '\'')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == '"' || value.back() == '\'')) value.remove_suffix(1);
    front.title = std::string(value);
  }
  const std::size_t line_end = text.find('\n', end + 1);
  return line_end == std::string_view::npos ? std::string_view() : text.substr(line_end + 1);
}

// Signs that somebody wrote Markdown: headings, links, emphasis, list marks at the beginning of lines.
bool looks_like_markdown(std::string_view text) {
  int marks = 0;
  for (const std::string& raw : split(text.substr(0, 60'000), '\n')) {
    const std::string_view line = trim(raw);
    const std::size_t level = line.find_first_not_of('#');
    if (level >= 1 && level <= 6 && level < line.size() && line[level] == ' ') marks += 2;
    if (line.find("](") != std::string_view::npos) ++marks;
    if (line.starts_with("**") || line.starts_with("* ") || line.starts_with("- ")) ++marks;
    if (marks >= 3) return true;
  }
  return false;
}

// Characters that nobody sees, and that take words apart for whoever looks for them: soft hyphens, spaces without
// width, byte order marks, signs of direction. Those that join letters stay; some scripts need them.
bool is_invisible(UChar32 c) {
  return c == 0x00AD || c == 0x061C || c == 0x180E || c == 0x200B || c == 0x200E || c == 0x200F ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

std::string without_invisible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto* data = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int64_t>(text.size());
  for (std::int64_t at = 0; at < size;) {
    const std::int64_t begin = at;
    UChar32 c = 0;
    U8_NEXT(data, at, size, c);
    if (!is_invisible(c)) out += text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(at - begin));
  }
  return out;
}

// Pictures, archives, UTF-16 that is called UTF-8: what a browser shows of them is no text either.
bool is_no_text(std::string_view utf8) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(utf8.data());
  const auto size = static_cast<std::int64_t>(utf8.size());
  std::size_t all = 0;
  std::size_t controls = 0;
  std::size_t replaced = 0;
  for (std::int64_t at = 0; at < size; ++all) {
    UChar32 c = 0;
    U8_NEXT(data, at, size, c);
    const bool space = c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r' || c == 0x1B;
    controls += (c >= 0 && c < 0x20 && !space) || c == 0x7F ? 1 : 0;
    replaced += c < 0 || c == 0xFFFD ? 1 : 0;
  }
  return controls * kControlsOf > all || replaced * kReplacedOf > all;
}

// False when there is no room for another.
bool has_room(Document& document) {
  if (document.blocks.size() < kMaxBlocks) return true;
  document.blocks_left_out = true;
  document.why_incomplete = fmt::format("it has more than {} paragraphs; the rest was not read", kMaxBlocks);
  return false;
}

void add_blocks(const HtmlDocument& page, Document& document) {
  std::vector<Block>& blocks = document.blocks;
  int row = 0;
  for (const HtmlBlock& line : page.blocks) {
    std::string text = without_invisible(std::string_view(page.text).substr(line.begin, line.end - line.begin));
    if (trim(text).empty()) continue;
    if (!has_room(document)) return;
    if (line.kind == HtmlBlock::Kind::kCell && row == line.row && !blocks.empty()) {
      blocks.back().text += " | ";
      blocks.back().text += text;
      continue;
    }
    Block block;
    block.text = std::move(text);
    block.level = line.level;
    block.kind = line.kind == HtmlBlock::Kind::kHeading ? Block::Kind::kHeading
                 : line.kind == HtmlBlock::Kind::kItem  ? Block::Kind::kItem
                 : line.kind == HtmlBlock::Kind::kCell  ? Block::Kind::kRow
                                                        : Block::Kind::kText;
    row = line.kind == HtmlBlock::Kind::kCell ? line.row : 0;
    blocks.push_back(std::move(block));
  }
}

bool could_be_heading(std::string_view text) {
  if (text.empty() || text.size() > kHeading ||
      std::string_view(".,;:!)").find(text.back()) != std::string_view::npos) {
    return false;
  }
  if (text.find('@') != std::string_view::npos || text.find("://") != std::string_view::npos) return false;
  return std::count(text.begin(), text.end(), ' ') < kHeadingWords;
}

// Short lines between paragraphs are headings, whatever the author called them.
void find_plain_headings(std::vector<Block>& blocks) {
  for (std::size_t i = 0; i + 1 < blocks.size(); ++i) {
    const Block& next = blocks[i + 1];
    const bool body =
        next.kind == Block::Kind::kItem || (next.kind == Block::Kind::kText && next.text.size() > kHeading);
    const bool after_line =
        i > 0 && blocks[i - 1].kind == Block::Kind::kText && blocks[i - 1].text.size() <= kHeading / 2;
    if (blocks[i].kind != Block::Kind::kText || !body || after_line || !could_be_heading(blocks[i].text)) continue;
    blocks[i].kind = Block::Kind::kHeading;
    blocks[i].level = kPlainHeading;
  }
}

// The strings of a translation file, in order, each a paragraph.
void strings_of(const Doc& node, std::string& out) {
  if (const std::string* text = node.string(); text != nullptr) {
    out += *text;
    out += "\n\n";
  }
  if (const Doc::Seq* seq = node.seq(); seq != nullptr) {
    for (const Doc& each : *seq) strings_of(each, out);
  }
  if (const Doc::Map* map = node.map(); map != nullptr) {
    for (const Doc::Entry& each : *map) strings_of(each.value, out);
  }
}

// The paragraphs of a text without markup, as blocks.
Document plain_document(std::string_view text, Form form) {
  Document document;
  document.form = form;
  std::string paragraphs = paragraphs_of(text);
  std::replace(paragraphs.begin(), paragraphs.end(), '\f', ' ');
  for (const std::string& line : split(paragraphs, '\n')) {
    const std::string visible = without_invisible(line);
    const std::string_view trimmed = trim(visible);
    if (trimmed.empty()) continue;
    if (!has_room(document)) break;
    Block block;
    block.text = std::string(trimmed);
    const bool bullet =
        trimmed.size() > 2 && trimmed[1] == ' ' && std::string_view("-*+o").find(trimmed[0]) != std::string_view::npos;
    if (bullet || trimmed.starts_with("\u2022") || trimmed.starts_with("\u2013 ")) {
      block.kind = Block::Kind::kItem;
      block.level = 1;
    }
    document.blocks.push_back(std::move(block));
  }
  find_plain_headings(document.blocks);
  return document;
}

Document open_pdf(std::string_view bytes) {
  PdfText pdf = read_pdf(bytes);
  Document document = plain_document(pdf.text, Form::kPdf);
  document.pages = pdf.pages;
  if (pdf.state == PdfText::kText || (pdf.state == PdfText::kTooCostly && !pdf.text.empty())) {
    if (!pdf.why.empty()) document.why_incomplete = std::move(pdf.why);
  } else {
    document.blocks.clear();
    document.why_not = std::move(pdf.why);
    document.cannot_read_pdf = pdf.state == PdfText::kNotInstalled;
  }
  return document;
}

// "text/html; charset=utf-8" -> "utf-8"
std::string_view charset_parameter(std::string_view media_type) {
  const std::size_t at = to_lower(media_type).find("charset=");
  if (at == std::string::npos) return {};
  std::string_view value = media_type.substr(at + 8);
  value = trim(value.substr(0, value.find(';')));
  while (!value.empty() && (value.front() == '"' || value.front() == '\'')) value.remove_prefix(1);
  return value.substr(0, value.find_first_of("\"'"));
}

// A page need not begin with a tag to be shown as one: "Our policy<br>We ...".
Result<Document> open_markup(std::string_view html, Form form) {
  Result<HtmlDocument> page = parse_html(html);
  if (page && !page->is_html) page = parse_html(std::string("<!doctype html>").append(html));
  if (!page) return fail(page.error());
  Document document = document_of(*page);
  document.form = form;
  return document;
}

Result<Document> open_markdown(std::string_view text, Form form) {
  const Result<std::string> html = html_of_markdown(text);
  if (!html) return fail(html.error());
  return open_markup(*html, form);
}

// Without one, what is served as HTML is plain text, and a browser shows it so.
bool has_tag(std::string_view text) {
  for (std::size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    const char next = at + 1 < text.size() ? text[at + 1] : ' ';
    if ((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '!' || next == '/' || next == '?') {
      return true;
    }
  }
  return false;
}

Form form_of(const Wrapping& wrapping) {
  const std::string_view name = wrapping.name;
  if (icontains(wrapping.media_type, "pdf") || has_extension(name, kPdfNames)) return Form::kPdf;
  if (icontains(wrapping.media_type, "json") || has_extension(name, kJsonNames)) return Form::kJson;
  if (icontains(wrapping.media_type, "markdown") || has_extension(name, kMarkdownNames)) return Form::kMarkdown;
  const bool html = icontains(wrapping.media_type, "html") || has_extension(name, kHtmlNames);
  return html ? Form::kHtml : Form::kText;
}

}  // namespace

std::string_view to_string(Form form) noexcept {
  switch (form) {
    case Form::kHtml:
      return "html";
    case Form::kMarkdown:
      return "markdown";
    case Form::kText:
      return "text";
    case Form::kJson:
      return "json";
    case Form::kPdf:
      break;
  }
  return "pdf";
}

Document document_of(const HtmlDocument& page) {
  Document document;
  document.form = Form::kHtml;
  document.title = page.title;
  document.lang = page.lang.substr(0, page.lang.find_first_of("-_"));
  add_blocks(page, document);
  find_plain_headings(document.blocks);
  document.links = page.links;
  document.resources = page.resources;
  document.needs_script = page.text.size() < kHardlyAny && !(page.scripts.empty() && page.resources.empty());
  return document;
}

Result<Document> open_document(std::string_view bytes, const Wrapping& wrapping) {
  if (bytes.size() > kMaxBytes) return fail(ErrorCode::kTooLarge, "a document of more than 10 MB");
  if (bytes.substr(0, 1024).find("%PDF-") != std::string_view::npos) return open_pdf(bytes);
  const std::size_t parameters = wrapping.media_type.find(';');
  const std::string type = to_lower(trim(std::string_view(wrapping.media_type).substr(0, parameters)));
  const bool says_markdown = type == "text/markdown" || has_extension(wrapping.name, kMarkdownNames);
  const bool says_html =
      type == "text/html" || type == "application/xhtml+xml" || has_extension(wrapping.name, kHtmlNames);
  const Decoded decoded = to_utf8(bytes, charset_parameter(wrapping.media_type), !says_markdown);
  if (is_no_text(decoded.utf8)) {
    return fail(ErrorCode::kNotUnderstood, fmt::format("its bytes are no text in {}", decoded.charset));
  }
  FrontMatter front;
  const std::string_view text = skip_front_matter(decoded.utf8, front);
  const std::string_view start = trim(text.substr(0, 2000));
  const bool begins_with_tag = start.starts_with('<') && !looks_like_markdown(text);
  const bool html = says_html || starts_with_i(start, "<!doctype") || starts_with_i(start, "<html") || begins_with_tag;
  Result<Document> opened = fail(ErrorCode::kUnsupported, "");
  if (type == "application/json" || start.starts_with('{') || has_extension(wrapping.name, kJsonNames)) {
    if (const Result<Doc> json = read_json(text); json) {
      std::string strings;
      strings_of(*json, strings);
      opened = open_markdown(strings, Form::kJson);
    } else if (json.error().code == ErrorCode::kTooLarge) {
      return fail(json.error());
    }
  }
  if (!opened && opened.error().code == ErrorCode::kUnsupported) {
    if (!says_markdown && html && has_tag(text)) {
      opened = open_markup(text, Form::kHtml);
    } else if (says_markdown || looks_like_markdown(text)) {
      opened = open_markdown(without_shortcodes(text), Form::kMarkdown);
    } else {
      opened = plain_document(text, Form::kText);
    }
  }
  if (!opened) return opened;
  opened->charset = decoded.charset;
  opened->is_article = opened->is_article || front.is_article;
  if (opened->title.empty()) opened->title = front.title;
  return opened;
}

Document refused(const Error& error, const Wrapping& wrapping) {
  Document document;
  document.form = form_of(wrapping);
  document.why_not = error.context;
  return document;
}

}  // namespace meetlat::policy
