#include "net/tls_dialer.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/url.h"
#include "net/certificate.h"
#include "net/socket_wait.h"

namespace meetlat {

namespace {

struct Free {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
using SslPtr = std::unique_ptr<SSL, Free>;
using ContextPtr = std::unique_ptr<SSL_CTX, Free>;

constexpr std::size_t kMaxReceived = std::size_t{256} << 10;  // of one handshake; certificates are far smaller
constexpr int kMaxChain = 12;                                 // certificates that are described

// Everything is set here, so that the machine's openssl.cnf changes no result.
ContextPtr make_context(const TrustStore& trust, int min_version, int max_version) {
  ContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) return nullptr;
  SSL_CTX* raw = context.get();
  // Security level 0 for the handshake; chains are judged at their own level (judge_chains).
  const bool good = SSL_CTX_set_min_proto_version(raw, min_version) == 1 &&
                    SSL_CTX_set_max_proto_version(raw, max_version) == 1 &&
                    SSL_CTX_set_cipher_list(raw, "DEFAULT:@SECLEVEL=0") == 1 &&
                    SSL_CTX_set1_groups_list(raw, "X25519:P-256:X448:P-521:P-384:ffdhe2048:ffdhe3072:ffdhe4096") == 1;
  if (!good) return nullptr;
  SSL_CTX_set1_cert_store(raw, trust.get());
  SSL_CTX_set_options(raw, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nullptr);
  judge_chains(raw);
  constexpr std::array<unsigned char, 12> kAlpn = {2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  return SSL_CTX_set_alpn_protos(raw, kAlpn.data(), kAlpn.size()) == 0 ? std::move(context) : nullptr;
}

// How one attempt ended when it did not succeed.
struct Failure {
  Error error;
  bool offer_refused = false;  // by an alert about version or parameters, or by choosing a version we did not offer
};

Failure tls_failure(const std::string& peer) {
  const unsigned long code = ERR_peek_error();
  const int reason = ERR_GET_REASON(code);
  const char* words = code == 0 ? nullptr : ERR_reason_error_string(code);
  Failure failure;
  failure.error = {ErrorCode::kTlsFailed, fmt::format("{}: {}", peer, words == nullptr ? "handshake failed" : words)};
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return failure;
  constexpr std::array kRefusals = {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
                                    SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY, SSL_R_UNSUPPORTED_PROTOCOL};
  failure.offer_refused = std::ranges::find(kRefusals, reason) != kRefusals.end();
  if (reason == SSL_R_WRONG_VERSION_NUMBER) failure.error.context = peer + ": what answers there does not speak TLS";
  return failure;
}

// A handshake over a socket by way of memory buffers: OpenSSL's own socket writes could raise SIGPIPE.
class Attempt {
 public:
  Attempt(const Waiter& waiter, std::string peer) : waiter_(waiter), peer_(std::move(peer)) {}

  // nullptr and `failure` when it failed.
  SslPtr run(SSL_CTX* context, const std::string& host, const Address& address, std::uint16_t port,
             std::vector<ChainProblem>& problems, Failure& failure) {
    Result<Fd> connected = connect_tcp(address, port, waiter_);
    if (!connected) {
      failure.error = connected.error();
      return nullptr;
    }
    fd_ = *std::move(connected);
    SslPtr ssl = prepare(context, host);
    if (ssl == nullptr) {
      failure.error = {ErrorCode::kIo, "OpenSSL has no memory for a connection"};
      return nullptr;
    }
    collect_problems(ssl.get(), &problems);
    const bool done = shake(ssl.get(), failure);
    collect_problems(ssl.get(), nullptr);
    if (!done) return nullptr;
    SSL_shutdown(ssl.get());  // a polite good-bye; nobody waits for the answer
    (void)flush(ssl.get());
    return ssl;
  }

