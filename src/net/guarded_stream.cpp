#include "net/guarded_stream.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <utility>
#include <vector>

#include "base/url.h"
#include "net/certificate.h"
#include "net/socket_wait.h"

namespace meetlat {

namespace {

struct Free {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using SslPtr = std::unique_ptr<SSL, Free>;
using ContextPtr = std::unique_ptr<SSL_CTX, Free>;

constexpr std::size_t kMaxHandshake = std::size_t{256} << 10;  // bytes from the peer; certificates are far smaller

// The strength that HttpClient asks for: what must be trusted may not be old and weak, what is only described may.
ContextPtr make_context(const TrustStore& trust, bool verify) {
  ContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) return nullptr;
  SSL_CTX* raw = context.get();
  const bool good = SSL_CTX_set_min_proto_version(raw, verify ? TLS1_2_VERSION : TLS1_VERSION) == 1 &&
                    SSL_CTX_set_cipher_list(raw, verify ? "DEFAULT:@SECLEVEL=1" : "DEFAULT:@SECLEVEL=0") == 1;
  if (!good) return nullptr;
  SSL_CTX_set1_cert_store(raw, trust.get());
  SSL_CTX_set_options(raw, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nullptr);  // judged after the handshake
  judge_chains(raw);
  constexpr std::array<unsigned char, 9> kAlpn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  return SSL_CTX_set_alpn_protos(raw, kAlpn.data(), kAlpn.size()) == 0 ? std::move(context) : nullptr;
}

Error tls_error(const std::string& peer) {
  const unsigned long code = ERR_peek_error();
  const char* words = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  return {ErrorCode::kTlsFailed, fmt::format("{}: {}", peer, words == nullptr ? "TLS failed" : words)};
}

}  // namespace

struct GuardedStream::Impl {
  Fd fd;
  SslPtr ssl;  // none for plain TCP
  std::string peer;
  std::stop_token stop;
  std::uint64_t received = 0;
  bool verified = false;

