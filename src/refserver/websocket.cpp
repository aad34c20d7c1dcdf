#include "refserver/websocket.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <cstdint>
#include <deque>

namespace meetlat {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using Code = beast::error_code;

constexpr std::chrono::seconds kHandshake{30};
constexpr std::chrono::seconds kIdle{300};
constexpr std::size_t kMostQueued = std::size_t{8} << 20;  // holds the largest fault
constexpr std::uint64_t kMostSent = std::uint64_t{1} << 30;

class WsConnection : public std::enable_shared_from_this<WsConnection> {
 public:
  WsConnection(TlsStream stream, WsOptions options) : options_(std::move(options)), ws_(std::move(stream)) {
    ++*options_.connections;
    peer_ = options_.peer([this](std::string text) { queue(std::move(text)); });
  }
  ~WsConnection() {
    ending_ = true;
    peer_.reset();
    --*options_.connections;
  }
  WsConnection(const WsConnection&) = delete;
  WsConnection& operator=(const WsConnection&) = delete;

  void start() {
    tcp().expires_never();  // WebSocket has timers of its own
    ws_.set_option(websocket::stream_base::timeout{kHandshake, kIdle, false});
    ws_.set_option(
        websocket::stream_base::decorator([protocol = options_.protocol](websocket::response_type& response) {
          response.set(beast::http::field::server, "nginx");
          response.set(beast::http::field::sec_websocket_protocol, protocol);
        }));
    ws_.read_message_max(options_.most_message_bytes);
    ws_.auto_fragment(false);
    ws_.async_accept(options_.request, [me = shared_from_this()](Code code) {
      if (!code) me->read();
    });
  }

 private:
  beast::tcp_stream& tcp() { return beast::get_lowest_layer(ws_); }

  void read() {
    ws_.async_read(buffer_, [me = shared_from_this()](Code code, std::size_t) {
      if (code) return;
      const std::string bytes(static_cast<const char*>(me->buffer_.data().data()), me->buffer_.size());
      me->buffer_.consume(me->buffer_.size());
      me->peer_->on_message(bytes);
      me->write();
      if (!me->peer_->done()) me->read();
    });
  }

  void queue(std::string text) {
    if (ending_ || queued_ > kMostQueued) return;  // a client that does not read is cut off with the next write
    queued_ += text.size();
    out_.push_back(std::move(text));
    write();
  }

  void write() {
    if (writing_ || closing_) return;
    if (queued_ > kMostQueued) return tcp().close();
    if (out_.empty()) {
      if (peer_->done()) close();
      return;
    }
    writing_ = true;
    ws_.text(true);
    ws_.async_write(boost::asio::buffer(out_.front()), [me = shared_from_this()](Code code, std::size_t size) {
      me->writing_ = false;
      if (code) return me->tcp().close();
      me->queued_ -= me->out_.front().size();
      me->out_.pop_front();
      me->sent_ += size;
      std::string more = me->sent_ < kMostSent ? me->peer_->once_more() : std::string();
      if (!more.empty()) me->queue(std::move(more));
      me->write();
    });
  }

  void close() {
    closing_ = true;
    ws_.async_close(websocket::close_code::normal, [me = shared_from_this()](Code) {});
  }

  WsOptions options_;
  websocket::stream<TlsStream, false> ws_;
  beast::flat_buffer buffer_;
  std::deque<std::string> out_;
  std::size_t queued_ = 0;
  std::uint64_t sent_ = 0;
  bool writing_ = false;
  bool closing_ = false;
  bool ending_ = false;
  std::unique_ptr<WsPeer> peer_;
};

}  // namespace

void serve_websocket(TlsStream stream, WsOptions options) {
  std::make_shared<WsConnection>(std::move(stream), std::move(options))->start();
}

}  // namespace meetlat
