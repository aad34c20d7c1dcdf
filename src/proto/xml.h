// Small XML documents of strangers, as XMPP has them: elements, attributes and text, nothing else. DTDs, comments,
// processing instructions and entities of one's own are refused (RFC 6120 section 11.1), and every size is bounded.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace meetlat {

struct XmlElement {
  std::string name;  // local name, without its prefix
  std::string ns;    // the namespace that applies; "" when none was declared
  std::string text;  // all character data directly inside, one after another
  // In order, names as written ("xml:lang"); declarations of namespaces are not among them.
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<XmlElement> children;
  // Written by write_xml as <prefix:name xmlns:prefix="ns">, for receivers that look for exactly that
  // ("stream:features"). Never filled by parse_xml.
  std::string prefix;

  XmlElement() = default;
  explicit XmlElement(std::string element_name, std::string name_space = {})
      : name(std::move(element_name)), ns(std::move(name_space)) {}

  // The attribute's value, or nullptr. Of an attribute given twice, the first one.
  const std::string* find(std::string_view attribute) const noexcept;
  std::string_view attribute(std::string_view attribute) const noexcept;  // "" when there is none
  // The first child of that name (and namespace, unless it is ""), or nullptr.
  const XmlElement* child(std::string_view child_name, std::string_view name_space = {}) const noexcept;
  bool is(std::string_view element_name, std::string_view name_space) const noexcept {
    return name == element_name && ns == name_space;
  }

  // For building; each returns this element.
  XmlElement& set(std::string attribute, std::string value);
  XmlElement& add(XmlElement child);
  XmlElement& with_text(std::string content);

  friend bool operator==(const XmlElement&, const XmlElement&) = default;
};

struct XmlLimits {
  std::size_t bytes = std::size_t{1} << 20;
  std::size_t depth = 32;            // of elements, the root being 1
  std::size_t elements = 20'000;     // in all
  std::size_t attributes = 64;       // of one element
  std::size_t namespace_size = 256;  // bytes of a namespace's name, since every element below gets a copy
};

// One document: a single root, in UTF-8, perhaps after an XML declaration. kTooLarge when a limit is passed, kParse
// otherwise, with what was wrong. Linear time and memory.
Result<XmlElement> parse_xml(std::string_view bytes, const XmlLimits& limits = {});

// The element as bytes. Everything is escaped as it must be, and what XML cannot hold (control characters, invalid
// UTF-8) becomes U+FFFD. A namespace is declared where it differs from that of the element around, which for the root
// is `outer`. Precondition: names are XML names of this program's own choosing, or came from parse_xml.
std::string write_xml(const XmlElement& element, std::string_view outer = {});

}  // namespace meetlat
