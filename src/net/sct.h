// Signed certificate timestamps: read and checked with OpenSSL's functions for certificate transparency. Nobody is
// asked.
#pragma once

#include <memory>
#include <string_view>

#include "base/clock.h"
#include "net/tls_info.h"

struct stack_st_SCT;  // STACK_OF(SCT)
struct x509_st;       // X509

namespace meetlat {

class CtLogs;

struct FreeScts {
  void operator()(stack_st_SCT* list) const noexcept;
};
using SctList = std::unique_ptr<stack_st_SCT, FreeScts>;

// A SignedCertificateTimestampList (RFC 6962, 3.3) as TLS carries it. nullptr when it is malformed or longer than 16
// KiB.
SctList parse_scts(std::string_view list);

struct SctInput {
  x509_st* leaf = nullptr;         // not nullptr
  x509_st* issuer = nullptr;       // nullptr: timestamps inside the certificate cannot be checked
  std::string_view tls_extension;  // as sent; "": none
  const stack_st_SCT* staple = nullptr;
  bool staple_malformed = false;
};

// All timestamps of a handshake; each is valid, invalid or not known, by `logs` (nullptr: none are known).
SctReport check_scts(const SctInput& input, const CtLogs* logs, Instant now);

}  // namespace meetlat
