#include "net/socket_wait.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

namespace meetlat {

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

Fd& Fd::operator=(Fd&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Waiter::Waiter(Ticks deadline, const std::stop_token& stop) : deadline_(deadline), stop_(stop) {
  if (!stop_.stop_possible()) return;
  wake_ = Fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  on_stop_.emplace(stop_, [fd = wake_.get()] {
    const std::uint64_t one = 1;
    (void)!write(fd, &one, sizeof one);
  });
}

Result<void> Waiter::wait(int fd, short events, std::string_view what) const {
  using std::chrono::milliseconds;
  while (true) {
    if (stop_.stop_requested()) return fail(ErrorCode::kCancelled, std::string(what));
    const auto left = std::chrono::ceil<milliseconds>(deadline_ - std::chrono::steady_clock::now());
    if (left <= milliseconds{0}) return fail(ErrorCode::kTimedOut, std::string(what));
    // A negative descriptor is skipped by poll; without it (no stop possible, or none to be had) look again in a
    // second.
    const milliseconds slice = wake_.get() < 0 && stop_.stop_possible() ? milliseconds{1000} : milliseconds{60'000};
    std::array<pollfd, 2> fds = {{{fd, events, 0}, {wake_.get(), POLLIN, 0}}};
    const int ready = poll(fds.data(), fds.size(), static_cast<int>(std::min(left, slice).count()));
    if (ready < 0 && errno != EINTR) return fail(connection_error(errno, what));
    if (ready > 0 && fds[0].revents != 0) return {};
  }
}

Error connection_error(int errno_value, std::string_view what) {
  ErrorCode code = ErrorCode::kUnreachable;
  switch (errno_value) {
    case ECONNREFUSED:
      code = ErrorCode::kConnectionRefused;
      break;
    case ECONNRESET:
    case EPIPE:
    case ECONNABORTED:
      code = ErrorCode::kConnectionReset;
      break;
    case ETIMEDOUT:
      code = ErrorCode::kTimedOut;
      break;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
      code = ErrorCode::kIo;
      break;  // this machine's trouble, not the host's
    default:
      break;
  }
  return Error{code, fmt::format("{}: {}", what, std::strerror(errno_value))};
}

std::string peer_text(const Address& address, std::uint16_t port) {
  return address.v6 ? fmt::format("[{}]:{}", address.str(), port) : fmt::format("{}:{}", address.str(), port);
}

namespace {

socklen_t fill_sockaddr(const Address& address, std::uint16_t port, sockaddr_storage& storage) {
  storage = {};
  if (address.v6) {
    sockaddr_in6 in6{};
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(port);
    std::memcpy(&in6.sin6_addr, address.bytes.data(), 16);
    std::memcpy(&storage, &in6, sizeof in6);
    return sizeof in6;
  }
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_port = htons(port);
  std::memcpy(&in.sin_addr, address.bytes.data(), 4);
  std::memcpy(&storage, &in, sizeof in);
  return sizeof in;
}

}  // namespace

Result<Fd> begin_connect(const Address& address, std::uint16_t port) {
  const std::string peer = peer_text(address, port);
  Fd fd(socket(address.v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (fd.get() < 0) return fail(connection_error(errno, peer));
  sockaddr_storage storage;
  const socklen_t length = fill_sockaddr(address, port, storage);
  if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&storage), length) == 0) return fd;
  if (errno != EINPROGRESS && errno != EINTR) return fail(connection_error(errno, peer));
  return fd;
}

int socket_error(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

Result<Fd> connect_tcp(const Address& address, std::uint16_t port, const Waiter& waiter) {
  const std::string peer = peer_text(address, port);
  Result<Fd> fd = begin_connect(address, port);
  if (!fd) return fd;
  if (Result<void> ready = waiter.wait(fd->get(), POLLOUT, peer + ": connecting"); !ready) return fail(ready.error());
  if (const int error = socket_error(fd->get()); error != 0) return fail(connection_error(error, peer));
  return fd;
}

bool has_public_ipv6() {
  static const bool has = [] {
    // Connecting a datagram socket sends nothing; it only asks the kernel for a route and a source address.
    const Fd fd(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const Result<Address> somewhere = Address::parse("2001:500:2::c");  // a root name server
    if (fd.get() < 0 || !somewhere) return false;
    sockaddr_storage storage;
    const socklen_t length = fill_sockaddr(*somewhere, 53, storage);
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&storage), length) != 0) return false;
    sockaddr_in6 self{};
    socklen_t self_length = sizeof self;
    if (getsockname(fd.get(), reinterpret_cast<sockaddr*>(&self), &self_length) != 0) return false;
    Address source;
    source.v6 = true;
    std::memcpy(source.bytes.data(), &self.sin6_addr, 16);
    return AddressGuard::special_purpose(source).empty();
  }();
  return has;
}

}  // namespace meetlat
