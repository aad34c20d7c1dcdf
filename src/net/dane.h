// Does a certificate chain agree with TLSA records (DANE, RFC 6698 and 7671)? OpenSSL's own check, offline.
#pragma once

#include <span>
#include <string>

#include "base/result.h"

struct x509_store_st;  // X509_STORE

namespace meetlat {

struct DaneCheck {
  bool usable = false;  // at least one record has parameters that are known here; the rest says nothing otherwise
  bool match = false;
  std::string why_not;  // OpenSSL's words when it does not match
};

// `chain` holds certificates in DER as sent, leaf first; `tlsa` the RDATA of TLSA records, of which malformed ones and
// those with unknown parameters are left out, as RFC 6698 has it. `store`: for usages 0 and 1. kInvalidArgument when
// the chain is empty or its leaf is no certificate; kIo when OpenSSL cannot do it.
Result<DaneCheck> check_dane(const std::string& host, std::span<const std::string> chain,
                             std::span<const std::string> tlsa, x509_store_st* store);

}  // namespace meetlat
