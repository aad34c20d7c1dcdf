#include "proto/html_outline.h"

#include <gumbo.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "base/text.h"
#include "proto/detail/html_scan.h"
#include "proto/detail/utf8.h"

namespace meetlat {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{16} << 20;
constexpr std::size_t kMaxSpans = 400'000;

struct OutputDeleter {
  void operator()(GumboOutput* output) const noexcept { gumbo_destroy_output(&kGumboDefaultOptions, output); }
};

const GumboVector* children_of(const GumboNode& node) {
  if (node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE) return &node.v.element.children;
  return node.type == GUMBO_NODE_DOCUMENT ? &node.v.document.children : nullptr;
}

class Walker {
 public:
  explicit Walker(const detail::HtmlScan& scan) : scan_(scan) {}
  HtmlOutline run(const GumboNode& root);

 private:
  struct Frame {
    const GumboNode* node;
    unsigned next = 0;
    bool in_link = false;
    bool in_table = false;
  };
  void enter(const GumboNode& node, Frame& frame);
  void enter_table_part(GumboTag tag);
  void leave(const Frame& frame);
  void add_text(std::string_view text);
  void begin(HtmlBlock::Kind kind, int level);
  HtmlSpans* target();
  void add_script(const GumboVector& inside);

  const detail::HtmlScan& scan_;
  HtmlOutline out_;
  std::string href_;
  int tables_ = 0;
  std::size_t spans_ = 0;
  bool open_ = false;  // is the last block still taking text?
  bool title_ = false;
};

HtmlSpans* Walker::target() {
  if (out_.blocks.empty()) return nullptr;
  HtmlBlock& block = out_.blocks.back();
  if (block.kind == HtmlBlock::Kind::kTable) {
    if (tables_ == 0 || block.rows.empty() || block.rows.back().empty()) return nullptr;
    return &block.rows.back().back();
  }
  return open_ ? &block.spans : nullptr;
}

void Walker::begin(HtmlBlock::Kind kind, int level) {
  // A nested table goes on in the cell that holds it.
  if (tables_ > 0) {
    add_text(" ");
    return;
  }
  if (spans_ >= kMaxSpans) return;
  ++spans_;
  HtmlBlock block;
  block.kind = kind;
  block.level = level;
  out_.blocks.push_back(std::move(block));
  open_ = true;
}

void Walker::add_text(std::string_view text) {
  if (title_) {
    out_.title += text;
    return;
  }
  if (target() == nullptr) {
    // Text outside of any block still counts when it is a link: many pages are one long <div>.
    if (trim(text).empty() || tables_ > 0) return;
    begin(HtmlBlock::Kind::kItem, 0);
  }
  HtmlSpans* spans = target();
  if (spans == nullptr) return;
  if (!spans->empty() && spans->back().href == href_) {
    spans->back().text += text;
    return;
  }
  if (spans_ >= kMaxSpans) return;
  ++spans_;
  spans->push_back({std::string(text), href_});
}

// The scan left the number of its content in place of a script.
void Walker::add_script(const GumboVector& inside) {
  if (inside.length == 0) return;
  const std::string_view number = static_cast<const GumboNode*>(inside.data[0])->v.text.text;
  std::size_t index = scan_.raw.size();
  std::from_chars(number.data(), number.data() + number.size(), index);
  if (index < scan_.raw.size()) out_.scripts.emplace_back(scan_.raw[index].text);
}

bool starts_item(GumboTag tag) {
  constexpr std::array<GumboTag, 14> kItems = {
      GUMBO_TAG_LI,     GUMBO_TAG_P,          GUMBO_TAG_DT,      GUMBO_TAG_DD,      GUMBO_TAG_DIV,
      GUMBO_TAG_OPTION, GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_SECTION, GUMBO_TAG_ARTICLE, GUMBO_TAG_PRE,
      GUMBO_TAG_UL,     GUMBO_TAG_OL,         GUMBO_TAG_HEADER,  GUMBO_TAG_FORM};
  return std::find(kItems.begin(), kItems.end(), tag) != kItems.end();
}

bool is_heading(GumboTag tag) {
  return tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6;
}

// Rows and cells of the outermost table; what is nested goes on in the cell that holds it.
void Walker::enter_table_part(GumboTag tag) {
  if (tables_ != 1 || out_.blocks.empty() || spans_ >= kMaxSpans) return;
  auto& rows = out_.blocks.back().rows;
  ++spans_;
  if (tag == GUMBO_TAG_TR) {
    rows.emplace_back();
  } else if (!rows.empty()) {
    rows.back().emplace_back();
  }
}

void Walker::enter(const GumboNode& node, Frame& frame) {
  const GumboElement& element = node.v.element;
  const GumboTag tag = element.tag;
  if (is_heading(tag)) {
    begin(HtmlBlock::Kind::kHeading, static_cast<int>(tag) - static_cast<int>(GUMBO_TAG_H1) + 1);
  } else if (starts_item(tag) || (tag == GUMBO_TAG_BR && (open_ || tables_ > 0))) {
    begin(HtmlBlock::Kind::kItem, 0);
  } else if (tag == GUMBO_TAG_TABLE) {
    begin(HtmlBlock::Kind::kTable, 0);
    ++tables_;
    frame.in_table = true;
  } else if (tag == GUMBO_TAG_TR || tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) {
    enter_table_part(tag);
  } else if (tag == GUMBO_TAG_TITLE) {
    title_ = out_.title.empty();
  } else if (tag == GUMBO_TAG_A) {
    const GumboAttribute* attribute = gumbo_get_attribute(&element.attributes, "href");
    if (attribute == nullptr) return;
    href_ = std::string(trim(attribute->value));
    frame.in_link = true;
    add_text("");
  }
}

void Walker::leave(const Frame& frame) {
  const GumboTag tag = frame.node->v.element.tag;
  if (frame.in_link) href_.clear();
  if (frame.in_table) --tables_;
  if (tag == GUMBO_TAG_TITLE) title_ = false;
  if (tables_ == 0 && (is_heading(tag) || tag == GUMBO_TAG_LI || tag == GUMBO_TAG_P || tag == GUMBO_TAG_TABLE ||
                       tag == GUMBO_TAG_DT || tag == GUMBO_TAG_DD || tag == GUMBO_TAG_OPTION || tag == GUMBO_TAG_DIV)) {
    open_ = false;
  }
}

HtmlOutline Walker::run(const GumboNode& root) {
  std::vector<Frame> stack;
  stack.push_back({&root});
  while (!stack.empty()) {
    Frame& top = stack.back();
    const GumboVector* children = children_of(*top.node);
    if (children == nullptr || top.next >= children->length) {
      if (top.node->type != GUMBO_NODE_DOCUMENT) leave(top);
      stack.pop_back();
      continue;
    }
    const auto* child = static_cast<const GumboNode*>(children->data[top.next++]);
    if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_WHITESPACE || child->type == GUMBO_NODE_CDATA) {
      add_text(child->v.text.text);
      continue;
    }
    if (child->type != GUMBO_NODE_ELEMENT && child->type != GUMBO_NODE_TEMPLATE) continue;
    if (child->v.element.tag == GUMBO_TAG_SCRIPT) {
      add_script(child->v.element.children);
      continue;
    }
    const GumboTag tag = child->v.element.tag;
    if (tag == GUMBO_TAG_STYLE || tag == GUMBO_TAG_NAV || tag == GUMBO_TAG_FOOTER || tag == GUMBO_TAG_ASIDE) continue;
    Frame frame{child};
    enter(*child, frame);
    stack.push_back(frame);
  }
  return std::move(out_);
}

