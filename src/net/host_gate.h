// Spaces requests: per address and per registrable domain, a burst of 8, then one a second for pages and five a second
// for TLS hellos. Honours Retry-After. Shared by all threads.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace meetlat {

class HostGate {
 public:
  enum class Kind { kPage, kHello };
  struct Rates {
    int burst = 8;
    std::chrono::milliseconds page_interval{1000};  // --per-host-delay
    std::chrono::milliseconds hello_interval{200};
  };
  explicit HostGate(const Rates& rates);
  ~HostGate();
  HostGate(const HostGate&) = delete;
  HostGate& operator=(const HostGate&) = delete;

  // Waits for the turn of this address and this registrable domain. kBudgetExhausted when the turn would come after
  // `deadline` (nothing is taken then: it is our own pace that is too slow), kRateLimited when it would do so because
  // of a pause, kCancelled.
  Result<void> enter(const std::string& address, const std::string& domain, Kind kind, Ticks deadline,
                     const std::stop_token& stop);
  const Rates& rates() const noexcept { return rates_; }
  // The server asked for a pause: nobody enters for that domain and address until it is over.
  void pause(const std::string& address, const std::string& domain, std::chrono::milliseconds how_long);

 private:
  struct State;
  const Rates rates_;
  std::unique_ptr<State> state_;
};

}  // namespace meetlat
