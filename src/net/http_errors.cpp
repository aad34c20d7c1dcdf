#include "net/http_errors.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <cerrno>
#include <string_view>

#include "base/text.h"
#include "net/socket_wait.h"

namespace meetlat {

namespace {

ErrorCode of_proxy(CURL* easy) {
  long why = 0;
  curl_easy_getinfo(easy, CURLINFO_PROXY_ERROR, &why);
  switch (why) {
    case CURLPX_REPLY_CONNECTION_REFUSED:
      return ErrorCode::kConnectionRefused;
    case CURLPX_REPLY_TTL_EXPIRED:
      return ErrorCode::kTimedOut;
    default:
      return ErrorCode::kUnreachable;
  }
}

// Errors that say by themselves what they are.
ErrorCode of_code(CURLcode code) {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return ErrorCode::kTimedOut;
    case CURLE_PEER_FAILED_VERIFICATION:
      return ErrorCode::kTlsUntrusted;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_INITFAILED:
      return ErrorCode::kTlsFailed;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SSL_SHUTDOWN_FAILED:
      return ErrorCode::kConnectionReset;
    case CURLE_UNSUPPORTED_PROTOCOL:  // HTTP/0.9 as well
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WRITE_ERROR:  // curl reports broken compression so, too; our own hanging up never gets here
    case CURLE_HTTP2:
      return ErrorCode::kHttpProtocol;
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return ErrorCode::kUnreachable;
    default:
      return ErrorCode::kIo;
  }
}

}  // namespace

Error http_error(void* easy, int curl_code, const HttpRequest& request, const char* words, bool stopped) {
  const auto code = static_cast<CURLcode>(curl_code);
  const std::string where = request.by_name ? request.url.authority()
                                            : fmt::format("{} at {}", request.url.authority(),
                                                          peer_text(request.address, request.url.port()));
  if (stopped) return {ErrorCode::kCancelled, where};
  const std::string_view text = words == nullptr || *words == '\0' ? curl_easy_strerror(code) : words;
  const std::string context = fmt::format("{}: {}", where, excerpt(text));
  if (code == CURLE_PROXY) return {of_proxy(easy), context};
  long os_error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &os_error);
  if (code == CURLE_COULDNT_CONNECT && os_error != 0) {
    return {connection_error(static_cast<int>(os_error), {}).code, context};
  }
  // A reset in the middle of the handshake comes as a TLS error without a TLS reason.
  if (code == CURLE_SSL_CONNECT_ERROR &&
      (icontains(text, "SSL_ERROR_SYSCALL") || icontains(text, "reset by peer") || icontains(text, "unexpected eof") ||
       icontains(text, "SSL_ERROR_ZERO_RETURN"))) {
    return {ErrorCode::kConnectionReset, context};
  }
  // libcurl 7.88 reports a peer that closes inside the headers with a receive error of this name.
  return {of_code(code), context};
}

}  // namespace meetlat
