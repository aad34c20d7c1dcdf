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
#include <chrono>
#include <string_view>
#include <utility>

#include "base/url.h"
#include "net/certificate.h"
#include "net/certificate_chain.h"
#include "net/ct_logs.h"
#include "net/ocsp_staple.h"
#include "net/sct.h"
#include "net/socket_wait.h"
#include "net/xmpp_starttls.h"

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
// How long tickets are waited for after the good-bye: as long as connection and handshake took, several times, within
// these bounds. A server that behaves ends the wait itself after one round trip.
constexpr int kPatienceFactor = 3;
constexpr std::chrono::milliseconds kPatienceBase{1000};
constexpr std::chrono::milliseconds kPatienceMax{5000};

// What callbacks of one connection write down.
struct Notes {
  std::vector<ChainProblem> problems;
  std::string scts;  // the extension's list, of the leaf
  TicketInfo tickets;
  bool application_data = false;   // in TLS 1.3, after the handshake
  bool wants_certificate = false;  // the server asked for one of ours
};

int notes_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

Notes* notes_of(const SSL* ssl) {
  return static_cast<Notes*>(SSL_get_ex_data(ssl, notes_index()));
}

// Asks for timestamps with an empty extension. OpenSSL's own support would parse them at once and keep no bytes.
int ask_scts(SSL*, unsigned int, unsigned int, const unsigned char** out, std::size_t* length, X509*, std::size_t, int*,
             void*) {
  *out = nullptr;
  *length = 0;
  return 1;
}

int on_scts(SSL* ssl, unsigned int, unsigned int, const unsigned char* in, std::size_t length, X509*, std::size_t index,
            int*, void*) {
  Notes* notes = notes_of(ssl);
  if (notes != nullptr && index == 0) notes->scts.assign(reinterpret_cast<const char*>(in), length);
  return 1;
}

int on_session(SSL* ssl, SSL_SESSION* session) {
  Notes* notes = notes_of(ssl);
  if (notes == nullptr || SSL_SESSION_has_ticket(session) != 1) return 0;
  ++notes->tickets.count;
  const auto lifetime = static_cast<std::int64_t>(SSL_SESSION_get_ticket_lifetime_hint(session));
  notes->tickets.lifetime = std::max(notes->tickets.lifetime, lifetime);
  notes->tickets.max_early_data = std::max(notes->tickets.max_early_data, SSL_SESSION_get_max_early_data(session));
  return 0;  // not kept
}

// Nobody here has a certificate: the answer is an empty one.
int on_certificate_request(SSL* ssl, X509**, EVP_PKEY**) {
  if (Notes* notes = notes_of(ssl); notes != nullptr) notes->wants_certificate = true;
  return 0;
}

