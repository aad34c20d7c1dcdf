#include "refserver/server.h"

#include "refserver/core.h"
// Asio comes after core.h, which readies it.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "base/file.h"
#include "base/json.h"
#include "refserver/name_service.h"

namespace meetlat {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Code = boost::system::error_code;

constexpr int kMaxSimulated = 20'000;
constexpr std::chrono::seconds kSweepEvery{5};  // of XMPP sessions and rooms
constexpr const char* kNameServerAddress = "127.77.255.53";
constexpr int kTriesForOnePort = 20;  // a free port of one address may be taken on another

// Accepts at one address and port.
struct Listener : std::enable_shared_from_this<Listener> {
  Listener(asio::io_context& context, Core& shared, std::size_t index, bool secure)
      : core(shared), host_index(index), tls(secure), acceptor(context), pause(context) {}

  Result<void> open(const tcp::endpoint& at) {
    Code code;
    acceptor.open(at.protocol(), code);
    if (!code) acceptor.set_option(asio::socket_base::reuse_address(true), code);
    if (!code && at.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only(true), code);
    if (!code) acceptor.bind(at, code);
    if (!code) acceptor.listen(512, code);
    if (!code) return {};
    const auto where = fmt::format("{}:{}", at.address().to_string(), at.port());
    if (code == asio::error::access_denied) {
      return fail(ErrorCode::kPermission, where + ": only root may listen there; take another --port");
    }
    if (code == asio::error::address_in_use) {
      return fail(ErrorCode::kIo, where + ": address in use: another server listens there; take another --port");
    }
    return fail(ErrorCode::kIo, where + ": " + code.message());
  }

  void accept() {
    acceptor.async_accept([me = shared_from_this()](Code code, tcp::socket socket) {
      if (code == asio::error::operation_aborted) return;
      if (code) return me->accept_later();  // out of descriptors, for one
      if (me->core.connections < me->core.options.max_connections) {
        Code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        serve_connection(std::move(socket), me->core, me->host_index, me->tls);
      }
      me->accept();
    });
  }

  void accept_later() {
    pause.expires_after(std::chrono::milliseconds(50));
    pause.async_wait([me = shared_from_this()](Code code) {
      if (!code) me->accept();
    });
  }

  Core& core;
  const std::size_t host_index;
  const bool tls;
  tcp::acceptor acceptor;
  asio::steady_timer pause;
};
using Listeners = std::vector<std::shared_ptr<Listener>>;

// The n-th address of a block of loopback addresses; never one that ends in 0 or 255.
std::string loopback_address(int second, std::size_t n) {
  return fmt::format("127.{}.{}.{}", second, n / 250, n % 250 + 1);
}

void raise_descriptor_limit(std::size_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min<rlim_t>(wanted, limit.rlim_max);
  (void)setrlimit(RLIMIT_NOFILE, &limit);  // as far as it goes: accept() waits when descriptors run out
}

struct Ports {
  std::uint16_t https = 0;
  std::uint16_t http = 0;
};

}  // namespace

struct RefServer::Impl {
  Core core;
  asio::io_context context{1};
  asio::steady_timer sweeper{context};
  Listeners listeners;
  Ports ports;
  bool ipv6 = false;
  std::string note;
  std::vector<ServedHost> hosts;
  std::unique_ptr<NameService> name_service;  // nullptr: names are not served
  std::thread thread;

  void add_host(const std::shared_ptr<const Site>& site, std::string id, const std::string& domain,
                std::string address);
  Result<void> add_hosts();
  Result<Listeners> bind_all(Ports wanted);
  Result<Listeners> bind_free(Ports wanted);
  Result<void> bind();
  void name_hosts();
  NameServer name_server() const { return {"ns." + core.options.suffix, kNameServerAddress}; }
  Result<void> serve_names();
  void sweep();
};

void RefServer::Impl::add_host(const std::shared_ptr<const Site>& site, std::string id, const std::string& domain,
                               std::string address) {
  const std::size_t index = core.hosts.size();
  const SiteNames names{"meet." + domain, domain, {}};
  core.by_name[names.host] = {index, PersonaHost::kInstance};
  core.by_name[domain] = {index, PersonaHost::kParent};
  core.by_name["www." + domain] = {index, PersonaHost::kParent};
  core.by_name[names.elsewhere()] = {index, PersonaHost::kElsewhere};
  core.hosts.push_back({site, names, std::move(id), std::move(address), nullptr});
}

