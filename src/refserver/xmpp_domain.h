// One persona's XMPP server: streams that log in, bind an address, ask about services and meet in rooms. Pure: elements
// in, elements out; transports (BOSH, WebSocket) frame them, and how time passes and what is random is given to it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "proto/xml.h"
#include "refserver/site.h"
#include "refserver/xmpp_names.h"
#include "refserver/xmpp_relay.h"
#include "refserver/xmpp_rooms.h"

namespace meetlat {

class XmppDomain {
 public:
  using StreamId = std::uint64_t;
  // Called with each element for that stream, at any time from open() until close(), mostly while somebody else's
  // stanza is received. It must not call the domain.
  using Deliver = std::function<void(const XmlElement&)>;

  // `host` is what {{host}} stands for in the persona.
  XmppDomain(const PersonaXmpp& persona, const std::string& host, XmppEnvironment environment);
  XmppDomain(const XmppDomain&) = delete;
  XmppDomain& operator=(const XmppDomain&) = delete;

  // A new stream; its features are delivered before this returns. 0 when there is no such domain or there are too many
  // streams, after a stream error was delivered.
  StreamId open(std::string_view to, Deliver deliver);
  void restart(StreamId stream);  // after login: features again
  // An element of that client. After a stream error, which is delivered, the stream is not open any more.
  void receive(StreamId stream, const XmlElement& element);
  void close(StreamId stream);  // leaves its rooms; unknown streams are ignored
  // Forgets all streams. Nobody is told, so that what they deliver to may be half gone already.
  void drop_all();
  bool is_open(StreamId stream) const { return streams_.contains(stream); }

  Answer conference_request(std::string_view body);  // POST /conference-request/v1
  void sweep();                                      // from time to time

  const XmppNames& names() const noexcept { return names_; }
  const PersonaXmpp& persona() const noexcept { return persona_; }
  XmppRooms& rooms() noexcept { return rooms_; }

 private:
  struct Stream {
    enum class State { kNew, kLoggedIn, kReady, kBound };
    State state = State::kNew;
    std::string domain;
    std::string jid;  // when bound
    int failures = 0;
    Deliver deliver;
  };

  void features(const Stream& stream) const;
  std::vector<std::string> mechanisms(const std::string& domain) const;
  void end(StreamId id, std::string_view condition);
  void on_auth(StreamId id, Stream& stream, const XmlElement& auth);
  void on_unbound(StreamId id, Stream& stream, const XmlElement& element);
  void route(Stream& stream, const XmlElement& stanza);
  void on_server(const Stream& stream, const XmlElement& stanza);
  void on_focus(const Stream& stream, const XmlElement& stanza);
  void on_component(const Stream& stream, const XmlElement& stanza, const XmppComponent& component);
  void on_lobby(const Stream& stream, const XmlElement& stanza);
  void send(const std::string& jid, const XmlElement& element) const;
  void send_from_lobby(const std::string& jid, const XmlElement& element) const;
  void push_metadata(const XmppRoom& room, const XmppOccupant& occupant) const;
  XmlElement server_info() const;
  XmlElement server_items() const;

  const PersonaXmpp& persona_;
  const std::string host_;
  XmppNames names_;
  XmppEnvironment environment_;
  std::string turn_secret_;
  XmppRooms rooms_;
  XmppRooms lobby_;
  std::map<StreamId, Stream> streams_;
  std::map<std::string, StreamId, std::less<>> bound_;  // by full address
  StreamId last_ = 0;
};

}  // namespace meetlat
