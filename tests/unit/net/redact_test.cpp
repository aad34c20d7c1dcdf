#include "net/redact.h"

#include <gtest/gtest.h>

namespace meetlat {
namespace {

TEST(RedactUrl, HidesSecretsAndNothingElse) {
  const std::pair<const char*, const char*> cases[] = {
      {"https://meet.test/", "https://meet.test/"},
      {"https://meet.test/app.js?v=8044.5", "https://meet.test/app.js?v=8044.5"},
      {"https://meet.test/?lang=en&room=daily", "https://meet.test/?lang=en&room=daily"},
      {"https://meet.test/r?jwt=abc", "https://meet.test/r?jwt=REDACTED"},
      {"https://meet.test/r?access_token=abc&x=1", "https://meet.test/r?access_token=REDACTED&x=1"},
      {"https://meet.test/r?x=1;Session-Id=7#token=abc", "https://meet.test/r?x=1;Session-Id=REDACTED#token=REDACTED"},
      {"https://meet.test/r?q=eyJhbGciOiJIUzI1NiJ9.e30.x", "https://meet.test/r?q=REDACTED"},
      {"https://meet.test/r?q=0123456789abcdef0123456789abcdef", "https://meet.test/r?q=REDACTED"},
      {"https://meet.test/r?0123456789abcdef0123456789abcdef", "https://meet.test/r?REDACTED"},
      {"https://login.test/?redirect_uri=https%3A%2F%2Fmeet.test%2Froom%2Fa1",
       "https://login.test/?redirect_uri=https%3A%2F%2Fmeet.test%2Froom%2Fa1"},
      {"https://me:secret@meet.test/a@b", "https://REDACTED@meet.test/a@b"},
      {"/room?state=xyz", "/room?state=REDACTED"},
      {"/room?token=", "/room?token="},
      {"", ""},
  };
  for (const auto& [url, shown] : cases) EXPECT_EQ(redact_url(url), shown);
}

TEST(RedactUrl, TakesLinearTime) {
  const std::string long_url = "https://meet.test/?" + std::string(300'000, '&') + std::string(300'000, '?');
  EXPECT_EQ(redact_url(long_url), long_url);
}

}  // namespace
}  // namespace meetlat
