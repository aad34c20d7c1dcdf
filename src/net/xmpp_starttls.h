// What is said to an XMPP server before TLS begins (RFC 6120, 5.4.2), without XML: the few words that decide are looked
// for in a bounded text.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace meetlat {

class XmppStartTls {
 public:
  // `domain`: whom the stream is for; `peer` stands in errors.
  XmppStartTls(std::string domain, std::string peer);
  // What is to be sent first.
  std::string opening() const;
  // What the server said. Returns what is to be sent next, perhaps nothing. kTlsFailed: it offers no TLS, refuses it,
  // or does not know the domain; kTooLarge.
  Result<std::string> feed(std::string_view bytes);
  // TLS begins now.
  bool done() const noexcept { return stage_ == Stage::kDone; }

 private:
  enum class Stage { kFeatures, kProceed, kDone };
  std::string domain_;
  std::string peer_;
  Stage stage_ = Stage::kFeatures;
  std::string said_;
};

}  // namespace meetlat
