#include "lists/merge.h"

#include <algorithm>

#include "base/file.h"
#include "lists/opt_out.h"

namespace meetlat {

bool TargetSet::add(Target target) {
  const auto [found, fresh] = by_id_.try_emplace(target.id, targets_.size());
  if (fresh) {
    targets_.push_back(std::move(target));
    return true;
  }
  Target& known = targets_[found->second];
  if (!known.base.is_https() && target.base.is_https()) known.base = target.base;
  for (Claim& claim : target.claims) {
    if (std::find(known.claims.begin(), known.claims.end(), claim) == known.claims.end()) {
      known.claims.push_back(std::move(claim));
    }
  }
  for (std::string& source : target.sources) {
    if (std::find(known.sources.begin(), known.sources.end(), source) == known.sources.end()) {
      known.sources.push_back(std::move(source));
    }
  }
  for (ListPlace& place : target.places) {
    const auto same = [&](const ListPlace& other) { return other.source == place.source; };
    if (std::none_of(known.places.begin(), known.places.end(), same)) known.places.push_back(std::move(place));
  }
  return false;
}

std::string MergedList::digest() const {
  std::string ids;
  for (const Target& target : targets) ids += target.id + "\n";
  return sha256_hex(ids);
}

std::vector<std::string> MergedList::source_names() const {
  std::vector<std::string> out;
  for (const ListRecord& list : lists) out.push_back(list.name);
  return out;
}

MergedList merge_lists(std::span<const LoadedList> lists, const OptOut& opt_out) {
  MergedList out;
  TargetSet set;
  for (const LoadedList& list : lists) {
    out.lists.push_back(list.record);
    for (const Target& target : list.parsed.targets) {
      if (!set.add(target)) ++out.repeats;
    }
  }
  for (Target& target : std::move(set).take()) {
    if (const OptOut::Entry* entry = opt_out.find(target.base.host())) {
      out.excluded.push_back({std::move(target), entry->pattern, entry->reason});
    } else {
      out.targets.push_back(std::move(target));
    }
  }
  return out;
}

}  // namespace meetlat