  Result<void> start_tls(const StreamOptions& options, const Waiter& waiter);
  Result<void> judge(const StreamOptions& options, std::vector<ChainProblem> problems);
  Result<std::size_t> raw_read(char* data, std::size_t size, const Waiter& waiter);
  Result<void> raw_write(std::string_view data, const Waiter& waiter);
  Result<void> flush(const Waiter& waiter);
  Result<bool> feed(const Waiter& waiter);
};

// 0 when the peer has closed.
Result<std::size_t> GuardedStream::Impl::raw_read(char* data, std::size_t size, const Waiter& waiter) {
  while (true) {
    const ssize_t got = recv(fd.get(), data, size, 0);
    if (got >= 0) {
      received += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
    if (errno == EAGAIN) {
      if (Result<void> ready = waiter.wait(fd.get(), POLLIN, peer); !ready) return fail(ready.error());
    } else if (errno != EINTR) {
      return fail(connection_error(errno, peer));
    }
  }
}

Result<void> GuardedStream::Impl::raw_write(std::string_view data, const Waiter& waiter) {
  while (!data.empty()) {
    const ssize_t sent = send(fd.get(), data.data(), data.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      data.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (Result<void> ready = waiter.wait(fd.get(), POLLOUT, peer); !ready) return ready;
    } else if (errno != EINTR) {
      return fail(connection_error(errno, peer));
    }
  }
  return {};
}

// Sends what OpenSSL has ready.
Result<void> GuardedStream::Impl::flush(const Waiter& waiter) {
  std::array<char, 16384> buffer;
  BIO* out = SSL_get_wbio(ssl.get());
  while (true) {
    const int length = BIO_read(out, buffer.data(), static_cast<int>(buffer.size()));
    if (length <= 0) return {};
    if (Result<void> sent = raw_write({buffer.data(), static_cast<std::size_t>(length)}, waiter); !sent) return sent;
  }
}

// Hands OpenSSL some bytes of the peer; false when it has closed.
Result<bool> GuardedStream::Impl::feed(const Waiter& waiter) {
  std::array<char, 16384> buffer;
  const Result<std::size_t> got = raw_read(buffer.data(), buffer.size(), waiter);
  if (!got) return fail(got.error());
  if (*got == 0) return false;
  BIO_write(SSL_get_rbio(ssl.get()), buffer.data(), static_cast<int>(*got));
  return true;
}

Result<void> GuardedStream::Impl::start_tls(const StreamOptions& options, const Waiter& waiter) {
  const ContextPtr context = make_context(*options.trust, options.verify);
  if (context != nullptr) ssl.reset(SSL_new(context.get()));
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  if (ssl == nullptr || in == nullptr || out == nullptr) {
    BIO_free(in);
    BIO_free(out);
    return fail(ErrorCode::kIo, "OpenSSL has no memory for a connection");
  }
  BIO_set_mem_eof_return(in, -1);  // empty means "not yet"
  SSL_set_bio(ssl.get(), in, out);
  if (!is_ip_literal(options.host)) SSL_set_tlsext_host_name(ssl.get(), options.host.c_str());
  std::vector<ChainProblem> problems;
  collect_problems(ssl.get(), &problems);
  while (true) {
    ERR_clear_error();
    const int result = SSL_connect(ssl.get());
    const int why = SSL_get_error(ssl.get(), result);
    const bool refused = why != SSL_ERROR_NONE && why != SSL_ERROR_WANT_READ;
    const Error error = refused ? tls_error(peer) : Error{};
    Result<void> sent = flush(waiter);  // also when it failed: the server is owed our alert
    if (refused) return fail(error);
    if (!sent) return sent;
    if (why == SSL_ERROR_NONE) break;
    const Result<bool> fed = feed(waiter);
    if (!fed) return fail(fed.error());
    if (!*fed) return fail(ErrorCode::kConnectionReset, peer + ": closed during the TLS handshake");
    if (received > kMaxHandshake) return fail(ErrorCode::kTlsFailed, peer + ": the handshake is too long");
  }
  collect_problems(ssl.get(), nullptr);
  return judge(options, std::move(problems));
}

Result<void> GuardedStream::Impl::judge(const StreamOptions& options, std::vector<ChainProblem> problems) {
  const std::unique_ptr<X509, decltype(&X509_free)> leaf(SSL_get1_peer_certificate(ssl.get()), &X509_free);
  if (leaf == nullptr) return fail(ErrorCode::kTlsUntrusted, peer + ": the server sent no certificate");
  if (const long code = SSL_get_verify_result(ssl.get()); problems.empty() && code != X509_V_OK) {
    problems.push_back(chain_problem(static_cast<int>(code), 0, leaf.get()));
  }
  if (!certificate_names(leaf.get(), options.host)) {
    problems.push_back({-1, 0, name_mismatch(leaf.get(), options.host)});
  }
  verified = problems.empty();
  if (verified || !options.verify) return {};
  return fail(ErrorCode::kTlsUntrusted, fmt::format("{}: {}", options.host, join_problems(problems)));
}

GuardedStream::GuardedStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GuardedStream::~GuardedStream() = default;

Result<std::unique_ptr<GuardedStream>> GuardedStream::connect(const StreamOptions& options, Ticks deadline,
                                                              std::stop_token stop) {
  if (Result<void> allowed = options.guard->check(options.host, options.address); !allowed) {
    return fail(allowed.error());
  }
  auto impl = std::make_unique<Impl>();
  impl->peer = peer_text(options.address, options.port);
  impl->stop = std::move(stop);
  const Waiter waiter(deadline, impl->stop);
  Result<Fd> connected = connect_tcp(options.address, options.port, waiter);
  if (!connected) return fail(connected.error());
  impl->fd = *std::move(connected);
  if (options.tls) {
    if (Result<void> started = impl->start_tls(options, waiter); !started) return fail(started.error());
  }
  return std::unique_ptr<GuardedStream>(new GuardedStream(std::move(impl)));
}

Result<std::size_t> GuardedStream::read_some(char* data, std::size_t size, Ticks deadline) {
  const Waiter waiter(deadline, impl_->stop);
  if (impl_->ssl == nullptr) return impl_->raw_read(data, size, waiter);
  const int most = static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
  while (true) {
    ERR_clear_error();
    const int got = SSL_read(impl_->ssl.get(), data, most);
    if (got > 0) return static_cast<std::size_t>(got);
    const int why = SSL_get_error(impl_->ssl.get(), got);
    if (why == SSL_ERROR_ZERO_RETURN) return std::size_t{0};
    if (why != SSL_ERROR_WANT_READ) return fail(tls_error(impl_->peer));
    if (Result<void> sent = impl_->flush(waiter); !sent) return fail(sent.error());  // key updates
    const Result<bool> fed = impl_->feed(waiter);
    if (!fed) return fail(fed.error());
    if (!*fed) return std::size_t{0};
  }
}

Result<void> GuardedStream::write(std::string_view data, Ticks deadline) {
  const Waiter waiter(deadline, impl_->stop);
  if (impl_->ssl == nullptr) return impl_->raw_write(data, waiter);
  while (!data.empty()) {
    ERR_clear_error();
    const int most = static_cast<int>(std::min<std::size_t>(data.size(), 1 << 20));
    const int written = SSL_write(impl_->ssl.get(), data.data(), most);
    if (written <= 0) return fail(tls_error(impl_->peer));  // a memory buffer takes everything
    data.remove_prefix(static_cast<std::size_t>(written));
    if (Result<void> sent = impl_->flush(waiter); !sent) return sent;
  }
  return {};
}

void GuardedStream::shut_down(Ticks deadline) {
  if (impl_->ssl == nullptr) return;
  ERR_clear_error();
  SSL_shutdown(impl_->ssl.get());
  ERR_clear_error();
  (void)impl_->flush(Waiter(deadline, impl_->stop));
}

bool GuardedStream::certificate_verified() const noexcept {
  return impl_->verified;
}
const std::string& GuardedStream::peer() const noexcept {
  return impl_->peer;
}
std::uint64_t GuardedStream::received_bytes() const noexcept {
  return impl_->received;
}

}  // namespace meetlat
