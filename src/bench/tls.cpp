#include "bench/tls.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>
#include <thread>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "bench/child.h"
#include "bench/program.h"
#include "net/network.h"
#include "net/session.h"
#include "net/socket_wait.h"
#include "probes/probe.h"
#include "refserver/authority_impl.h"

namespace meetlat {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr const char* kHost = "meet.bench.test";
// As the web container of Jitsi has it, with both kinds of certificate.
constexpr const char* kSuites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

Result<void> write_pem(const Credential& credential, const fs::path& file) {
  const std::unique_ptr<BIO, Freer<BIO_free_all>> out(BIO_new(BIO_s_mem()));
  if (out == nullptr || PEM_write_bio_X509(out.get(), credential.impl().certificate.get()) != 1 ||
      PEM_write_bio_PrivateKey(out.get(), credential.impl().key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return fail(ErrorCode::kIo, "OpenSSL cannot write a certificate");
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return write_file_atomically(file, std::string_view(data, static_cast<std::size_t>(size)));
}

Result<std::uint16_t> number_in(const fs::path& file) {
  const Result<std::string> text = read_file(file);
  if (!text) return fail(text.error());
  std::uint16_t number = 0;
  std::from_chars(text->data(), text->data() + text->size(), number);
  return number;
}

// A port that is free now; nginx says so when somebody else was faster.
Result<std::uint16_t> free_port() {
  const Fd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in self{};
  self.sin_family = AF_INET;
  self.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof self;
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&self), sizeof self) != 0 ||
      getsockname(fd.get(), reinterpret_cast<sockaddr*>(&self), &length) != 0) {
    return fail(ErrorCode::kIo, "no port is free on 127.0.0.1");
  }
  return ntohs(self.sin_port);
}

