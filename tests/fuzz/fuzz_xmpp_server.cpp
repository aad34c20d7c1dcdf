// A conversation with the fixture server: each line is what one of two clients says, by BOSH or by WebSocket.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "refserver/xmpp_service.h"

namespace {

using meetlat::XmppService;

std::shared_ptr<const meetlat::Site> site() {
  meetlat::Persona persona;
  persona.jitsi.present = false;
  persona.docroot = std::make_shared<meetlat::Docroot>();
  persona.xmpp.present = true;
  persona.xmpp.version = "1";
  persona.xmpp.components = {"lobbyrooms", "room_metadata"};
  return std::make_shared<const meetlat::Site>(persona);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kSite = site();
  int drawn = 0;
  meetlat::Instant now{};
  meetlat::Ticks ticks{};
  // Session ids that an input can name: 1 is the secret of TURN, 2 and 3 rooms of other people, 4 the first session.
  const meetlat::XmppEnvironment environment{[&now] { return now; }, [&drawn] { return std::to_string(++drawn); }};
  const auto service = std::make_shared<XmppService>(kSite, meetlat::SiteNames{"m.test", "test", {}}, environment);
  const auto receive = [](const std::string& text) {
    // Whatever a stranger sends, what others get of it is XML.
    if (!text.empty() && !meetlat::parse_xml(text, {std::size_t{64} << 20, 64, 1'000'000, 128, 4096})) std::abort();
  };
  meetlat::WsStream one(service, receive);
  meetlat::WsStream two(service, receive);
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  for (int line = 0; line < 200 && !rest.empty(); ++line) {
    const std::string_view said = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), said.size() + 1));
    if (said.empty()) continue;
    const std::string_view text = said.substr(1);
    switch (said.front()) {
      case '1':
        one.on_message(text);
        break;
      case '2':
        two.on_message(text);
        break;
      case 'b':
        if (const auto held = service->post(text, ticks, [&](meetlat::Answer answer) { receive(answer.body); });
            held && line % 2 == 0) {
          service->expire(*held);
        }
        break;
      case 'c':
        (void)service->conference_request(text);
        break;
      case 't':
        now += std::chrono::seconds{10};
        ticks += std::chrono::seconds{10};
        service->sweep(ticks);
        break;
      default:
        break;
    }
    if (service->domain().rooms().size() > meetlat::kMostRooms) std::abort();
  }
  service->drop_all();
  return 0;
}