Result<void> RefServer::Impl::add_hosts() {
  auto& options = core.options;
  if (options.personas.empty()) return fail(ErrorCode::kInvalidArgument, "there is no persona to serve");
  if (options.simulate < 0 || options.simulate > kMaxSimulated) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("at most {} hosts can be simulated", kMaxSimulated));
  }
  if (options.simulate > 0) {
    const auto site = std::make_shared<const Site>(options.personas.front());
    for (int i = 1; i <= options.simulate; ++i) {
      const auto id = fmt::format("i{}-bench", i);
      add_host(site, id, id + "." + options.suffix, loopback_address(78, static_cast<std::size_t>(i)));
    }
    return {};
  }
  for (std::size_t i = 0; i < options.personas.size(); ++i) {
    const auto& persona = options.personas[i];
    add_host(std::make_shared<const Site>(persona), persona.id, persona.id + "." + options.suffix,
             options.on_localhost ? "127.0.0.1" : loopback_address(77, i));
  }
  return {};
}

Result<Listeners> RefServer::Impl::bind_all(Ports wanted) {
  Listeners out;
  const auto listen = [&](const asio::ip::address& address, std::size_t index, bool tls,
                          std::uint16_t& port) -> Result<void> {
    auto listener = std::make_shared<Listener>(context, core, index, tls);
    if (auto opened = listener->open({address, port}); !opened) return opened;
    port = listener->acceptor.local_endpoint().port();  // the first address finds a free one for all
    out.push_back(std::move(listener));
    return {};
  };
  for (std::size_t i = 0; i < core.hosts.size(); ++i) {
    const auto address = asio::ip::make_address(core.hosts[i].address);
    if (auto done = listen(address, i, true, wanted.https); !done) return fail(done.error());
    if (core.hosts[i].site->persona().http.plain == PlainHttp::kRefuse) continue;
    if (auto done = listen(address, i, false, wanted.http); !done) return fail(done.error());
    if (core.options.on_localhost) break;  // one address for all of them
  }
  ports = wanted;
  // Loopback has one IPv6 address. A machine without IPv6, or a port that is taken there, goes without.
  ipv6 = false;
  if (core.options.simulate == 0) {
    const auto address = asio::ip::address(asio::ip::address_v6::loopback());
    const std::size_t before = out.size();
    ipv6 = listen(address, 0, true, wanted.https).has_value() &&
           (wanted.http == 0 || listen(address, 0, false, wanted.http).has_value());
    if (!ipv6) out.resize(before);
  }
  return out;
}

Result<Listeners> RefServer::Impl::bind_free(Ports wanted) {
  Result<Listeners> bound = fail(ErrorCode::kIo, "no free port");
  for (int i = 0; i < kTriesForOnePort; ++i) {
    bound = bind_all(wanted);
    // Another try helps only when the system chose the port.
    if (bound || (wanted.https != 0 && wanted.http != 0)) break;
  }
  return bound;
}

Result<void> RefServer::Impl::bind() {
  const auto& options = core.options;
  const bool automatic = !options.https_port && !options.on_localhost;
  if (automatic) {
    auto bound = bind_all({443, options.http_port.value_or(80)});
    if (bound) {
      listeners = std::move(*bound);
      return {};
    }
    note = fmt::format("ports 443 and 80 cannot be had ({}); any free ports are used instead, and the list names them",
                       describe(bound.error()));
  }
  auto bound = bind_free({options.https_port.value_or(0), options.http_port.value_or(0)});
  if (!bound) return fail(bound.error());
  listeners = std::move(*bound);
  return {};
}

void RefServer::Impl::name_hosts() {
  const std::string port = ports.https == 443 ? std::string() : fmt::format(":{}", ports.https);
  for (auto& host : core.hosts) {
    host.names.port = port;
    hosts.push_back({host.id, "https://" + host.names.host + port + "/", host.site->persona().title, host.address});
  }
}

// Browsers know localhost by themselves, and thousands of copies are there to measure speed.
Result<void> RefServer::Impl::serve_names() {
  if (core.options.on_localhost || core.options.simulate > 0) return {};
  auto zones = zones_of(core, name_server(), ports.https, ipv6);
  if (!zones) return fail(zones.error());
  auto service = NameService::start(context, kNameServerAddress, std::move(*zones));
  if (!service) return fail(service.error());
  name_service = std::move(*service);
  return {};
}

void RefServer::Impl::sweep() {
  sweeper.expires_after(kSweepEvery);
  sweeper.async_wait([this](Code code) {
    if (code) return;
    const auto now = std::chrono::steady_clock::now();
    for (const auto& [host, service] : core.xmpp) service->sweep(now);
    sweep();
  });
}

RefServer::RefServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RefServer::~RefServer() {
  stop();
}