double thread_cpu() {
  std::timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// nginx with throw-away certificates, and a relay in front of it for each round trip.
class Stage {
 public:
  static Result<std::unique_ptr<Stage>> open(std::uint16_t port, const std::stop_token& stop);
  const fs::path& folder() const noexcept { return scratch_.path(); }
  double server_cpu() const { return nginx_->cpu_seconds(); }
  std::uint16_t port() const noexcept { return port_; }

 private:
  explicit Stage(ScratchDir scratch, std::uint16_t port) : scratch_(std::move(scratch)), port_(port) {}
  Result<void> write_files();
  Result<void> start(const std::stop_token& stop);
  ScratchDir scratch_;
  std::uint16_t port_;
  std::optional<Background> nginx_;
};

Result<std::unique_ptr<Stage>> Stage::open(std::uint16_t port, const std::stop_token& stop) {
  Result<ScratchDir> scratch = ScratchDir::create();
  if (!scratch) return fail(scratch.error());
  std::unique_ptr<Stage> stage(new Stage(*std::move(scratch), port));
  if (auto written = stage->write_files(); !written) return fail(written.error());
  if (auto started = stage->start(stop); !started) return fail(started.error());
  return stage;
}

Result<void> Stage::write_files() {
  Result<std::unique_ptr<Authority>> authority = Authority::create();
  if (!authority) return fail(authority.error());
  const fs::path& dir = folder();
  if (auto written = write_file_atomically(dir / "ca.pem", (*authority)->ca_pem()); !written) return written;
  for (const auto& [name, kind] : {std::pair("ec.pem", KeyKind::kEc256), std::pair("rsa.pem", KeyKind::kRsa2048)}) {
    CertificateOrder order;
    order.names = {kHost};
    order.tls.key = kind;
    const Result<CredentialPtr> issued = (*authority)->issue(order);
    if (!issued) return fail(issued.error());
    if (auto written = write_pem(**issued, dir / name); !written) return written;
  }
  const std::string d = dir.string();
  const std::string conf = fmt::format(
      "daemon off; master_process off; pid {0}/pid; error_log stderr error; events {{ worker_connections 512; }}\n"
      "http {{ access_log off; client_body_temp_path {0}; proxy_temp_path {0}; fastcgi_temp_path {0};\n"
      "uwsgi_temp_path {0}; scgi_temp_path {0};\n"
      "server {{ listen 127.0.0.1:{1} ssl; server_name {2}; ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers {3};\n"
      "ssl_session_tickets off; ssl_certificate {0}/ec.pem; ssl_certificate_key {0}/ec.pem;\n"
      "ssl_certificate {0}/rsa.pem; ssl_certificate_key {0}/rsa.pem;\n"
      "add_header Strict-Transport-Security max-age=63072000; return 200 ok; }} }}\n",
      d, port_, kHost, kSuites);
  return write_file_atomically(dir / "nginx.conf", conf);
}

Result<void> Stage::start(const std::stop_token& stop) {
  const std::string program = find_program("nginx");
  if (program.empty()) return fail(ErrorCode::kNotFound, "nginx is not installed; the benchmark needs one to ask");
  const fs::path log = folder() / "nginx.log";
  Result<Background> started =
      Background::start({program, "-c", (folder() / "nginx.conf").string(), "-p", folder().string()}, log);
  if (!started) return fail(started.error());
  nginx_.emplace(*std::move(started));
  const Ticks end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  const Waiter waiter(end, stop);
  while (nginx_->running() && std::chrono::steady_clock::now() < end && !stop.stop_requested()) {
    if (connect_tcp(*Address::parse("127.0.0.1"), port_, waiter)) return {};
    std::this_thread::sleep_for(milliseconds(10));
  }
  const Result<std::string> text = read_file(log);
  return fail(ErrorCode::kIo, "nginx did not start: " + (text ? excerpt(*text, 400) : ""));
}

// One distance: a relay, and what passes through it.
class Distance {
 public:
  static Result<std::unique_ptr<Distance>> open(const Stage& stage, milliseconds round_trip,
                                                const std::stop_token& stop) {
    const fs::path folder = stage.folder() / fmt::format("relay-{}", round_trip.count());
    std::error_code error;
    fs::create_directories(folder, error);
    auto child = Child::start({"bench", "tls", "--relay", std::to_string(stage.port()), "--relay-folder",
                               folder.string(), "--latency", std::to_string(round_trip.count())},
                              folder / "log");
    if (!child) return fail(child.error());
    if (auto ready = child->wait_for(folder / "port", stop); !ready) return fail(ready.error());
    const Result<std::uint16_t> port = number_in(folder / "port");
    if (!port) return fail(port.error());
    return std::unique_ptr<Distance>(new Distance(stage, round_trip, *std::move(child), folder, *port));
  }
  std::uint16_t port() const noexcept { return port_; }

  // Connections and CPU of the server that `work` caused.
  template <class Work>
  Result<TlsBenchRow> measure(std::string tool, int times, const Work& work) {
    TlsBenchRow row;
    row.tool = std::move(tool);
    row.round_trip = round_trip_;
    settle();
    const double before = stage_.server_cpu();
    const int connections = count();
    for (int i = 0; i < times; ++i) {
      const Result<ProgramCost> cost = work();
      if (!cost) return fail(cost.error());
      row.seconds += cost->seconds / times;
      row.client += cost->cpu / times;
    }
    settle();
    row.connections = static_cast<double>(count() - connections) / times;
    row.server = (stage_.server_cpu() - before) / times;
    return row;
  }

 private:
  Distance(const Stage& stage, milliseconds round_trip, Child child, fs::path folder, std::uint16_t port)
      : stage_(stage), round_trip_(round_trip), child_(std::move(child)), folder_(std::move(folder)), port_(port) {}
  int count() const { return number_in(folder_ / "count").value_or(0); }
  // What is under way still arrives.
  void settle() const { std::this_thread::sleep_for(round_trip_ * 3 + milliseconds(50)); }

  const Stage& stage_;
  milliseconds round_trip_;
  Child child_;
  fs::path folder_;
  std::uint16_t port_;
};

std::size_t entries(const Evidence& evidence, std::string_view path) {
  for (const Fact& fact : evidence.find(path)) {
    if (!fact.measured()) continue;
    if (const auto* list = std::get_if<std::vector<std::string>>(&*fact.value)) return list->size();
  }
  return 0;
}

// The tls probe in a Session of its own; for a verdict also the page, whose headers a report needs.
Result<ProgramCost> ask(Network& network, std::uint16_t port, bool full, TlsBenchResult& result,
                        const std::stop_token& stop) {
  const Result<Url> url = Url::parse(fmt::format("https://{}:{}/", kHost, port));
  if (!url) return fail(url.error());
  const Target target = Target::from_url(*url);
  Depth depth;
  depth.whole_tls = full;
  const auto started = std::chrono::steady_clock::now();
  const double cpu = thread_cpu();
  Evidence evidence;
  {
    Session session(target, network.open(stop), network.guard(), network.gate(), Limits{}, Clock::system(), stop,
                    depth);
    find_probe("tls")->collect(target, session, evidence);
    if (!full) {
      const Result<ExchangePtr> page = session.get(target.base);
      if (!page) return fail(page.error());
    }
  }
  const ProgramCost cost{std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count(),
                         thread_cpu() - cpu};
  if (!evidence.is_true("tls.offers.tls13")) return fail(ErrorCode::kIo, "the hellos did not find what nginx has");
  if (full) {
    result.suites = entries(evidence, "tls.offers.suites");
    result.groups = entries(evidence, "tls.offers.groups");
  }
  return cost;
}

Result<std::unique_ptr<Network>> make_network(const Stage& stage) {
  NetworkOptions options;
  const auto hosts = parse_hosts_file(fmt::format("127.0.0.1 {}\n", kHost), "benchmark");
  if (!hosts) return fail(hosts.error());
  options.hosts = *hosts;
  options.ca_file = stage.folder() / "ca.pem";
  // Politeness would be all that is measured; the peers have none.
  options.rates.page_interval = options.rates.hello_interval = milliseconds(0);
  return Network::create(options);
}

struct Peer {
  std::string name;
  std::vector<std::string> command;  // "PORT" stands for the port
};

std::vector<Peer> peers(bool testssl) {
  std::vector<Peer> all = {
      {"sslscan",
       {"sslscan", "--no-heartbleed", "--no-renegotiation", std::string("--sni-name=") + kHost, "127.0.0.1:PORT"}},
      {"nmap",
       {"nmap", "-Pn", "-n", "--script", "+ssl-enum-ciphers", "--script-args", std::string("tls.servername=") + kHost,
        "-p", "PORT", "127.0.0.1"}}};
  if (testssl)
    all.push_back({"testssl.sh", {"testssl", "--warnings", "off", "--ip", "127.0.0.1", std::string(kHost) + ":PORT"}});
  return all;
}

Result<void> measure_peers(const TlsBenchOptions& options, const Stage& stage, Distance& distance,
                           TlsBenchResult& result, std::ostream& progress, const std::stop_token& stop) {
  for (Peer& peer : peers(options.testssl)) {
    if (find_program(peer.command.front()).empty()) {
      TlsBenchRow row;
      row.tool = peer.name;
      row.missing = "not installed";
      result.rows.push_back(std::move(row));
      continue;
    }
    progress << fmt::format("meetlat: {}\n", peer.name);
    for (std::string& word : peer.command) {
      if (const std::size_t at = word.find("PORT"); at != std::string::npos)
        word.replace(at, 4, std::to_string(distance.port()));
    }
    auto row = distance.measure(peer.name, 1,
                                [&] { return run_program(peer.command, stage.folder() / (peer.name + ".log"), stop); });
    if (!row) return fail(row.error());
    result.rows.push_back(*std::move(row));
  }
  return {};
}

}  // namespace

