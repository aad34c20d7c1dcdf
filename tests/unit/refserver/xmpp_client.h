// A client of the XMPP domain without any transport, for tests: what it sent and what came.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "proto/xmpp.h"
#include "proto/xmpp_room.h"
#include "refserver/xmpp_domain.h"

namespace meetlat::testing {

inline const Instant kNoon{std::chrono::milliseconds{1'790'000'000'000}};

// Time stands where the test puts it, and randomness counts.
struct World {
  Instant now = kNoon;
  int drawn = 0;
  XmppEnvironment environment() {
    return {[this] { return now; },
            [this] {
              std::string digits = std::to_string(++drawn);
              return std::string(32 - digits.size(), '0') + digits;
            }};
  }
};

inline PersonaXmpp careful_xmpp() {
  PersonaXmpp xmpp;
  xmpp.present = true;
  xmpp.version = "0.12.4";
  xmpp.components = {"lobbyrooms", "speakerstats", "room_metadata"};
  PersonaService stun;
  stun.host = "{{host}}";
  PersonaService turn = stun;
  turn.type = "turn";
  turn.expires = 3600;
  xmpp.services = {stun, turn};
  return xmpp;
}

inline XmlElement xml(std::string_view text) {
  auto parsed = parse_xml(text);
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().context;
  return parsed ? std::move(*parsed) : XmlElement();
}

class XmppClient {
 public:
  XmppClient(XmppDomain& domain, const std::string& to) : domain_(domain) {
    stream_ = domain_.open(to, [this](const XmlElement& element) { came_.push_back(element); });
  }
  ~XmppClient() { domain_.close(stream_); }
  XmppClient(const XmppClient&) = delete;
  XmppClient& operator=(const XmppClient&) = delete;

  void say(const XmlElement& element) { domain_.receive(stream_, element); }
  void say(std::string_view text) { say(xml(text)); }
  // What came since the last time.
  std::vector<XmlElement> take() { return std::exchange(came_, {}); }
  XmlElement take_one() {
    auto all = take();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? XmlElement() : all.front();
  }
  XmlElement ask(const XmlElement& iq) {
    take();
    say(iq);
    return take_one();
  }
  bool open() const { return domain_.is_open(stream_); }
  void leave() { domain_.close(stream_); }

  // Anonymous login and binding; the address.
  std::string log_in() {
    say(xmpp::auth_anonymous());
    domain_.restart(stream_);
    take();
    say(xmpp::iq_set("bind", "", xmpp::bind_request()));
    return jid_ = xmpp::read_bind(take_one());
  }
  const std::string& jid() const { return jid_; }

 private:
  XmppDomain& domain_;
  XmppDomain::StreamId stream_ = 0;
  std::vector<XmlElement> came_;
  std::string jid_;
};

}  // namespace meetlat::testing
