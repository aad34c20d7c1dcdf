// The arithmetic of HostGate, without clocks and locks: token buckets kept as "theoretical arrival times" (GCRA), so
// that a turn is known the moment it is asked for and waiting needs no queue.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace meetlat {

class GateTable {
 public:
  enum class Kind { kPage, kHello };
  struct Rates {
    int burst = 8;
    std::chrono::milliseconds page_interval{1000};
    std::chrono::milliseconds hello_interval{200};
  };
  explicit GateTable(const Rates& rates) : rates_(rates) {}

  struct Turn {
    bool granted = false;   // false: it would come after the deadline; nothing was taken
    bool paused = false;    // a pause is what delays it
    Ticks at{};             // when the turn is
    unsigned long era = 0;  // see still_valid()
  };
  // Takes a turn from the address's and from the domain's bucket, or from none.
  Turn take(const std::string& address, const std::string& domain, Kind kind, Ticks now, Ticks deadline);
  // A turn is void when a pause came for its keys after it was given: ask again then.
  bool still_valid(const Turn& turn, const std::string& address, const std::string& domain) const;
  // Nobody enters until `until`; from then on one by one, without a burst. Never shortens a pause.
  void pause(const std::string& address, const std::string& domain, Ticks now, Ticks until);

  std::size_t size() const noexcept { return buckets_.size(); }

 private:
  // One host or domain. Pages and hellos have a bucket each, a pause holds for both.
  struct Bucket {
    Ticks page{};  // the bucket is full again at this time
    Ticks hello{};
    Ticks paused_until{};
    unsigned long era = 0;  // of the last pause
    bool idle(Ticks now) const noexcept { return page <= now && hello <= now && paused_until <= now; }
  };
  static std::string address_key(const std::string& address) { return "@" + address; }
  Bucket& bucket(const std::string& key, Ticks now);
  Ticks turn_of(const Bucket& bucket, Kind kind, Ticks now) const;
  void charge(Bucket& bucket, Kind kind, Ticks at) const;
  std::chrono::milliseconds interval(Kind kind) const noexcept {
    return kind == Kind::kPage ? rates_.page_interval : rates_.hello_interval;
  }

  const Rates rates_;
  std::unordered_map<std::string, Bucket> buckets_;
  std::size_t sweep_at_ = 256;  // size at which idle buckets are dropped
  unsigned long era_ = 0;
};

}  // namespace meetlat
