#include "probes/xmpp_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

#include "base/text.h"

namespace meetlat::probes {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kMaxStanzas = 500;         // of one stream
constexpr std::size_t kMaxStrays = 200;  // that are kept
constexpr int kMaxPosts = 20;            // of one stream by BOSH
constexpr seconds kStep{10};             // one question and its answers
constexpr int kBoshWait = 4;             // seconds that the server may keep a request of ours
constexpr std::size_t kMaxAnswer = std::size_t{512} << 10;

Ticks in(milliseconds time) {
  return std::chrono::steady_clock::now() + time;
}

class BoshWire : public XmppWire {
 public:
  BoshWire(Session& session, const Url& url) : session_(session), url_(url) {
    // Large, since servers take small steps only, and below 2^53 as XEP-0124 section 14.1 wants it.
    rid_ = std::uniform_int_distribution<std::int64_t>(1'000'000'000, 4'000'000'000'000)(random_);
  }

  Result<void> open(const std::string& domain, bool restart) override {
    if (restart) return exchange(xmpp::bosh_restart(sid_, ++rid_, domain), "restart");
    xmpp::BoshOpen open;
    open.to = domain;
    open.rid = rid_;
    open.wait_seconds = kBoshWait;
    if (Result<void> done = exchange(xmpp::bosh_open(open), "session request"); !done) return done;
    if (sid_.empty()) return fail(ErrorCode::kNotUnderstood, url_.str() + ": BOSH without a session");
    return {};
  }

  Result<void> send(const std::vector<XmlElement>& stanzas, std::string_view what) override {
    XmlElement body = xmpp::bosh_body(sid_, ++rid_);
    for (const XmlElement& stanza : stanzas) body.add(stanza);
    return exchange(body, what);
  }

  Result<std::vector<XmlElement>> receive(Ticks) override {
    if (inbox_.empty() && !over_) {
      if (Result<void> polled = exchange(xmpp::bosh_body(sid_, ++rid_), "waiting"); !polled) {
        return fail(polled.error());
      }
    }
    if (inbox_.empty() && over_) return fail(ErrorCode::kConnectionReset, url_.str() + ": " + ending_);
    return std::exchange(inbox_, {});
  }

  void close(const std::vector<XmlElement>& last) override {
    if (sid_.empty() || over_) return;
    XmlElement body = xmpp::bosh_terminate(sid_, ++rid_);
    for (const XmlElement& stanza : last) body.add(stanza);
    (void)exchange(body, "end of the session");
    over_ = true;
  }

  const Url& url() const noexcept override { return url_; }
  bool is_bosh() const noexcept override { return true; }

 private:
  Result<void> exchange(const XmlElement& body, std::string_view what) {
    if (over_) return fail(ErrorCode::kConnectionReset, url_.str() + ": " + ending_);
    if (++posts_ > kMaxPosts) return fail(ErrorCode::kBudgetExhausted, url_.str() + ": enough requests of one session");
    PostOptions options;
    options.content_type = "text/xml; charset=utf-8";
    options.what = what;
    options.max_body = kMaxAnswer;
    const Result<ExchangePtr> answer = session_.post(url_, write_xml(body), options);
    if (!answer) return fail(answer.error());
    if ((*answer)->truncated) return fail(ErrorCode::kTooLarge, url_.str() + ": a longer answer than anybody needs");
    if ((*answer)->status != 200) {
      return fail(ErrorCode::kHttpStatus, fmt::format("{}: status {}", url_.str(), (*answer)->status));
    }
    Result<xmpp::BoshBody> read = xmpp::read_bosh((*answer)->body);
    if (!read) {
      return fail(ErrorCode::kNotUnderstood, fmt::format("{}: {}, not BOSH ({})", url_.str(),
                                                         excerpt((*answer)->media_type(), 40), read.error().context));
    }
    if (sid_.empty()) sid_ = read->sid;
    if (read->terminate) {
      over_ = true;
      ending_ =
          read->condition.empty() ? "the server ended the session" : "the server ended the session: " + read->condition;
      const bool never_began = sid_.empty() && read->stanzas.empty();
      if (never_began) return fail(ErrorCode::kConnectionReset, url_.str() + ": " + ending_);
    }
    std::move(read->stanzas.begin(), read->stanzas.end(), std::back_inserter(inbox_));
    return {};
  }

  Session& session_;
  const Url url_;
  std::random_device random_;
  std::int64_t rid_ = 0;
  std::string sid_;
  std::vector<XmlElement> inbox_;
  std::string ending_ = "the session is over";
  bool over_ = false;
  int posts_ = 0;
};

class WebSocketWire : public XmppWire {
 public:
  WebSocketWire(Session& session, const Url& url) : session_(session), url_(url) {}