std::string squeeze(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
    if (!space) {
      out += c;
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

void tidy(HtmlSpans& spans) {
  HtmlSpans kept;
  for (HtmlSpan& span : spans) {
    span.text = squeeze(span.text);
    if (!trim(span.text).empty() || !span.href.empty()) kept.push_back(std::move(span));
  }
  spans = std::move(kept);
}

// href='https://a.example/x>words</a> ... : a forgotten quote swallows all up to the next one, rows of a table among
// it. An address holds no '<', '>' or line break, so the quote belongs before the first of them.
std::string close_quotes(std::string_view bytes) {
  std::string out;
  std::size_t done = 0;
  for (std::size_t at = bytes.find('='); at != std::string_view::npos; at = bytes.find('=', at + 1)) {
    if (at < 4 || at + 1 >= bytes.size() || !iequals(bytes.substr(at - 4, 4), "href")) continue;
    const char quote = bytes[at + 1];
    if (quote != '"' && quote != '\'') continue;
    const std::string_view ends = quote == '"' ? "\"<>\r\n" : "'<>\r\n";
    const std::size_t end = bytes.find_first_of(ends, at + 2);
    if (end == std::string_view::npos) break;
    if (bytes[end] != quote && bytes[end] == '>') {
      out.append(bytes.substr(done, end - done)).push_back(quote);
      done = end;
    }
    at = end;
  }
  return out.append(bytes.substr(done));
}

}  // namespace

Result<HtmlOutline> outline_html(std::string_view bytes) {
  if (bytes.size() > kMaxBytes) return fail(ErrorCode::kTooLarge, "an HTML page of more than 16 MiB");
  const std::string repaired = close_quotes(bytes);
  const Result<detail::HtmlScan> scan = detail::scan_html(repaired);
  if (!scan) return fail(scan.error());
  const std::string markup = detail::repair_utf8(scan->markup);
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  const std::unique_ptr<GumboOutput, OutputDeleter> output(
      gumbo_parse_with_options(&options, markup.data(), markup.size()));
  HtmlOutline outline = Walker(*scan).run(*output->document);
  outline.title = std::string(trim(squeeze(outline.title)));
  std::vector<HtmlBlock> kept;
  for (HtmlBlock& block : outline.blocks) {
    tidy(block.spans);
    for (auto& row : block.rows) {
      for (HtmlSpans& cell : row) tidy(cell);
    }
    if (!block.spans.empty() || !block.rows.empty()) kept.push_back(std::move(block));
  }
  outline.blocks = std::move(kept);
  return outline;
}

std::string text_of(const HtmlSpans& spans) {
  std::string out;
  for (const HtmlSpan& span : spans) {
    const std::string_view text = trim(span.text);
    if (text.empty()) continue;
    if (!out.empty()) out += ' ';
    out += text;
  }
  return out;
}

}  // namespace meetlat
