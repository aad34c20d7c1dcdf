// The only file with Beast's WebSocket: it takes a compiler most of a minute.
#include "net/ws_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <optional>
#include <utility>

#include "base/text.h"
#include "net/guarded_stream.h"

namespace meetlat {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using Code = boost::system::error_code;

// What a peer may send beside the message itself (control frames, an answer that declines) during one operation.
constexpr std::uint64_t kSlack = 64 << 10;

// Our connection in the shape that Beast asks for. What went wrong is kept in our own words.
class Layer {
 public:
  using executor_type = asio::io_context::executor_type;

  Layer(asio::io_context& io, std::unique_ptr<GuardedStream> stream) : io_(io), stream_(std::move(stream)) {}

  executor_type get_executor() noexcept { return io_.get_executor(); }
  // Before each operation.
  void begin(Ticks deadline, std::uint64_t most) {
    deadline_ = deadline;
    most_ = stream_->received_bytes() + most;
    error_.reset();
  }
  const std::optional<Error>& error() const noexcept { return error_; }
  GuardedStream& stream() noexcept { return *stream_; }
  const GuardedStream& stream() const noexcept { return *stream_; }
  // The beginning of what came first: "HTTP/1.1 404". Beast does not hand out the answer when it declines.
  const std::string& first_bytes() const noexcept { return first_; }

  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, Code& code) {
    code = {};
    for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers); ++at) {
      const asio::mutable_buffer buffer = *at;
      if (buffer.size() == 0) continue;
      if (stream_->received_bytes() > most_) {
        return give_up({ErrorCode::kTooLarge, stream_->peer() + ": more bytes than a message may have"}, code);
      }
      const Result<std::size_t> got = stream_->read_some(static_cast<char*>(buffer.data()), buffer.size(), deadline_);
      if (!got) return give_up(got.error(), code);
      if (*got == 0) return give_up({ErrorCode::kConnectionReset, stream_->peer() + ": closed"}, code);
      constexpr std::size_t kStatusEnd = 12;
      first_.append(static_cast<const char*>(buffer.data()),
                    std::min(*got, kStatusEnd - std::min(kStatusEnd, first_.size())));
      return *got;
    }
    return 0;
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, Code& code) {
    code = {};
    std::size_t total = 0;
    for (auto at = asio::buffer_sequence_begin(buffers); at != asio::buffer_sequence_end(buffers); ++at) {
      const asio::const_buffer buffer = *at;
      const Result<void> sent = stream_->write({static_cast<const char*>(buffer.data()), buffer.size()}, deadline_);
      if (!sent) return give_up(sent.error(), code);
      total += buffer.size();
    }
    return total;
  }
  // Beast's concepts ask for the throwing forms as well; nobody calls them.
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers) {
    Code code;
    return read_some(buffers, code);
  }
  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    Code code;
    return write_some(buffers, code);
  }

  // Found by Beast when the closing frames were exchanged.
  friend void teardown(beast::role_type, Layer& layer, Code& code) {
    layer.stream_->shut_down(layer.deadline_);
    code = {};
  }

 private:
  std::size_t give_up(Error error, Code& code) {
    error_ = std::move(error);
    code = asio::error::connection_aborted;
    return 0;
  }

  asio::io_context& io_;
  std::unique_ptr<GuardedStream> stream_;
  Ticks deadline_{};
  std::uint64_t most_ = 0;
  std::optional<Error> error_;
  std::string first_;
};

class BeastChannel : public WsChannel {
 public:
  explicit BeastChannel(std::unique_ptr<GuardedStream> stream, const WsRequest& request)
      : ws_(io_, std::move(stream)), most_(request.max_message + kSlack) {
    ws_.read_message_max(request.max_message);
  }

