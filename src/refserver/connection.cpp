// The only place that includes Boost.Beast's HTTP. One Connection lives as long as its pending operation holds it.
#include <utility>

#include "refserver/core.h"
// Beast comes after core.h, which readies Asio for it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "base/text.h"
#include "refserver/compress.h"
#include "refserver/websocket.h"
#include "refserver/xmpp_faults.h"

namespace meetlat {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Code = beast::error_code;

constexpr std::chrono::seconds kIdle{30};         // for a handshake, a request, an answer
constexpr std::chrono::minutes kHostileLife{10};  // for deliveries that would never end
constexpr std::uint32_t kMaxHeader = 16U << 10;
constexpr std::uint64_t kMaxBody = kMostStanzaBytes;
constexpr int kMaxRequests = 1000;      // of one connection
constexpr std::size_t kGzipFrom = 512;  // as the packaged nginx configuration has it
constexpr std::uint64_t kMaxEndless = std::uint64_t{1} << 30;

// "Mon, 23 Nov 2026 06:00:00 GMT", in English whatever the locale is
std::string http_date() {
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::chrono::system_clock::to_time_t(Clock::system().now());
  std::tm utc{};
  if (gmtime_r(&now, &utc) == nullptr) return {};
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays.at(static_cast<std::size_t>(utc.tm_wday)),
                     utc.tm_mday, kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                     utc.tm_min, utc.tm_sec);
}

// "meet.example:8443" -> "meet.example"
std::string host_part(std::string_view value) {
  const auto colon = value.rfind(':');
  if (colon != std::string_view::npos && value.find(']', colon) == std::string_view::npos)
    value = value.substr(0, colon);
  if (value.ends_with('.')) value.remove_suffix(1);
  return to_lower(value);
}

class XmppPeer final : public WsPeer {
 public:
  XmppPeer(std::shared_ptr<XmppService> service, Send send) : stream_(std::move(service), std::move(send)) {}
  void on_message(std::string_view bytes) override { stream_.on_message(bytes); }
  bool done() const override { return stream_.done(); }
  std::string once_more() override { return stream_.once_more(); }

 private:
  WsStream stream_;
};

template <class Stream>
class Connection : public std::enable_shared_from_this<Connection<Stream>> {
 public:
  static constexpr bool kTls = std::is_same_v<Stream, TlsStream>;

