#include "cli/net_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include "base/file.h"

namespace meetlat {
namespace {

std::chrono::milliseconds from_seconds(double seconds) {
  return std::chrono::milliseconds(std::llround(seconds * 1000.0));
}

// "192.0.2.53", "2001:db8::53@5353"; a name would have to be looked up first.
Result<void> check_resolver(const std::string& text) {
  if (text.empty()) return {};
  const std::size_t at = text.find('@');
  unsigned port = 53;
  bool good = Address::parse(text.substr(0, at)).has_value();
  if (at != std::string::npos) {
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data() + at + 1, end, port);
    good = good && error == std::errc{} && rest == end && port >= 1 && port <= 65535;
  }
  if (good) return {};
  return fail(ErrorCode::kInvalidArgument, "--resolver must look like 192.0.2.53 or 192.0.2.53@5353");
}

}  // namespace

void add_net_options(CLI::App& app, NetChoice& choice) {
  const char* group = "Network";
  app.add_option("--hosts-file", choice.hosts_file,
                 "Addresses for host names, in hosts(5) form; exactly these pairs may be private")
      ->group(group);
  app.add_option("--ca-file", choice.ca_file, "Trust these CA certificates (PEM) instead of the system's")
      ->group(group);
  app.add_option("--ct-logs", choice.ct_logs,
                 "Know these logs of certificate transparency (OpenSSL's ct_log_list.cnf) instead of the bundled ones")
      ->group(group);
  app.add_flag("--allow-private", choice.allow_private,
               "Contact private, loopback and other special addresses too (for your own network)")
      ->group(group);
  app.add_option("--proxy", choice.proxy,
                 "socks5h://HOST:PORT; names are resolved by the proxy, nothing leaves beside it")
      ->group(group);
  app.add_option("--resolver", choice.resolver,
                 "ADDRESS[@PORT] of a name server to ask instead of those of this machine")
      ->group(group);
  app.add_option("--trust-anchor", choice.trust_anchor,
                 "File of DNSKEY or DS records to validate DNSSEC from, instead of the root's key of dns-root-data")
      ->group(group);
  app.add_option("--user-agent", choice.user_agent,
                 "User-Agent header; the default names this tool and how to reach us")
      ->group(group);
  app.add_option("--per-host-delay", choice.per_host_delay, "Seconds between two pages of one host, after a burst of 8")
      ->check(CLI::Range(0.0, 3600.0))
      ->capture_default_str()
      ->group(group);
  app.add_option("--timeout", choice.timeout, "Seconds for one exchange")
      ->check(CLI::Range(0.1, 600.0))
      ->capture_default_str()
      ->group(group);
  app.add_option("--budget", choice.budget, "Exchanges for one host at most")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str()
      ->group(group);
}

void add_geo_option(CLI::App& app, NetChoice& choice) {
  app.add_option(
         "--geo", choice.geo,
         "Table of countries by address: an MMDB, or a folder or file as Debian's tor-geoipdb has them; default: "
         "that package")
      ->group("Measuring");
  app.add_option(
         "--hsts-preload-list", choice.hsts_list,
         "Hosts that browsers contact by https only: Chromium's transport_security_state_static.json, or one domain "
         "a line")
      ->group("Measuring");
}

Result<std::unique_ptr<Network>> make_network(const NetChoice& choice) {
  NetworkOptions options;
  if (!choice.hosts_file.empty()) {
    const auto bytes = read_file(choice.hosts_file, std::size_t{16} << 20);
    if (!bytes) return fail(ErrorCode::kInvalidArgument, "--hosts-file: " + describe(bytes.error()));
    auto hosts = parse_hosts_file(*bytes, choice.hosts_file);
    if (!hosts) return fail(ErrorCode::kInvalidArgument, "--hosts-file: " + describe(hosts.error()));
    options.hosts = std::move(*hosts);
  }
  options.ca_file = choice.ca_file;
  options.ct_logs = choice.ct_logs;
  options.allow_private = choice.allow_private;
  options.proxy = choice.proxy;
  options.user_agent = choice.user_agent;
  options.rates.page_interval = from_seconds(choice.per_host_delay);
  // Who asks for less than the space between hellos means them as well.
  options.rates.hello_interval = std::min(options.rates.hello_interval, options.rates.page_interval);
  options.resolver = choice.resolver;
  options.anchors = choice.trust_anchor;
  options.geo = choice.geo;
  options.hsts = choice.hsts_list;
  if (!choice.proxy.empty() && !choice.resolver.empty()) {
    return fail(ErrorCode::kInvalidArgument, "--resolver: with --proxy, the proxy looks up names");
  }
  if (Result<void> server = check_resolver(choice.resolver); !server) return fail(server.error());
  auto network = Network::create(options);
  if (network) return network;
  struct Named {
    std::string_view option;
    const std::string& file;
  };
  for (const Named& named :
       {Named{"--ct-logs", choice.ct_logs}, Named{"--geo", choice.geo}, Named{"--hsts-preload-list", choice.hsts_list},
        Named{"--trust-anchor", choice.trust_anchor}}) {
    if (!named.file.empty() && network.error().context.find(named.file) != std::string::npos) {
      return fail(ErrorCode::kInvalidArgument, std::string(named.option) + ": " + describe(network.error()));
    }
  }
  return network;
}

Limits make_limits(const NetChoice& choice) {
  Limits limits;
  limits.per_request = from_seconds(choice.timeout);
  limits.max_requests = choice.budget;
  return limits;
}

}  // namespace meetlat
