// A small blocking HTTPS client over OpenSSL, so that the server is tested by something that shares no code with it.
#pragma once

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <string>

namespace meetlat::testing {

struct TlsCall {
  std::string address;
  std::uint16_t port = 0;
  std::string sni;
  int min_version = TLS1_2_VERSION;
  int max_version = TLS1_3_VERSION;
  std::string ca_pem;
  std::string request;  // "" = handshake only
  std::size_t read_at_most = 1 << 20;
  int timeout_s = 10;
};

struct TlsReply {
  bool connected = false;  // TCP
  bool handshake = false;
  std::string version;
  std::string cipher;
  long verify = -1;  // X509_V_OK when trusted and of the right name
  int key_bits = 0;
  std::string alpn;
  std::string bytes;    // what was read
  bool closed = false;  // the server ended it
};

inline int dial(const std::string& address, std::uint16_t port, int timeout_s) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  timeval limit{timeout_s, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  inet_pton(AF_INET, address.c_str(), &to.sin_addr);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return fd;
  close(fd);
  return -1;
}

inline void trust(SSL_CTX* context, const std::string& pem) {
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  X509* ca = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  if (ca != nullptr) X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca);
  X509_free(ca);
  BIO_free(bio);
}

inline void exchange(SSL* ssl, const TlsCall& call, TlsReply& reply) {
  if (call.request.empty()) return;
  SSL_write(ssl, call.request.data(), static_cast<int>(call.request.size()));
  std::array<char, 16384> room{};
  while (reply.bytes.size() < call.read_at_most) {
    const int got = SSL_read(ssl, room.data(), static_cast<int>(room.size()));
    if (got <= 0) {
      const int why = SSL_get_error(ssl, got);
      reply.closed =
          why == SSL_ERROR_ZERO_RETURN || why == SSL_ERROR_SSL || (why == SSL_ERROR_SYSCALL && errno != EAGAIN);
      return;
    }
    reply.bytes.append(room.data(), static_cast<std::size_t>(got));
  }
}

inline TlsReply tls_call(const TlsCall& call) {
  TlsReply reply;
  const int fd = dial(call.address, call.port, call.timeout_s);
  if (fd < 0) return reply;
  reply.connected = true;
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, call.min_version < TLS1_2_VERSION ? 0 : 1);
  if (call.min_version < TLS1_2_VERSION) SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0");
  SSL_CTX_set_min_proto_version(context, call.min_version);
  SSL_CTX_set_max_proto_version(context, call.max_version);
  trust(context, call.ca_pem);
  SSL* ssl = SSL_new(context);
  if (!call.sni.empty()) {
    SSL_set_tlsext_host_name(ssl, call.sni.c_str());
    SSL_set1_host(ssl, call.sni.c_str());
  }
  static constexpr unsigned char kAlpn[] = "\x02h2\x08http/1.1";
  SSL_set_alpn_protos(ssl, kAlpn, sizeof kAlpn - 1);
  SSL_set_fd(ssl, fd);
  if (SSL_connect(ssl) == 1) {
    reply.handshake = true;
    reply.version = SSL_get_version(ssl);
    reply.cipher = SSL_get_cipher_name(ssl);
    reply.verify = SSL_get_verify_result(ssl);
    X509* leaf = SSL_get1_peer_certificate(ssl);
    reply.key_bits = EVP_PKEY_get_bits(X509_get0_pubkey(leaf));
    X509_free(leaf);
    const unsigned char* alpn = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl, &alpn, &size);
    if (size > 0) reply.alpn.assign(reinterpret_cast<const char*>(alpn), size);
    exchange(ssl, call, reply);
  }
  SSL_free(ssl);
  SSL_CTX_free(context);
  close(fd);
  return reply;
}

inline std::string get(const std::string& host, const std::string& path, const std::string& more = {}) {
  return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + more + "\r\n";
}

}  // namespace meetlat::testing
