// Waiting on a socket that ends at a deadline or a stop request, and connection errors in our words.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "net/address.h"

namespace meetlat {

// A file descriptor that closes itself.
class Fd {
 public:
  explicit Fd(int fd = -1) noexcept : fd_(fd) {}
  ~Fd();
  Fd(Fd&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Fd& operator=(Fd&& other) noexcept;
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

// Polls one socket at a time; a stop request wakes it at once.
class Waiter {
 public:
  Waiter(Ticks deadline, const std::stop_token& stop);
  // Returns when `fd` is ready for `events` (POLLIN, POLLOUT), has an error or was hung up. kTimedOut, kCancelled.
  Result<void> wait(int fd, short events, std::string_view what) const;

 private:
  Ticks deadline_;
  std::stop_token stop_;
  Fd wake_;
  std::optional<std::stop_callback<std::function<void()>>> on_stop_;
};

// kConnectionRefused, kUnreachable, kConnectionReset, kTimedOut for an errno of connect, read or write.
Error connection_error(int errno_value, std::string_view what);
// "192.0.2.1:443", "[2001:db8::1]:443"
std::string peer_text(const Address& address, std::uint16_t port);
// A non-blocking TCP socket that is connecting or already connected: ready for POLLOUT when it is decided, and
// socket_error() then says how.
Result<Fd> begin_connect(const Address& address, std::uint16_t port);
// The pending error of a socket, 0 for none (SO_ERROR).
int socket_error(int fd);
// A connected non-blocking TCP socket.
Result<Fd> connect_tcp(const Address& address, std::uint16_t port, const Waiter& waiter);
// Could a packet to a public IPv6 address leave this machine with a public source address? Looked up once.
bool has_public_ipv6();

}  // namespace meetlat
