// The XMPP server of one host with its transports: what an HTTP connection hands over and gets back.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "refserver/bosh.h"
#include "refserver/persona.h"
#include "refserver/site.h"
#include "refserver/xmpp_domain.h"

namespace meetlat {

class XmppService {
 public:
  // `site` is kept, since it holds the persona.
  XmppService(std::shared_ptr<const Site> site, const SiteNames& names, XmppEnvironment environment);

  using Reply = std::function<void(Answer)>;
  // A POST of BOSH; as BoshService::post.
  std::optional<BoshService::Held> post(std::string_view bytes, Ticks now, Reply reply);
  void expire(const BoshService::Held& held) { bosh_.expire(held); }
  Answer conference_request(std::string_view body);
  void sweep(Ticks now);
  void drop_all();                     // before the connections go: nobody is told anything any more
  void flush() { bosh_.flush_all(); }  // after a WebSocket client said something
  XmppDomain& domain() noexcept { return domain_; }
  XmppFault fault() const noexcept { return site_->persona().xmpp.fault; }

 private:
  std::shared_ptr<const Site> site_;
  XmppDomain domain_;
  BoshService bosh_;
};

// The client's side of one WebSocket connection (RFC 7395): messages in, messages out. Pure.
class WsStream {
 public:
  using Send = std::function<void(std::string)>;
  WsStream(std::shared_ptr<XmppService> service, Send send);
  ~WsStream();
  WsStream(const WsStream&) = delete;
  WsStream& operator=(const WsStream&) = delete;

  void on_message(std::string_view bytes);
  // What is sent after each message that was sent; "" unless the persona is endless.
  std::string once_more() const;
  bool done() const noexcept { return done_; }  // the connection is to be closed when all was sent

 private:
  void open(const XmlElement& element);
  void misbehave();

  std::shared_ptr<XmppService> service_;
  Send send_;
  XmppDomain::StreamId stream_ = 0;
  bool opened_ = false;
  bool done_ = false;
};

}  // namespace meetlat
