// A server that is far away: bytes wait for half a round trip in each direction, and the first ones of a connection for
// one more, which is what its opening would have cost.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <deque>
#include <list>

#include "base/file.h"
#include "bench/tls.h"
#include "net/socket_wait.h"

namespace meetlat {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

struct Chunk {
  Steady::time_point due;
  std::string bytes;  // empty: the end
};

struct Way {
  Fd from;
  std::deque<Chunk> waiting;
  bool ended = false;   // nothing more comes
  bool closed = false;  // and the end was passed on
};

struct Pair {
  Way client;  // what the client sends
  Way server;
  bool first = true;
  bool broken = false;
};

int listen_on_loopback(std::uint16_t& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_in self{};
  self.sin_family = AF_INET;
  self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof self;
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&self), sizeof self) != 0 || listen(fd, 256) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&self), &length) != 0) {
    return -1;
  }
  port = ntohs(self.sin_port);
  return fd;
}

int dial_loopback(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in peer{};
  peer.sin_family = AF_INET;
  peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  peer.sin_port = htons(port);
  if (fd < 0 || connect(fd, reinterpret_cast<sockaddr*>(&peer), sizeof peer) != 0) return fd;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void take(Way& way, milliseconds delay) {
  std::array<char, 16384> buffer;
  const ssize_t got = recv(way.from.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) way.ended = true;
  way.waiting.push_back(
      {Steady::now() + delay, std::string(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)))});
}

void pass_on(Way& way, int to, Pair& pair) {
  while (!way.waiting.empty() && way.waiting.front().due <= Steady::now()) {
    const std::string bytes = std::move(way.waiting.front().bytes);
    way.waiting.pop_front();
    if (bytes.empty()) {
      shutdown(to, SHUT_WR);
      way.closed = true;
    } else if (send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) {
      pair.broken = true;  // somebody hung up
    }
  }
}

class Relay {
 public:
  Relay(Fd listener, std::uint16_t target, milliseconds round_trip, std::filesystem::path folder)
      : listener_(std::move(listener)), target_(target), round_trip_(round_trip), folder_(std::move(folder)) {}

  void step() {
    std::vector<pollfd> fds{{listener_.get(), POLLIN, 0}};
    auto next = Steady::now() + milliseconds{100};
    for (Pair& pair : pairs_) {
      for (Way* way : {&pair.client, &pair.server}) {
        fds.push_back({way->ended ? -1 : way->from.get(), POLLIN, 0});
        if (!way->waiting.empty()) next = std::min(next, way->waiting.front().due);
      }
    }
    const auto left = std::chrono::ceil<milliseconds>(next - Steady::now()).count();
    poll(fds.data(), fds.size(), static_cast<int>(std::max<milliseconds::rep>(left, 0)));
    std::size_t i = 1;
    for (Pair& pair : pairs_) {
      if (fds[i].revents != 0) {
        take(pair.client, round_trip_ / 2 + (std::exchange(pair.first, false) ? round_trip_ : milliseconds{0}));
      }
      if (fds[i + 1].revents != 0) take(pair.server, round_trip_ / 2);
      i += 2;
      pass_on(pair.client, pair.server.from.get(), pair);
      pass_on(pair.server, pair.client.from.get(), pair);
    }
    std::erase_if(pairs_, [](const Pair& pair) { return pair.broken || pair.server.closed; });
    if (fds[0].revents != 0) accept_one();
  }

 private:
  void accept_one() {
    const int fd = accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Pair pair;
    pair.client.from = Fd(fd);
    pair.server.from = Fd(dial_loopback(target_));
    pairs_.push_back(std::move(pair));
    (void)write_file_atomically(folder_ / "count", std::to_string(++count_));
  }

  Fd listener_;
  std::uint16_t target_;
  milliseconds round_trip_;
  std::filesystem::path folder_;
  std::list<Pair> pairs_;
  int count_ = 0;
};

}  // namespace

Result<void> bench_tls_relay(std::uint16_t target, milliseconds round_trip, const std::filesystem::path& folder,
                             const std::stop_token& stop) {
  std::uint16_t port = 0;
  Fd listener(listen_on_loopback(port));
  if (listener.get() < 0) return fail(ErrorCode::kIo, "the relay cannot listen on 127.0.0.1");
  Relay relay(std::move(listener), target, round_trip, folder);
  if (auto written = write_file_atomically(folder / "port", std::to_string(port)); !written) return written;
  while (!stop.stop_requested()) relay.step();
  return {};
}

}  // namespace meetlat
