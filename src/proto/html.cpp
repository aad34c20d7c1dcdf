#include "proto/html.h"

#include <gumbo.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <memory>
#include <utility>

#include "base/text.h"
#include "proto/detail/html_scan.h"
#include "proto/detail/utf8.h"

namespace meetlat {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{2} << 20;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

// Runs of white space become one space; a break becomes one newline without spaces around it.
class TextSink {
 public:
  void append(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (is_space(text[i])) {
        space_ = true;
      } else if (text.substr(i, 2) == "\xC2\xA0") {  // no-break space
        space_ = true;
        ++i;
      } else {
        flush();
        out_.push_back(text[i]);
        if (!bold_) blocks_.back().level = blocks_.back().kind == HtmlBlock::Kind::kText ? 0 : blocks_.back().level;
      }
    }
  }
  void line_break() noexcept { break_ = true; }
  // What text that follows is; counts for lines that begin after it. A bold line is a heading until other text joins
  // it.
  void set_block(HtmlBlock block) noexcept { next_ = block; }
  void set_bold(bool bold) noexcept { bold_ = bold; }
  std::string take() { return std::move(out_); }
  std::vector<HtmlBlock> take_blocks() {
    if (!blocks_.empty()) blocks_.back().end = out_.size();
    for (HtmlBlock& block : blocks_) {
      if (block.kind == HtmlBlock::Kind::kText && block.level > 0) block.kind = HtmlBlock::Kind::kHeading;
    }
    return std::move(blocks_);
  }

 private:
  static constexpr int kBoldLine = 7;

  void flush() {
    const bool starts_line = out_.empty() || break_;
    if (starts_line && !blocks_.empty()) blocks_.back().end = out_.size();
    if (!out_.empty() && (break_ || space_)) out_.push_back(break_ ? '\n' : ' ');
    break_ = space_ = false;
    if (!starts_line) return;
    blocks_.push_back(next_);
    blocks_.back().begin = out_.size();
    if (next_.kind == HtmlBlock::Kind::kText) blocks_.back().level = kBoldLine;
  }

  std::string out_;
  std::vector<HtmlBlock> blocks_;
  HtmlBlock next_;
  bool bold_ = false;
  bool space_ = false;
  bool break_ = false;
};

std::string folded(std::string_view text) {
  TextSink sink;
  sink.append(text);
  return sink.take();
}

std::string_view name_of(const GumboElement& element) {
  if (element.tag != GUMBO_TAG_UNKNOWN) return gumbo_normalized_tagname(element.tag);
  GumboStringPiece piece = element.original_tag;
  gumbo_tag_from_original_text(&piece);
  return piece.data == nullptr ? std::string_view() : std::string_view(piece.data, piece.length);
}

const char* attribute_or_null(const GumboElement& element, const char* name) {
  const GumboAttribute* found = gumbo_get_attribute(&element.attributes, name);
  return found == nullptr ? nullptr : found->value;
}

std::string_view attribute(const GumboElement& element, const char* name) {
  const char* value = attribute_or_null(element, name);
  return value == nullptr ? std::string_view() : trim(value);
}

bool is_hidden(const GumboElement& element) {
  if (attribute_or_null(element, "hidden") != nullptr) return true;
  const char* style = attribute_or_null(element, "style");
  if (style == nullptr) return false;
  std::string compact;
  for (const char* c = style; *c != '\0'; ++c) {
    if (!is_space(*c)) compact.push_back(*c);
  }
  return icontains(compact, "display:none");
}

