// The server side of the handshake: SNI decides the certificate, the versions and the ciphers.
#include <openssl/ssl.h>

#include <string>
#include <string_view>

#include "base/text.h"
#include "refserver/core.h"

namespace meetlat {
namespace {

int listener_slot() {
  static const int slot = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return slot;
}

// The host name of the server_name extension (RFC 6066, 3), or "".
std::string sni_of(SSL* ssl) {
  const unsigned char* bytes = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &bytes, &size) != 1) return {};
  // list length (2), type (1), name length (2), name
  if (size < 5 || bytes[2] != TLSEXT_NAMETYPE_host_name) return {};
  const std::size_t length = (std::size_t{bytes[3]} << 8) | bytes[4];
  if (length > size - 5 || length > 255) return {};
  return to_lower(std::string_view(reinterpret_cast<const char*>(bytes) + 5, length));
}

bool make_credential(Core& core, HostEntry& host) {
  if (host.credential) return true;
  const auto& tls = host.site->persona().tls;
  CertificateOrder order;
  order.names = {host.names.host, host.names.parent, "www." + host.names.parent, host.names.elsewhere()};
  if (core.options.on_localhost) order.names.insert(order.names.end(), {"localhost", "127.0.0.1"});
  order.tls = tls;
  auto issued = core.authority->issue(order);
  if (!issued) return false;
  host.credential = std::move(*issued);
  return true;
}

int choose(SSL* ssl, int* alert, void* argument) {
  auto& core = *static_cast<Core*>(argument);
  const auto* listener = static_cast<const std::size_t*>(SSL_get_ex_data(ssl, listener_slot()));
  const auto found = core.find(sni_of(ssl), listener == nullptr ? 0 : *listener).first;
  auto& host = core.hosts[static_cast<std::size_t>(found - core.hosts.data())];
  const auto& tls = host.site->persona().tls;
  const unsigned char* modes = nullptr;
  std::size_t size = 0;
  const bool has_modes = SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_psk_kex_modes, &modes, &size) == 1;
  // "Later" is an answer that nobody waits for here: the connection is closed without an alert.
  if (tls.browsers_only && !has_modes) return SSL_CLIENT_HELLO_RETRY;
  const bool weak = tls.min_version < TLS1_2_VERSION || tls.key == KeyKind::kRsa1024 || tls.chain == ChainWish::kSha1;
  if (weak) SSL_set_security_level(ssl, 0);
  // A prime as long as the certificate's key, for those who ask for DHE by name.
  if (!tls.ciphers.empty()) SSL_set_dh_auto(ssl, 1);
  if (!tls.extended_master_secret) SSL_set_options(ssl, SSL_OP_NO_EXTENDED_MASTER_SECRET);
  const std::string ciphers = !tls.ciphers.empty() ? tls.ciphers : weak ? "DEFAULT:@SECLEVEL=0" : "";
  if (tls.early_data) SSL_set_max_early_data(ssl, 16'384);
  const bool ready = make_credential(core, host) && SSL_set_min_proto_version(ssl, tls.min_version) == 1 &&
                     SSL_set_max_proto_version(ssl, tls.max_version) == 1 &&
                     (ciphers.empty() || SSL_set_cipher_list(ssl, ciphers.c_str()) == 1) &&
                     use_credential(ssl, *host.credential);
  if (ready) return SSL_CLIENT_HELLO_SUCCESS;
  *alert = SSL_AD_INTERNAL_ERROR;
  return SSL_CLIENT_HELLO_ERROR;
}

int choose_alpn(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in, unsigned in_size,
                void*) {
  static constexpr std::string_view kOurs("\x08http/1.1", 9);
  unsigned char* chosen = nullptr;
  const int found = SSL_select_next_proto(&chosen, out_size, reinterpret_cast<const unsigned char*>(kOurs.data()),
                                          static_cast<unsigned>(kOurs.size()), in, in_size);
  if (found != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

Result<void> prepare_tls(Core& core) {
  SSL_CTX* const context = core.tls.native_handle();
  if (listener_slot() < 0 || SSL_CTX_set_min_proto_version(context, TLS1_VERSION) != 1) {
    return fail(ErrorCode::kIo, "OpenSSL cannot be set up as a server");
  }
  // Every handshake is a whole one: a session of one persona must never be resumed at another.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  // As nginx without a key for tickets, clients of TLS 1.3 are given one that stands for a session kept here; none is.
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_num_tickets(context, 1);
  if (!prepare_credentials(context)) return fail(ErrorCode::kIo, "OpenSSL cannot be set up for staples");
  SSL_CTX_set_client_hello_cb(context, choose, &core);
  SSL_CTX_set_alpn_select_cb(context, choose_alpn, nullptr);
  return {};
}

void set_listener(void* ssl, const std::size_t& host_index) {
  SSL_set_ex_data(static_cast<SSL*>(ssl), listener_slot(), const_cast<std::size_t*>(&host_index));
}

std::shared_ptr<XmppService> Core::xmpp_of(const HostEntry& entry) {
  auto& service = xmpp[entry.names.host];
  if (!service) service = std::make_shared<XmppService>(entry.site, entry.names, XmppEnvironment::real());
  return service;
}

std::pair<const HostEntry*, PersonaHost> Core::find(std::string_view host, std::size_t at_listener) const {
  const auto found = by_name.find(std::string(host));
  if (found != by_name.end()) return {&hosts[found->second.first], found->second.second};
  return {&hosts[at_listener], PersonaHost::kInstance};
}

}  // namespace meetlat
