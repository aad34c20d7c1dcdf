// Every limit of the network side, in one place. Probes know none of them.
#pragma once

#include <chrono>
#include <cstddef>

namespace meetlat {

struct Limits {
  std::size_t max_body = std::size_t{2} << 20;         // bytes of one body after decompression; the rest is cut
  std::size_t max_large_body = std::size_t{8} << 20;   // of a body that is asked for as large (GetOptions::large)
  std::size_t max_host_bytes = std::size_t{24} << 20;  // wire bytes of one target in all
  std::size_t max_headers = std::size_t{64} << 10;     // bytes of all header lines of one answer
  int max_redirects = 8;                               // hops after the first request
  int max_requests = 60;                               // exchanges of one target (--budget)
  // Raw TLS hellos to one address: the seven of a verdict with a repetition each and some in parts; and with --tls
  // full.
  int max_hellos = 24;
  int max_full_hellos = 600;
  std::chrono::milliseconds per_hello{5'000};     // connection and first flight of one of them
  std::chrono::milliseconds hello_pause{1'000};   // before anything more is asked after silence or a reset
  std::chrono::milliseconds per_request{15'000};  // --timeout: connect, TLS, headers and body of one exchange
  std::chrono::milliseconds per_host{120'000};    // everything for one target
};

}  // namespace meetlat
