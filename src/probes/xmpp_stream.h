// A conversation with an XMPP server through one Session: BOSH or WebSocket, the same to those who ask. Everything that
// comes in is bounded: stanzas, bytes, seconds, requests.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/url.h"
#include "net/session.h"
#include "proto/xmpp.h"

namespace meetlat::probes {

// How stanzas travel. Owned by one XmppStream.
class XmppWire {
 public:
  virtual ~XmppWire() = default;
  // A new stream to that domain; `restart` after a login. What comes first is left to receive().
  virtual Result<void> open(const std::string& domain, bool restart) = 0;
  virtual Result<void> send(const std::vector<XmlElement>& stanzas, std::string_view what) = 0;
  // What came in next; may be empty when nothing came for a while. kConnectionReset: the stream is over.
  virtual Result<std::vector<XmlElement>> receive(Ticks deadline) = 0;
  // Ends the stream politely, with `last` before it.
  virtual void close(const std::vector<XmlElement>& last) = 0;
  virtual const Url& url() const noexcept = 0;
  virtual bool is_bosh() const noexcept = 0;
};

std::unique_ptr<XmppWire> bosh_wire(Session& session, const Url& url);
std::unique_ptr<XmppWire> websocket_wire(Session& session, const Url& url);

class XmppStream {
 public:
  XmppStream(Session& session, std::unique_ptr<XmppWire> wire);
  ~XmppStream();
  XmppStream(const XmppStream&) = delete;
  XmppStream& operator=(const XmppStream&) = delete;

  // The server's features before any login. kHttpStatus, kNotUnderstood (an answer that is no XMPP), kConnectionReset
  // (the server ended the stream; the context says why), kTooLarge, and those of Session.
  Result<xmpp::StreamFeatures> open(const std::string& domain);
  // Anonymous login and binding. kNotAttempted: the server refused the login for good, with the condition.
  Result<void> log_in();
  // Sends the requests together and waits for their answers, which are in the same order; nullopt where none came.
  // Fails when the stream broke before any answer came. Requests need ids of their own.
  Result<std::vector<std::optional<XmlElement>>> ask(const std::vector<XmlElement>& requests, std::string_view what);
  Result<void> send(XmlElement stanza, std::string_view what);
  // Takes in stanzas until one fits (which is returned), or the time is over (nullopt).
  Result<std::optional<XmlElement>> wait_for(const std::function<bool(const XmlElement&)>& fits,
                                             std::chrono::milliseconds patience);
  // Stanzas that nobody asked for, in order; at most 200.
  const std::vector<XmlElement>& strays() const noexcept { return strays_; }
  std::string next_id();
  void close(const std::vector<XmlElement>& last = {});
  const Url& url() const noexcept { return wire_->url(); }
  bool is_bosh() const noexcept { return wire_->is_bosh(); }
  const std::string& jid() const noexcept { return jid_; }

 private:
  // Takes in what comes next into the inbox.
  Result<void> take_in(Ticks deadline);
  std::optional<XmlElement> pop(const std::function<bool(const XmlElement&)>& fits);
  Result<xmpp::StreamFeatures> features(Ticks deadline);

  Session& session_;
  std::unique_ptr<XmppWire> wire_;
  std::vector<XmlElement> inbox_;
  std::vector<XmlElement> strays_;
  std::string domain_;
  std::string jid_;
  int ids_ = 0;
  int taken_ = 0;  // stanzas so far
  bool open_ = false;
};

}  // namespace meetlat::probes
