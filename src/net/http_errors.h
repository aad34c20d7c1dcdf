// libcurl's results in our words.
#pragma once

#include "base/result.h"
#include "net/transport.h"

namespace meetlat {

// `easy` is the handle of the finished transfer, `curl_code` its CURLcode, `words` its error buffer.
Error http_error(void* easy, int curl_code, const HttpRequest& request, const char* words, bool stopped);

}  // namespace meetlat
