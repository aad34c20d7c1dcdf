// How the certificates hang together that a server sent. Names and key identifiers decide, as when a path is built;
// signatures are the trust store's business.
#pragma once

#include <vector>

#include "net/certificate.h"
#include "net/tls_info.h"

struct stack_st_X509;  // STACK_OF(X509)

namespace meetlat {

// `sent` as it came, leaf first and not empty; `path` as OpenSSL completed it with the trust store, or nullptr;
// `problems` are those of that path. At most 12 certificates of either are looked at.
ChainInfo describe_links(const stack_st_X509* sent, const stack_st_X509* path,
                         const std::vector<ChainProblem>& problems);

// The certificate that issued the leaf of `sent`, from `path` or `sent`; nullptr when it is in neither. Owned by them.
x509_st* issuer_of_leaf(const stack_st_X509* sent, const stack_st_X509* path);

}  // namespace meetlat
