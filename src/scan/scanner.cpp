#include "scan/scanner.h"

#include <fmt/core.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "judgement/judge.h"
#include "net/session.h"
#include "scan/alike.h"

namespace meetlat {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kTick{200};  // how often the observer hears of progress

// Runs `work(i)` for every i below `count` on up to `jobs` threads; hands each result to `take` on the calling thread,
// as they come, and calls `tick` at least every kTick. Workers take no new item once `stop` is requested.
template <class T>
class Pool {
 public:
  using Work = std::function<std::optional<T>(std::size_t)>;

  Pool(std::size_t count, std::size_t jobs, Work work, std::stop_token stop)
      : count_(count), work_(std::move(work)), stop_(std::move(stop)) {
    const std::size_t threads = std::min(jobs, count);
    running_ = threads;
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { worker(); });
  }

  template <class Take, class Tick>
  void drain(Take take, Tick tick) {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait_for(lock, kTick, [&] { return !results_.empty() || running_ == 0; });
      std::deque<T> batch;
      batch.swap(results_);
      const bool last = running_ == 0;
      const std::size_t busy = busy_;
      lock.unlock();
      for (T& result : batch) take(std::move(result));
      tick(busy);
      lock.lock();
      if (last && results_.empty()) return;
    }
  }

 private:
  void worker() {
    while (true) {
      std::size_t index = 0;
      {
        const std::lock_guard lock(mutex_);
        if (next_ >= count_ || stop_.stop_requested()) break;
        index = next_++;
        ++busy_;
      }
      std::optional<T> result = work_(index);
      const std::lock_guard lock(mutex_);
      --busy_;
      if (result) results_.push_back(std::move(*result));
      changed_.notify_one();
    }
    const std::lock_guard lock(mutex_);
    --running_;
    changed_.notify_one();
  }

  const std::size_t count_;
  const Work work_;
  const std::stop_token stop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> results_;
  std::size_t next_ = 0;
  std::size_t busy_ = 0;
  std::size_t running_ = 0;
  std::vector<std::jthread> threads_;  // last: joined before the rest goes away
};

struct SecondLook {
  Target target;
  Evidence evidence;  // the first look
  Instant first;
};

struct Rechecked {
  std::string host;
  Evidence facts;
};

bool wants_recheck(const ScanOptions& options, const Evidence& evidence) {
  return std::any_of(options.probes.begin(), options.probes.end(),
                     [&](const Probe* probe) { return probe->wants_recheck(evidence); });
}

void skip_probe(const Probe& probe, const StatusVerdict& verdict, Evidence& evidence) {
  const std::string why = verdict.reason.empty() ? std::string(words_for(verdict.status)) : verdict.reason;
  for (const FactSpec& fact : probe.info().facts) {
    evidence.not_measured(fact, Subject::target(), Error{ErrorCode::kNotAttempted, why});
  }
}

class Scan {
 public:
  Scan(Network& network, const ScanOptions& options, const Clock& clock, const std::stop_token& stop)
      : network_(network), options_(options), clock_(clock), forward_(stop, [this] { source_.request_stop(); }) {}

  std::optional<HostRecord> measure(const Target& target) const {
    HostRecord record;
    record.host = target.id;
    record.started = clock_.now();
    const std::stop_token stop = source_.get_token();
    Session session(target, network_.open(stop), network_.guard(), network_.gate(), options_.limits, clock_, stop,
                    options_.depth);
    StatusVerdict verdict;
    bool pointless = false;  // is it clear that this is no instance that can be described?
    for (const Probe* probe : options_.probes) {
      if (!target.is_instance() && !probe->asks_any_server()) continue;
      if (pointless) {
        skip_probe(*probe, verdict, record.evidence);
        continue;
      }
      probe->collect(target, session, record.evidence);
      if (stop.stop_requested()) return std::nullopt;  // half measured is not measured: a resumed run does it again
      if (probe->info().id == "jitsi") {
        verdict = classify(record.evidence);
        pointless = verdict.status != HostStatus::kMeasured;
      }
    }
    verdict = classify(record.evidence);
    record.status = verdict.status;
    record.status_reason = verdict.reason;
    record.requests = session.requests();
    record.bytes = static_cast<std::int64_t>(session.bytes());
    record.transcript = session.transcript();
    record.finished = clock_.now();
    return record;
  }

