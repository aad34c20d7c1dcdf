#include "net/http_client.h"

#include <curl/curl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "net/certificate.h"
#include "net/http_errors.h"
#include "net/socket_wait.h"

namespace meetlat {

namespace {

// CURL and CURLM are both void, so each has a deleter of its own.
struct FreeEasy {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const noexcept { curl_multi_cleanup(multi); }
};
struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using EasyPtr = std::unique_ptr<CURL, FreeEasy>;
using MultiPtr = std::unique_ptr<CURLM, FreeMulti>;
using ListPtr = std::unique_ptr<curl_slist, FreeList>;

void append(ListPtr& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) return;
  (void)list.release();
  list.reset(longer);
}

// Bytes that a server may send beyond what its body amounts to when unpacked, before we hang up: without this a stream
// of empty compressed blocks would go on until the deadline.
constexpr curl_off_t kWireSlack = 64 << 10;

}  // namespace

struct HttpClient::Impl {
  HttpClientOptions options;
  std::stop_token stop;
  MultiPtr multi;  // declared first, so that it is closed after the easy handle
  EasyPtr easy;
  std::array<char, CURL_ERROR_SIZE> words{};

  // --- of the exchange under way
  const HttpRequest* request = nullptr;
  HttpAnswer answer;
  std::size_t header_bytes = 0;
  bool block_ended = false;  // a header block is complete; a further status line begins the next one (1xx)
  bool in_body = false;
  bool cut = false;          // we hung up on purpose: the body is long enough
  std::optional<Error> own;  // why we ended it ourselves

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static int on_progress(void* self, curl_off_t total, curl_off_t now, curl_off_t, curl_off_t);
  static curl_socket_t on_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static CURLcode on_context(CURL*, void* context, void* self);

  bool prepare();
  bool begin(const HttpRequest& new_request, Ticks deadline, ListPtr& headers, ListPtr& connect_to);
  CURLcode run(Ticks deadline);
  void header_line(std::string_view line);
  void note_certificate();
  void finish();
};

std::size_t HttpClient::Impl::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& impl = *static_cast<Impl*>(self);
  impl.header_bytes += size * count;
  if (impl.request->max_headers != 0 && impl.header_bytes > impl.request->max_headers) {
    impl.own = Error{ErrorCode::kTooLarge, fmt::format("{}: more than {} bytes of headers",
                                                       impl.request->url.authority(), impl.request->max_headers)};
    return 0;
  }
  if (!impl.in_body) impl.header_line({data, size * count});  // trailers after the body are not read
  return size * count;
}

void HttpClient::Impl::header_line(std::string_view line) {
  const bool folded = !line.empty() && (line.front() == ' ' || line.front() == '\t');
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.empty()) {
    block_ended = true;
    return;
  }
  if (line.starts_with("HTTP/") && (block_ended || answer.headers.empty())) {
    answer.headers.clear();
    block_ended = false;
    note_certificate();
    return;
  }
  if (folded && !answer.headers.empty()) {
    answer.headers.back().value += fmt::format(" {}", trim(line));
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return;
  answer.headers.push_back({to_lower(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1)))});
}

// Only inside a callback does libcurl know the connection, and with it the certificate of a connection that was kept.
void HttpClient::Impl::note_certificate() {
  if (!request->url.is_https()) return;
  curl_tlssessioninfo* info = nullptr;
  if (curl_easy_getinfo(easy.get(), CURLINFO_TLS_SSL_PTR, &info) != CURLE_OK || info == nullptr ||
      info->backend != CURLSSLBACKEND_OPENSSL || info->internals == nullptr) {
    return;
  }
  auto* ssl = static_cast<SSL*>(info->internals);
  const std::unique_ptr<X509, decltype(&X509_free)> leaf(SSL_get1_peer_certificate(ssl), &X509_free);
  if (leaf == nullptr) return;
  std::vector<ChainProblem> problems;
  if (const long code = SSL_get_verify_result(ssl); code != X509_V_OK) {
    problems.push_back(chain_problem(static_cast<int>(code), 0, leaf.get()));
  }
  if (!certificate_names(leaf.get(), request->url.host())) {
    problems.push_back({-1, 0, name_mismatch(leaf.get(), request->url.host())});
  }
  answer.certificate_verified = problems.empty();
  answer.certificate_error = join_problems(problems);
}

