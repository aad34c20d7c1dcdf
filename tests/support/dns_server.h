// A DNS server on a free UDP port of 127.0.0.1 for tests: answers by name and type what the test wrote down.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.h"
#include "net/address.h"

namespace meetlat::test {

class DnsServer {
 public:
  static constexpr int kA = 1;
  static constexpr int kPtr = 12;
  static constexpr int kTxt = 16;
  static constexpr int kAaaa = 28;
  struct Reply {
    int rcode = 0;
    std::vector<std::string> addresses;
    bool silent = false;                 // never answers
    std::vector<std::string> records{};  // RDATA as it is, for other types
  };

  // `replies` by lower-case name without trailing dot, and type; what is missing is NXDOMAIN.
  explicit DnsServer(std::map<std::pair<std::string, int>, Reply> replies) : replies_(std::move(replies)) {
    fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sockaddr_in self{};
    self.sin_family = AF_INET;
    self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(fd_, reinterpret_cast<sockaddr*>(&self), sizeof self);
    socklen_t length = sizeof self;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&self), &length);
    port_ = ntohs(self.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~DnsServer() {
    stopping_ = true;
    shutdown(fd_, SHUT_RDWR);
    // A datagram to oneself ends the wait where shutdown does not.
    sockaddr_in self{};
    self.sin_family = AF_INET;
    self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    self.sin_port = htons(port_);
    const int waker = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    sendto(waker, "x", 1, MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&self), sizeof self);
    thread_.join();
    close(waker);
    close(fd_);
  }
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  std::string forward_to() const { return "127.0.0.1@" + std::to_string(port_); }
  int queries() const noexcept { return queries_; }

 private:
  void serve() {
    while (!stopping_) {
      unsigned char packet[2048];
      sockaddr_in peer{};
      socklen_t length = sizeof peer;
      const ssize_t got = recvfrom(fd_, packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&peer), &length);
      if (got < 17) continue;
      const std::string reply = answer({packet, packet + got});
      if (reply.empty()) continue;
      sendto(fd_, reply.data(), reply.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&peer), length);
    }
  }

  static void put16(std::string& out, unsigned value) {
    out += static_cast<char>(value >> 8 & 0xff);
    out += static_cast<char>(value & 0xff);
  }

  std::string answer(const std::vector<unsigned char>& query) {
    std::string name;
    std::size_t at = 12;
    while (at < query.size() && query[at] != 0) {
      const std::size_t end = std::min(at + 1 + query[at], query.size());
      if (!name.empty()) name += '.';
      name.append(query.begin() + static_cast<std::ptrdiff_t>(at) + 1,
                  query.begin() + static_cast<std::ptrdiff_t>(end));
      at = end;
    }
    if (at + 5 > query.size()) return {};
    const int type = query[at + 1] << 8 | query[at + 2];
    ++queries_;
    Reply reply{3, {}, false, {}};
    if (const auto found = replies_.find({to_lower(name), type}); found != replies_.end()) reply = found->second;
    if (reply.silent) return {};
    std::string out(query.begin(), query.begin() + 2);
    put16(out, 0x8180U | static_cast<unsigned>(reply.rcode));
    put16(out, 1);
    put16(out, static_cast<unsigned>(reply.addresses.size() + reply.records.size()));
    put16(out, 0);
    put16(out, 0);
    out.append(query.begin() + 12, query.begin() + static_cast<std::ptrdiff_t>(at) + 5);
    for (const std::string& text : reply.addresses) {
      const Address address = *Address::parse(text);
      const std::size_t size = address.v6 ? 16 : 4;
      put16(out, 0xc00c);
      put16(out, static_cast<unsigned>(type));
      put16(out, 1);
      put16(out, 0);
      put16(out, 60);
      put16(out, static_cast<unsigned>(size));
      out.append(address.bytes.begin(), address.bytes.begin() + static_cast<std::ptrdiff_t>(size));
    }
    for (const std::string& record : reply.records) {
      put16(out, 0xc00c);
      put16(out, static_cast<unsigned>(type));
      put16(out, 1);
      put16(out, 0);
      put16(out, 60);
      put16(out, static_cast<unsigned>(record.size()));
      out += record;
    }
    return out;
  }

  const std::map<std::pair<std::string, int>, Reply> replies_;
  int fd_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<int> queries_{0};
  std::thread thread_;
};

}  // namespace meetlat::test