  Result<void> open(const std::string& domain, bool restart) override {
    if (!restart) {
      WsOptions options;
      options.subprotocol = "xmpp";
      options.origin = session_.target().base.origin();
      options.max_message = kMaxAnswer;
      Result<std::unique_ptr<WsChannel>> channel = session_.websocket(url_, options);
      if (!channel) return fail(channel.error());
      channel_ = *std::move(channel);
    }
    return channel_->send(write_xml(xmpp::ws_open(domain)), in(kStep));
  }

  Result<void> send(const std::vector<XmlElement>& stanzas, std::string_view) override {
    for (const XmlElement& stanza : stanzas) {
      if (Result<void> sent = channel_->send(write_xml(stanza), in(kStep)); !sent) return sent;
    }
    return {};
  }

  Result<std::vector<XmlElement>> receive(Ticks deadline) override {
    if (closing_) return fail(ErrorCode::kConnectionReset, url_.str() + ": the server ended the stream");
    Result<std::string> text = channel_->receive(deadline);
    if (!text) return fail(text.error());
    if (trim(*text).empty()) return std::vector<XmlElement>{};  // a keepalive (RFC 7395 section 3.8)
    Result<XmlElement> element = parse_xml(*text);
    if (!element) {
      return fail(ErrorCode::kNotUnderstood, fmt::format("{}: not XMPP ({})", url_.str(), element.error().context));
    }
    if (element->ns == xmpp::kFramingNs) {
      closing_ = element->name == "close";
      return std::vector<XmlElement>{};
    }
    return std::vector<XmlElement>{*std::move(element)};
  }

  void close(const std::vector<XmlElement>& last) override {
    if (channel_ == nullptr) return;
    std::vector<XmlElement> end = last;
    end.push_back(xmpp::ws_close());
    if (send(end, {})) {
      // The server's own good-bye comes before the connection may end (RFC 7395 section 3.6).
      const Ticks patience = in(milliseconds{2000});
      for (int i = 0; i < 50 && !closing_; ++i) {
        if (!receive(patience)) break;
      }
      channel_->close(in(milliseconds{2000}));
    }
    channel_.reset();
  }

  const Url& url() const noexcept override { return url_; }
  bool is_bosh() const noexcept override { return false; }