std::size_t HttpClient::Impl::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& impl = *static_cast<Impl*>(self);
  impl.in_body = true;
  const std::size_t length = size * count;
  const std::size_t room = impl.request->max_body - std::min(impl.request->max_body, impl.answer.body.size());
  impl.answer.body.append(data, std::min(length, room));
  if (length <= room) return length;
  impl.cut = true;
  return 0;
}

int HttpClient::Impl::on_progress(void* self, curl_off_t, curl_off_t now, curl_off_t, curl_off_t) {
  auto& impl = *static_cast<Impl*>(self);
  if (now > static_cast<curl_off_t>(impl.request->max_body) + kWireSlack) impl.cut = true;
  return impl.cut || impl.stop.stop_requested() ? 1 : 0;
}

curl_socket_t HttpClient::Impl::on_socket(void* self, curlsocktype, curl_sockaddr* target) {
  auto& impl = *static_cast<Impl*>(self);
  if (impl.options.proxy.empty()) {
    Address address;
    if (target->family == AF_INET) {
      sockaddr_in in{};
      std::memcpy(&in, &target->addr, sizeof in);
      std::memcpy(address.bytes.data(), &in.sin_addr, 4);
    } else if (target->family == AF_INET6) {
      sockaddr_in6 in6{};
      // curl_sockaddr ends in a plain sockaddr, but libcurl keeps a sockaddr_storage there and tells its length.
      std::memcpy(&in6, &target->addr, std::min<std::size_t>(sizeof in6, target->addrlen));
      address.v6 = true;
      std::memcpy(address.bytes.data(), &in6.sin6_addr, 16);
    } else {
      impl.own = Error{ErrorCode::kAddressRefused, "neither IPv4 nor IPv6"};
      return CURL_SOCKET_BAD;
    }
    if (Result<void> allowed = impl.options.guard->check(impl.request->url.host(), address); !allowed) {
      impl.own = allowed.error();
      return CURL_SOCKET_BAD;
    }
  }
  return socket(target->family, target->socktype | SOCK_CLOEXEC, target->protocol);
}

CURLcode HttpClient::Impl::on_context(CURL*, void* context, void* self) {
  const auto& impl = *static_cast<Impl*>(self);
  auto* ssl_context = static_cast<SSL_CTX*>(context);
  SSL_CTX_set1_cert_store(ssl_context, impl.options.trust->get());
  // Old servers lack secure renegotiation (we never renegotiate) and close without saying so (as browsers accept).
  SSL_CTX_set_options(ssl_context, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF);
  judge_chains(ssl_context);
  return CURLE_OK;
}

// What stays the same for all exchanges.
bool HttpClient::Impl::prepare() {
  easy.reset(curl_easy_init());
  multi.reset(curl_multi_init());
  if (easy == nullptr || multi == nullptr) return false;
  CURL* c = easy.get();
  curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, 3L);
  curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(c, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(c, CURLOPT_ACCEPT_ENCODING, "");  // all that this libcurl can unpack
  curl_easy_setopt(c, CURLOPT_USERAGENT, options.user_agent.c_str());
  curl_easy_setopt(c, CURLOPT_PROXY, options.proxy.c_str());  // an empty one keeps the environment's proxies out
  curl_easy_setopt(c, CURLOPT_NOPROXY, "");
  curl_easy_setopt(c, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(c, CURLOPT_ERRORBUFFER, words.data());
  curl_easy_setopt(c, CURLOPT_CAINFO, nullptr);  // the trust store comes by on_context
  curl_easy_setopt(c, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(c, CURLOPT_SSL_CTX_FUNCTION, &Impl::on_context);
  curl_easy_setopt(c, CURLOPT_SSL_CTX_DATA, this);
  curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, &Impl::on_socket);
  curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, &Impl::on_header);
  curl_easy_setopt(c, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, &Impl::on_body);
  curl_easy_setopt(c, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, &Impl::on_progress);
  curl_easy_setopt(c, CURLOPT_XFERINFODATA, this);
  curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
  return true;
}

