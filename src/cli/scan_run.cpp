#include "cli/scan_run.h"

#include <fmt/core.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <ostream>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "cli/confirm.h"
#include "cli/output_options.h"
#include "cli/progress.h"
#include "cli/review_options.h"
#include "history/run_store.h"
#include "judgement/judge.h"
#include "report/summary.h"
#include "scan/scanner.h"

namespace meetlat {
namespace {

std::string random_id() {
  std::array<unsigned char, 8> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  std::string out;
  for (const unsigned char byte : bytes) out += fmt::format("{:02x}", byte);
  return out;
}

// One digest over the data tables that probes read, so that two Runs can be told apart when a table changed; that of
// countries among them, which is not ours.
std::string data_digest(const std::string& geo_source) {
  std::set<std::filesystem::path> files;
  std::error_code ignored;
  const std::filesystem::path root = data_path("data");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root, ignored)) {
    const std::string inside = entry.path().lexically_relative(root).string();
    if (!entry.is_regular_file(ignored) || inside.starts_with("personas") || inside.starts_with("schema")) continue;
    files.insert(entry.path());
  }
  std::string all;
  for (const auto& file : files) {
    const auto bytes = read_file(file);
    all += fmt::format("{} {}\n", file.lexically_relative(root).string(), bytes ? sha256_hex(*bytes) : "unreadable");
  }
  if (!geo_source.empty()) all += fmt::format("countries {}\n", geo_source);
  return sha256_hex(all);
}

// Names under these are never real hosts (RFC 2606, RFC 6761), so such a Run shows the bundled fixtures or other tests.
bool is_demo(const std::vector<Target>& targets) {
  return std::any_of(targets.begin(), targets.end(), [](const Target& target) {
    const std::string& host = target.base.host();
    return host.ends_with(".test") || host.ends_with(".invalid") || host.ends_with(".example");
  });
}

RunHeader make_header(const ScanPlan& plan, const ScanChoice& choice, const RuleSet& rules, const Network& network) {
  RunHeader header;
  header.id = random_id();
  header.tool_version = MEETLAT_VERSION;
  header.rules_version = rules.version;
  header.rules_digest = rules.digest;
  header.data_digest = data_digest(network.geo_source());
  header.vantage = choice.vantage;
  header.list_digest = plan.list_digest;
  header.list_sources = plan.list_sources;
  header.level = choice.depth.level;
  header.started = Clock::system().now();
  header.demo = is_demo(plan.targets);
  header.targets = plan.targets;
  header.excluded = plan.excluded;
  return header;
}

// Keeps every finished host in the file and in memory.
class Recorder final : public ScanObserver {
 public:
  Recorder(RunWriter& writer, Run& run, ProgressLine& line)
      : writer_(writer), run_(run), line_(line), kept_(run.hosts.size()) {
    for (std::size_t i = 0; i < run.hosts.size(); ++i) index_.emplace(run.hosts[i].host, i);
  }
  void progress(const ScanProgress& progress) override { line_.update(progress); }
  Result<void> finished(HostRecord record) override {
    line_.host(record);
    auto written = writer_.add(record);
    kept_ += written ? 1U : 0U;
    index_.emplace(record.host, run_.hosts.size());
    run_.hosts.push_back(std::move(record));
    return written;
  }
  Result<void> rechecked(const std::string& host, const Evidence& facts) override {
    for (const Fact& fact : facts.all()) run_.hosts[index_.at(host)].evidence.insert(fact);
    return writer_.add_recheck(host, facts);
  }
  // Hosts that are in the file; on a full disk, fewer than were measured.
  std::size_t kept() const noexcept { return kept_; }

 private:
  RunWriter& writer_;
  Run& run_;
  ProgressLine& line_;
  std::size_t kept_;
  std::map<std::string, std::size_t> index_;
};

struct Begun {
  RunWriter writer;
  Run run;
  std::string file;
};

Result<Begun> begin(const ScanPlan& plan, const ScanChoice& choice, const RuleSet& rules, const Network& network) {
  if (!choice.resume.empty()) {
    auto run = read_run(choice.resume);
    if (!run) return fail(run.error());
    auto writer = RunWriter::append_to(choice.resume);
    if (!writer) return fail(writer.error());
    return Begun{std::move(*writer), std::move(*run), choice.resume};
  }
  Run run;
  run.header = make_header(plan, choice, rules, network);
  std::string file = choice.run;
  if (file.empty()) {
    std::string stamp = format_instant(run.header.started);
    std::erase(stamp, ':');
    file = (state_dir() / "runs" / fmt::format("{}-{}.jsonl", stamp, run.header.id.substr(0, 6))).string();
  }
  auto writer = RunWriter::create(file, run.header);
  if (!writer) return fail(writer.error());
  return Begun{std::move(*writer), std::move(run), file};
}

// A file name as it can be typed again.
std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+:@%";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// Hosts of a Run that need a second look which did not come. One that was tried and failed is not tried again.
std::vector<HostRecord> looks_due(const Run& run, const std::vector<const Probe*>& probes) {
  std::vector<HostRecord> due;
  for (const HostRecord& record : run.hosts) {
    const auto looks = record.evidence.find("tls.recheck.trusted");
    const bool tried = std::any_of(looks.begin(), looks.end(), [](const Fact& fact) {
      return fact.measured() || fact.value.error().code != ErrorCode::kNotAttempted;
    });
    const bool wanted = std::any_of(probes.begin(), probes.end(),
                                    [&](const Probe* probe) { return probe->wants_recheck(record.evidence); });
    if (wanted && !tried) due.push_back(record);
  }
  return due;
}

