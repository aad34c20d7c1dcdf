#include "net/dane.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <memory>
#include <optional>

#include "base/freer.h"
#include "net/rdata.h"

namespace meetlat {

namespace {

void free_stack(STACK_OF(X509) * stack) noexcept {
  sk_X509_pop_free(stack, X509_free);
}

using CtxPtr = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Freer<SSL_free>>;
using CertPtr = std::unique_ptr<X509, Freer<X509_free>>;
using StackPtr = std::unique_ptr<STACK_OF(X509), Freer<free_stack>>;
using VerifyPtr = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;

CertPtr read_certificate(const std::string& der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  return CertPtr(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

// How many of the records OpenSSL can use.
int add_records(SSL* ssl, std::span<const std::string> tlsa) {
  int usable = 0;
  for (const std::string& bytes : tlsa) {
    const std::optional<TlsaRecord> record = tlsa_in_rdata(bytes);
    if (!record) continue;
    const auto* data = reinterpret_cast<const unsigned char*>(record->data.data());
    if (SSL_dane_tlsa_add(ssl, record->usage, record->selector, record->matching, data, record->data.size()) > 0) {
      ++usable;
    }
  }
  ERR_clear_error();  // of records that were not taken
  return usable;
}

}  // namespace

Result<DaneCheck> check_dane(const std::string& host, std::span<const std::string> chain,
                             std::span<const std::string> tlsa, X509_STORE* store) {
  const CertPtr leaf = chain.empty() ? nullptr : read_certificate(chain.front());
  if (!leaf) return fail(ErrorCode::kInvalidArgument, host + ": no certificate to compare with");
  const StackPtr others(sk_X509_new_null());
  for (std::size_t i = 0; others && i < chain.size(); ++i) {
    CertPtr one = read_certificate(chain[i]);
    if (one && sk_X509_push(others.get(), one.get()) > 0) (void)one.release();
  }
  const CtxPtr context(SSL_CTX_new(TLS_client_method()));
  if (!context || SSL_CTX_dane_enable(context.get()) != 1) return fail(ErrorCode::kIo, "OpenSSL has no DANE");
  const SslPtr ssl(SSL_new(context.get()));
  if (!ssl || SSL_dane_enable(ssl.get(), host.c_str()) != 1) return fail(ErrorCode::kIo, "OpenSSL has no DANE");
  SSL_dane_set_flags(ssl.get(), DANE_FLAG_NO_DANE_EE_NAMECHECKS);  // RFC 7671 5.1: the record itself binds the name
  DaneCheck check;
  check.usable = add_records(ssl.get(), tlsa) > 0;
  if (!check.usable) return check;
  const VerifyPtr verify(X509_STORE_CTX_new());
  if (!verify || X509_STORE_CTX_init(verify.get(), store, leaf.get(), others.get()) != 1 ||
      X509_STORE_CTX_set_default(verify.get(), "ssl_server") != 1) {
    return fail(ErrorCode::kIo, "OpenSSL cannot check chains");
  }
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(verify.get());
  X509_VERIFY_PARAM_set1(param, SSL_get0_param(ssl.get()));
  X509_VERIFY_PARAM_set_auth_level(param, 0);  // how strong keys are is judged elsewhere
  X509_STORE_CTX_set0_dane(verify.get(), SSL_get0_dane(ssl.get()));
  check.match = X509_verify_cert(verify.get()) == 1;
  if (!check.match) check.why_not = X509_verify_cert_error_string(X509_STORE_CTX_get_error(verify.get()));
  ERR_clear_error();
  return check;
}

}  // namespace meetlat
