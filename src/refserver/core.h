// What connections share. Internal to refserver: it includes Asio.
#pragma once

#define BOOST_ASIO_DISABLE_CO_AWAIT
#include <utility>  // Asio 1.74 needs it and forgets it

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "refserver/authority.h"
#include "refserver/server.h"
#include "refserver/site.h"
#include "refserver/xmpp_service.h"

namespace meetlat {

// One instance with its operator's site, under their names.
struct HostEntry {
  std::shared_ptr<const Site> site;  // shared by all copies of a simulation
  SiteNames names;
  std::string id;
  std::string address;
  CredentialPtr credential;  // made at the first handshake
};

struct Core {
  ServeOptions options;
  std::vector<HostEntry> hosts;
  // host name -> index into hosts, and which host of that persona it is
  std::unordered_map<std::string, std::pair<std::size_t, PersonaHost>> by_name;
  std::unique_ptr<Authority> authority;
  boost::asio::ssl::context tls{boost::asio::ssl::context::tls_server};
  // By the instance's name; made when it is first asked. Used by the server's thread alone.
  std::unordered_map<std::string, std::shared_ptr<XmppService>> xmpp;
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> requests{0};

  // The host of that name, else the one that lives at the listener.
  std::pair<const HostEntry*, PersonaHost> find(std::string_view host, std::size_t at_listener) const;
  std::shared_ptr<XmppService> xmpp_of(const HostEntry& entry);
};

// Makes core.tls choose certificate and versions by SNI. `core` outlives the context.
Result<void> prepare_tls(Core& core);
// Tells the handshake of that SSL* at which listener it arrived.
void set_listener(void* ssl, const std::size_t& host_index);

// Takes the socket over; the connection lives in the io_context until it is done.
void serve_connection(boost::asio::ip::tcp::socket socket, Core& core, std::size_t host_index, bool tls);

}  // namespace meetlat