// What is left to do of a Run, and how to go on with it. Empty when nothing is.
std::string left_words(const Run& run, std::size_t looks, const std::string& file) {
  const std::size_t unfinished = run.header.targets.size() - std::min(run.header.targets.size(), run.hosts.size());
  std::vector<std::string> left;
  if (unfinished > 0) left.push_back(count_words(unfinished, "host"));
  if (looks > 0) left.push_back(count_words(looks, "second look"));
  if (left.empty()) return {};
  return fmt::format("meetlat: {} left; to go on: meetlat rank --resume {}", join(left, " and "), shell_word(file));
}

}  // namespace

void add_scan_options(CLI::App& app, ScanChoice& choice) {
  const char* group = "Measuring";
  app.add_option("--jobs", choice.jobs, "Hosts in flight at once")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1024}))
      ->capture_default_str()
      ->group(group);
  app.add_option("--run", choice.run,
                 "File for the Run (JSON Lines), which must not exist yet; default: a new one in the state folder")
      ->group(group);
  app.add_option("--vantage", choice.vantage, "Name of the place that is measured from, kept in the Run")->group(group);
  app.add_option("--level", choice.depth.level,
                 "How far to go: 0 pages and TLS, 1 the first answer of the signalling, 2 an anonymous login that asks "
                 "which services there are")
      ->check(CLI::Range(0, 2))
      ->capture_default_str()
      ->group(group);
  app.add_flag("--whole-client,!--no-whole-client", choice.depth.whole_client,
               "Read the client's large files too and keep their digests; about what a first visit costs")
      ->group(group);
  auto* verbose = app.add_flag("--verbose", choice.verbose, "A line on standard error for each host")->group(group);
  app.add_flag("--quiet", choice.quiet, "Nothing on standard error but errors")->group(group)->excludes(verbose);
}

Result<ScanResult> scan_into_run(const ScanPlan& plan, const ScanChoice& choice, const NetChoice& net, Network& network,
                                 const RuleSet& rules, const std::vector<const Probe*>& probes, CliContext& context) {
  auto begun = begin(plan, choice, rules, network);
  if (!begun) return fail(begun.error());
  Run& run = begun->run;
  exclude(run, plan.opt_out);
  std::set<std::string> done;
  for (const HostRecord& record : run.hosts) done.insert(record.host);
  std::vector<Target> left;
  for (const Target& target : run.header.targets) {
    if (!done.contains(target.id)) left.push_back(target);
  }

  const auto mode = choice.quiet     ? ProgressLine::Mode::kQuiet
                    : choice.verbose ? ProgressLine::Mode::kVerbose
                                     : ProgressLine::Mode::kPlain;
  ScanResult result;
  {
    ProgressLine line(context.err, mode, terminal_columns(STDERR_FILENO));
    const std::vector<HostRecord> due = choice.resume.empty() ? std::vector<HostRecord>{} : looks_due(run, probes);
    if (!choice.resume.empty()) {
      line.note(fmt::format("meetlat: going on with {}: {} done, {} left, {} due", choice.resume,
                            count_words(done.size(), "host"), left.size(), count_words(due.size(), "second look")));
    }
    Recorder recorder(begun->writer, run, line);
    ScanOptions options;
    options.jobs = choice.jobs;
    options.limits = make_limits(net);
    options.probes = probes;
    options.depth = choice.depth;
    options.depth.level = run.header.level;
    auto outcome = scan(left, due, network, options, Clock::system(), recorder, context.stop);
    run.stopped = outcome ? outcome->stopped : describe(outcome.error());
    run.finished = Clock::system().now();
    if (!outcome) result.failed = outcome.error();
    drop_unfounded(run);
    if (auto ended = begun->writer.finish(run.finished, run.stopped); !ended && !result.failed)
      result.failed = ended.error();
    if (!run.stopped.empty()) {
      line.note(fmt::format("meetlat: stopped early ({}); {} of {} hosts are in the Run", run.stopped,
                            std::min(recorder.kept(), run.hosts.size()), run.header.targets.size()));
    }
    line.note(fmt::format("meetlat: the Run is {}", begun->file));
    const std::string left_over = left_words(run, looks_due(run, probes).size(), begun->file);
    if (!left_over.empty() && choice.may_resume) line.note(left_over);
  }
  result.file = begun->file;
  result.run = std::move(run);
  return result;
}

Result<void> finish_scan(const ScanResult& scanned, const Rulebook& rulebook, const Reviews& reviews,
                         const OutputChoice& output, const GateChoice& gate, const HistoryChoice& history,
                         const AskAgain& again, CliContext& context) {
  const Report report = judge(scanned.run, rulebook.rules, *rulebook.profile, reviews);
  keep_in_history(scanned.run, report, scanned.file, history, context);
  OutputChoice drawn = with_score_history(output, history, context);
  drawn.review_command = review_command(scanned.file, false, output.rules, output.reviews_file);
  if (auto written = emit(report, &scanned.run, rulebook, drawn, context); !written) return written;
  if (scanned.failed) return fail(*scanned.failed);
  std::optional<Confirmed> confirmed;
  if (!gate.confirm.empty()) {
    auto looked = confirm(scanned, report, rulebook, reviews, gate, again, context);
    if (!looked) return fail(looked.error());
    confirmed = std::move(*looked);
  }
  const Confirmed* counted = confirmed ? &*confirmed : nullptr;
  if (auto gated = apply_gates(report, rulebook, reviews.notes, gate, context, counted); !gated) return gated;
  // A run that did not reach its end must not pass in CI.
  if (!scanned.run.stopped.empty() && context.exit == ExitCode::kOk) context.exit = ExitCode::kCannotRun;
  return {};
}

}  // namespace meetlat