void on_record(int is_write, int, int type, const void* bytes, std::size_t length, SSL*, void* argument) {
  if (is_write != 0 || type != SSL3_RT_INNER_CONTENT_TYPE || length != 1) return;
  if (*static_cast<const unsigned char*>(bytes) == SSL3_RT_APPLICATION_DATA) {
    static_cast<Notes*>(argument)->application_data = true;
  }
}

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
  SSL_CTX_set_options(raw, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_COMPRESSION);
  // Sessions are shown to on_session() and never used again.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(raw, on_session);
  SSL_CTX_set_client_cert_cb(raw, on_certificate_request);
  SSL_CTX_set_tlsext_status_type(raw, TLSEXT_STATUSTYPE_ocsp);
  constexpr unsigned int kSctPlaces = SSL_EXT_CLIENT_HELLO | SSL_EXT_TLS1_2_SERVER_HELLO | SSL_EXT_TLS1_3_CERTIFICATE;
  if (SSL_CTX_add_custom_ext(raw, TLSEXT_TYPE_signed_certificate_timestamp, kSctPlaces, ask_scts, nullptr, nullptr,
                             on_scts, nullptr) != 1) {
    return nullptr;
  }
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(raw, SSL_VERIFY_NONE, nullptr);
  judge_chains(raw);
  return context;
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
  Attempt(const TlsApproach& approach, Ticks deadline, const std::stop_token& stop, std::string peer)
      : approach_(approach), deadline_(deadline), stop_(stop), waiter_(deadline, stop), peer_(std::move(peer)) {}

  // nullptr and `failure` when it failed.
  SslPtr run(SSL_CTX* context, const std::string& host, const Address& address, std::uint16_t port, Notes& notes,
             Failure& failure) {
    const Ticks started = std::chrono::steady_clock::now();
    Result<Fd> connected = connect_tcp(address, port, waiter_);
    if (!connected) {
      failure.error = connected.error();
      return nullptr;
    }
    fd_ = *std::move(connected);
    if (approach_.starttls_xmpp) {
      if (const Result<void> begun = start_tls(host); !begun) {
        failure.error = begun.error();
        return nullptr;
      }
    }
    SslPtr ssl = prepare(context, host);
    if (ssl == nullptr) {
      failure.error = {ErrorCode::kIo, "OpenSSL has no memory for a connection"};
      return nullptr;
    }
    collect_problems(ssl.get(), &notes.problems);
    SSL_set_ex_data(ssl.get(), notes_index(), &notes);
    SSL_set_msg_callback(ssl.get(), on_record);
    SSL_set_msg_callback_arg(ssl.get(), &notes);
    if (shake(ssl.get(), failure)) {
      SSL_shutdown(ssl.get());  // a polite good-bye
      const bool said = flush(ssl.get()).has_value();
      // In TLS 1.3 tickets follow our last message; a server sends them before it reads the good-bye.
      if (said && SSL_version(ssl.get()) == TLS1_3_VERSION) listen(ssl.get(), notes, started);
    } else {
      if (notes.wants_certificate) {
        failure.error.context += ", after it asked for a certificate of the client, and this audit has none";
        failure.offer_refused = false;
      }
      ssl.reset();
    }
    if (ssl != nullptr) forget_notes(ssl.get());
    return ssl;
  }

 private:
  // RFC 6120, 5: what is said in the clear before TLS.
  Result<void> start_tls(const std::string& host) {
    XmppStartTls preface(host, peer_);
    std::string out = preface.opening();
    std::array<char, 4096> buffer;
    while (!preface.done()) {
      if (Result<void> sent = send_plain(out); !sent) return sent;
      out.clear();
      if (Result<void> ready = waiter_.wait(fd_.get(), POLLIN, peer_ + ": XMPP before TLS"); !ready) return ready;
      const ssize_t got = recv(fd_.get(), buffer.data(), buffer.size(), 0);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
      if (got < 0) return fail(connection_error(errno, peer_ + ": XMPP before TLS"));
      if (got == 0) return fail(ErrorCode::kConnectionReset, peer_ + ": closed before TLS");
      Result<std::string> next = preface.feed({buffer.data(), static_cast<std::size_t>(got)});
      if (!next) return fail(next.error());
      out = *std::move(next);
    }
    return {};
  }

  Result<void> send_plain(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent > 0) {
        text.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN) {
        if (Result<void> ready = waiter_.wait(fd_.get(), POLLOUT, peer_ + ": XMPP before TLS"); !ready) return ready;
      } else if (errno != EINTR) {
        return fail(connection_error(errno, peer_));
      }
    }
    return {};
  }

  SslPtr prepare(SSL_CTX* context, const std::string& host) const {
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
    std::string protocols;
    for (const std::string& name : approach_.alpn) protocols += static_cast<char>(name.size()) + name;
    // It fails for want of memory only, and then the server is asked for none.
    (void)SSL_set_alpn_protos(ssl.get(), reinterpret_cast<const unsigned char*>(protocols.data()),
                              static_cast<unsigned int>(protocols.size()));
    if (!is_ip_literal(host)) SSL_set_tlsext_host_name(ssl.get(), host.c_str());
    return ssl;
  }

  static void forget_notes(SSL* ssl) {
    collect_problems(ssl, nullptr);
    SSL_set_ex_data(ssl, notes_index(), nullptr);
    SSL_set_msg_callback(ssl, nullptr);
  }

  // Until a ticket is there, the server hangs up, or a while is over.
  void listen(SSL* ssl, const Notes& notes, Ticks started) {
    const Ticks now = std::chrono::steady_clock::now();
    const auto patience = std::min<Ticks::duration>(kPatienceBase + kPatienceFactor * (now - started), kPatienceMax);
    const Waiter waiter(std::min(deadline_, now + patience), stop_);
    std::array<char, 4096> ignored;
    while (notes.tickets.count == 0) {
      ERR_clear_error();
      const int got = SSL_read(ssl, ignored.data(), ignored.size());
      if (got <= 0 && SSL_get_error(ssl, got) != SSL_ERROR_WANT_READ) return;
      if (got <= 0 && !receive(ssl, waiter)) return;
    }
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
      if (Result<void> got = receive(ssl, waiter_); !got) return give_up(got.error(), failure);
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

  Result<void> receive(SSL* ssl, const Waiter& waiter) {
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
        if (Result<void> ready = waiter.wait(fd_.get(), POLLIN, peer_ + ": TLS handshake"); !ready) return ready;
      } else if (errno != EINTR) {
        return fail(connection_error(errno, peer_ + ": TLS handshake"));
      }
    }
  }

  const TlsApproach& approach_;
  const Ticks deadline_;
  const std::stop_token& stop_;
  const Waiter waiter_;
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

