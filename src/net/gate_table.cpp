#include "net/gate_table.h"

#include <algorithm>

namespace meetlat {

// May drop other idle buckets, so references from earlier calls are void afterwards.
GateTable::Bucket& GateTable::bucket(const std::string& key, Ticks now) {
  if (buckets_.size() >= sweep_at_) {
    std::erase_if(buckets_, [now](const auto& entry) { return entry.second.idle(now); });
    sweep_at_ = std::max<std::size_t>(256, buckets_.size() * 2);
  }
  return buckets_[key];
}

Ticks GateTable::turn_of(const Bucket& bucket, Kind kind, Ticks now) const {
  const Ticks full = kind == Kind::kPage ? bucket.page : bucket.hello;
  const Ticks token = full - interval(kind) * (std::max(rates_.burst, 1) - 1);
  return std::max({now, token, bucket.paused_until});
}

void GateTable::charge(Bucket& bucket, Kind kind, Ticks at) const {
  Ticks& full = kind == Kind::kPage ? bucket.page : bucket.hello;
  full = std::max(full, at) + interval(kind);
}

GateTable::Turn GateTable::take(const std::string& address, const std::string& domain, Kind kind, Ticks now,
                                Ticks deadline) {
  bucket(address_key(address), now);  // made first, since making one may drop others
  Bucket& by_domain = bucket(domain, now);
  Bucket& by_address = buckets_[address_key(address)];
  Turn turn;
  turn.at = std::max(turn_of(by_address, kind, now), turn_of(by_domain, kind, now));
  turn.paused = std::max(by_address.paused_until, by_domain.paused_until) > now;
  turn.granted = turn.at <= deadline;
  turn.era = std::max(by_address.era, by_domain.era);
  if (turn.granted) {
    charge(by_address, kind, turn.at);
    charge(by_domain, kind, turn.at);
  }
  return turn;
}

bool GateTable::still_valid(const Turn& turn, const std::string& address, const std::string& domain) const {
  for (const std::string& key : {address_key(address), domain}) {
    const auto found = buckets_.find(key);
    if (found != buckets_.end() && found->second.era > turn.era) return false;
  }
  return true;
}

void GateTable::pause(const std::string& address, const std::string& domain, Ticks now, Ticks until) {
  if (until <= now) return;
  ++era_;
  for (const std::string& key : {address_key(address), domain}) {
    Bucket& paused = bucket(key, now);
    if (until <= paused.paused_until) continue;
    paused.paused_until = until;
    paused.era = era_;
    // Empty buckets at the end of the pause: all turns given so far are void, and the next ones come one by one.
    paused.page = until + rates_.page_interval * (std::max(rates_.burst, 1) - 1);
    paused.hello = until + rates_.hello_interval * (std::max(rates_.burst, 1) - 1);
  }
}

}  // namespace meetlat
