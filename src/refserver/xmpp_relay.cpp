#include "refserver/xmpp_relay.h"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "proto/xmpp.h"
#include "proto/xmpp_room.h"

namespace meetlat {
namespace {

void tidy(XmlElement& element, std::string_view outer) {
  if (element.ns.empty() || element.ns == xmpp::kBoshNs) element.ns = outer;
  std::erase_if(element.attributes, [](const auto& attribute) {
    return attribute.first.find(':') != std::string::npos && !attribute.first.starts_with("xml:");
  });
  for (XmlElement& child : element.children) tidy(child, element.ns);
}

std::string random_hex() {
  std::array<unsigned char, 16> bytes{};
  // A system without randomness cannot serve TLS either.
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) std::abort();
  std::string out;
  for (const unsigned char byte : bytes) out += fmt::format("{:02x}", byte);
  return out;
}

}  // namespace

XmppEnvironment XmppEnvironment::real() {
  return {[] { return Clock::system().now(); }, random_hex};
}

void replace_attribute(XmlElement& element, std::string_view name, std::string_view value) {
  std::erase_if(element.attributes, [name](const auto& attribute) { return attribute.first == name; });
  if (!value.empty()) element.set(std::string(name), std::string(value));
}

XmlElement tidied(const XmlElement& stanza) {
  XmlElement out = stanza;
  tidy(out, xmpp::kClientNs);
  return out;
}

XmlElement relayed(const XmlElement& stanza, std::string_view from, std::string_view to) {
  XmlElement out = tidied(stanza);
  replace_attribute(out, "from", from);
  replace_attribute(out, "to", to);
  return out;
}

std::size_t rough_size(const XmlElement& element) noexcept {
  std::size_t size = 2 * element.name.size() + element.ns.size() + element.text.size() + 16;
  for (const auto& [name, value] : element.attributes) size += name.size() + value.size() + 4;
  for (const XmlElement& child : element.children) size += rough_size(child);
  return size;
}

XmlElement stanza_error(const XmlElement& stanza, std::string_view type, std::string_view condition) {
  XmlElement out(stanza.name, std::string(xmpp::kClientNs));
  out.set("type", "error");
  replace_attribute(out, "from", stanza.attribute("to"));
  replace_attribute(out, "to", stanza.attribute("from"));
  replace_attribute(out, "id", stanza.attribute("id"));
  // XEP-0045 section 7.2: by this a client knows that it is the room that refuses.
  if (stanza.child("x", xmpp::kMucNs) != nullptr) out.add(XmlElement("x", std::string(xmpp::kMucNs)));
  XmlElement error("error", std::string(xmpp::kClientNs));
  error.set("type", std::string(type)).add(XmlElement(std::string(condition), std::string(xmpp::kStanzaErrorNs)));
  return out.add(std::move(error));
}

}  // namespace meetlat
