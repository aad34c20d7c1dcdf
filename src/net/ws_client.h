// WebSockets as a client (RFC 6455), by Boost.Beast over our own guarded connection. No compression is offered, so that
// a message has the size that comes over the wire.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "net/address.h"
#include "net/transport.h"
#include "net/trust_store.h"

namespace meetlat {

struct WsClientOptions {
  const TrustStore* trust = nullptr;    // outlives the channel
  const AddressGuard* guard = nullptr;  // asked before the socket is opened
  std::string user_agent;
};

// As Transport::open_websocket.
Result<std::unique_ptr<WsChannel>> open_ws_channel(const WsRequest& request, const WsClientOptions& options,
                                                   Ticks deadline, std::stop_token stop);

}  // namespace meetlat