bool breaks_line(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_A:
    case GUMBO_TAG_ABBR:
    case GUMBO_TAG_ACRONYM:
    case GUMBO_TAG_B:
    case GUMBO_TAG_BDI:
    case GUMBO_TAG_BDO:
    case GUMBO_TAG_BIG:
    case GUMBO_TAG_CITE:
    case GUMBO_TAG_CODE:
    case GUMBO_TAG_DATA:
    case GUMBO_TAG_DEL:
    case GUMBO_TAG_DFN:
    case GUMBO_TAG_EM:
    case GUMBO_TAG_FONT:
    case GUMBO_TAG_I:
    case GUMBO_TAG_IMG:
    case GUMBO_TAG_INS:
    case GUMBO_TAG_KBD:
    case GUMBO_TAG_MARK:
    case GUMBO_TAG_NOBR:
    case GUMBO_TAG_Q:
    case GUMBO_TAG_RUBY:
    case GUMBO_TAG_S:
    case GUMBO_TAG_SAMP:
    case GUMBO_TAG_SMALL:
    case GUMBO_TAG_SPAN:
    case GUMBO_TAG_STRIKE:
    case GUMBO_TAG_STRONG:
    case GUMBO_TAG_SUB:
    case GUMBO_TAG_SUP:
    case GUMBO_TAG_TIME:
    case GUMBO_TAG_TT:
    case GUMBO_TAG_U:
    case GUMBO_TAG_VAR:
    case GUMBO_TAG_WBR:
    case GUMBO_TAG_LABEL:
    case GUMBO_TAG_LINK:
    case GUMBO_TAG_META:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_UNKNOWN:
    case GUMBO_TAG_INPUT:
      return false;
    default:
      return true;
  }
}

// "5; url='/here'" as browsers read it.
std::string refresh_target(std::string_view content) {
  const std::size_t separator = content.find_first_of(";,");
  if (separator == std::string_view::npos) return {};
  std::string_view rest = trim(content.substr(separator + 1));
  if (starts_with_i(rest, "url")) {
    const std::string_view after = trim(rest.substr(3));
    if (!after.empty() && after.front() == '=') rest = trim(after.substr(1));
  }
  if (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) {
    const char quote = rest.front();
    rest.remove_prefix(1);
    rest = rest.substr(0, rest.find(quote));
  }
  return std::string(rest);
}

// One page's walk over the tree. Frames on an own stack: the tree may be deeper than ours.
class Walk {
 public:
  Walk(HtmlDocument& document, const detail::HtmlScan& scan) : document_(document), scan_(scan) {}

  void run(const GumboNode* root) {
    enter(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      const GumboVector& children = frame.node->v.element.children;
      if (frame.next < children.length) {
        enter(static_cast<const GumboNode*>(children.data[frame.next++]));
      } else {
        leave();
      }
    }
    document_.blocks = text_.take_blocks();
    document_.text = text_.take();
  }

 private:
  struct Frame {
    const GumboNode* node = nullptr;
    unsigned next = 0;
    bool hides = false;
    bool opens_link = false;
    bool opens_template = false;
    bool opens_noscript = false;
  };
  struct OpenLink {
    std::size_t index = 0;  // in document_.links
    int hidden = 0;         // hidden ancestors below the link count
    TextSink text;
    std::string fallback;
  };

