#include "proto/xml.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <pugixml.hpp>

#include "proto/detail/utf8.h"

namespace meetlat {

namespace {

constexpr std::string_view kXmlNamespace = "http://www.w3.org/XML/1998/namespace";
constexpr std::size_t kMaxPrefixes = 64;  // in force at one time

// pugixml leaves references that it does not know as they are. None but the five of XML may occur, since there is no
// DTD; in CDATA an ampersand is text.
Result<void> check_references(std::string_view bytes) {
  constexpr std::array<std::string_view, 5> kKnown = {"amp;", "lt;", "gt;", "quot;", "apos;"};
  constexpr std::string_view kCdata = "<![CDATA[";
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '<' && bytes.substr(i).starts_with(kCdata)) {
      const std::size_t end = bytes.find("]]>", i);
      if (end == std::string_view::npos) return fail(ErrorCode::kParse, "CDATA without an end");
      i = end;
    }
    if (bytes[i] != '&') continue;
    const std::string_view rest = bytes.substr(i + 1, 12);
    const bool known = rest.starts_with('#') ||
                       std::ranges::any_of(kKnown, [&](std::string_view name) { return rest.starts_with(name); });
    if (!known) return fail(ErrorCode::kParse, fmt::format("an entity of its own at byte {}", i));
  }
  return {};
}

// pugixml has checked the characters of the whole name; what follows a prefix must be a name as well.
bool is_local_name(std::string_view name) noexcept {
  if (name.empty() || name.find(':') != std::string_view::npos) return false;
  const auto first = static_cast<unsigned char>(name.front());
  return first >= 0x80 || first == '_' || (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z');
}

bool has_control_characters(std::string_view bytes) noexcept {
  return std::ranges::any_of(
      bytes, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; });
}

// Turns pugixml's tree into ours. Iterative: the depth of a document is the sender's choice.
class Reader {
 public:
  explicit Reader(const XmlLimits& limits) : limits_(limits) {}

  Result<XmlElement> read(const pugi::xml_document& document) {
    XmlElement root;
    bool has_root = false;
    for (const pugi::xml_node node : document.children()) {
      if (node.type() == pugi::node_declaration && !has_root) continue;
      if (node.type() != pugi::node_element) return fail(refused(node));
      if (has_root) return fail(ErrorCode::kParse, "more than one root element");
      has_root = true;
      if (Result<void> done = subtree(node, root); !done) return fail(done.error());
    }
    if (!has_root) return fail(ErrorCode::kParse, "no element");
    return root;
  }

 private:
  struct Level {
    pugi::xml_node next;   // the child to read next
    XmlElement* element;   // whose children these are; stays valid: a parent's vector grows only between subtrees
    std::size_t prefixes;  // how many were in force before it
    std::string default_ns;
  };

  static Error refused(const pugi::xml_node& node) {
    switch (node.type()) {
      case pugi::node_comment:
        return {ErrorCode::kParse, "a comment"};
      case pugi::node_pi:
        return {ErrorCode::kParse, "a processing instruction"};
      case pugi::node_doctype:
        return {ErrorCode::kParse, "a document type declaration"};
      default:
        return {ErrorCode::kParse, "something that is neither element nor text"};
    }
  }

  Result<void> subtree(const pugi::xml_node& node, XmlElement& root) {
    std::vector<Level> levels;
    if (Result<void> entered = enter(node, root, {}, levels); !entered) return entered;
    while (!levels.empty()) {
      Level& level = levels.back();
      const pugi::xml_node child = level.next;
      if (!child) {
        prefixes_.resize(level.prefixes);
        levels.pop_back();
        continue;
      }
      level.next = child.next_sibling();
      if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
        level.element->text += child.value();
        continue;
      }
      if (child.type() != pugi::node_element) return fail(refused(child));
      XmlElement& element = level.element->children.emplace_back();
      if (Result<void> entered = enter(child, element, level.default_ns, levels); !entered) return entered;
    }
    return {};
  }

  // By value: `levels` may move what holds it.
  Result<void> enter(const pugi::xml_node& node, XmlElement& element, std::string default_ns,
                     std::vector<Level>& levels) {
    if (++elements_ > limits_.elements) {
      return fail(ErrorCode::kTooLarge, fmt::format("more than {} elements", limits_.elements));
    }
    if (levels.size() >= limits_.depth) {
      return fail(ErrorCode::kTooLarge, fmt::format("nested deeper than {}", limits_.depth));
    }
    const std::size_t prefixes_before = prefixes_.size();
    if (Result<void> read = attributes(node, element, default_ns); !read) return read;
    std::string_view name = node.name();
    element.ns = default_ns;
    if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) {
      const std::string_view prefix = name.substr(0, colon);
      const auto found =
          std::find_if(prefixes_.rbegin(), prefixes_.rend(), [&](const auto& known) { return known.first == prefix; });
      if (found == prefixes_.rend() && prefix != "xml") return fail(ErrorCode::kParse, "a prefix that is not declared");
      element.ns = found == prefixes_.rend() ? std::string(kXmlNamespace) : found->second;
      name.remove_prefix(colon + 1);
      if (!is_local_name(name)) return fail(ErrorCode::kParse, "a name that is none");
    }
    element.name = name;
    levels.push_back({node.first_child(), &element, prefixes_before, std::move(default_ns)});
    return {};
  }

  Result<void> attributes(const pugi::xml_node& node, XmlElement& element, std::string& default_ns) {
    std::size_t count = 0;
    for (const pugi::xml_attribute attribute : node.attributes()) {
      if (++count > limits_.attributes) {
        return fail(ErrorCode::kTooLarge, fmt::format("more than {} attributes", limits_.attributes));
      }
      const std::string_view name = attribute.name();
      const std::string_view value = attribute.value();
      if (name != "xmlns" && !name.starts_with("xmlns:")) {
        element.attributes.emplace_back(name, value);
        continue;
      }
      if (value.size() > limits_.namespace_size) return fail(ErrorCode::kTooLarge, "a long name of a namespace");
      if (name == "xmlns") {
        default_ns = value;
      } else if (prefixes_.size() >= kMaxPrefixes) {
        return fail(ErrorCode::kTooLarge, fmt::format("more than {} prefixes", kMaxPrefixes));
      } else {
        prefixes_.emplace_back(name.substr(6), value);
      }
    }
    return {};
  }

  const XmlLimits limits_;
  std::size_t elements_ = 0;
  std::vector<std::pair<std::string, std::string>> prefixes_;  // innermost last
};