 private:
  static SslPtr prepare(SSL_CTX* context, const std::string& host) {
    SslPtr ssl(SSL_new(context));
    BIO* in = BIO_new(BIO_s_mem());
    BIO* out = BIO_new(BIO_s_mem());
    if (ssl == nullptr || in == nullptr || out == nullptr) {
      BIO_free(in);
      BIO_free(out);
      return nullptr;
    }
    BIO_set_mem_eof_return(in, -1);  // empty means "not yet"
    SSL_set_bio(ssl.get(), in, out);
    if (!is_ip_literal(host)) SSL_set_tlsext_host_name(ssl.get(), host.c_str());
    return ssl;
  }

  bool shake(SSL* ssl, Failure& failure) {
    while (true) {
      ERR_clear_error();
      const int result = SSL_connect(ssl);
      const int why = SSL_get_error(ssl, result);
      const bool refused = why != SSL_ERROR_NONE && why != SSL_ERROR_WANT_READ;
      if (refused) failure = tls_failure(peer_);
      // Also when it failed: the server is owed our alert.
      const Result<void> sent = flush(ssl);
      if (refused) return false;
      if (!sent) return give_up(sent.error(), failure);
      if (why == SSL_ERROR_NONE) return true;
      if (Result<void> got = receive(ssl); !got) return give_up(got.error(), failure);
    }
  }

  static bool give_up(const Error& error, Failure& failure) {
    failure.error = error;
    return false;
  }

  Result<void> flush(SSL* ssl) {
    char* data = nullptr;
    BIO* out = SSL_get_wbio(ssl);
    while (const long length = BIO_get_mem_data(out, &data)) {
      const ssize_t sent = send(fd_.get(), data, static_cast<std::size_t>(length), MSG_NOSIGNAL);
      if (sent > 0) {
        std::array<char, 4096> drained;
        for (long left = sent; left > 0;) {
          left -= BIO_read(out, drained.data(), static_cast<int>(std::min<long>(left, drained.size())));
        }
      } else if (errno == EAGAIN) {
        if (Result<void> ready = waiter_.wait(fd_.get(), POLLOUT, peer_ + ": TLS handshake"); !ready) return ready;
      } else if (errno != EINTR) {
        return fail(connection_error(errno, peer_));
      }
    }
    return {};
  }

  Result<void> receive(SSL* ssl) {
    std::array<char, 16384> buffer;
    while (true) {
      const ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), 0);
      if (got > 0) {
        received_ += static_cast<std::size_t>(got);
        if (received_ > kMaxReceived) return fail(ErrorCode::kTlsFailed, peer_ + ": the handshake is too long");
        BIO_write(SSL_get_rbio(ssl), buffer.data(), static_cast<int>(got));
        return {};
      }
      if (got == 0) return fail(ErrorCode::kConnectionReset, peer_ + ": closed during the TLS handshake");
      if (errno == EAGAIN) {
        if (Result<void> ready = waiter_.wait(fd_.get(), POLLIN, peer_ + ": TLS handshake"); !ready) return ready;
      } else if (errno != EINTR) {
        return fail(connection_error(errno, peer_ + ": TLS handshake"));
      }
    }
  }