  void enter(const GumboNode* node) {
    if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE || node->type == GUMBO_NODE_CDATA) {
      return text(node->v.text.text);
    }
    if (node->type != GUMBO_NODE_ELEMENT && node->type != GUMBO_NODE_TEMPLATE) return;
    const GumboElement& element = node->v.element;
    if (element.tag == GUMBO_TAG_SCRIPT || element.tag == GUMBO_TAG_STYLE) return raw(element);
    if (element.tag == GUMBO_TAG_TITLE) return title(element);
    Frame frame;
    frame.node = node;
    frame.hides = is_hidden(element);
    hidden_ += frame.hides ? 1 : 0;
    if (!links_.empty()) links_.back().hidden += frame.hides ? 1 : 0;
    if (breaks_line(element.tag)) line_break();
    structure(element.tag, 1);
    if (element.tag == GUMBO_TAG_TEMPLATE) {
      frame.opens_template = true;
      templates_.emplace_back();
    }
    frame.opens_noscript = element.tag == GUMBO_TAG_NOSCRIPT;
    noscript_ += frame.opens_noscript ? 1 : 0;
    meta(element);
    frame.opens_link = link(element);
    resources(element);
    frames_.push_back(frame);
  }

  void leave() {
    const Frame frame = frames_.back();
    frames_.pop_back();
    if (breaks_line(frame.node->v.element.tag)) line_break();
    structure(frame.node->v.element.tag, -1);
    if (frame.opens_link) {
      OpenLink& open = links_.back();
      std::string text = open.text.take();
      document_.links[open.index].text = text.empty() ? folded(open.fallback) : std::move(text);
      links_.pop_back();
    }
    hidden_ -= frame.hides ? 1 : 0;
    if (!links_.empty()) links_.back().hidden -= frame.hides ? 1 : 0;
    noscript_ -= frame.opens_noscript ? 1 : 0;
    if (frame.opens_template) {
      document_.templates.push_back(templates_.back().take());
      templates_.pop_back();
    }
  }

  // What the lines below this element are; `step` is 1 on the way in and -1 on the way out.
  void structure(GumboTag tag, int step) {
    switch (tag) {
      case GUMBO_TAG_H1:
      case GUMBO_TAG_H2:
      case GUMBO_TAG_H3:
      case GUMBO_TAG_H4:
      case GUMBO_TAG_H5:
      case GUMBO_TAG_H6:
        heading_ = step > 0 ? static_cast<int>(tag) - static_cast<int>(GUMBO_TAG_H1) + 1 : 0;
        break;
      case GUMBO_TAG_SUMMARY:
      case GUMBO_TAG_DT:
      case GUMBO_TAG_CAPTION:
      case GUMBO_TAG_LEGEND:
        heading_ = step > 0 ? 6 : 0;
        break;
      case GUMBO_TAG_LI:
        items_ += step;
        break;
      case GUMBO_TAG_TR:
        rows_ += step > 0 ? 1 : 0;
        break;
      case GUMBO_TAG_TD:
      case GUMBO_TAG_TH:
        cells_ += step;
        break;
      case GUMBO_TAG_B:
      case GUMBO_TAG_STRONG:
        bold_ += step;
        text_.set_bold(bold_ > 0);
        return;
      default:
        return;
    }
    HtmlBlock block;
    if (heading_ > 0) {
      block.kind = HtmlBlock::Kind::kHeading;
      block.level = heading_;
    } else if (cells_ > 0) {
      block.kind = HtmlBlock::Kind::kCell;
      block.row = rows_;
    } else if (items_ > 0) {
      block.kind = HtmlBlock::Kind::kItem;
      block.level = items_;
    }
    text_.set_block(block);
  }

  void text(std::string_view text) {
    if (!links_.empty() && links_.back().hidden == 0) links_.back().text.append(text);
    if (hidden_ == 0) sink().append(text);
  }

  TextSink& sink() { return templates_.empty() ? text_ : templates_.back(); }

  void line_break() {
    sink().line_break();
    if (!links_.empty()) links_.back().text.append(" ");
  }

  // The content of a script or style element is its index in the scan.
  const detail::HtmlScan::Raw* raw_of(const GumboElement& element) const {
    if (element.children.length == 0) return nullptr;
    const auto* child = static_cast<const GumboNode*>(element.children.data[0]);
    if (child->type != GUMBO_NODE_TEXT) return nullptr;
    const std::string_view digits = child->v.text.text;
    std::size_t index = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    return parsed.ec == std::errc() && index < scan_.raw.size() ? &scan_.raw[index] : nullptr;
  }

  void raw(const GumboElement& element) {
    const detail::HtmlScan::Raw* content = raw_of(element);
    if (element.tag == GUMBO_TAG_STYLE) {
      if (content != nullptr) styles(detail::repair_utf8(content->text));
      return;
    }
    if (attribute_or_null(element, "src") != nullptr) {
      resource("script", attribute(element, "src"));
    } else if (content != nullptr && noscript_ == 0) {
      document_.scripts.push_back(
          {detail::repair_utf8(content->text), to_lower(attribute(element, "type")), content->offset});
    }
  }

  void title(const GumboElement& element) {
    if (has_title_ || !templates_.empty()) return;
    has_title_ = true;
    for (unsigned i = 0; i < element.children.length; ++i) {
      const auto* child = static_cast<const GumboNode*>(element.children.data[i]);
      if (child->type == GUMBO_NODE_TEXT) document_.title += child->v.text.text;
    }
    document_.title = folded(document_.title);
  }

  void meta(const GumboElement& element) {
    if (element.tag == GUMBO_TAG_HTML) document_.lang = to_lower(attribute(element, "lang"));
    if (element.tag == GUMBO_TAG_BASE && document_.base_href.empty() && templates_.empty()) {
      document_.base_href = attribute(element, "href");
    }
    if (element.tag != GUMBO_TAG_META || !templates_.empty()) return;
    const std::string_view content = attribute(element, "content");
    const std::string_view name = attribute(element, "name");
    const std::string_view http_equiv = attribute(element, "http-equiv");
    if (iequals(name, "generator") && document_.generator.empty()) document_.generator = folded(content);
    if (iequals(name, "description") && document_.description.empty()) document_.description = folded(content);
    if (iequals(http_equiv, "refresh") && document_.meta_refresh.empty() && noscript_ == 0) {
      document_.meta_refresh = refresh_target(content);
    }
    if (iequals(http_equiv, "content-security-policy") && !content.empty()) {
      if (!document_.csp.empty()) document_.csp += ", ";
      document_.csp += content;
    }
  }

  // True when text that follows belongs to the link.
  bool link(const GumboElement& element) {
    const bool anchor = element.tag == GUMBO_TAG_A;
    if (element.tag == GUMBO_TAG_IMG && !links_.empty() && links_.back().fallback.empty()) {
      links_.back().fallback = attribute(element, "alt");
    }
    if (!anchor && element.tag != GUMBO_TAG_AREA && element.tag != GUMBO_TAG_LINK) return false;
    if (attribute_or_null(element, "href") == nullptr) return false;
    HtmlLink found;
    found.href = attribute(element, "href");
    found.rel = to_lower(folded(attribute(element, "rel")));
    found.in_template = !templates_.empty();
    found.hreflang = to_lower(folded(attribute(element, "hreflang")));
    std::string fallback(attribute(element, "title"));
    for (const char* name : {"aria-label", "alt"}) {
      if (fallback.empty()) fallback = attribute(element, name);
    }
    if (!anchor) {
      const auto says = [&](const char* rel) { return found.rel.find(rel) != std::string::npos; };
      const bool translation = says("alternate") && !found.hreflang.empty();
      if (element.tag == GUMBO_TAG_LINK && !says("privacy-policy") && !says("terms-of-service") && !translation) {
        return false;
      }
      found.text = folded(fallback);
      document_.links.push_back(std::move(found));
      return false;
    }
    document_.links.push_back(std::move(found));
    OpenLink open;
    open.index = document_.links.size() - 1;
    open.fallback = std::move(fallback);
    links_.push_back(std::move(open));
    return true;
  }

  void resource(std::string_view element, std::string_view url) {
    url = trim(url);
    if (url.empty() || url.front() == '#') return;
    for (const std::string_view scheme : {"data:", "blob:", "about:", "javascript:"}) {
      if (starts_with_i(url, scheme)) return;
    }
    const std::string_view prefix = !templates_.empty() ? "template:" : noscript_ > 0 ? "noscript:" : "";
    document_.resources.push_back({std::string(url), std::string(prefix).append(element)});
  }

  void styles(std::string_view css) {
    for (const std::string& url : css_urls(css)) resource("css", url);
  }

  // "a.png 1x, b.png 2x": URLs end at white space, or at a comma when nothing follows them.
  void srcset(std::string_view element, std::string_view value) {
    std::size_t at = 0;
    while (at < value.size()) {
      while (at < value.size() && (is_space(value[at]) || value[at] == ',')) ++at;
      const std::size_t begin = at;
      while (at < value.size() && !is_space(value[at])) ++at;
      std::string_view url = value.substr(begin, at - begin);
      const bool done = !url.empty() && url.back() == ',';
      while (!url.empty() && url.back() == ',') url.remove_suffix(1);
      resource(element, url);
      if (!done) at = std::min(value.find(',', at), value.size());
    }
  }

  void link_resources(const GumboElement& element) {
    static constexpr std::string_view kLoading[] = {
        "stylesheet", "preload", "modulepreload", "preconnect", "dns-prefetch",     "prefetch",
        "prerender",  "icon",    "manifest",      "mask-icon",  "apple-touch-icon", "apple-touch-icon-precomposed"};
    for (const std::string& rel : split(to_lower(folded(attribute(element, "rel"))), ' ')) {
      if (std::find(std::begin(kLoading), std::end(kLoading), rel) == std::end(kLoading)) continue;
      const std::string name = "link:" + rel;
      resource(name, attribute(element, "href"));
      srcset(name, attribute(element, "imagesrcset"));
    }
  }

  void from(const GumboElement& element, std::string_view name, std::initializer_list<const char*> attributes) {
    for (const char* each : attributes) resource(name, attribute(element, each));
  }

  void resources(const GumboElement& element) {
    if (const char* style = attribute_or_null(element, "style"); style != nullptr) styles(style);
    switch (element.tag) {
      case GUMBO_TAG_LINK:
        return link_resources(element);
      case GUMBO_TAG_IMG:
        from(element, "img", {"src"});
        return srcset("img", attribute(element, "srcset"));
      case GUMBO_TAG_SOURCE:
        from(element, "source", {"src"});
        return srcset("source", attribute(element, "srcset"));
      case GUMBO_TAG_IFRAME:
        return from(element, "iframe", {"src"});
      case GUMBO_TAG_FRAME:
        return from(element, "frame", {"src"});
      case GUMBO_TAG_OBJECT:
        return from(element, "object", {"data"});
      case GUMBO_TAG_EMBED:
        return from(element, "embed", {"src"});
      case GUMBO_TAG_VIDEO:
        return from(element, "video", {"src", "poster"});
      case GUMBO_TAG_AUDIO:
        return from(element, "audio", {"src"});
      case GUMBO_TAG_TRACK:
        return from(element, "track", {"src"});
      case GUMBO_TAG_FORM:
        return from(element, "form", {"action"});
      case GUMBO_TAG_BUTTON:
        return from(element, "form", {"formaction"});
      case GUMBO_TAG_INPUT:
        from(element, "form", {"formaction"});
        if (iequals(attribute(element, "type"), "image")) from(element, "img", {"src"});
        return;
      case GUMBO_TAG_BODY:
        return from(element, "body", {"background"});
      case GUMBO_TAG_UNKNOWN:
        if (iequals(name_of(element), "x-svg-image")) from(element, "svg:image", {"href", "xlink:href"});
        return;
      default:
        return;
    }
  }

  HtmlDocument& document_;
  const detail::HtmlScan& scan_;
  std::vector<Frame> frames_;
  std::vector<OpenLink> links_;
  std::vector<TextSink> templates_;
  TextSink text_;
  int hidden_ = 0;
  int noscript_ = 0;
  int heading_ = 0;
  int items_ = 0;
  int cells_ = 0;
  int rows_ = 0;
  int bold_ = 0;
  bool has_title_ = false;
};

}  // namespace

Result<HtmlDocument> parse_html(std::string_view bytes) {
  if (bytes.size() > kMaxBytes) return fail(ErrorCode::kTooLarge, "a page of more than 2 MB");
  HtmlDocument document;
  const std::size_t mark = bytes.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
  Result<detail::HtmlScan> scan = detail::scan_html(bytes.substr(mark));
  if (!scan) return fail(std::move(scan.error()));
  document.is_html = scan->looks_like_html;
  if (!document.is_html) {
    document.text = detail::repair_utf8(bytes.substr(mark));
    return document;
  }
  for (detail::HtmlScan::Raw& raw : scan->raw) raw.offset += mark;
  for (const std::string& comment : scan->comments) document.comments.push_back(detail::repair_utf8(comment));
  const std::string markup = detail::repair_utf8(scan->markup);
  GumboOptions options = kGumboDefaultOptions;
  options.max_errors = 0;
  const auto release = [&options](GumboOutput* output) { gumbo_destroy_output(&options, output); };
  const std::unique_ptr<GumboOutput, decltype(release)> output(
      gumbo_parse_with_options(&options, markup.data(), markup.size()), release);
  Walk(document, *scan).run(output->root);
  return document;
}

}  // namespace meetlat
