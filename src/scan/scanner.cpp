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

#include "base/url.h"
#include "judgement/judge.h"
#include "net/host_gate.h"
#include "net/session.h"
#include "scan/alike.h"

namespace meetlat {
namespace {

using Steady = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kTick{200};  // how often the observer hears of progress

// The order of work: as given, but never more than `most` of one lane at once.
class LaneQueue {
 public:
  LaneQueue(std::vector<std::string> lanes, std::size_t most) : lanes_(std::move(lanes)), most_(most) {
    for (std::size_t i = 0; i < lanes_.size(); ++i) ready_.push_back(i);
  }

  // nullopt: nothing is left, or what is left has to wait until another one of its lane is done.
  std::optional<std::size_t> take() {
    while (!ready_.empty()) {
      const std::size_t index = ready_.front();
      ready_.pop_front();
      Lane& lane = busy_[lanes_[index]];
      if (lane.busy >= most_) {
        lane.held.push_back(index);
        ++held_;
        continue;
      }
      ++lane.busy;
      return index;
    }
    return std::nullopt;
  }
  void done(std::size_t index) {
    Lane& lane = busy_[lanes_[index]];
    --lane.busy;
    if (lane.held.empty()) return;
    ready_.push_front(lane.held.front());
    lane.held.pop_front();
    --held_;
  }
  bool all_taken() const noexcept { return ready_.empty() && held_ == 0; }

 private:
  struct Lane {
    std::size_t busy = 0;
    std::deque<std::size_t> held;
  };
  const std::vector<std::string> lanes_;
  const std::size_t most_;
  std::deque<std::size_t> ready_;
  std::map<std::string, Lane> busy_;
  std::size_t held_ = 0;
};

// Hosts of one registrable domain share the pace of requests and each has a time limit of its own: so many at once that
// every one could use its whole budget in time.
LaneQueue queue_of(std::span<const Target> targets, const ScanOptions& options, const HostGate::Rates& rates) {
  std::vector<std::string> lanes;
  for (const Target& target : targets) lanes.push_back(registrable_domain(target.base.host()));
  const auto whole = rates.page_interval * options.limits.max_requests;
  const auto most = whole.count() > 0 ? options.limits.per_host / whole : static_cast<std::int64_t>(options.jobs);
  return {std::move(lanes), static_cast<std::size_t>(std::max<std::int64_t>(most, 1))};
}

// Runs `work(i)` for every i of `queue` on up to `jobs` threads; hands each result to `take` on the calling thread,
// as they come, and calls `tick` at least every kTick. Workers take no new item once `stop` is requested.
template <class T>
class Pool {
 public:
  using Work = std::function<std::optional<T>(std::size_t)>;

  Pool(LaneQueue queue, std::size_t threads, Work work, std::stop_token stop)
      : queue_(std::move(queue)), work_(std::move(work)), stop_(std::move(stop)) {
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
      std::optional<std::size_t> index;
      {
        std::unique_lock lock(mutex_);
        // Who is stopped ends soon, and wakes those who wait for a turn.
        free_.wait(lock,
                   [&] { return stop_.stop_requested() || (index = queue_.take()).has_value() || queue_.all_taken(); });
        if (!index) break;
        ++busy_;
      }
      std::optional<T> result = work_(*index);
      const std::lock_guard lock(mutex_);
      --busy_;
      queue_.done(*index);
      if (result) results_.push_back(std::move(*result));
      changed_.notify_one();
      free_.notify_all();
    }
    const std::lock_guard lock(mutex_);
    --running_;
    changed_.notify_one();
  }

  LaneQueue queue_;
  const Work work_;
  const std::stop_token stop_;
  std::mutex mutex_;
  std::condition_variable changed_;  // something for drain()
  std::condition_variable free_;     // something for a worker
  std::deque<T> results_;
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
        queue_of(targets, options, network.gate().rates()), std::min(options.jobs, targets.size()),
        [&](std::size_t i) { return run.measure(targets[i]); }, run.token());
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
        LaneQueue(std::vector<std::string>(looks.size()), looks.size()),
        std::min({options.jobs, looks.size(), std::size_t{32}}),
        [&](std::size_t i) { return run.look_again(looks[i]); }, run.token());
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
