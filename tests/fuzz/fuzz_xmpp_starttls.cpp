// The first byte says how the server's words are cut; whatever they are, at most one request for TLS is made.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/xmpp_starttls.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t step = 1 + data[0];
  meetlat::XmppStartTls preface("chat.test", "192.0.2.1:5222");
  int asked = 0;
  while (!bytes.empty() && !preface.done()) {
    const meetlat::Result<std::string> next = preface.feed(bytes.substr(0, step));
    if (!next) return 0;
    if (!next->empty()) ++asked;
    bytes.remove_prefix(step < bytes.size() ? step : bytes.size());
  }
  if (asked > 1 || (preface.done() && asked != 1)) std::abort();
  return 0;
}