  Connection(asio::ip::tcp::socket socket, Core& core, std::size_t host_index)
      : core_(core), host_index_(host_index), stream_(make(std::move(socket), core)), timer_(stream_.get_executor()) {
    ++core_.connections;
  }
  ~Connection() { --core_.connections; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start() {
    if constexpr (kTls) {
      set_listener(stream_.native_handle(), host_index_);
      after(core_.options.latency, [this] { handshake(); });
    } else {
      read();
    }
  }

 private:
  static Stream make(asio::ip::tcp::socket socket, Core& core) {
    if constexpr (kTls) {
      return Stream(std::move(socket), core.tls);
    } else {
      (void)core;
      return Stream(std::move(socket));
    }
  }
  auto self() { return this->shared_from_this(); }
  beast::tcp_stream& tcp() { return beast::get_lowest_layer(stream_); }

  void after(Milliseconds delay, std::function<void()> then) {
    if (delay.count() <= 0) return then();
    timer_.expires_after(delay);
    timer_.async_wait([me = self(), then = std::move(then)](Code code) {
      if (!code) then();
    });
  }

  void handshake() {
    if constexpr (kTls) {
      tcp().expires_after(kIdle);
      stream_.async_handshake(asio::ssl::stream_base::server, [me = self()](Code code) {
        if (!code) me->read();
      });
    }
  }

  void read() {
    if (++served_ > kMaxRequests) return close();
    parser_.emplace();
    parser_->header_limit(kMaxHeader);
    parser_->body_limit(kMaxBody);
    tcp().expires_after(kIdle);
    http::async_read(stream_, buffer_, *parser_, [me = self()](Code code, std::size_t) { me->on_request(code); });
  }

  void on_request(Code code) {
    if (code == http::error::end_of_stream) return close();
    if (code) {
      // A malformed or oversized request gets one answer; anything else is a broken connection.
      const bool malformed = code.category() == make_error_code(http::error::bad_method).category() &&
                             code != http::error::partial_message;
      if (!malformed) return;
      Answer answer;
      answer.status = 400;
      answer.headers = {{"Server", "nginx"}, {"Content-Type", "text/html"}};
      answer.body = "<html><body><h1>400 Bad Request</h1></body></html>\n";
      keep_alive_ = false;
      return deliver(std::move(answer), false);
    }
    const auto& request = parser_->get();
    const std::string target(request.target().data(), request.target().size());
    const std::string host = host_part({request[http::field::host].data(), request[http::field::host].size()});
    const auto [entry, at] = core_.find(host, host_index_);
    const std::string method(request.method_string().data(), request.method_string().size());
    const std::string path = target.starts_with('/') ? target.substr(0, target.find_first_of("?#")) : std::string("/");
    const SiteRequest asked{kTls, at, method, path};
    keep_alive_ = request.keep_alive();
    const auto accepted = request[http::field::accept_encoding];
    gzip_ = entry->site->persona().http.gzip && core_.options.simulate == 0 &&
            icontains({accepted.data(), accepted.size()}, "gzip");
    ++core_.requests;
    const auto delay = core_.options.latency + Milliseconds(entry->site->persona().http.latency_ms);
    const auto report = [&](int status) {
      if (!core_.options.on_request) return;
      core_.options.on_request(ServedRequest{std::chrono::steady_clock::now(), core_.hosts[host_index_].address, host,
                                             kTls, method, target, status});
    };
    const XmppDoor door = entry->site->xmpp_door(asked);
    if (door == XmppDoor::kBosh) {
      report(200);
      return after(delay, [this, service = core_.xmpp_of(*entry)] { post_bosh(service); });
    }
    if (door == XmppDoor::kWebSocket && beast::websocket::is_upgrade(request)) {
      const bool xmpp = offers_xmpp();
      report(xmpp ? 101 : 501);
      if (xmpp) return after(delay, [this, service = core_.xmpp_of(*entry)] { upgrade(service); });
      return deliver(plain_text(501, "This server speaks the WebSocket subprotocol \"xmpp\" only.\n"), false);
    }
    Answer answer = door == XmppDoor::kConferenceRequest ? core_.xmpp_of(*entry)->conference_request(request.body())
                                                         : entry->site->answer(asked, entry->names);
    report(answer.status);
    const bool head = request.method() == http::verb::head;
    auto shared = std::make_shared<Answer>(std::move(answer));
    after(delay, [this, shared, head] { deliver(std::move(*shared), head); });
  }

  static Answer plain_text(int status, std::string body) {
    Answer answer;
    answer.status = status;
    answer.headers = {{"Server", "nginx"}, {"Content-Type", "text/plain"}};
    answer.body = std::move(body);
    return answer;
  }

  // The answer comes when there is something to say, at the latest when the wait that was agreed on is over.
  void post_bosh(const std::shared_ptr<XmppService>& service) {
    const auto held =
        service->post(parser_->get().body(), std::chrono::steady_clock::now(), [me = self()](Answer answer) {
          me->timer_.cancel();
          answer.headers.emplace_back("Server", "nginx");
          me->deliver(std::move(answer), false);
        });
    if (!held) return;
    timer_.expires_after(held->wait);
    timer_.async_wait([me = self(), service, held = *held](Code code) {
      if (!code) service->expire(held);
    });
  }

  bool offers_xmpp() const {
    const auto offered = parser_->get()[http::field::sec_websocket_protocol];
    const auto names = split({offered.data(), offered.size()}, ',');
    return std::ranges::any_of(names, [](const std::string& name) { return trim(name) == "xmpp"; });
  }

  void upgrade(const std::shared_ptr<XmppService>& service) {
    if constexpr (kTls) {
      WsOptions options;
      options.request = parser_->release();
      options.protocol = "xmpp";
      options.most_message_bytes = kMostStanzaBytes;
      options.connections = &core_.connections;
      options.peer = [service](WsPeer::Send send) { return std::make_unique<XmppPeer>(service, std::move(send)); };
      serve_websocket(std::move(stream_), std::move(options));
    } else {
      (void)service;  // the site opens this door over TLS only
    }
  }

  void deliver(Answer answer, bool head) {
    switch (answer.delivery) {
      case Answer::Delivery::kWhole:
        return write(std::move(answer), head);
      case Answer::Delivery::kSilence:
        return after(kHostileLife, [this] { close(); });
      case Answer::Delivery::kReset:
        return reset();
      case Answer::Delivery::kDrip:
        return drip(answer.every_ms, 0, static_cast<std::size_t>(kHostileLife / Milliseconds(answer.every_ms)));
      case Answer::Delivery::kEndless:
        raw_ =
            "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<!DOCTYPE html>";
        return pour(std::string(std::size_t{16} << 10, 'z'), 0);
      case Answer::Delivery::kEndlessXml:
        raw_ =
            "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/xml; charset=utf-8\r\nConnection: close\r\n\r\n" +
            endless_beginning();
        return pour(endless_piece(), 0);
      case Answer::Delivery::kHeaderFlood: {
        raw_ = "HTTP/1.1 200 OK\r\nServer: nginx\r\n";
        std::string lines;
        for (int i = 0; i < 128; ++i) lines += "X-Flood: " + std::string(100, 'f') + "\r\n";
        return pour(std::move(lines), 0);
      }
      case Answer::Delivery::kTruncated:
        raw_ = "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n" +
               std::string(1000, 't');
        tcp().expires_after(kIdle);
        return asio::async_write(stream_, asio::buffer(raw_), [me = self()](Code, std::size_t) { me->tcp().close(); });
    }
  }

  void write(Answer answer, bool head) {
    if (gzip_ && !answer.compressed && answer.body.size() >= kGzipFrom && answer.delivery == Answer::Delivery::kWhole) {
      answer.body = gzip(answer.body);
      answer.headers.emplace_back("Content-Encoding", "gzip");
      answer.headers.emplace_back("Vary", "Accept-Encoding");
    }
    response_.emplace();
    auto& response = *response_;
    response.version(11);
    response.result(static_cast<unsigned>(answer.status));
    response.set(http::field::date, http_date());
    for (const auto& [name, value] : answer.headers) response.insert(name, value);
    response.keep_alive(keep_alive_);
    if (head) {
      response.content_length(answer.body.size());
    } else {
      response.body() = std::move(answer.body);
      response.prepare_payload();
    }
    tcp().expires_after(kIdle);
    serializer_.emplace(response);
    const auto done = [me = self()](Code code, std::size_t) {
      if (code) return;
      me->keep_alive_ ? me->read() : me->close();
    };
    if (head) {
      http::async_write_header(stream_, *serializer_, done);
    } else {
      http::async_write(stream_, *serializer_, done);
    }
  }

  // One byte at a time: an answer that keeps beginning.
  void drip(int every_ms, std::size_t at, std::size_t end) {
    static constexpr std::string_view kBegin = "HTTP/1.1 200 OK\r\nServer: nginx\r\nX-Slow: ";
    raw_ = at < kBegin.size() ? kBegin[at] : 's';
    tcp().expires_after(kIdle);
    asio::async_write(stream_, asio::buffer(raw_), [me = self(), every_ms, at, end](Code code, std::size_t) {
      if (code || at >= end) return;
      me->after(Milliseconds(every_ms), [raw = me.get(), every_ms, at, end] { raw->drip(every_ms, at + 1, end); });
    });
  }

  // raw_, then the block again and again for as long as somebody reads.
  void pour(std::string block, std::uint64_t sent) {
    tcp().expires_after(kIdle);
    asio::async_write(stream_, asio::buffer(raw_),
                      [me = self(), block = std::move(block), sent](Code code, std::size_t n) {
                        if (code || sent + n > kMaxEndless) return;
                        me->raw_ = block;
                        me->pour(block, sent + n);
                      });
  }

  void reset() {
    Code ignored;
    tcp().socket().set_option(asio::socket_base::linger(true, 0), ignored);
    tcp().socket().close(ignored);
  }

  void close() {
    tcp().expires_after(std::chrono::seconds(5));
    if constexpr (kTls) {
      stream_.async_shutdown([me = self()](Code) { me->tcp().close(); });
    } else {
      Code ignored;
      tcp().socket().shutdown(asio::socket_base::shutdown_send, ignored);
    }
  }

  Core& core_;
  const std::size_t host_index_;
  Stream stream_;
  asio::steady_timer timer_;
  beast::flat_buffer buffer_{kMaxHeader + kMaxBody};
  std::optional<http::request_parser<http::string_body>> parser_;
  std::optional<http::response<http::string_body>> response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  std::string raw_;
  bool keep_alive_ = false;
  bool gzip_ = false;
  int served_ = 0;
};

}  // namespace

void serve_connection(asio::ip::tcp::socket socket, Core& core, std::size_t host_index, bool tls) {
  if (tls) {
    std::make_shared<Connection<TlsStream>>(std::move(socket), core, host_index)->start();
  } else {
    std::make_shared<Connection<PlainStream>>(std::move(socket), core, host_index)->start();
  }
}

}  // namespace meetlat
