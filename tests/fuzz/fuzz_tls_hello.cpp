// The first byte says which hello was sent and how the answer is cut; the rest is the answer.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "proto/tls_hello_reader.h"
#include "proto/tls_registry.h"

namespace {

// However the bytes are cut, the same comes out.
bool same(const meetlat::HelloAnswer& a, const meetlat::HelloAnswer& b) {
  return a.kind == b.kind && a.version == b.version && a.suite == b.suite && a.group == b.group &&
         a.key_exchange == b.key_exchange && a.alpn == b.alpn && a.alert == b.alert && a.ssl2_kinds == b.ssl2_kinds;
}

void check_key_exchange(std::string_view body) {
  for (const auto kind : {meetlat::KeyExchange::Kind::kEcdhe, meetlat::KeyExchange::Kind::kDhe}) {
    for (const std::uint16_t version : {meetlat::kTls11, meetlat::kTls12}) {
      const auto exchange = meetlat::parse_key_exchange(body, kind, version);
      if (!exchange) continue;
      const int bits = meetlat::bits_of(exchange->prime);
      if ((bits > 0) != (kind == meetlat::KeyExchange::Kind::kDhe)) std::abort();
      if (exchange->prime.size() > body.size()) std::abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const bool ssl2 = (data[0] & 1) != 0;
  const std::size_t step = 1 + (data[0] >> 1);
  meetlat::HelloReader whole(ssl2);
  whole.feed(bytes);
  whole.finish();
  meetlat::HelloReader parts(ssl2);
  for (std::size_t at = 0; at < bytes.size(); at += step) parts.feed(bytes.substr(at, step));
  parts.finish();
  const meetlat::HelloAnswer& answer = whole.answer();
  if (!same(answer, parts.answer())) std::abort();
  if (answer.key_exchange.size() > 8192 || answer.ssl2_kinds.size() > 64) std::abort();
  if (meetlat::describe(answer).size() > 200) std::abort();
  check_key_exchange(answer.key_exchange);
  check_key_exchange(bytes);
  meetlat::ClientHello hello;
  hello.ssl2 = ssl2;
  hello.suites = {answer.suite};
  (void)meetlat::contradiction(hello, answer);
  (void)meetlat::TlsRegistry::parse(bytes, bytes, bytes, bytes);
  return 0;
}
