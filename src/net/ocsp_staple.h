// A stapled OCSP answer, read and checked with OpenSSL. No responder is ever asked.
#pragma once

#include <string_view>

#include "base/clock.h"
#include "net/sct.h"
#include "net/tls_info.h"

namespace meetlat {

struct Staple {
  StapleInfo info;
  SctList scts;  // of the answer for this certificate; nullptr: none
  bool scts_malformed = false;
};

// `der` as the server sent it, "" for none; `leaf` not nullptr; `issuer` nullptr when it is not known. The answer must
// be signed by the issuer or by a responder to which the issuer delegated it, whatever the trust store thinks of both.
Staple check_staple(std::string_view der, x509_st* leaf, x509_st* issuer, Instant now);

}  // namespace meetlat
