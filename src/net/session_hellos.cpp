// Raw hellos of a Session: which of them are sent when, and what is done when one is not answered.
#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <utility>

#include "net/host_gate.h"
#include "net/session.h"
#include "net/session_memo.h"
#include "net/socket_wait.h"
#include "net/tls_hello.h"

namespace meetlat {

namespace {

constexpr int kUnansweredEnough = 3;  // steps in a row that stayed without an answer: then nothing more is asked

bool unanswered(const HelloResult& result) {
  return !result && (result.error().code == ErrorCode::kTimedOut || result.error().code == ErrorCode::kConnectionReset);
}

// Nothing that is asked next could end otherwise.
bool hopeless(const HelloResult& result) {
  if (result) return false;
  const ErrorCode code = result.error().code;
  return code == ErrorCode::kConnectionRefused || code == ErrorCode::kUnreachable || code == ErrorCode::kIo ||
         code == ErrorCode::kTlsFailed || code == ErrorCode::kTooLarge || code == ErrorCode::kAddressRefused;
}

void sleep_until(Ticks until, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  (void)never.wait_until(lock, stop, until, [] { return false; });
}

}  // namespace

// Between a plan and the wire: gate, budget, transcript, and the one repetition.
class PlanFeed : public HelloFeed {
 public:
  PlanFeed(Session& session, HelloPlan& plan, HelloPlace place, int most)
      : session_(session), plan_(plan), place_(std::move(place)), most_(most) {}

  std::optional<HelloAsk> next() override {
    while (true) {
      std::optional<HelloStep> step = take();
      if (!step) return std::nullopt;
      if (const Result<void> may = enter(); !may) {
        plan_.answered(*step, fail(may.error()));
        continue;
      }
      ++session_.hellos_;
      HelloAsk ask{next_id_++, step->hello, session_.limits_.per_hello};
      asked_.emplace(ask.id, *std::move(step));
      return ask;
    }
  }

  void answered(const HelloAsk& ask, const HelloResult& result, std::uint64_t bytes, Ticks started) override {
    auto node = asked_.extract(ask.id);
    const HelloStep step = std::move(node.mapped());
    session_.bytes_ += bytes;
    session_.record("hello", fmt::format("hello {} {}: {}", peer(), place_.host, describe(ask.hello)),
                    result ? describe(*result) : describe(result.error()), peer(), bytes, started,
                    session_.clock_.now() - std::chrono::duration_cast<std::chrono::milliseconds>(
                                                std::chrono::steady_clock::now() - started));
    if (hopeless(result)) over_ = result.error();
    if (unanswered(result)) {
      // A server that was asked too much falls silent: that says nothing about what it has. Once more, after a pause.
      not_before_ = std::chrono::steady_clock::now() + session_.limits_.hello_pause;
      if (step.repeat && !step.repeated) {
        again_.push_back(step);
        again_.back().repeated = true;
        return;
      }
      if (step.repeat && ++unanswered_ >= kUnansweredEnough) {
        over_ = Error{result.error().code, fmt::format("{}: too many hellos were not answered", peer())};
      }
    } else {
      unanswered_ = 0;  // it answers, and was silent about what was asked only
    }
    plan_.answered(step, result);
  }

 private:
  std::string peer() const { return peer_text(place_.address, place_.port); }

  std::optional<HelloStep> take() {
    if (again_.empty()) return plan_.next();
    HelloStep step = std::move(again_.front());
    again_.pop_front();
    return step;
  }

  Result<void> enter() {
    if (over_) return fail(*over_);
    if (session_.hellos_ >= most_) {
      return fail(ErrorCode::kBudgetExhausted, fmt::format("{} hellos to {} are enough", most_, peer()));
    }
    if (session_.bytes_ >= session_.limits_.max_host_bytes) {
      return fail(ErrorCode::kBudgetExhausted,
                  fmt::format("{} bytes from {} are enough", session_.bytes_, session_.target_.id));
    }
    if (std::chrono::steady_clock::now() < not_before_) sleep_until(not_before_, session_.stop_);
    Result<void> turn = session_.gate_.enter(place_.address.str(), registrable_domain(place_.host),
                                             HostGate::Kind::kHello, session_.deadline_, session_.stop_);
    if (!turn) over_ = turn.error();
    return turn;
  }

  Session& session_;
  HelloPlan& plan_;
  const HelloPlace place_;
  const int most_;
  int next_id_ = 0;
  int unanswered_ = 0;
  Ticks not_before_{};
  std::optional<Error> over_;  // why nothing more is sent
  std::map<int, HelloStep> asked_;
  std::deque<HelloStep> again_;
};

Result<std::string> Session::hellos(HelloPlan& plan) {
  const std::string& host = target_.base.host();
  if (!target_.base.is_https())
    return fail(ErrorCode::kNotAttempted, fmt::format("{} is no https URL", target_.base.str()));
  const Result<std::vector<Way>> ways = ways_to(host);
  if (!ways) return fail(ways.error());
  if (ways->front().by_name) return fail(resolve(host).error());
  HelloPlace place;
  place.host = host;
  place.port = target_.base.port();
  place.address = ways->front().address;
  TlsApproach approach = approach_to(target_.service);
  place.starttls_xmpp = approach.starttls_xmpp;
  place.alpn = std::move(approach.alpn);
  // The facts of the handshake and of the hellos are to be about one address.
  if (memo_->handshake && *memo_->handshake) {
    for (const Way& way : *ways) {
      if (peer_text(way.address, place.port) == (*memo_->handshake)->peer) place.address = way.address;
    }
  }
  PlanFeed feed(*this, plan, place, depth_.whole_tls ? limits_.max_full_hellos : limits_.max_hellos);
  const Result<void> done = transport_->hellos(place, feed, deadline_);
  if (!done) return fail(done.error());
  return peer_text(place.address, place.port);
}

}  // namespace meetlat