bool HttpClient::Impl::begin(const HttpRequest& new_request, Ticks deadline, ListPtr& headers, ListPtr& connect_to) {
  request = &new_request;
  answer = {};
  header_bytes = 0;
  block_ended = in_body = cut = false;
  own.reset();
  words[0] = '\0';
  if (easy == nullptr && !prepare()) return false;

  using std::chrono::milliseconds;
  auto connect = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  if (request->connect_timeout > milliseconds{0}) connect = std::min(connect, request->connect_timeout);
  append(headers, "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
  for (const Header& header : request->headers) append(headers, header.name + ": " + header.value);
  if (!request->by_name) append(connect_to, "::" + peer_text(request->address, request->url.port()));

  CURL* c = easy.get();
  const std::string url = request->url.str();
  curl_easy_setopt(c, CURLOPT_URL, url.c_str());
  curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers.get());
  if (request->body) {
    curl_easy_setopt(c, CURLOPT_POST, 1L);
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request->body->size()));
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, request->body->data());  // not copied: `request` outlives the transfer
  } else {
    curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
  }
  curl_easy_setopt(c, CURLOPT_CONNECT_TO, connect_to.get());
  curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, std::max<long>(1, static_cast<long>(connect.count())));
  // What is only described may be old and weak; what must be trusted may not.
  curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, request->verify ? 1L : 0L);
  curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, request->verify ? 2L : 0L);
  curl_easy_setopt(c, CURLOPT_SSLVERSION,
                   static_cast<long>(request->verify ? CURL_SSLVERSION_TLSv1_2 : CURL_SSLVERSION_TLSv1_0));
  curl_easy_setopt(c, CURLOPT_SSL_CIPHER_LIST, request->verify ? "DEFAULT:@SECLEVEL=1" : "DEFAULT:@SECLEVEL=0");
  return true;
}

// Drives the transfer to its end. A stop request wakes the wait at once.
CURLcode HttpClient::Impl::run(Ticks deadline) {
  const std::stop_callback wake(stop, [this] { curl_multi_wakeup(multi.get()); });
  if (curl_multi_add_handle(multi.get(), easy.get()) != CURLM_OK) return CURLE_OUT_OF_MEMORY;
  CURLcode code = CURLE_OPERATION_TIMEDOUT;
  int running = 1;
  while (true) {
    if (curl_multi_perform(multi.get(), &running) != CURLM_OK) {
      code = CURLE_OUT_OF_MEMORY;
      break;
    }
    int left_over = 0;
    if (const CURLMsg* message = curl_multi_info_read(multi.get(), &left_over);
        message != nullptr && message->msg == CURLMSG_DONE) {
      code = message->data.result;
      break;
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0 || stop.stop_requested()) break;
    curl_multi_poll(multi.get(), nullptr, 0, static_cast<int>(std::min<std::int64_t>(left.count(), 60'000)), nullptr);
  }
  return code;
}

void HttpClient::Impl::finish() {
  CURL* c = easy.get();
  long status = 0;
  long version = 0;
  curl_off_t body = 0;
  curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(c, CURLINFO_HTTP_VERSION, &version);
  curl_easy_getinfo(c, CURLINFO_SIZE_DOWNLOAD_T, &body);
  answer.status = static_cast<int>(status);
  answer.http_version = version == CURL_HTTP_VERSION_1_0 ? "1.0" : version == CURL_HTTP_VERSION_2_0 ? "2" : "1.1";
  answer.wire_bytes = header_bytes + static_cast<std::uint64_t>(std::max<curl_off_t>(0, body));
  answer.truncated = cut;
  if (request->by_name) return;  // only the proxy knows
  answer.peer = peer_text(request->address, request->url.port());
}

HttpClient::HttpClient(const HttpClientOptions& options, std::stop_token stop) : impl_(std::make_unique<Impl>()) {
  impl_->options = options;
  impl_->stop = std::move(stop);
}
HttpClient::~HttpClient() = default;

Result<HttpAnswer> HttpClient::exchange(const HttpRequest& request, Ticks deadline) {
  Impl& impl = *impl_;
  if (request.by_name && impl.options.proxy.empty()) {
    return fail(ErrorCode::kInvalidArgument, "an exchange by name needs a proxy");
  }
  ListPtr headers;
  ListPtr connect_to;
  if (!impl.begin(request, deadline, headers, connect_to)) return fail(ErrorCode::kIo, "libcurl cannot start");
  const CURLcode code = impl.run(deadline);
  impl.finish();
  const Result<void> ended = impl.own ? fail(*impl.own) : Result<void>{};
  const bool complete = code == CURLE_OK || (impl.cut && impl.answer.status != 0);
  Error error;
  if (!complete) error = http_error(impl.easy.get(), code, request, impl.words.data(), impl.stop.stop_requested());
  curl_multi_remove_handle(impl.multi.get(), impl.easy.get());  // a transfer in the middle loses its connection
  if (!ended) return fail(ended.error());
  if (!complete) return fail(std::move(error));
  return std::move(impl.answer);
}

}  // namespace meetlat
