#include "policy/markdown.h"

#include <fmt/format.h>
#include <md4c.h>

#include <array>
#include <utility>

namespace meetlat::policy {

namespace {

constexpr std::size_t kLongestShortcode = 300;  // bytes

// The HTML while it grows. Each function of the parser below returns non-zero to end the parsing.
struct Page {
  std::string html = "<!doctype html><html><body>";
  int images = 0;  // open ones: the text inside is an attribute's

  bool full() const noexcept { return html.size() > kMaxMarkdown; }
  int go_on() const noexcept { return full() ? 1 : 0; }

  void escaped(std::string_view text) {
    for (const char c : text) {
      switch (c) {
        case '&':
          html += "&amp;";
          break;
        case '<':
          html += "&lt;";
          break;
        case '>':
          html += "&gt;";
          break;
        case '"':
          html += "&quot;";
          break;
        default:
          html += c;
      }
    }
  }

  void piece(MD_TEXTTYPE type, std::string_view text) {
    if (type == MD_TEXT_NULLCHAR) {
      html += "\uFFFD";
    } else if (type == MD_TEXT_ENTITY) {
      html += text;
    } else {
      escaped(text);
    }
  }

  void attribute(std::string_view name, const MD_ATTRIBUTE& value) {
    html.append(" ").append(name).append("=\"");
    for (std::size_t i = 0; value.text != nullptr && value.substr_offsets[i] < value.size && !full(); ++i) {
      const MD_OFFSET begin = value.substr_offsets[i];
      piece(value.substr_types[i], std::string_view(value.text + begin, value.substr_offsets[i + 1] - begin));
    }
    html += '"';
  }
};

Page& page_of(void* user) {
  return *static_cast<Page*>(user);
}

std::string_view name_of(MD_BLOCKTYPE type) {
  switch (type) {
    case MD_BLOCK_QUOTE:
      return "blockquote";
    case MD_BLOCK_UL:
      return "ul";
    case MD_BLOCK_OL:
      return "ol";
    case MD_BLOCK_LI:
      return "li";
    case MD_BLOCK_CODE:
      return "pre";
    case MD_BLOCK_P:
      return "p";
    case MD_BLOCK_TABLE:
      return "table";
    case MD_BLOCK_THEAD:
      return "thead";
    case MD_BLOCK_TBODY:
      return "tbody";
    case MD_BLOCK_TR:
      return "tr";
    case MD_BLOCK_TH:
      return "th";
    case MD_BLOCK_TD:
      return "td";
    default:
      return {};
  }
}

int block(MD_BLOCKTYPE type, void* detail, void* user, std::string_view bracket) {
  Page& page = page_of(user);
  if (type == MD_BLOCK_H) {
    page.html += fmt::format("{}h{}>", bracket, static_cast<const MD_BLOCK_H_DETAIL*>(detail)->level);
  } else if (type == MD_BLOCK_HR) {
    if (bracket == "<") page.html += "<hr>";
  } else if (const std::string_view name = name_of(type); !name.empty()) {
    page.html.append(bracket).append(name).append(">");
  }
  return page.go_on();
}

int enter_block(MD_BLOCKTYPE type, void* detail, void* user) {
  return block(type, detail, user, "<");
}

int leave_block(MD_BLOCKTYPE type, void* detail, void* user) {
  return block(type, detail, user, "</");
}

std::string_view name_of(MD_SPANTYPE type) {
  switch (type) {
    case MD_SPAN_EM:
      return "em";
    case MD_SPAN_STRONG:
      return "strong";
    case MD_SPAN_CODE:
      return "code";
    case MD_SPAN_DEL:
      return "del";
    default:
      return {};
  }
}

int enter_span(MD_SPANTYPE type, void* detail, void* user) {
  Page& page = page_of(user);
  if (type == MD_SPAN_IMG && page.images++ == 0) {
    page.html += "<img";
    page.attribute("src", static_cast<const MD_SPAN_IMG_DETAIL*>(detail)->src);
    page.html += " alt=\"";
  }
  if (page.images > 0) return page.go_on();
  if (type == MD_SPAN_A) {
    const auto& link = *static_cast<const MD_SPAN_A_DETAIL*>(detail);
    page.html += "<a";
    page.attribute("href", link.href);
    if (link.title.size > 0) page.attribute("title", link.title);
    page.html += '>';
  } else if (const std::string_view name = name_of(type); !name.empty()) {
    page.html.append("<").append(name).append(">");
  }
  return page.go_on();
}

int leave_span(MD_SPANTYPE type, void* /*detail*/, void* user) {
  Page& page = page_of(user);
  if (page.images > 0) {
    if (type == MD_SPAN_IMG && --page.images == 0) page.html += "\">";
    return page.go_on();
  }
  const std::string_view name = type == MD_SPAN_A ? "a" : name_of(type);
  if (!name.empty()) page.html.append("</").append(name).append(">");
  return page.go_on();
}

int text(MD_TEXTTYPE type, const MD_CHAR* data, MD_SIZE size, void* user) {
  Page& page = page_of(user);
  const std::string_view text(data, size);
  if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR) {
    page.html += type == MD_TEXT_BR && page.images == 0 ? "<br>" : "\n";
  } else if (type == MD_TEXT_HTML && page.images == 0) {
    page.html += text;
  } else {
    page.piece(type, text);
  }
  return page.go_on();
}

}  // namespace

Result<std::string> html_of_markdown(std::string_view markdown) {
  const auto too_large = [] {
    return fail(ErrorCode::kTooLarge, "Markdown of more than 2 MB, or that unfolds to more");
  };
  if (markdown.size() > kMaxMarkdown) return too_large();
  MD_PARSER parser{};
  parser.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_NOINDENTEDCODEBLOCKS | MD_FLAG_PERMISSIVEATXHEADERS |
                 MD_FLAG_PERMISSIVEEMAILAUTOLINKS;
  parser.enter_block = enter_block;
  parser.leave_block = leave_block;
  parser.enter_span = enter_span;
  parser.leave_span = leave_span;
  parser.text = text;
  Page page;
  if (md_parse(markdown.data(), static_cast<MD_SIZE>(markdown.size()), &parser, &page) != 0) return too_large();
  return std::move(page.html);
}

std::string without_shortcodes(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kBrackets{
      {{"{{<", ">}}"}, {"{{%", "%}}"}, {"{%", "%}"}, {"{:", "}"}}};
  std::string out;
  out.reserve(text.size());
  while (true) {
    const std::size_t at = std::min(text.find('{'), text.size());
    out.append(text.substr(0, at));
    text.remove_prefix(at);
    if (text.empty()) return out;
    std::size_t skip = 0;
    for (const auto& [open, close] : kBrackets) {
      if (skip > 0 || !text.starts_with(open)) continue;
      const std::size_t stop = text.substr(0, kLongestShortcode).find(close, open.size());
      if (stop != std::string_view::npos) skip = stop + close.size();
    }
    if (skip == 0) out += text[skip++];
    text.remove_prefix(skip);
  }
}

}  // namespace meetlat::policy
