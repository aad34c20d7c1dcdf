// Takes a TLS connection over from HTTP and speaks WebSocket on it. Internal to refserver: it includes Beast's HTTP.
// Beast's WebSocket is in websocket.cpp alone, because it takes long to compile; that is also why this header knows
// nothing of XMPP, and why there is no WebSocket over plain HTTP, which no browser would open from an https page.
#pragma once

#define BOOST_ASIO_DISABLE_CO_AWAIT
#include <utility>  // Asio 1.74 needs it and forgets it

#include <atomic>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace meetlat {

using PlainStream = boost::beast::tcp_stream;
using TlsStream = boost::beast::ssl_stream<boost::beast::tcp_stream>;
using WsRequest = boost::beast::http::request<boost::beast::http::string_body>;

// Who is at this end of a WebSocket: text messages in, text messages out.
class WsPeer {
 public:
  using Send = std::function<void(std::string)>;  // may be called at any time, also by its destructor
  virtual ~WsPeer() = default;
  virtual void on_message(std::string_view bytes) = 0;
  virtual bool done() const = 0;        // close when all was sent
  virtual std::string once_more() = 0;  // what is sent after each message that was sent; "" = nothing, as it should be
};

struct WsOptions {
  WsRequest request;  // an upgrade to WebSocket
  std::string protocol;
  std::size_t most_message_bytes = 0;               // of what comes in
  std::atomic<std::size_t>* connections = nullptr;  // counts this one while it lives
  std::function<std::unique_ptr<WsPeer>(WsPeer::Send)> peer;
};
// The connection lives in the io_context until it is done.
void serve_websocket(TlsStream stream, WsOptions options);

}  // namespace meetlat