  const Waiter& waiter_;
  const std::string peer_;
  Fd fd_;
  std::size_t received_ = 0;
};

// The key exchange group as people know it; "" when the key was sent under RSA.
std::string group_of(SSL* ssl) {
  EVP_PKEY* raw = nullptr;
  if (SSL_get_peer_tmp_key(ssl, &raw) != 1) return {};
  const std::unique_ptr<EVP_PKEY, Free> key(raw);
  switch (EVP_PKEY_get_base_id(raw)) {
    case EVP_PKEY_X25519:
      return "X25519";
    case EVP_PKEY_X448:
      return "X448";
    default:
      break;
  }
  std::array<char, 80> buffer{};
  const bool named = EVP_PKEY_get_group_name(raw, buffer.data(), buffer.size(), nullptr) == 1;
  const std::string_view name = buffer.data();
  if (name == "prime256v1") return "P-256";
  if (name == "secp384r1") return "P-384";
  if (name == "secp521r1") return "P-521";
  if (named && !name.empty()) return std::string(name);
  return fmt::format("DH-{}", EVP_PKEY_get_bits(raw));  // a prime of the server's own
}

void describe_chain(SSL* ssl, const std::string& host, std::vector<ChainProblem> problems, TlsHandshake& shake) {
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  const int count = chain == nullptr ? 0 : std::min(sk_X509_num(chain), kMaxChain);
  if (count == 0) {
    shake.trust_error = "the server sent no certificate";
    return;
  }
  for (int i = 0; i < count; ++i) shake.chain.push_back(describe_certificate(sk_X509_value(chain, i)));
  X509* leaf = sk_X509_value(chain, 0);
  shake.name_matches = certificate_names(leaf, host);
  if (const long code = SSL_get_verify_result(ssl); problems.empty() && code != X509_V_OK) {
    problems.push_back(chain_problem(static_cast<int>(code), 0, leaf));
  }
  if (!shake.name_matches) problems.push_back({-1, 0, name_mismatch(leaf, host)});
  shake.trusted = problems.empty();
  shake.trust_error = join_problems(problems);
}

TlsHandshake describe(SSL* ssl, const std::string& host, std::string peer, std::vector<ChainProblem> problems) {
  TlsHandshake shake;
  shake.peer = std::move(peer);
  shake.at = Clock::system().now();
  shake.version = SSL_get_version(ssl);
  const SSL_CIPHER* cipher = SSL_get_current_cipher(ssl);
  if (cipher != nullptr) {
    const char* name = SSL_CIPHER_standard_name(cipher);
    shake.cipher_suite = name == nullptr ? SSL_CIPHER_get_name(cipher) : name;
  }
  shake.group = group_of(ssl);
  const unsigned char* alpn = nullptr;
  unsigned int alpn_length = 0;
  SSL_get0_alpn_selected(ssl, &alpn, &alpn_length);
  shake.alpn.assign(reinterpret_cast<const char*>(alpn), alpn_length);
  describe_chain(ssl, host, std::move(problems), shake);
  return shake;
}

}  // namespace

struct TlsDialer::Contexts {
  ContextPtr modern;
  ContextPtr legacy;
};

TlsDialer::TlsDialer(std::unique_ptr<Contexts> contexts) : contexts_(std::move(contexts)) {}
TlsDialer::~TlsDialer() = default;

Result<std::unique_ptr<TlsDialer>> TlsDialer::create(const TrustStore& trust) {
  auto contexts = std::make_unique<Contexts>();
  contexts->modern = make_context(trust, TLS1_2_VERSION, TLS1_3_VERSION);
  contexts->legacy = make_context(trust, TLS1_VERSION, TLS1_1_VERSION);
  if (contexts->modern == nullptr || contexts->legacy == nullptr) {
    const char* words = ERR_reason_error_string(ERR_peek_error());
    ERR_clear_error();
    return fail(ErrorCode::kIo, fmt::format("OpenSSL cannot make a TLS context: {}", words == nullptr ? "" : words));
  }
  return std::unique_ptr<TlsDialer>(new TlsDialer(std::move(contexts)));
}

Result<TlsHandshake> TlsDialer::dial(const std::string& host, std::uint16_t port, const Address& address,
                                     Ticks deadline, const std::stop_token& stop) const {
  const Waiter waiter(deadline, stop);
  const std::string peer = peer_text(address, port);
  std::vector<ChainProblem> problems;
  Failure failure;
  SslPtr ssl = Attempt(waiter, peer).run(contexts_->modern.get(), host, address, port, problems, failure);
  bool legacy = false;
  if (ssl == nullptr && failure.offer_refused) {
    Failure second;
    problems.clear();
    ssl = Attempt(waiter, peer).run(contexts_->legacy.get(), host, address, port, problems, second);
    legacy = ssl != nullptr;
    // A server that refuses both says something about neither version; the first refusal is what is reported. Other
    // troubles of the second attempt leave open what the server would have said.
    if (!legacy && second.error.code != ErrorCode::kTlsFailed) failure = second;
  }
  ERR_clear_error();
  if (ssl == nullptr) return fail(failure.error);
  TlsHandshake shake = describe(ssl.get(), host, peer, std::move(problems));
  shake.legacy_only = legacy;
  return shake;
}

}  // namespace meetlat