  std::optional<Rechecked> look_again(const SecondLook& look) const {
    if (!wait_until(look.first + options_.recheck_after)) return std::nullopt;
    const std::stop_token stop = source_.get_token();
    Session session(look.target, network_.open(stop), network_.guard(), network_.gate(), options_.limits, clock_, stop,
                    options_.depth);
    Rechecked out{look.target.id, {}};
    Evidence seen = look.evidence;
    for (const Probe* probe : options_.probes) {
      if (!probe->wants_recheck(look.evidence)) continue;
      if (!look.target.is_instance() && !probe->asks_any_server()) continue;
      Evidence facts;
      probe->recheck(look.target, session, facts);
      if (stop.stop_requested()) return std::nullopt;
      for (const Fact& fact : facts.all()) out.facts.insert(fact);
    }
    return out;
  }

  void request_stop() { source_.request_stop(); }
  std::stop_token token() const { return source_.get_token(); }

 private:
  // False when stopped meanwhile.
  bool wait_until(Instant due) const {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    const std::stop_token stop = source_.get_token();
    while (!stop.stop_requested()) {
      const auto left = due - clock_.now();
      if (left <= Milliseconds{0}) return true;
      never.wait_for(lock, stop, std::min<Milliseconds>(left, Milliseconds{1000}), [] { return false; });
    }
    return false;
  }

  Network& network_;
  const ScanOptions& options_;
  const Clock& clock_;
  std::stop_source source_;
  std::stop_callback<std::function<void()>> forward_;
};

}  // namespace

Result<ScanOutcome> scan(std::span<const Target> targets, std::span<const HostRecord> rechecks, Network& network,
                         const ScanOptions& options, const Clock& clock, ScanObserver& observer,
                         const std::stop_token& stop) {
  Scan run(network, options, clock, stop);
  ScanOutcome outcome;
  std::optional<Error> failure;
  AlikeWatch watch;
  ScanProgress progress;
  progress.total = targets.size();
  const auto begun = Steady::now();
  std::vector<SecondLook> looks;
  std::map<std::string, const Target*> by_id;
  for (const Target& target : targets) by_id.emplace(target.id, &target);
  for (const HostRecord& record : rechecks) {
    auto target = parse_server(record.host);
    if (target && wants_recheck(options, record.evidence)) looks.push_back({*target, record.evidence, record.finished});
  }
  const auto tick = [&](std::size_t busy) {
    progress.in_flight = busy;
    progress.rechecks_waiting = looks.size();
    progress.elapsed = std::chrono::duration_cast<Milliseconds>(Steady::now() - begun);
    observer.progress(progress);
  };
  const auto give_up = [&](const Error& error) {
    if (!failure) failure = error;
    run.request_stop();
  };
  {
    Pool<HostRecord> pool(
        targets.size(), options.jobs, [&](std::size_t i) { return run.measure(targets[i]); }, run.token());
    pool.drain(
        [&](HostRecord record) {
          ++progress.done;
          if (wants_recheck(options, record.evidence)) {
            looks.push_back({*by_id.at(record.host), record.evidence, record.finished});
          }
          watch.add(record);
          if (auto taken = observer.finished(std::move(record)); !taken) give_up(taken.error());
          if (options.stop_when_alike && outcome.stopped.empty()) {
            outcome.stopped = watch.verdict(progress.done == targets.size());
            if (!outcome.stopped.empty()) run.request_stop();
          }
        },
        tick);
  }
  if (!looks.empty() && !run.token().stop_requested()) {
    std::sort(looks.begin(), looks.end(), [](const SecondLook& a, const SecondLook& b) { return a.first < b.first; });
    std::size_t waiting = looks.size();
    Pool<Rechecked> pool(
        looks.size(), std::min<std::size_t>(options.jobs, 32), [&](std::size_t i) { return run.look_again(looks[i]); },
        run.token());
    pool.drain(
        [&](const Rechecked& result) {
          --waiting;
          if (auto taken = observer.rechecked(result.host, result.facts); !taken) give_up(taken.error());
        },
        [&](std::size_t busy) {
          tick(busy);
          progress.rechecks_waiting = waiting;
        });
  }
  if (failure) return fail(*failure);
  if (stop.stop_requested() && outcome.stopped.empty()) outcome.stopped = "interrupted";
  return outcome;
}

}  // namespace meetlat
