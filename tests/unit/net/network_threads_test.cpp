// One Network, many threads: what is shared (resolver, trust store, TLS contexts, gate) must bear it.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "net/network.h"
#include "support/loopback_server.h"
#include "support/test_certificates.h"

namespace meetlat {
namespace {

TEST(NetworkThreads, ManyTransportsShareOneNetwork) {
  const test::Identity ca = test::make_ca();
  const test::PemFile ca_file(ca.certificate.get());
  const test::Identity identity = test::make_identity({}, &ca);
  const test::SslContextPtr context = test::server_context(identity);
  const test::LoopbackServer server(
      [](test::ServerStream& stream) {
        while (!stream.read_request().empty() && stream.write(test::http_response("200 OK", "", "x"))) {
        }
      },
      context.get());
  NetworkOptions options;
  options.ca_file = ca_file.path();
  options.hosts = {{"meet.test", *Address::parse("127.0.0.1")}};
  options.rates = {8, std::chrono::milliseconds{0}, std::chrono::milliseconds{0}};
  const std::unique_ptr<Network> network = *Network::create(options);

  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const std::unique_ptr<Transport> transport = network->open({});
      const Ticks deadline = std::chrono::steady_clock::now() + std::chrono::minutes{5};
      const Result<Resolved> resolved = transport->resolve("meet.test", deadline);
      if (!resolved || !network->guard().check("meet.test", resolved->v4.at(0))) return;
      if (!network->gate().enter("127.0.0.1", "meet.test", HostGate::Kind::kPage, deadline, {})) return;
      HttpRequest request;
      request.url = *Url::parse("https://meet.test:" + std::to_string(server.port()) + "/");
      request.address = resolved->v4.at(0);
      request.max_body = 100;
      const Result<HttpAnswer> answer = transport->exchange(request, deadline);
      const Result<TlsHandshake> shake = transport->handshake("meet.test", server.port(), request.address, deadline);
      if (answer && answer->certificate_verified && shake && shake->trusted) ++good;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 8);
}

}  // namespace
}  // namespace meetlat
