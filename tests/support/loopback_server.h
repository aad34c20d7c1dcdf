// A TCP or TLS server on a free port of 127.0.0.1 for tests. Each connection runs the handler in a thread of its own.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace meetlat::test {

// One accepted connection.
class ServerStream {
 public:
  ServerStream(int fd, SSL* ssl, const std::atomic<bool>& stopping) : fd_(fd), ssl_(ssl), stopping_(stopping) {}

  // Up to the empty line after the headers; "" when the peer is gone.
  std::string read_request() {
    std::string all;
    char byte = 0;
    while (!all.ends_with("\r\n\r\n")) {
      const auto got = ssl_ != nullptr ? SSL_read(ssl_, &byte, 1) : recv(fd_, &byte, 1, 0);
      if (got <= 0) return {};
      all += byte;
    }
    return all;
  }
  // False when the peer is gone.
  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                        : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // Until the test is over or the peer hangs up, or says that it will.
  void hang() {
    char byte = 0;
    while (!stopping_ && (ssl_ != nullptr ? SSL_read(ssl_, &byte, 1) : static_cast<int>(recv(fd_, &byte, 1, 0))) > 0) {
    }
  }
  // A TCP reset instead of an orderly end.
  void reset() {
    const linger hard{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  }
  int fd() const noexcept { return fd_; }

 private:
  int fd_;
  SSL* ssl_;
  const std::atomic<bool>& stopping_;
};

class LoopbackServer {
 public:
  using Handler = std::function<void(ServerStream&)>;

  // With a context the handler starts after a successful TLS handshake. The context outlives the server.
  explicit LoopbackServer(Handler handler, SSL_CTX* context = nullptr)
      : handler_(std::move(handler)), context_(context) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in self{};
    self.sin_family = AF_INET;
    self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(listener_, reinterpret_cast<sockaddr*>(&self), sizeof self);
    listen(listener_, 64);
    socklen_t length = sizeof self;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&self), &length);
    port_ = ntohs(self.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~LoopbackServer() {
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    {
      const std::scoped_lock lock(mutex_);
      for (const int fd : open_) shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& worker : workers_) worker.join();
    close(listener_);
  }
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  int connections() const noexcept { return connections_; }

 private:
  void accept_all() {
    while (!stopping_) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) continue;
      ++connections_;
      const std::scoped_lock lock(mutex_);
      open_.push_back(fd);
      workers_.emplace_back([this, fd] { serve(fd); });
    }
  }

  void serve(int fd) {
    // Only in this thread: the code under test has to cope by itself.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    SSL* ssl = nullptr;
    if (context_ != nullptr) {
      ssl = SSL_new(context_);
      SSL_set_fd(ssl, fd);
    }
    if (ssl == nullptr || SSL_accept(ssl) == 1) {
      ServerStream stream(fd, ssl, stopping_);
      handler_(stream);
      if (ssl != nullptr) SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    const std::scoped_lock lock(mutex_);
    std::erase(open_, fd);
    close(fd);
  }

  Handler handler_;
  SSL_CTX* context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  std::thread acceptor_;
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> workers_;
};

// An answer with a length, as most servers send it.
inline std::string http_response(std::string_view status, std::string_view headers, std::string_view body) {
  std::string text = "HTTP/1.1 ";
  text.append(status).append("\r\n").append(headers);
  text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  return text;
}

}  // namespace meetlat::test
