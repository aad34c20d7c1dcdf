#include "refserver/xmpp_service.h"

#include <utility>

#include "proto/xmpp.h"
#include "refserver/xmpp_faults.h"

namespace meetlat {
namespace {

Answer xml_answer(std::string body) {
  Answer answer;
  answer.headers = {{"Content-Type", "text/xml; charset=utf-8"}, {"Access-Control-Allow-Origin", "*"}};
  answer.body = std::move(body);
  return answer;
}

}  // namespace

XmppService::XmppService(std::shared_ptr<const Site> site, const SiteNames& names, XmppEnvironment environment)
    : site_(std::move(site)),
      domain_(site_->persona().xmpp, names.host, environment),
      bosh_(domain_, std::move(environment)) {}

std::optional<BoshService::Held> XmppService::post(std::string_view bytes, Ticks now, Reply reply) {
  Answer answer = xml_answer(fault_text(fault()));
  switch (fault()) {
    case XmppFault::kNone:
      break;
    case XmppFault::kWrongRid:
      if (bytes.find(" sid=") == std::string_view::npos) break;  // the first request is answered well
      answer.body = "<body xmlns='http://jabber.org/protocol/httpbind' type='terminate' condition='item-not-found'/>";
      reply(std::move(answer));
      return std::nullopt;
    case XmppFault::kEndless:
      answer.delivery = Answer::Delivery::kEndlessXml;
      reply(std::move(answer));
      return std::nullopt;
    case XmppFault::kSilence:
      answer.delivery = Answer::Delivery::kSilence;
      reply(std::move(answer));
      return std::nullopt;
    default:
      reply(std::move(answer));
      return std::nullopt;
  }
  return bosh_.post(bytes, now, [reply = std::move(reply)](std::string body) { reply(xml_answer(std::move(body))); });
}

Answer XmppService::conference_request(std::string_view body) {
  Answer answer = domain_.conference_request(body);
  flush();
  return answer;
}

void XmppService::sweep(Ticks now) {
  bosh_.sweep(now);
  domain_.sweep();
  flush();
}

void XmppService::drop_all() {
  domain_.drop_all();
  bosh_.drop_all();
}

// --- WebSocket

WsStream::WsStream(std::shared_ptr<XmppService> service, Send send)
    : service_(std::move(service)), send_(std::move(send)) {}

WsStream::~WsStream() {
  service_->domain().close(stream_);
  service_->flush();
}

std::string WsStream::once_more() const {
  return service_->fault() == XmppFault::kEndless ? endless_piece() : std::string();
}

void WsStream::misbehave() {
  const XmppFault fault = service_->fault();
  if (fault == XmppFault::kSilence) return;
  if (fault == XmppFault::kEndless) return send_(endless_piece());
  if (fault == XmppFault::kWrongRid) {
    send_(write_xml(xmpp::ws_close()));
    done_ = true;
    return;
  }
  send_(fault_text(fault));
}

void WsStream::open(const XmlElement& element) {
  const std::string to(element.attribute("to"));
  XmlElement answer = xmpp::ws_open({});
  answer.set("from", to).set("id", std::to_string(stream_ + 1)).set("xml:lang", "en");
  send_(write_xml(answer));
  if (stream_ != 0) return service_->domain().restart(stream_);
  stream_ = service_->domain().open(to, [this](const XmlElement& one) { send_(write_xml(one)); });
}

void WsStream::on_message(std::string_view bytes) {
  if (done_) return;
  if (service_->fault() != XmppFault::kNone) return misbehave();
  XmlLimits limits;
  limits.bytes = kMostStanzaBytes;
  const auto element = parse_xml(bytes, limits);
  const bool opens = element && element->is("open", xmpp::kFramingNs);
  if (!element || (!opened_ && !opens)) {
    XmlElement error("error", std::string(xmpp::kStreamsNs));
    error.prefix = "stream";
    error.add(XmlElement(element ? "invalid-namespace" : "not-well-formed", std::string(xmpp::kStreamErrorNs)));
    send_(write_xml(error));
    done_ = true;
  } else if (opens) {
    opened_ = true;
    open(*element);
  } else if (element->is("close", xmpp::kFramingNs)) {
    done_ = true;
  } else {
    service_->domain().receive(stream_, *element);
  }
  if (done_ || !service_->domain().is_open(stream_)) {
    service_->domain().close(stream_);
    send_(write_xml(xmpp::ws_close()));
    done_ = true;
  }
  service_->flush();
}

}  // namespace meetlat
