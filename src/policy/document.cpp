#include "policy/document.h"

#include <md4c-html.h>

#include <algorithm>

#include "base/charset.h"
#include "base/document.h"
#include "base/text.h"
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

bool has_extension(std::string_view name, std::initializer_list<std::string_view> extensions) {
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
  if (end == std::string_view::npos || end > 8000) return text;
  for (const std::string& line : split(text.substr(4, end - 4), '\n')) {
    const std::size_t colon = line.find_first_of(":=");
    if (colon == std::string::npos) continue;
    const std::string key = to_lower(trim(line.substr(0, colon)));
    const std::string_view rest = trim(std::string_view(line).substr(colon + 1));
    if (key == "author" || key == "authors" || key == "tags" || (key == "type" && icontains(rest, "blog")) ||
        (key == "layout" && icontains(rest, "post"))) {
      front.is_article = true;
    }
    if (key != "title") continue;
    std::string_view value = trim(std::string_view(line).substr(colon + 1));
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

std::string html_of_markdown(std::string_view text) {
  std::string html = "<!doctype html><html><body>";
  const auto sink = [](const MD_CHAR* part, MD_SIZE size, void* out) {
    static_cast<std::string*>(out)->append(part, size);
  };
  constexpr unsigned kFlags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_NOINDENTEDCODEBLOCKS |
                              MD_FLAG_PERMISSIVEATXHEADERS | MD_FLAG_PERMISSIVEEMAILAUTOLINKS;
  md_html(text.data(), static_cast<MD_SIZE>(text.size()), sink, &html, kFlags, 0);
  return html;
}

std::vector<Block> blocks_of(const HtmlDocument& page) {
  std::vector<Block> blocks;
  int row = 0;
  for (const HtmlBlock& line : page.blocks) {
    if (blocks.size() >= kMaxBlocks) break;
    const std::string_view text = std::string_view(page.text).substr(line.begin, line.end - line.begin);
    if (trim(text).empty()) continue;
    if (line.kind == HtmlBlock::Kind::kCell && row == line.row && !blocks.empty()) {
      blocks.back().text += " | ";
      blocks.back().text += text;
      continue;
    }
    Block block;
    block.text = std::string(text);
    block.level = line.level;
    block.kind = line.kind == HtmlBlock::Kind::kHeading ? Block::Kind::kHeading
                 : line.kind == HtmlBlock::Kind::kItem  ? Block::Kind::kItem
                 : line.kind == HtmlBlock::Kind::kCell  ? Block::Kind::kRow
                                                        : Block::Kind::kText;
    row = line.kind == HtmlBlock::Kind::kCell ? line.row : 0;
    blocks.push_back(std::move(block));
  }
  return blocks;
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

// Calls to templates of a site generator never reach a reader: "{{< link >}}", "{% include x %}".
std::string without_shortcodes(std::string_view text) {
  std::string out;
  while (true) {
    std::size_t at = std::string_view::npos;
    std::string_view end;
    for (const auto& [open, close] :
         {std::pair<std::string_view, std::string_view>{"{{<", ">}}"}, {"{{%", "%}}"}, {"{%", "%}"}, {"{:", "}"}}) {
      if (const std::size_t found = text.find(open); found < at) {
        at = found;
        end = close;
      }
    }
    const std::size_t stop = at == std::string_view::npos ? at : text.substr(0, at + 300).find(end, at);
    if (stop == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, at));
    text.remove_prefix(stop + end.size());
  }
}

// The paragraphs of a text without markup, as blocks.
Document plain_document(std::string_view text, Form form) {
  Document document;
  document.form = form;
  std::string paragraphs = paragraphs_of(text);
  std::replace(paragraphs.begin(), paragraphs.end(), '\f', ' ');
  for (const std::string& line : split(paragraphs, '\n')) {
    const std::string_view trimmed = trim(line);
    if (trimmed.empty() || document.blocks.size() >= kMaxBlocks) continue;
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
  const bool in_part = pdf.state == PdfText::kTooCostly && !pdf.text.empty();
  if (pdf.state == PdfText::kText || in_part) {
    document.why_incomplete = std::move(pdf.why);
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

Result<Document> open_markup(std::string_view html, Form form) {
  const Result<HtmlDocument> page = parse_html(html);
  if (!page) return fail(page.error());
  Document document = document_of(*page);
  document.form = form;
  return document;
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
  document.blocks = blocks_of(page);
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
  const bool says_markdown = type == "text/markdown" || has_extension(wrapping.name, {".md", ".markdown", ".mdx"});
  const bool says_html = type == "text/html" || type == "application/xhtml+xml" ||
                         has_extension(wrapping.name, {".html", ".htm", ".xhtml"});
  const Decoded decoded = to_utf8(bytes, charset_parameter(wrapping.media_type), !says_markdown);
  FrontMatter front;
  const std::string_view text = skip_front_matter(decoded.utf8, front);
  const std::string_view start = trim(text.substr(0, 2000));
  const bool begins_with_tag = start.starts_with('<') && !looks_like_markdown(text);
  const bool html = says_html || starts_with_i(start, "<!doctype") || starts_with_i(start, "<html") || begins_with_tag;
  Result<Document> opened = fail(ErrorCode::kUnsupported, "");
  if (type == "application/json" || start.starts_with('{') || has_extension(wrapping.name, {".json"})) {
    if (const Result<Doc> json = read_json(text); json) {
      std::string strings;
      strings_of(*json, strings);
      opened = open_markup(html_of_markdown(strings), Form::kJson);
    }
  }
  if (!opened && opened.error().code == ErrorCode::kUnsupported) {
    if (!says_markdown && html) {
      opened = open_markup(text, Form::kHtml);
    } else if (says_markdown || looks_like_markdown(text)) {
      opened = open_markup(html_of_markdown(without_shortcodes(text)), Form::kMarkdown);
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

}  // namespace meetlat::policy