void write_escaped(std::string_view value, bool in_attribute, std::string& out) {
  for (const char c : value) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += in_attribute ? "&quot;" : "\"";
        break;
      case '\'':
        out += in_attribute ? "&apos;" : "'";
        break;
      case '\t':
      case '\n':
        // In an attribute, a reader would make a space of it.
        out += in_attribute ? fmt::format("&#{};", static_cast<int>(c)) : std::string(1, c);
        break;
      case '\r':
        out += "&#13;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? std::string_view("\xEF\xBF\xBD") : std::string_view(&c, 1);
    }
  }
}

// Recursive: what is written was built by this program, or passed the depth limit of parse_xml.
void write_element(const XmlElement& element, std::string_view outer, std::string& out) {
  const std::string name = element.prefix.empty() ? element.name : element.prefix + ":" + element.name;
  out += '<';
  out += name;
  std::string_view inner = outer;
  if (!element.prefix.empty()) {
    out += " xmlns:" + element.prefix + "=\"";
    write_escaped(element.ns, true, out);
    out += '"';
  } else if (element.ns != outer) {
    out += " xmlns=\"";
    write_escaped(element.ns, true, out);
    out += '"';
    inner = element.ns;
  }
  for (const auto& [key, value] : element.attributes) {
    out += " " + key + "=\"";
    write_escaped(detail::repair_utf8(value), true, out);
    out += '"';
  }
  if (element.text.empty() && element.children.empty()) {
    out += "/>";
    return;
  }
  out += '>';
  write_escaped(detail::repair_utf8(element.text), false, out);
  for (const XmlElement& child : element.children) write_element(child, inner, out);
  out += "</" + name + ">";
}

}  // namespace

const std::string* XmlElement::find(std::string_view attribute) const noexcept {
  for (const auto& [key, value] : attributes) {
    if (key == attribute) return &value;
  }
  return nullptr;
}

std::string_view XmlElement::attribute(std::string_view attribute) const noexcept {
  const std::string* value = find(attribute);
  return value == nullptr ? std::string_view{} : std::string_view{*value};
}

const XmlElement* XmlElement::child(std::string_view child_name, std::string_view name_space) const noexcept {
  const auto found = std::ranges::find_if(children, [&](const XmlElement& one) {
    return one.name == child_name && (name_space.empty() || one.ns == name_space);
  });
  return found == children.end() ? nullptr : &*found;
}

XmlElement& XmlElement::set(std::string attribute, std::string value) {
  attributes.emplace_back(std::move(attribute), std::move(value));
  return *this;
}

XmlElement& XmlElement::add(XmlElement child) {
  children.push_back(std::move(child));
  return *this;
}

XmlElement& XmlElement::with_text(std::string content) {
  text = std::move(content);
  return *this;
}

Result<XmlElement> parse_xml(std::string_view bytes, const XmlLimits& limits) {
  if (bytes.size() > limits.bytes) return fail(ErrorCode::kTooLarge, fmt::format("{} bytes of XML", bytes.size()));
  if (has_control_characters(bytes) || detail::repair_utf8(bytes) != bytes) {
    return fail(ErrorCode::kParse, "not text in UTF-8");
  }
  if (Result<void> references = check_references(bytes); !references) return fail(references.error());
  // Everything that is refused must be seen, so every kind of node is asked for.
  constexpr unsigned int kOptions = pugi::parse_default | pugi::parse_pi | pugi::parse_comments |
                                    pugi::parse_declaration | pugi::parse_doctype | pugi::parse_ws_pcdata;
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(bytes.data(), bytes.size(), kOptions, pugi::encoding_utf8);
  if (!parsed) return fail(ErrorCode::kParse, fmt::format("{} at byte {}", parsed.description(), parsed.offset));
  return Reader(limits).read(document);
}

std::string write_xml(const XmlElement& element, std::string_view outer) {
  std::string out;
  write_element(element, outer, out);
  return out;
}

}  // namespace meetlat
