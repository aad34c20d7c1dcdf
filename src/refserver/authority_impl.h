// Shared by authority.cpp and the TLS side of the server only.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

#include "refserver/authority.h"

namespace meetlat {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
using X509Ptr = std::unique_ptr<X509, Freer<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

struct Credential::Impl {
  X509Ptr certificate;
  KeyPtr key;
};

}  // namespace meetlat