void describe_chain(SSL* ssl, const TlsApproach& approach, const std::string& host, Notes& notes, const CtLogs* logs,
                    TlsHandshake& shake) {
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  const int count = chain == nullptr ? 0 : std::min(sk_X509_num(chain), kMaxChain);
  if (count == 0) {
    shake.trust_error = "the server sent no certificate";
    return;
  }
  for (int i = 0; i < count; ++i) shake.chain.push_back(describe_certificate(sk_X509_value(chain, i)));
  X509* leaf = sk_X509_value(chain, 0);
  shake.name_matches = certificate_names(leaf, host) || (approach.xmpp_names && certificate_names_xmpp(leaf, host));
  std::vector<ChainProblem>& problems = notes.problems;
  if (const long code = SSL_get_verify_result(ssl); problems.empty() && code != X509_V_OK) {
    problems.push_back(chain_problem(static_cast<int>(code), 0, leaf));
  }
  const STACK_OF(X509)* path = SSL_get0_verified_chain(ssl);
  shake.links = describe_links(chain, path, problems);
  if (!shake.name_matches) problems.push_back({-1, 0, name_mismatch(leaf, host)});
  shake.trusted = problems.empty();
  shake.trust_error = join_problems(problems);

  X509* issuer = issuer_of_leaf(chain, path);
  const unsigned char* staple = nullptr;
  const long length = SSL_get_tlsext_status_ocsp_resp(ssl, &staple);
  const std::string_view der(reinterpret_cast<const char*>(staple), static_cast<std::size_t>(std::max(0L, length)));
  Staple checked = check_staple(der, leaf, issuer, shake.at);
  shake.staple = std::move(checked.info);
  shake.scts = check_scts({leaf, issuer, notes.scts, checked.scts.get(), checked.scts_malformed}, logs, shake.at);
}

TlsHandshake describe(SSL* ssl, const TlsApproach& approach, const std::string& host, std::string peer, Notes& notes,
                      const CtLogs* logs) {
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
  // TLS 1.3 binds its keys to the whole handshake anyway, and OpenSSL only knows the extension.
  shake.extended_master_secret = SSL_version(ssl) == TLS1_3_VERSION || SSL_get_extms_support(ssl) == 1;
  // Some servers keep tickets back until they have something else to say, so silence alone shows nothing.
  const bool shown = SSL_version(ssl) != TLS1_3_VERSION || notes.tickets.count > 0 || notes.application_data;
  if (shown) shake.tickets = notes.tickets;
  describe_chain(ssl, approach, host, notes, logs, shake);
  return shake;
}

}  // namespace

struct TlsDialer::Contexts {
  ContextPtr modern;
  ContextPtr legacy;
  std::shared_ptr<const CtLogs> logs;
};

TlsDialer::TlsDialer(std::unique_ptr<Contexts> contexts) : contexts_(std::move(contexts)) {}
TlsDialer::~TlsDialer() = default;

Result<std::unique_ptr<TlsDialer>> TlsDialer::create(const TrustStore& trust, std::shared_ptr<const CtLogs> logs) {
  auto contexts = std::make_unique<Contexts>();
  contexts->logs = std::move(logs);
  contexts->modern = make_context(trust, TLS1_2_VERSION, TLS1_3_VERSION);
  contexts->legacy = make_context(trust, TLS1_VERSION, TLS1_1_VERSION);
  if (contexts->modern == nullptr || contexts->legacy == nullptr) {
    const char* words = ERR_reason_error_string(ERR_peek_error());
    ERR_clear_error();
    return fail(ErrorCode::kIo, fmt::format("OpenSSL cannot make a TLS context: {}", words == nullptr ? "" : words));
  }
  return std::unique_ptr<TlsDialer>(new TlsDialer(std::move(contexts)));
}

Result<TlsHandshake> TlsDialer::dial(const TlsApproach& approach, const std::string& host, std::uint16_t port,
                                     const Address& address, Ticks deadline, const std::stop_token& stop) const {
  const std::string peer = peer_text(address, port);
  Notes notes;
  Failure failure;
  SslPtr ssl =
      Attempt(approach, deadline, stop, peer).run(contexts_->modern.get(), host, address, port, notes, failure);
  bool legacy = false;
  if (ssl == nullptr && failure.offer_refused) {
    Failure second;
    notes = {};
    ssl = Attempt(approach, deadline, stop, peer).run(contexts_->legacy.get(), host, address, port, notes, second);
    legacy = ssl != nullptr;
    // A server that refuses both says something about neither version; the first refusal is what is reported. Other
    // troubles of the second attempt leave open what the server would have said.
    if (!legacy && second.error.code != ErrorCode::kTlsFailed) failure = second;
  }
  ERR_clear_error();
  if (ssl == nullptr) return fail(failure.error);
  TlsHandshake shake = describe(ssl.get(), approach, host, peer, notes, contexts_->logs.get());
  shake.legacy_only = legacy;
  return shake;
}

}  // namespace meetlat
