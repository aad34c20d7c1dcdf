// The part of the text report about everything that a server's TLS accepts.
#include "render.h"

namespace meetlat {
namespace {

using sample::HostBuilder;
using Strings = std::vector<std::string>;

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

HostBuilder asked_in_full() {
  HostBuilder host("https://meet.parent.test/", HostStatus::kMeasured);
  const Subject at = Subject::address("192.0.2.1:443");
  host.clean_slate()
      .fact("tls.offers.versions", Strings{"TLSv1.0", "TLSv1.3"}, "", "", "", at)
      .fact("tls.offers.suites",
            Strings{"TLSv1.0 TLS_RSA_WITH_AES_128_CBC_SHA", "TLSv1.0 TLS_RSA_WITH_RC4_128_SHA",
                    "TLSv1.3 TLS_AES_128_GCM_SHA256"},
            "", "", "", at)
      .fact("tls.offers.groups", Strings{"TLSv1.3 X25519MLKEM768", "TLSv1.3 x25519"}, "", "", "", at)
      .fact("tls.offers.signature_algorithms", Strings{"TLSv1.0 rsa_pkcs1_sha1", "TLSv1.3 ed25519", "TLSv1.3 ed448"},
            "", "", "", at)
      .fact("tls.offers.order", Strings{"TLSv1.0 server"}, "", "", "", at);
  return host;
}

TEST(TlsText, ListsVersionsNewestFirstWithWhatTheyHave) {
  const std::string text = render("text", report_of(asked_in_full().build()));
  EXPECT_TRUE(has(text,
                  "TLS: all that 192.0.2.1:443 accepts\n"
                  "  TLSv1.3\n"
                  "    groups: X25519MLKEM768, x25519\n"
                  "    signatures: ed25519, ed448\n"
                  "    TLS_AES_128_GCM_SHA256\n"
                  "  TLSv1.0, in the order of the server\n"
                  "    signatures: rsa_pkcs1_sha1\n"
                  "    TLS_RSA_WITH_AES_128_CBC_SHA  no forward secrecy\n"
                  "    TLS_RSA_WITH_RC4_128_SHA  broken\n"))
      << text;
}

TEST(TlsText, IsLeftOutWhereItWasNotAskedFor) {
  EXPECT_FALSE(has(render("text", report_of(sample::best_host())), "TLS: all that"));
}

}  // namespace
}  // namespace meetlat
