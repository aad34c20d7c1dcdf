// Raw hellos: connections on which a ClientHello is sent, what the server says first is read, and which are then
// closed. No handshake is completed and no key is made, so it does not matter what the local TLS library can do.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/address.h"
#include "proto/tls_hello_reader.h"

namespace meetlat {

// How a hello ended. kConnectionReset: reset or closed without a word; kTimedOut: silence; other connection errors. An
// answer of the kinds kAlert, kNotTls and kMalformed is no error.
using HelloResult = Result<HelloAnswer>;

// Where hellos go.
struct HelloPlace {
  std::string host;  // asked of the guard, sent as SNI unless it is an address
  std::uint16_t port = 0;
  Address address;
  bool starttls_xmpp = false;  // first ask an XMPP server for TLS (RFC 6120, 5)
  // Offered in every hello (RFC 7301). A front that sends connections to web, XMPP or TURN servers by it would else
  // lead elsewhere than its users are led.
  std::vector<std::string> alpn;
};

// One question. `id` is the asker's own.
struct HelloAsk {
  int id = 0;
  ClientHello hello;
  std::chrono::milliseconds timeout{0};  // for the connection and the answer
};

// Who decides what is asked. Both are called by the thread that runs the hellos.
class HelloFeed {
 public:
  virtual ~HelloFeed() = default;
  // The next one, as far as it does not depend on answers that are still awaited; nullopt: none now, and none at all
  // when no answer is awaited. May wait for a turn.
  virtual std::optional<HelloAsk> next() = 0;
  // `bytes`: received.
  virtual void answered(const HelloAsk& ask, const HelloResult& result, std::uint64_t bytes, Ticks started) = 0;
};

struct HelloRun {
  int at_once = 2;  // connections to that address
  Ticks deadline{};
  std::stop_token stop;
};

// Until the feed has no more. The guard is asked before each connection. kCancelled, kTimedOut (all of it), kIo,
// kAddressRefused; what happens to a single hello goes to the feed.
Result<void> run_hellos(const HelloPlace& place, HelloFeed& feed, const AddressGuard& guard, const HelloRun& run);

}  // namespace meetlat
