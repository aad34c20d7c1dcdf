#include "probes/exposed_control.h"

#include <fmt/format.h>

#include "base/secret.h"
#include "base/text.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kTokenDigits = 40;
constexpr std::size_t kMostLines = 20;
constexpr std::string_view kPath = "/.well-known/meetlat.txt";

Url token_url(const Url& base) {
  return base.with_scheme(true).with_path(kPath);
}

}  // namespace

std::string control_token(std::string_view key, std::string_view host) {
  return "meetlat-" + hmac_hex(key, fmt::format("control of {}", host)).substr(0, kTokenDigits);
}

Result<std::string> find_control_token(Session& session, const std::string& token) {
  const std::string& host = session.target().base.host();
  const Result<std::vector<std::string>> records = session.texts("_meetlat." + host);
  for (const std::string& record : records ? *records : std::vector<std::string>{}) {
    if (trim(record) == token) return "TXT _meetlat." + host;
  }
  const Url url = token_url(session.target().base);
  const Result<ExchangePtr> answer = session.get(url, {.follow = false, .guessed = false, .max_body = 4096});
  if (answer && (*answer)->status == 200) {
    // Any path of Jitsi Meet answers 200: only the token itself counts, on a line of its own.
    const std::vector<std::string> lines = split((*answer)->body, '\n');
    for (std::size_t i = 0; i < lines.size() && i < kMostLines; ++i) {
      if (trim(lines[i]) == token) return url.str();
    }
  }
  const std::string dns = !records           ? describe(records.error())
                          : records->empty() ? "no TXT record"
                                             : "other TXT records";
  const std::string web = !answer                    ? describe(answer.error())
                          : (*answer)->status == 200 ? "another page"
                                                     : fmt::format("status {}", (*answer)->status);
  return fail(ErrorCode::kNotFound,
              fmt::format("the token is neither at _meetlat.{} ({}) nor at {} ({})", host, dns, url.str(), web));
}

std::string control_instructions(const Url& base, const std::string& token) {
  return fmt::format(
      "To prove that you control {0}, publish this token at one of two places, then ask again:\n"
      "  name server   _meetlat.{0}.  300  IN  TXT  \"{1}\"\n"
      "  web server    {2}, a text file with the one line {1}\n"
      "It is made for this host and for this user of this machine; it may stay there.",
      base.host(), token, token_url(base).str());
}

}  // namespace meetlat::probes