Result<std::unique_ptr<RefServer>> RefServer::start(ServeOptions options) {
  auto impl = std::make_unique<Impl>();
  auto& core = impl->core;
  core.options = std::move(options);
  if (auto added = impl->add_hosts(); !added) return fail(added.error());
  auto authority = Authority::create();
  if (!authority) return fail(authority.error());
  core.authority = std::move(*authority);
  if (auto ready = prepare_tls(core); !ready) return fail(ready.error());
  raise_descriptor_limit(2 * core.hosts.size() + core.options.max_connections + 100);
  if (auto bound = impl->bind(); !bound) return fail(bound.error());
  impl->name_hosts();
  if (auto served = impl->serve_names(); !served) return fail(served.error());
  for (const auto& listener : impl->listeners) listener->accept();
  impl->sweep();
  impl->thread = std::thread([context = &impl->context] { context->run(); });
  return std::unique_ptr<RefServer>(new RefServer(std::move(impl)));
}

void RefServer::stop() {
  if (!impl_->thread.joinable()) return;
  impl_->context.stop();
  impl_->thread.join();
  // Held requests keep their connections, which must not outlive the context.
  for (const auto& [host, service] : impl_->core.xmpp) service->drop_all();
  for (const auto& listener : impl_->listeners) {
    Code ignored;
    listener->acceptor.close(ignored);
  }
}

std::uint16_t RefServer::https_port() const noexcept {
  return impl_->ports.https;
}
std::uint16_t RefServer::http_port() const noexcept {
  return impl_->ports.http;
}
const std::vector<ServedHost>& RefServer::hosts() const noexcept {
  return impl_->hosts;
}
const std::string& RefServer::ca_pem() const noexcept {
  return impl_->core.authority->ca_pem();
}
const std::string& RefServer::note() const noexcept {
  return impl_->note;
}
std::size_t RefServer::requests() const noexcept {
  return impl_->core.requests;
}

std::string RefServer::resolver() const {
  return impl_->name_service ? impl_->name_service->resolver() : std::string();
}
std::string RefServer::trust_anchor() const {
  return impl_->name_service ? impl_->name_service->trust_anchor() : std::string();
}

std::string RefServer::hosts_text() const {
  std::string out = "# hosts of the meetlat reference server, for --hosts-file\n";
  for (const auto& host : impl_->core.hosts) {
    const auto& names = host.names;
    const auto line = fmt::format("{} {} www.{} {}", names.host, names.parent, names.parent, names.elsewhere());
    const std::string& reverse = host.site->persona().hosting.reverse_name;
    out += fmt::format("{} {}{}{}\n", host.address, reverse, reverse.empty() ? "" : " ", line);
    if (impl_->ipv6 && host.site->persona().ipv6) out += fmt::format("::1 {}\n", line);
  }
  if (impl_->name_service) out += fmt::format("{} {}\n", kNameServerAddress, impl_->name_server().name);
  return out;
}

std::string RefServer::geo_text() const {
  // Of this year and not of this minute: two servers of one test have the same table.
  const std::string year = format_date(Clock::system().now()).substr(0, 4);
  std::string out = fmt::format("# Generated: {}-01-01\n# Vendor: meetlat reference server\n", year);
  for (const auto& host : impl_->core.hosts) {
    out += fmt::format("{0},{0},{1}\n", host.address, host.site->persona().hosting.country);
    if (impl_->core.options.on_localhost) break;  // one address for all of them
  }
  if (impl_->ipv6) out += "::1,::1,DE\n";  // of all of them
  return out;
}

std::string RefServer::ct_logs_text() const {
  return impl_->core.authority->ct_logs();
}

std::string RefServer::list_text() const {
  std::string out;
  for (const auto& host : impl_->hosts) out += host.url + "\n";
  return out;
}

Result<void> RefServer::write_files(const std::filesystem::path& dir) const {
  Json ready;
  ready["https_port"] = https_port();
  ready["http_port"] = http_port();
  ready["resolver"] = resolver();
  ready["hosts"] = Json::array();
  for (const auto& host : hosts()) {
    ready["hosts"].push_back({{"id", host.id}, {"url", host.url}, {"address", host.address}});
  }
  const std::vector<std::pair<const char*, std::string>> files = {{"list.txt", list_text()},
                                                                  {"hosts", hosts_text()},
                                                                  {"geo.txt", geo_text()},
                                                                  {"ct-logs.cnf", ct_logs_text()},
                                                                  {"ca.pem", ca_pem()},
                                                                  {"anchor.key", trust_anchor()},
                                                                  {"ready.json", dump_json(ready, 2) + "\n"}};
  for (const auto& [name, bytes] : files) {
    if (bytes.empty()) continue;  // names are not served
    if (auto written = write_file_atomically(dir / name, bytes); !written) return written;
  }
  return {};
}

}  // namespace meetlat
