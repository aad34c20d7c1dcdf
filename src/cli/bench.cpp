#include <CLI/CLI.hpp>
#include <memory>

#include "base/file.h"
#include "bench/crawl.h"
#include "bench/policy.h"
#include "bench/tls.h"
#include "cli/command.h"

namespace meetlat {
namespace {

struct CrawlArguments {
  CrawlBenchOptions options;
  std::int64_t latency_ms = 100;
  std::string replay;  // the child's part: plan and CA bundle
  std::string replay_ca;
};

Result<void> run_crawl(const CrawlArguments& arguments, CliContext& context) {
  CrawlBenchOptions options = arguments.options;
  options.latency = std::chrono::milliseconds(arguments.latency_ms);
  if (!arguments.replay.empty()) {
    return bench_crawl_replay(arguments.replay, arguments.replay_ca, options.jobs, context.out);
  }
  const auto result = bench_crawl(options, context.err, context.stop);
  if (!result) return fail(result.error());
  print(options, *result, context.out);
  if (result->meetlat.failed > 0 || result->curl.failed > 0 || result->curl.requests == 0) {
    return fail(ErrorCode::kIo, "the comparison does not count, since not everything worked");
  }
  return {};
}

Result<void> run_policy(const PolicyBenchOptions& options, CliContext& context) {
  const auto result = bench_policy(options);
  if (!result) return fail(result.error());
  print(options, *result, context.out);
  return {};
}

struct TlsArguments {
  TlsBenchOptions options;
  std::vector<std::int64_t> latency_ms{0, 50};
  std::uint16_t relay = 0;  // the child's part
  std::string relay_folder;
};

Result<void> run_tls(const TlsArguments& arguments, CliContext& context) {
  TlsBenchOptions options = arguments.options;
  options.round_trips.clear();
  for (const std::int64_t ms : arguments.latency_ms) options.round_trips.emplace_back(ms);
  if (arguments.relay != 0) {
    return bench_tls_relay(arguments.relay, options.round_trips.front(), arguments.relay_folder, context.stop);
  }
  const auto result = bench_tls(options, context.err, context.stop);
  if (!result) return fail(result.error());
  print(options, *result, context.out);
  return {};
}

void add_tls_bench(CLI::App& bench, CliContext& context) {
  CLI::App* tls = bench.add_subcommand("tls", "What asking about a server's TLS costs, beside sslscan and nmap");
  const auto arguments = std::make_shared<TlsArguments>();
  tls->add_option("--latency", arguments->latency_ms, "Round trips to the server, in milliseconds")
      ->check(CLI::Range(0, 1000))
      ->delimiter(',')
      ->capture_default_str();
  tls->add_option("--repeats", arguments->options.repeats, "How often ours is measured; the others once")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  tls->add_flag("--testssl", arguments->options.testssl, "Measure testssl.sh too, which takes minutes");
  tls->add_option("--relay", arguments->relay)->group("");
  tls->add_option("--relay-folder", arguments->relay_folder)->group("");
  tls->callback([arguments, &context] {
    if (const auto done = run_tls(*arguments, context); !done) report_error(context, done.error());
  });
}

void add_policy_bench(CLI::App& bench, CliContext& context) {
  CLI::App* policy =
      bench.add_subcommand("policy", "What reading a privacy policy costs, beside its HTML tree and language");
  const auto options = std::make_shared<PolicyBenchOptions>();
  policy->add_option("--file", options->files, "HTML documents (default: the bundled hosters' policies)");
  policy->add_option("--words", options->words, "Each document is repeated until it has as many")
      ->check(CLI::Range(1, 200000))
      ->capture_default_str();
  policy->add_option("--repeats", options->repeats, "Readings of each")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  policy->callback([options, &context] {
    if (const auto done = run_policy(*options, context); !done) report_error(context, done.error());
  });
}

}  // namespace

void add_bench(CLI::App& app, CliContext& context) {
  CLI::App* bench = app.add_subcommand("bench", "Benchmarks, each beside a peer measured in the same run");
  bench->require_subcommand(1);
  add_policy_bench(*bench, context);
  add_tls_bench(*bench, context);
  CLI::App* crawl = bench->add_subcommand("crawl", "What a crawl of simulated hosters costs, beside libcurl alone");
  const auto arguments = std::make_shared<CrawlArguments>();
  crawl->add_option("--hosts", arguments->options.hosts, "Number of simulated hosters")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  crawl->add_option("--latency", arguments->latency_ms, "Milliseconds that they wait before every answer")
      ->check(CLI::Range(0, 60000))
      ->capture_default_str();
  crawl->add_option("--jobs", arguments->options.jobs, "Hosts in flight at once")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  crawl->add_option("--keep", arguments->options.keep, "Leave the Run in this file");
  crawl->add_option("--replay", arguments->replay)->group("");
  crawl->add_option("--replay-ca", arguments->replay_ca)->group("");
  crawl->callback([arguments, &context] {
    if (const auto done = run_crawl(*arguments, context); !done) report_error(context, done.error());
  });
}

}  // namespace meetlat
