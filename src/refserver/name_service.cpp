#include "refserver/name_service.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/udp.hpp>
#include <utility>

#include "base/file.h"
#include "refserver/authority_impl.h"

namespace meetlat {
namespace {

namespace asio = boost::asio;
using asio::ip::udp;
using Code = boost::system::error_code;

constexpr std::size_t kLongestQuestion = 4096;

// SHA-256 of the public key that leaves of this kind have: the data of a TLSA record 3 1 1.
Result<std::string> key_digest(Authority& authority, KeyKind kind) {
  CertificateOrder order{{"key.test"}, {}};
  order.tls.key = kind;
  Result<CredentialPtr> leaf = authority.issue(order);
  if (!leaf) return fail(leaf.error());
  unsigned char* bytes = nullptr;
  const int size = i2d_PUBKEY((*leaf)->impl().key.get(), &bytes);
  if (size <= 0) return fail(ErrorCode::kIo, "a public key cannot be written");
  std::string digest = sha256_hex({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)});
  OPENSSL_free(bytes);
  return digest;
}

ZonePlan zone_of(const HostEntry& host, bool ipv6) {
  const Persona& persona = host.site->persona();
  const SiteNames& names = host.names;
  ZonePlan plan{names.parent, {}, persona.dns.signing, {}};
  std::vector<std::string> all{names.host, names.parent, "www." + names.parent};
  for (const std::string& label : persona.dns.more) all.push_back(label + "." + names.parent);
  for (const std::string& label : persona.dns.spoilt) plan.spoilt.push_back(label + "." + names.parent);
  for (const std::string& name : all) {
    plan.records.push_back(fmt::format("{}. 300 IN A {}", name, host.address));
    if (ipv6 && persona.ipv6) plan.records.push_back(fmt::format("{}. 300 IN AAAA ::1", name));
  }
  for (const std::string& caa : persona.dns.caa) {
    plan.records.push_back(fmt::format("{}. 300 IN CAA {}", names.parent, caa));
  }
  return plan;
}

}  // namespace

Result<std::unique_ptr<Zones>> zones_of(Core& core, const NameServer& server, std::uint16_t https_port, bool ipv6) {
  std::vector<ZonePlan> plans;
  for (const HostEntry& host : core.hosts) {
    const Persona& persona = host.site->persona();
    ZonePlan plan = zone_of(host, ipv6);
    if (persona.dns.tlsa != PersonaTlsa::kNone) {
      Result<std::string> digest = std::string(64, '0');
      if (persona.dns.tlsa == PersonaTlsa::kMatch) digest = key_digest(*core.authority, persona.tls.key);
      if (!digest) return fail(digest.error());
      plan.records.push_back(fmt::format("_{}._tcp.{}. 300 IN TLSA 3 1 1 {}", https_port, host.names.host, *digest));
    }
    plans.push_back(std::move(plan));
    const std::string elsewhere = host.names.elsewhere();
    plans.push_back({elsewhere, {fmt::format("{}. 300 IN A {}", elsewhere, host.address)}, ZoneSigning::kGood, {}});
  }
  return Zones::make(core.options.suffix, server, plans);
}

struct NameService::Impl {
  Impl(asio::io_context& context, std::unique_ptr<Zones> all) : zones(std::move(all)), socket(context) {}

  void listen() {
    socket.async_receive_from(asio::buffer(packet), peer, [this](Code code, std::size_t size) {
      if (code == asio::error::operation_aborted) return;
      if (!code) {
        const std::string answer = zones->answer({packet.data(), size});
        Code ignored;
        if (!answer.empty()) socket.send_to(asio::buffer(answer), peer, 0, ignored);
      }
      listen();
    });
  }

  const std::unique_ptr<Zones> zones;
  udp::socket socket;
  udp::endpoint peer;
  std::string resolver;
  std::array<char, kLongestQuestion> packet{};
};

NameService::NameService(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NameService::~NameService() = default;

Result<std::unique_ptr<NameService>> NameService::start(asio::io_context& context, const std::string& address,
                                                        std::unique_ptr<Zones> zones) {
  auto impl = std::make_unique<Impl>(context, std::move(zones));
  Code code;
  impl->socket.open(udp::v4(), code);
  if (!code) impl->socket.bind({asio::ip::make_address(address), 0}, code);
  if (code) return fail(ErrorCode::kIo, fmt::format("name server at {}: {}", address, code.message()));
  impl->resolver = fmt::format("{}@{}", address, impl->socket.local_endpoint().port());
  impl->listen();
  return std::unique_ptr<NameService>(new NameService(std::move(impl)));
}

std::string NameService::resolver() const {
  return impl_->resolver;
}
const std::string& NameService::trust_anchor() const noexcept {
  return impl_->zones->trust_anchor();
}

}  // namespace meetlat
