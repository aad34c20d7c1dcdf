#include "net/xmpp_starttls.h"

#include <fmt/format.h>

#include <utility>

namespace meetlat {

namespace {

constexpr std::size_t kMost = std::size_t{16} << 10;  // stream features are a few hundred bytes
constexpr std::string_view kNamespace = "urn:ietf:params:xml:ns:xmpp-tls";

}  // namespace

XmppStartTls::XmppStartTls(std::string domain, std::string peer) : domain_(std::move(domain)), peer_(std::move(peer)) {}

std::string XmppStartTls::opening() const {
  return fmt::format(
      "<?xml version='1.0'?><stream:stream to='{}' version='1.0' xmlns='jabber:client' "
      "xmlns:stream='http://etherx.jabber.org/streams'>",
      domain_);
}

Result<std::string> XmppStartTls::feed(std::string_view bytes) {
  said_ += bytes;
  if (said_.size() > kMost) return fail(ErrorCode::kTooLarge, peer_ + ": XMPP before TLS");
  if (said_.find("<stream:error") != std::string::npos) {
    const bool unknown = said_.find("<host-unknown") != std::string::npos;
    if (!unknown && said_.find("</stream:error>") == std::string::npos) return std::string();
    return fail(ErrorCode::kTlsFailed,
                unknown ? fmt::format("{}: this XMPP server does not serve the domain {}", peer_, domain_)
                        : fmt::format("{}: this XMPP server ended the stream before TLS", peer_));
  }
  if (stage_ == Stage::kFeatures) {
    const bool none = said_.find("<stream:features/>") != std::string::npos;
    if (!none && said_.find("</stream:features>") == std::string::npos) return std::string();
    if (said_.find(kNamespace) == std::string::npos) {
      return fail(ErrorCode::kTlsFailed, peer_ + ": this XMPP server offers no TLS");
    }
    stage_ = Stage::kProceed;
    said_.clear();
    return fmt::format("<starttls xmlns='{}'/>", kNamespace);
  }
  if (stage_ == Stage::kProceed && said_.find('>') != std::string::npos) {
    if (said_.find("<proceed") == std::string::npos) {
      return fail(ErrorCode::kTlsFailed, peer_ + ": this XMPP server refuses TLS");
    }
    stage_ = Stage::kDone;
  }
  return std::string();
}

}  // namespace meetlat
