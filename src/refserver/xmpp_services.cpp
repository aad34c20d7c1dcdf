#include "refserver/xmpp_services.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <chrono>

#include "refserver/pages.h"

namespace meetlat {
namespace {

std::string turn_password(std::string_view secret, std::string_view username) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(username.data()), username.size(), digest.data(), &size);
  std::array<unsigned char, std::size_t{2} * EVP_MAX_MD_SIZE> text{};
  const int length = EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(size));
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length)};
}

}  // namespace

std::vector<xmpp::Service> make_services(const PersonaXmpp& persona, const std::string& host, std::string_view secret,
                                         Instant now) {
  std::vector<xmpp::Service> out;
  for (const PersonaService& given : persona.services) {
    xmpp::Service service;
    service.type = given.type;
    service.host = fill_in(given.host, [&host](std::string_view name) { return name == "host" ? &host : nullptr; });
    service.port = given.port;
    service.transport = given.transport;
    if (given.type.starts_with("turn") && given.fixed_login) {
      service.username = "meet";
      service.password = "the-same-for-everybody";
      service.restricted = true;
    } else if (given.type.starts_with("turn")) {
      const Instant end = now + std::chrono::seconds(given.expires);
      service.username =
          std::to_string(std::chrono::duration_cast<std::chrono::seconds>(end.time_since_epoch()).count());
      service.password = turn_password(secret, service.username);
      service.expires = format_instant(end);
      service.restricted = true;
    }
    out.push_back(std::move(service));
  }
  return out;
}

}  // namespace meetlat