 private:
  Session& session_;
  const Url url_;
  std::unique_ptr<WsChannel> channel_;
  bool closing_ = false;
};

}  // namespace

std::unique_ptr<XmppWire> bosh_wire(Session& session, const Url& url) {
  return std::make_unique<BoshWire>(session, url);
}
std::unique_ptr<XmppWire> websocket_wire(Session& session, const Url& url) {
  return std::make_unique<WebSocketWire>(session, url);
}

XmppStream::XmppStream(Session& session, std::unique_ptr<XmppWire> wire) : session_(session), wire_(std::move(wire)) {}

XmppStream::~XmppStream() {
  close();
}

std::string XmppStream::next_id() {
  return fmt::format("q{}", ++ids_);
}

Result<void> XmppStream::take_in(Ticks deadline) {
  if (session_.cancelled()) return fail(ErrorCode::kCancelled, url().str());
  if (taken_ >= kMaxStanzas) return fail(ErrorCode::kTooLarge, url().str() + ": more stanzas than anybody needs");
  Result<std::vector<XmlElement>> came = wire_->receive(deadline);
  if (!came) return fail(came.error());
  taken_ += static_cast<int>(came->size()) + 1;  // empty answers count, too
  for (XmlElement& stanza : *came) {
    if (const std::optional<std::string> error = xmpp::read_stream_error(stanza)) {
      return fail(ErrorCode::kConnectionReset, fmt::format("{}: the server ended the stream: {}", url().str(), *error));
    }
    inbox_.push_back(std::move(stanza));
  }
  return {};
}

std::optional<XmlElement> XmppStream::pop(const std::function<bool(const XmlElement&)>& fits) {
  for (std::size_t i = 0; i < inbox_.size(); ++i) {
    if (!fits(inbox_[i])) continue;
    XmlElement found = std::move(inbox_[i]);
    for (std::size_t before = 0; before < i && strays_.size() < kMaxStrays; ++before) {
      strays_.push_back(std::move(inbox_[before]));
    }
    inbox_.erase(inbox_.begin(), inbox_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    return found;
  }
  for (XmlElement& stanza : inbox_) {
    if (strays_.size() < kMaxStrays) strays_.push_back(std::move(stanza));
  }
  inbox_.clear();
  return std::nullopt;
}

Result<std::optional<XmlElement>> XmppStream::wait_for(const std::function<bool(const XmlElement&)>& fits,
                                                       milliseconds patience) {
  const Ticks deadline = in(patience);
  while (true) {
    if (std::optional<XmlElement> found = pop(fits)) return found;
    if (std::chrono::steady_clock::now() >= deadline) return std::optional<XmlElement>{};
    if (Result<void> came = take_in(deadline); !came) {
      if (came.error().code == ErrorCode::kTimedOut && std::chrono::steady_clock::now() >= deadline) {
        return std::optional<XmlElement>{};
      }
      return fail(came.error());
    }
  }
}

Result<xmpp::StreamFeatures> XmppStream::features(Ticks deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  Result<std::optional<XmlElement>> found =
      wait_for([](const XmlElement& stanza) { return stanza.is("features", xmpp::kStreamsNs); }, left);
  if (!found) return fail(found.error());
  if (!*found) return fail(ErrorCode::kTimedOut, url().str() + ": no features of the stream came");
  return *xmpp::read_features(**found);
}

Result<xmpp::StreamFeatures> XmppStream::open(const std::string& domain) {
  domain_ = domain;
  if (Result<void> opened = wire_->open(domain, false); !opened) return fail(opened.error());
  open_ = true;
  return features(in(kStep));
}

Result<void> XmppStream::log_in() {
  if (Result<void> sent = wire_->send({xmpp::auth_anonymous()}, "anonymous login"); !sent) return sent;
  const auto is_sasl = [](const XmlElement& stanza) { return stanza.ns == xmpp::kSaslNs; };
  Result<std::optional<XmlElement>> answer = wait_for(is_sasl, kStep);
  if (!answer) return fail(answer.error());
  if (!*answer) return fail(ErrorCode::kTimedOut, url().str() + ": no answer to the login");
  const xmpp::SaslOutcome outcome = xmpp::read_sasl(**answer);
  if (outcome.answer == xmpp::SaslAnswer::kFailure) {
    const bool passing = outcome.condition == "temporary-auth-failure" || outcome.condition == "aborted";
    return fail(passing ? ErrorCode::kNotUnderstood : ErrorCode::kNotAttempted,
                fmt::format("{}: anonymous login refused: {}", domain_, outcome.condition));
  }
  if (outcome.answer != xmpp::SaslAnswer::kSuccess) {
    return fail(ErrorCode::kNotUnderstood, domain_ + ": a challenge to an anonymous login");
  }
  if (Result<void> restarted = wire_->open(domain_, true); !restarted) return restarted;
  const Result<xmpp::StreamFeatures> after = features(in(kStep));
  if (!after) return fail(after.error());
  std::vector<XmlElement> requests{xmpp::iq_set(next_id(), "", xmpp::bind_request())};
  if (after->session) requests.push_back(xmpp::iq_set(next_id(), "", xmpp::session_request()));
  const auto bound = ask(requests, "binding");
  if (!bound) return fail(bound.error());
  if (bound->front()) jid_ = xmpp::read_bind(*bound->front());
  if (jid_.empty()) return fail(ErrorCode::kNotUnderstood, domain_ + ": the login got no address");
  return {};
}

Result<std::vector<std::optional<XmlElement>>> XmppStream::ask(const std::vector<XmlElement>& requests,
                                                               std::string_view what) {
  std::vector<std::optional<XmlElement>> answers(requests.size());
  std::vector<std::string> ids;
  ids.reserve(requests.size());
  for (const XmlElement& request : requests) ids.emplace_back(request.attribute("id"));
  if (Result<void> sent = wire_->send(requests, what); !sent) return fail(sent.error());
  const Ticks deadline = in(kStep);
  std::size_t open = requests.size();
  while (open > 0) {
    std::size_t index = 0;
    const auto is_answer = [&](const XmlElement& stanza) {
      const std::string_view type = stanza.attribute("type");
      if (!xmpp::is_stanza(stanza, "iq") || (type != "result" && type != "error")) return false;
      index = static_cast<std::size_t>(std::ranges::find(ids, stanza.attribute("id")) - ids.begin());
      return index < ids.size() && !answers[index];
    };
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    Result<std::optional<XmlElement>> answer = wait_for(is_answer, std::max(left, milliseconds{0}));
    if (!answer && open == requests.size()) return fail(answer.error());
    if (!answer || !*answer) break;
    answers[index] = **std::move(answer);
    --open;
  }
  return answers;
}

Result<void> XmppStream::send(XmlElement stanza, std::string_view what) {
  return wire_->send({std::move(stanza)}, what);
}

void XmppStream::close(const std::vector<XmlElement>& last) {
  if (!open_) return;
  open_ = false;
  wire_->close(last);
}

}  // namespace meetlat::probes
