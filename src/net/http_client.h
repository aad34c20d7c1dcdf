// One HTTP/1.1 request and its answer by libcurl, and nothing that libcurl would add by itself: no redirects, cookies,
// netrc, environment proxies or name look-ups. Connections are kept alive between calls. For one thread.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "net/address.h"
#include "net/transport.h"
#include "net/trust_store.h"

namespace meetlat {

// All of it outlives the client.
struct HttpClientOptions {
  const TrustStore* trust = nullptr;
  const AddressGuard* guard = nullptr;
  std::string proxy;  // "socks5h://..." or empty
  std::string user_agent;
};

class HttpClient {
 public:
  HttpClient(const HttpClientOptions& options, std::stop_token stop);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // As Transport::exchange.
  Result<HttpAnswer> exchange(const HttpRequest& request, Ticks deadline);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace meetlat
