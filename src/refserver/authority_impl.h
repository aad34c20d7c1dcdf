// Shared by the parts of the authority and the TLS side of the server only.
#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/freer.h"
#include "refserver/authority.h"

namespace meetlat {

using X509Ptr = std::unique_ptr<X509, Freer<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

struct FreeChain {
  void operator()(STACK_OF(X509) * chain) const noexcept { sk_X509_pop_free(chain, X509_free); }
};
using ChainPtr = std::unique_ptr<STACK_OF(X509), FreeChain>;

struct Issuer {
  X509Ptr certificate;
  KeyPtr key;
};

struct Credential::Impl {
  X509Ptr certificate;
  KeyPtr key;
  ChainPtr chain;      // what is sent after the leaf, in that order; may be empty
  std::string staple;  // DER; "" for none
  std::string scts;    // for the TLS extension; "" for none
};

// A throw-away log of certificate transparency.
struct Log {
  std::string section;      // in the table
  std::string description;  // "" for one that the table leaves out
  std::string operator_name;
  KeyPtr key;
};

// The logs of one authority, made with it.
class Logs {
 public:
  static Result<Logs> create();
  // Puts the timestamps that `wish` asks for into `leaf`, which `issuer` is about to sign finally: a signature by it is
  // made here as well, since what is logged has the algorithm in it.
  Result<void> embed(X509* leaf, const Issuer& issuer, SctWish wish) const;
  // The same for the finished certificate, as a list for the TLS extension. "" when none are wished.
  Result<std::string> list(X509* leaf, SctWish wish) const;
  std::string table() const;

 private:
  std::vector<Log> logs_;
};

// An OCSP answer about `leaf`. "" when none is wished.
Result<std::string> make_staple(StapleWish wish, X509* leaf, const Issuer& issuer, const Issuer& stranger);

Error openssl_error(std::string_view what);

}  // namespace meetlat
