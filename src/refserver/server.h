// The reference server: hosts personas over HTTPS (chosen by SNI) and plain HTTP, on threads of its own. Every persona
// has a loopback address of its own, because an auditor spaces its requests per address; wildcard addresses are never
// bound.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "refserver/persona.h"

namespace meetlat {

// One request as it was answered, for tests and logs. Called on the server's thread.
struct ServedRequest {
  Ticks at;
  std::string address;  // the loopback address that was asked
  std::string host;     // the host that the request was understood to be for
  bool tls = false;
  std::string method;
  std::string path;  // with query
  int status = 0;
};

struct ServeOptions {
  std::vector<Persona> personas;            // see load_personas; must not be empty
  std::string suffix = "test";              // hosts are meet.<id>.<suffix>, <id>.<suffix>, www.<id>.<suffix>
  bool on_localhost = false;                // one persona on 127.0.0.1 instead of an address of its own
  std::optional<std::uint16_t> https_port;  // none: 443 when that is allowed, else any free one; 0: any free one
  std::optional<std::uint16_t> http_port;   // none: 80 beside 443, else any free one; 0: any free one
  Milliseconds latency{0};                  // before the handshake and before every answer, on top of the persona's own
  int simulate = 0;                         // serve that many copies of the first persona: meet.i<N>-bench.test
  std::size_t max_connections = 10'000;
  std::function<void(const ServedRequest&)> on_request;
};

// One host of the list.
struct ServedHost {
  std::string id;   // persona, or "i17-bench"
  std::string url;  // "https://meet.exemplary.test/"
  std::string title;
  std::string address;  // "127.77.0.1"
};

class RefServer {
 public:
  // Returns when it is listening. kInvalidArgument, kPermission, kIo ("address in use: ...").
  static Result<std::unique_ptr<RefServer>> start(ServeOptions options);
  ~RefServer();  // stops
  RefServer(const RefServer&) = delete;
  RefServer& operator=(const RefServer&) = delete;

  std::uint16_t https_port() const noexcept;
  std::uint16_t http_port() const noexcept;
  const std::vector<ServedHost>& hosts() const noexcept;
  const std::string& ca_pem() const noexcept;
  std::string hosts_text() const;    // for --hosts-file
  std::string list_text() const;     // for --list: one URL a line
  std::string geo_text() const;      // for --geo: in which countries the addresses are supposed to be
  std::string resolver() const;      // for --resolver; "" when names are not served (on_localhost, simulate)
  std::string trust_anchor() const;  // what --trust-anchor names holds this; "" then as well
  std::string ct_logs_text() const;  // for --ct-logs: the throw-away logs
  // Why other ports than 443 and 80 were taken; "" when they were not, or were not wanted.
  const std::string& note() const noexcept;
  std::size_t requests() const noexcept;  // answered so far

  // list.txt, hosts, geo.txt, ct-logs.cnf, ca.pem, anchor.key (where names are served) and, last, ready.json with the
  // ports.
  Result<void> write_files(const std::filesystem::path& dir) const;
  void stop();  // closes everything and joins; may be called twice

 private:
  struct Impl;
  explicit RefServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace meetlat
