#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proto/xml.h"
#include "proto/xmpp.h"
#include "proto/xmpp_room.h"

namespace {

void read_all(const meetlat::XmlElement& element) {
  namespace xmpp = meetlat::xmpp;
  (void)xmpp::read_features(element);
  (void)xmpp::read_stream_error(element);
  (void)xmpp::read_sasl(element);
  (void)xmpp::read_error(element);
  (void)xmpp::read_bind(element);
  (void)xmpp::read_form(element);
  (void)xmpp::read_disco_info(element);
  (void)xmpp::read_disco_items(element);
  (void)xmpp::read_version(element);
  (void)xmpp::read_muc_presence(element);
  (void)xmpp::read_room_form(element);
  (void)xmpp::read_conference_request(element);
  (void)xmpp::read_conference_answer(element);
  (void)xmpp::read_room_metadata(element);
  if (const auto services = xmpp::read_services(element)) {
    for (const xmpp::Service& service : *services) (void)xmpp::credential_expiry(service);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)meetlat::xmpp::read_conference_json(bytes);
  const meetlat::Result<meetlat::XmlElement> root = meetlat::parse_xml(bytes);
  if (!root) return 0;
  read_all(*root);
  for (const meetlat::XmlElement& child : root->children) read_all(child);
  (void)meetlat::xmpp::read_bosh(bytes);
  // Text that we write is XML again, and after one round nothing changes any more.
  meetlat::XmlLimits generous;
  generous.bytes = std::size_t{64} << 20;
  generous.namespace_size = 4096;  // what came as references is longer when written out
  const std::string once = meetlat::write_xml(*root);
  const meetlat::Result<meetlat::XmlElement> again = meetlat::parse_xml(once, generous);
  if (!again || meetlat::write_xml(*again) != once) std::abort();
  return 0;
}