  Result<void> shake_hands(const WsRequest& request, const std::string& user_agent, Ticks deadline) {
    ws_.next_layer().begin(deadline, most_);
    ws_.set_option(websocket::stream_base::decorator([&](websocket::request_type& head) {
      head.set(http::field::user_agent, user_agent);
      if (!request.origin.empty()) head.set(http::field::origin, request.origin);
      if (!request.subprotocol.empty()) head.set(http::field::sec_websocket_protocol, request.subprotocol);
    }));
    std::string target = request.url.path();
    if (!request.url.query().empty()) target += "?" + request.url.query();
    websocket::response_type answer;
    Code code;
    ws_.handshake(answer, request.url.authority(), target, code);
    ws_.set_option(websocket::stream_base::decorator([](websocket::request_type&) {}));  // its references end here
    if (code == websocket::error::upgrade_declined) {
      const std::string& line = ws_.next_layer().first_bytes();
      return fail(ErrorCode::kHttpStatus,
                  fmt::format("{}: status {}", where(), excerpt(line.substr(line.rfind(' ') + 1))));
    }
    if (code) return fail(error_of(code));
    const auto chosen = answer.find(http::field::sec_websocket_protocol);
    const bool agreed = request.subprotocol.empty() ||
                        (chosen != answer.end() &&
                         std::string_view(chosen->value().data(), chosen->value().size()) == request.subprotocol);
    if (!agreed) return fail(ErrorCode::kHttpProtocol, fmt::format("{}: not for {}", where(), request.subprotocol));
    ws_.text(true);
    return {};
  }

  Result<void> send(std::string_view text, Ticks deadline) override {
    ws_.next_layer().begin(deadline, most_);
    Code code;
    ws_.write(asio::buffer(text.data(), text.size()), code);
    if (code) return fail(error_of(code));
    return {};
  }

  Result<std::string> receive(Ticks deadline) override {
    ws_.next_layer().begin(deadline, most_);
    beast::flat_buffer buffer;
    Code code;
    ws_.read(buffer, code);
    if (code) return fail(error_of(code));
    if (!ws_.got_text()) return fail(ErrorCode::kHttpProtocol, where() + ": a binary message");
    const asio::const_buffer data = buffer.data();
    return std::string(static_cast<const char*>(data.data()), data.size());
  }

  void close(Ticks deadline) override {
    ws_.next_layer().begin(deadline, most_);
    Code code;
    ws_.close(websocket::close_code::normal, code);
  }

  std::uint64_t wire_bytes() const noexcept override { return ws_.next_layer().stream().received_bytes(); }
  const std::string& peer() const noexcept override { return ws_.next_layer().stream().peer(); }
  bool certificate_verified() const noexcept override { return ws_.next_layer().stream().certificate_verified(); }

 private:
  std::string where() const { return "WebSocket to " + peer(); }

  Error error_of(const Code& code) const {
    if (ws_.next_layer().error()) return *ws_.next_layer().error();
    if (code == websocket::error::closed) return {ErrorCode::kConnectionReset, where() + ": closed by the server"};
    if (code == websocket::error::message_too_big || code == websocket::error::buffer_overflow) {
      return {ErrorCode::kTooLarge, where() + ": a message that is too long"};
    }
    return {ErrorCode::kHttpProtocol, fmt::format("{}: {}", where(), excerpt(code.message(), 100))};
  }

  asio::io_context io_;
  websocket::stream<Layer> ws_;
  const std::uint64_t most_;
};

}  // namespace

Result<std::unique_ptr<WsChannel>> open_ws_channel(const WsRequest& request, const WsClientOptions& options,
                                                   Ticks deadline, std::stop_token stop) {
  StreamOptions connection;
  connection.host = request.url.host();
  connection.port = request.url.port();
  connection.address = request.address;
  connection.tls = request.url.is_https();
  connection.verify = request.verify;
  connection.trust = options.trust;
  connection.guard = options.guard;
  Result<std::unique_ptr<GuardedStream>> stream = GuardedStream::connect(connection, deadline, std::move(stop));
  if (!stream) return fail(stream.error());
  try {
    auto channel = std::make_unique<BeastChannel>(*std::move(stream), request);
    if (Result<void> open = channel->shake_hands(request, options.user_agent, deadline); !open) {
      return fail(open.error());
    }
    return std::unique_ptr<WsChannel>(std::move(channel));
  } catch (const boost::system::system_error& error) {  // Asio's event loop, when there are no descriptors left
    return fail(ErrorCode::kIo, fmt::format("WebSocket: {}", error.what()));
  }
}

}  // namespace meetlat
