#include "bench/crawl.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "bench/child.h"
#include "bench/replay.h"
#include "bench/usage.h"
#include "history/run_store.h"
#include "net/network.h"
#include "scan/scanner.h"

namespace meetlat {
namespace {

namespace fs = std::filesystem;

// Everything goes into the file at once, as in a real crawl: nothing is held back here that would count as memory.
class Recorder : public ScanObserver {
 public:
  Recorder(RunWriter writer, CrawlCost& cost) : writer_(std::move(writer)), cost_(cost) {}

  Result<void> finished(HostRecord record) override {
    cost_.requests += static_cast<std::size_t>(record.requests);
    if (record.status != HostStatus::kMeasured) ++cost_.failed;
    return writer_.add(record);
  }
  Result<void> rechecked(const std::string& host, const Evidence& facts) override {
    return writer_.add_recheck(host, facts);
  }
  Result<void> finish(const std::string& stopped) { return writer_.finish(Clock::system().now(), stopped); }

 private:
  RunWriter writer_;
  CrawlCost& cost_;
};

Result<std::vector<Target>> read_targets(const fs::path& list) {
  auto bytes = read_file(list);
  if (!bytes) return fail(bytes.error());
  std::vector<Target> targets;
  for (const std::string& line : split(*bytes, '\n')) {
    const std::string_view text = trim(line);
    if (text.empty() || text.starts_with('#')) continue;
    auto target = parse_target(text);
    if (!target) return fail(target.error());
    targets.push_back(std::move(*target));
  }
  return targets;
}

// Both clients load the system's CAs and the hosters' own: loading them is part of the price.
Result<void> write_ca_bundle(const fs::path& own, const fs::path& bundle) {
  auto bytes = read_file(own);
  if (!bytes) return fail(bytes.error());
  const curl_version_info_data* curl = curl_version_info(CURLVERSION_NOW);
  if (curl->cainfo != nullptr) {
    auto system = read_file(curl->cainfo);
    if (!system) return fail(system.error());
    *bytes += "\n" + *system;
  }
  return write_file_atomically(bundle, *bytes);
}

Result<std::unique_ptr<Network>> make_network(const fs::path& hosts_file, const fs::path& ca_file) {
  auto bytes = read_file(hosts_file);
  if (!bytes) return fail(bytes.error());
  auto hosts = parse_hosts_file(*bytes, hosts_file.string());
  if (!hosts) return fail(hosts.error());
  NetworkOptions options;
  options.hosts = std::move(*hosts);
  options.ca_file = ca_file;
  // All simulated hosters share one address: politeness would be all that is measured.
  options.rates.page_interval = Milliseconds(0);
  options.rates.hello_interval = Milliseconds(0);
  return Network::create(options);
}

RunHeader make_header(const std::vector<Target>& targets, const fs::path& list) {
  RunHeader header;
  header.started = Clock::system().now();
  header.id = sha256_hex(format_instant(header.started) + list.string()).substr(0, 16);
  header.tool_version = MEETLAT_VERSION;
  header.vantage = "benchmark";
  header.list_sources = {"simulated hosters"};
  header.demo = true;
  header.targets = targets;
  return header;
}

// The crawl, in this process.
Result<CrawlCost> crawl(const CrawlBenchOptions& options, const fs::path& server, const fs::path& ca_file,
                        const fs::path& run, const std::stop_token& stop) {
  auto targets = read_targets(server / "list.txt");
  if (!targets) return fail(targets.error());
  ScanOptions how;
  how.jobs = options.jobs;
  how.probes.assign(all_probes().begin(), all_probes().end());
  how.recheck_after = std::chrono::seconds(0);
  how.stop_when_alike = false;

  const auto start = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  auto network = make_network(server / "hosts", ca_file);
  if (!network) return fail(network.error());
  auto writer = RunWriter::create(run, make_header(*targets, server));
  if (!writer) return fail(writer.error());
  CrawlCost cost;
  Recorder recorder(std::move(*writer), cost);
  const auto outcome = scan(*targets, {}, **network, how, Clock::system(), recorder, stop);
  if (!outcome) return fail(outcome.error());
  if (auto finished = recorder.finish(outcome->stopped); !finished) return fail(finished.error());
  cost.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  cost.cpu = cpu_seconds() - cpu;
  cost.peak_kib = peak_memory_kib();
  if (!outcome->stopped.empty()) return fail(ErrorCode::kCancelled, "the crawl was stopped: " + outcome->stopped);
  return cost;
}

// The same requests by libcurl alone, in a fresh process.
Result<CrawlCost> replay_in_child(const fs::path& run_file, const fs::path& folder, const fs::path& ca_file,
                                  std::size_t jobs, const std::stop_token& stop) {
  const auto run = read_run(run_file);
  if (!run) return fail(run.error());
  const fs::path plan = folder / "plan";
  if (auto written = write_file_atomically(plan, to_text(replay_plan(*run))); !written) return fail(written.error());
  auto child = Child::start(
      {"bench", "crawl", "--jobs", std::to_string(jobs), "--replay", plan.string(), "--replay-ca", ca_file.string()},
      folder / "replay.log");
  if (!child) return fail(child.error());
  const auto text = child->finish(stop);
  if (!text) return fail(text.error());
  const auto json = parse_json(*text);
  if (!json) return fail(json.error());
  CrawlCost cost;
  cost.seconds = json_double(*json, "seconds");
  cost.cpu = json_double(*json, "cpu");
  cost.peak_kib = json_int(*json, "peak_kib");
  cost.requests = static_cast<std::size_t>(json_int(*json, "requests"));
  cost.failed = static_cast<std::size_t>(json_int(*json, "failed"));
  return cost;
}

double ratio(double value, double peer) {
  return peer > 0 ? value / peer : 0;
}

void row(std::ostream& out, std::string_view what, double meetlat, double curl, std::string_view unit, int digits) {
  out << fmt::format("{:<22}{:>12.{}f} {:<4}{:>12.{}f} {:<4}{:>8.2f}\n", what, meetlat, digits, unit, curl, digits,
                     unit, ratio(meetlat, curl));
}

}  // namespace

Result<CrawlBenchResult> bench_crawl(const CrawlBenchOptions& options, std::ostream& progress,
                                     const std::stop_token& stop) {
  auto scratch = ScratchDir::create();
  if (!scratch) return fail(scratch.error());
  const fs::path& folder = scratch->path();
  const fs::path server_dir = folder / "server";
  progress << fmt::format("meetlat: starting {} simulated hosters in a process of their own\n", options.hosts);
  auto server = Child::start({"serve", "--simulate", std::to_string(options.hosts), "--latency",
                              std::to_string(options.latency.count()), "--out", server_dir.string()},
                             folder / "server.log");
  if (!server) return fail(server.error());
  if (auto ready = server->wait_for(server_dir / "ready.json", stop); !ready) return fail(ready.error());
  const fs::path ca_file = folder / "bundle.pem";
  if (auto written = write_ca_bundle(server_dir / "ca.pem", ca_file); !written) return fail(written.error());

  progress << fmt::format("meetlat: crawling them, {} in flight\n", options.jobs);
  const fs::path run = options.keep.empty() ? folder / "run.jsonl" : options.keep;
  auto meetlat = crawl(options, server_dir, ca_file, run, stop);
  if (!meetlat) return fail(meetlat.error());

  progress << "meetlat: the same requests by libcurl alone\n";
  auto curl = replay_in_child(run, folder, ca_file, options.jobs, stop);
  if (!curl) return fail(curl.error());
  return CrawlBenchResult{options.hosts, *meetlat, *curl};
}

void print(const CrawlBenchOptions& options, const CrawlBenchResult& result, std::ostream& out) {
  const CrawlCost& meetlat = result.meetlat;
  const CrawlCost& curl = result.curl;
  const auto per_host = [&](double seconds) { return seconds * 1000 / static_cast<double>(result.hosts); };
  const auto mib = [](std::int64_t kib) { return static_cast<double>(kib) / 1024; };
  out << fmt::format("{} simulated hosters, {} ms before every answer, {} hosts in flight\n\n", result.hosts,
                     options.latency.count(), options.jobs);
  out << fmt::format("{:<22}{:>12}     {:>12}     {:>8}\n", "", "meetlat", "libcurl", "ratio");
  row(out, "wall time", meetlat.seconds, curl.seconds, "s", 2);
  row(out, "CPU time a host", per_host(meetlat.cpu), per_host(curl.cpu), "ms", 2);
  row(out, "peak memory", mib(meetlat.peak_kib), mib(curl.peak_kib), "MiB", 1);
  row(out, "exchanges", static_cast<double>(meetlat.requests), static_cast<double>(curl.requests), "", 0);
  out << fmt::format("\nnot measured: {} hosts; failed: {} requests of libcurl\n", meetlat.failed, curl.failed);
  out << "meetlat's exchanges include resolving names and a TLS handshake apart for each host; libcurl made the HTTP "
         "requests of\nthe Run's transcripts, in the same order, with the same CA bundle, in a process of its own.\n";
  out << fmt::format("Again: meetlat bench crawl --hosts {} --latency {} --jobs {}\n", result.hosts,
                     options.latency.count(), options.jobs);
}

Result<void> bench_crawl_replay(const fs::path& plan_file, const fs::path& ca_file, std::size_t jobs,
                                std::ostream& out) {
  const auto text = read_file(plan_file);
  if (!text) return fail(text.error());
  const auto plan = replay_plan_from_text(*text);
  if (!plan) return fail(plan.error());
  const auto result = replay(*plan, jobs, ca_file);
  if (!result) return fail(result.error());
  const Json json = {{"seconds", result->seconds},   {"cpu", result->cpu},       {"peak_kib", peak_memory_kib()},
                     {"requests", result->requests}, {"failed", result->failed}, {"bytes", result->bytes}};
  out << dump_json(json) << '\n';
  return {};
}

}  // namespace meetlat
