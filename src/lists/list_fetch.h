// Fetching a list over http(s). Unlike the pages of an audited host, a list must come over a trusted connection: who
// could change it would choose whom we contact.
#pragma once

#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/url.h"
#include "net/network.h"

namespace meetlat {

struct ListFetch {
  bool not_modified = false;  // 304: the copy that had these validators is still right
  std::string body;
  std::string etag;           // as sent, or empty
  std::string last_modified;  // as sent, or empty
  Url final_url;              // after redirects; relative links belong to it
};

// Guard, gate and limits apply at every hop; certificates are verified. A redirect from https to http is refused.
// `etag` and `last_modified` may be empty. Other final statuses than 200 and 304 are kHttpStatus; a body past
// `max_bytes` is kTooLarge.
Result<ListFetch> fetch_list(const Url& url, const std::string& etag, const std::string& last_modified,
                             std::size_t max_bytes, Network& network, Ticks deadline, const std::stop_token& stop);

// "YYYY-MM-DD" of an HTTP date, or "".
std::string date_of_http(const std::string& http_date);

}  // namespace meetlat
