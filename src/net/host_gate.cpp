#include "net/host_gate.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>

#include "net/gate_table.h"

namespace meetlat {

struct HostGate::State {
  explicit State(const Rates& rates) : table({rates.burst, rates.page_interval, rates.hello_interval}) {}
  std::mutex mutex;
  std::condition_variable_any paused;  // notified when a pause may have made turns void
  GateTable table;
};

HostGate::HostGate(const Rates& rates) : rates_(rates), state_(std::make_unique<State>(rates)) {}
HostGate::~HostGate() = default;

Result<void> HostGate::enter(const std::string& address, const std::string& domain, Kind kind, Ticks deadline,
                             const std::stop_token& stop) {
  const GateTable::Kind table_kind = kind == Kind::kPage ? GateTable::Kind::kPage : GateTable::Kind::kHello;
  std::unique_lock lock(state_->mutex);
  while (!stop.stop_requested()) {
    const Ticks now = std::chrono::steady_clock::now();
    const GateTable::Turn turn = state_->table.take(address, domain, table_kind, now, deadline);
    if (!turn.granted && turn.paused) {
      return fail(ErrorCode::kRateLimited,
                  fmt::format("{} ({}) asked for a pause that is not over in time", domain, address));
    }
    if (!turn.granted) {
      return fail(ErrorCode::kBudgetExhausted,
                  fmt::format("{} ({}) is asked at a gentle pace, and the next turn would come after the time for this "
                              "host; ask fewer hosts of it at once",
                              domain, address));
    }
    if (turn.at <= now) return {};
    // A turn that is given up by a stop stays taken: the next one then comes a little later, never too early.
    const bool is_void = state_->paused.wait_until(lock, stop, turn.at,
                                                   [&] { return !state_->table.still_valid(turn, address, domain); });
    if (!is_void && !stop.stop_requested()) return {};
  }
  return fail(ErrorCode::kCancelled, fmt::format("while waiting for the turn of {}", domain));
}

void HostGate::pause(const std::string& address, const std::string& domain, std::chrono::milliseconds how_long) {
  const Ticks now = std::chrono::steady_clock::now();
  {
    const std::scoped_lock lock(state_->mutex);
    state_->table.pause(address, domain, now, now + how_long);
  }
  state_->paused.notify_all();
}

}  // namespace meetlat
