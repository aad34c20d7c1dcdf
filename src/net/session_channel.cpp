// What a Session sends beside GETs: single POSTs, and WebSockets whose messages count as bytes of the target.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "net/host_gate.h"
#include "net/redact.h"
#include "net/session.h"
#include "net/session_memo.h"

namespace meetlat {

// Holds every operation to the limits of the Session that opened the channel.
class MeteredChannel : public WsChannel {
 public:
  MeteredChannel(Session& session, std::unique_ptr<WsChannel> channel)
      : session_(session), channel_(std::move(channel)) {}
  ~MeteredChannel() override { count(); }

  Result<void> send(std::string_view text, Ticks deadline) override {
    return channel_->send(text, std::min(deadline, session_.request_deadline()));
  }
  Result<std::string> receive(Ticks deadline) override {
    if (session_.bytes_ >= session_.limits_.max_host_bytes) {
      return fail(ErrorCode::kBudgetExhausted,
                  fmt::format("{} bytes from {} are enough", session_.bytes_, session_.target_.id));
    }
    Result<std::string> text = channel_->receive(std::min(deadline, session_.request_deadline()));
    count();
    return text;
  }
  void close(Ticks deadline) override { channel_->close(std::min(deadline, session_.request_deadline())); }
  std::uint64_t wire_bytes() const noexcept override { return channel_->wire_bytes(); }
  const std::string& peer() const noexcept override { return channel_->peer(); }
  bool certificate_verified() const noexcept override { return channel_->certificate_verified(); }

 private:
  void count() {
    session_.bytes_ += channel_->wire_bytes() - counted_;
    counted_ = channel_->wire_bytes();
  }

  Session& session_;
  std::unique_ptr<WsChannel> channel_;
  std::uint64_t counted_ = 0;
};

Result<ExchangePtr> Session::post(const Url& url, const std::string& body, const PostOptions& options) {
  Ask ask;
  ask.url = url;
  ask.max_body = options.max_body == 0 ? limits_.max_body : std::min(options.max_body, limits_.max_body);
  ask.body = &body;
  ask.content_type = options.content_type;
  ask.what = options.what;
  const Instant at = clock_.now();
  Result<HttpAnswer> answer = one_exchange(ask);
  if (!answer) return fail(answer.error());
  return to_exchange(url, at, *std::move(answer));
}

Result<std::unique_ptr<WsChannel>> Session::websocket(const Url& url, const WsOptions& options) {
  if (const Result<void> web = is_web(); !web) return fail(web.error());
  const Result<std::vector<Way>> ways = ways_to(url.host());
  if (!ways) return fail(ways.error());
  const std::string what = fmt::format("WebSocket {}", redact_url(url.str()));
  if (ways->front().by_name) {
    return fail(ErrorCode::kUnsupported, what + ": not through --proxy");
  }
  std::optional<Error> first_error;
  for (std::size_t i = 0; i < ways->size(); ++i) {
    const Way& way = (*ways)[i];
    Result<void> may =
        gate_.enter(way.gate_key, registrable_domain(url.host()), HostGate::Kind::kPage, deadline_, stop_);
    if (may) may = charge(what);
    if (!may) return fail(first_error ? *first_error : may.error());
    const std::chrono::milliseconds limit = connect_timeout(i + 1 < ways->size());
    Ticks deadline = request_deadline();
    if (limit > std::chrono::milliseconds{0}) deadline = std::min(deadline, std::chrono::steady_clock::now() + limit);
    const Ticks started = std::chrono::steady_clock::now();
    const Instant at = clock_.now();
    WsRequest request{
        url, way.address, options.subprotocol, options.origin, url.host() != target_.base.host(), options.max_message};
    Result<std::unique_ptr<WsChannel>> channel = transport_->open_websocket(request, deadline);
    record("websocket", what, channel ? "101 open" : describe(channel.error()),
           channel ? (*channel)->peer() : std::string{}, 0, started, at);
    if (channel) {
      memo_->good_address[url.host()] = way.address;
      return std::unique_ptr<WsChannel>(std::make_unique<MeteredChannel>(*this, *std::move(channel)));
    }
    const ErrorCode code = channel.error().code;
    if (!first_error) first_error = channel.error();
    if (code != ErrorCode::kConnectionRefused && code != ErrorCode::kUnreachable && code != ErrorCode::kTimedOut) break;
  }
  return fail(*first_error);
}

}  // namespace meetlat
