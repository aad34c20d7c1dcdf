#include "net/tls_hello.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/url.h"
#include "net/socket_wait.h"
#include "net/xmpp_starttls.h"

namespace meetlat {

namespace {

using std::chrono::milliseconds;

// What a server would see from any client: fresh random bytes.
void fill_random(ClientHello& hello) {
  (void)!getrandom(hello.random.data(), hello.random.size(), 0);
  // RFC 8446, D.4: a session id makes a TLS 1.3 hello look like a resumption, which middleboxes let through.
  if (hello.session_id.empty() && hello.highest() >= kTls13) {
    std::array<char, 32> id{};
    (void)!getrandom(id.data(), id.size(), 0);
    hello.session_id.assign(id.data(), id.size());
  }
}

// One connection, from opening to the answer.
class Connection {
 public:
  Connection(HelloAsk ask, const HelloPlace& place)
      : ask_(std::move(ask)), peer_(peer_text(place.address, place.port)) {
    started_ = std::chrono::steady_clock::now();
    deadline_ = started_ + ask_.timeout;
    ClientHello hello = ask_.hello;
    fill_random(hello);
    reader_ = HelloReader(hello.ssl2);
    hello_ = encode(hello);
    if (place.starttls_xmpp) preface_.emplace(place.host, peer_);
    out_ = preface_ ? preface_->opening() : hello_;
    Result<Fd> opening = begin_connect(place.address, place.port);
    if (opening) {
      fd_ = *std::move(opening);
    } else {
      end(fail(opening.error()));
    }
  }

  const HelloAsk& ask() const noexcept { return ask_; }
  bool ended() const noexcept { return result_.has_value(); }
  const HelloResult& result() const noexcept { return *result_; }
  std::uint64_t received() const noexcept { return received_; }
  Ticks started() const noexcept { return started_; }
  Ticks deadline() const noexcept { return deadline_; }
  pollfd wanted() const noexcept {
    return {fd_.get(), static_cast<short>(!connected_ || !out_.empty() ? POLLOUT : POLLIN), 0};
  }

  void ready() {
    if (!connected_ && !finish_connect()) return;
    if (!out_.empty() && !send_some()) return;
    if (out_.empty()) receive_some();
  }
  // The time is over.
  void give_up() {
    // A ServerHello whose flight does not end is an answer all the same.
    if (!preface_ && reader_.answer().kind != HelloAnswer::Kind::kNothing) {
      end(reader_.answer());
    } else {
      end(fail(ErrorCode::kTimedOut, peer_ + (connected_ ? ": no answer to a hello" : ": connecting")));
    }
  }

 private:
  void end(HelloResult result) {
    result_ = std::move(result);
    fd_ = Fd();
  }

  bool finish_connect() {
    const int error = socket_error(fd_.get());
    if (error != 0) {
      end(fail(connection_error(error, peer_)));
      return false;
    }
    connected_ = true;
    return true;
  }

  bool send_some() {
    while (!out_.empty()) {
      const ssize_t sent = send(fd_.get(), out_.data(), out_.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        out_.erase(0, static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN) {
        return true;
      } else if (errno != EINTR) {
        // A server that has hung up already may have said why.
        out_.clear();
        receive_some();
        if (!ended()) end(fail(ErrorCode::kConnectionReset, peer_ + ": closed before the hello was sent"));
        return false;
      }
    }
    return true;
  }

  void receive_some() {
    std::array<char, 16384> buffer;
    const ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) return hung_up(got < 0 ? errno : 0);
    received_ += static_cast<std::uint64_t>(got);
    take({buffer.data(), static_cast<std::size_t>(got)});
  }

  void hung_up(int error) {
    if (!preface_ && reader_.has_bytes()) {
      reader_.finish();
      return end(reader_.answer());
    }
    if (error != 0 && error != ECONNRESET && error != EPIPE) return end(fail(connection_error(error, peer_)));
    end(fail(ErrorCode::kConnectionReset,
             fmt::format("{}: {} without an answer to a hello", peer_, error == 0 ? "closed" : "reset")));
  }