Result<TlsBenchResult> bench_tls(const TlsBenchOptions& options, std::ostream& progress, const std::stop_token& stop) {
  const Result<std::uint16_t> port = free_port();
  if (!port) return fail(port.error());
  auto stage = Stage::open(*port, stop);
  if (!stage) return fail(stage.error());
  auto network = make_network(**stage);
  if (!network) return fail(network.error());
  TlsBenchResult result;
  for (const milliseconds round_trip : options.round_trips) {
    auto distance = Distance::open(**stage, round_trip, stop);
    if (!distance) return fail(distance.error());
    progress << fmt::format("meetlat: {} ms away\n", round_trip.count());
    for (const bool full : {false, true}) {
      auto row = (*distance)->measure(full ? "meetlat --tls full" : "meetlat verdict", options.repeats,
                                      [&] { return ask(**network, (*distance)->port(), full, result, stop); });
      if (!row) return fail(row.error());
      result.rows.push_back(*std::move(row));
    }
    if (auto done = measure_peers(options, **stage, **distance, result, progress, stop); !done)
      return fail(done.error());
  }
  return result;
}

void print(const TlsBenchOptions& options, const TlsBenchResult& result, std::ostream& out) {
  out << fmt::format(
      "nginx with TLS 1.2 and 1.3, six suites of 1.2, two certificates; --tls full found {} suites and {} groups\n\n",
      result.suites, result.groups);
  out << fmt::format("{:<20}{:>12}{:>13}{:>11}{:>16}{:>16}\n", "", "round trip", "connections", "wall", "CPU client",
                     "CPU server");
  for (const TlsBenchRow& row : result.rows) {
    if (!row.missing.empty()) {
      out << fmt::format("{:<20}{}\n", row.tool, row.missing);
      continue;
    }
    out << fmt::format("{:<20}{:>9} ms{:>13.0f}{:>9.3f} s{:>13.2f} ms{:>13.2f} ms\n", row.tool, row.round_trip.count(),
                       row.connections, row.seconds, row.client * 1000, row.server * 1000);
  }
  out << "\nThe verdict comes with one whole handshake for the certificate and one page for its headers. Ours is the "
         "CPU of the\n"
         "thread that asks: a crawl starts one process and loads the CAs once for all hosts. The peers' is that of "
         "their processes,\n"
         "which do other things as well: sslscan sends key shares in earnest, nmap tells no groups, testssl.sh looks "
         "for more.\n"
         "A round trip is made by a relay on loopback; ours asks without politeness here, which spaces hellos "
         "otherwise.\n";
  out << fmt::format("Again: meetlat bench tls --repeats {}{}\n", options.repeats, options.testssl ? " --testssl" : "");
}

}  // namespace meetlat