  void take(std::string_view bytes) {
    if (!preface_) {
      if (reader_.feed(bytes)) end(reader_.answer());
      return;
    }
    Result<std::string> next = preface_->feed(bytes);
    if (!next) return end(fail(next.error()));
    out_ = *std::move(next);
    if (!preface_->done()) return;
    preface_.reset();
    out_ = hello_;
  }

  HelloAsk ask_;
  std::string peer_;
  Ticks started_;
  Ticks deadline_;
  HelloReader reader_;
  Fd fd_;
  bool connected_ = false;
  std::string hello_;
  std::string out_;                      // what is to be sent next
  std::optional<XmppStartTls> preface_;  // until TLS begins
  std::uint64_t received_ = 0;
  std::optional<HelloResult> result_;
};

// Wakes poll when a stop is requested.
class Wake {
 public:
  explicit Wake(const std::stop_token& stop) : fd_(stop.stop_possible() ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) : -1) {
    if (fd_.get() >= 0) callback_.emplace(stop, [fd = fd_.get()] { (void)!eventfd_write(fd, 1); });
  }
  int fd() const noexcept { return fd_.get(); }

 private:
  Fd fd_;
  std::optional<std::stop_callback<std::function<void()>>> callback_;
};

using Connections = std::vector<std::unique_ptr<Connection>>;

// Until something can be read or written, or some time is over.
Result<void> wait_for_any(const Connections& open, const Wake& wake, Ticks deadline) {
  Ticks until = deadline;
  std::vector<pollfd> fds;
  for (const auto& one : open) {
    until = std::min(until, one->deadline());
    fds.push_back(one->wanted());
  }
  fds.push_back({wake.fd(), POLLIN, 0});
  const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
  // Not longer than a second, in case there was no descriptor to be woken by.
  const int timeout = static_cast<int>(std::clamp<milliseconds::rep>(left.count(), 0, 1000));
  if (poll(fds.data(), fds.size(), timeout) < 0 && errno != EINTR) {
    return fail(connection_error(errno, "waiting for answers to hellos"));
  }
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (fds[i].revents != 0) open[i]->ready();
  }
  const Ticks now = std::chrono::steady_clock::now();
  for (const auto& one : open) {
    if (!one->ended() && now >= one->deadline()) one->give_up();
  }
  return {};
}

}  // namespace

Result<void> run_hellos(const HelloPlace& place, HelloFeed& feed, const AddressGuard& guard, const HelloRun& run) {
  const Wake wake(run.stop);
  Connections open;
  while (true) {
    while (open.size() < static_cast<std::size_t>(std::max(run.at_once, 1))) {
      std::optional<HelloAsk> ask = feed.next();
      if (!ask) break;
      if (Result<void> allowed = guard.check(place.host, place.address); !allowed) return allowed;
      if (!place.host.empty() && !is_ip_literal(place.host) && ask->hello.has_extensions()) {
        ask->hello.server_name = place.host;
      }
      if (ask->hello.has_extensions()) ask->hello.alpn = place.alpn;
      open.push_back(std::make_unique<Connection>(*std::move(ask), place));
    }
    if (open.empty()) return {};
    if (run.stop.stop_requested()) return fail(ErrorCode::kCancelled, "while waiting for answers to hellos");
    if (std::chrono::steady_clock::now() >= run.deadline) {
      return fail(ErrorCode::kTimedOut, fmt::format("{}: the time for hellos is used up", place.host));
    }
    const bool all_wait = std::ranges::none_of(open, [](const auto& one) { return one->ended(); });
    if (all_wait) {
      if (Result<void> waited = wait_for_any(open, wake, run.deadline); !waited) return waited;
    }
    for (std::size_t i = 0; i < open.size();) {
      if (!open[i]->ended()) {
        ++i;
        continue;
      }
      const std::unique_ptr<Connection> ended = std::move(open[i]);
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
      feed.answered(ended->ask(), ended->result(), ended->received(), ended->started());
    }
  }
}

}  // namespace meetlat
