// Several lists become one: a target that several lists name is one target, and every claim keeps who said it and when.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "lists/list_source.h"
#include "model/target.h"

namespace meetlat {

class OptOut;

// One source as it was read: what a reader needs to find or repeat it.
struct ListRecord {
  std::string name;       // file name, URL, "standard input", "bundled"
  std::string format;     // id of the format that read it
  std::string sha256;     // of the bytes that were parsed
  std::string retrieved;  // "YYYY-MM-DDThh:mm:ssZ": when these bytes were read or fetched
  std::string date;       // "YYYY-MM-DD" that the list itself states, else of `retrieved`
  bool from_cache = false;
  long cache_age_days = 0;         // when from_cache
  std::size_t targets = 0;         // that this list names, before merging
  std::size_t placeholders = 0;    // rows that name no host
  std::size_t other_software = 0;  // rows that say they run something else
};

struct LoadedList {
  ListRecord record;
  ParsedList parsed;
  std::vector<std::string> warnings;  // for people: a stored copy was used, bytes are no UTF-8, ...
};

// A target that is left alone, and who asked for it.
struct ExcludedTarget {
  Target target;
  std::string rule;    // the opt-out line that matched, "*.example.org"
  std::string reason;  // as written there, may be empty
};

struct MergedList {
  std::vector<Target> targets;  // in the order in which they were first listed
  std::vector<ExcludedTarget> excluded;
  std::vector<ListRecord> lists;
  std::size_t repeats = 0;  // listings beyond the first, over all lists

  std::string digest() const;                     // SHA-256 over the target ids in order, one a line
  std::vector<std::string> source_names() const;  // of `lists`, in order
};

// Duplicates have the same Target::id (authority and base path, so https and http of one host are one target: https
// wins when any list says so). "www.meet.example" and "meet.example" are two hosts: they may be two machines, and only
// a probe could tell. Equal claims of one source are kept once; claims that differ are all kept.
MergedList merge_lists(std::span<const LoadedList> lists, const OptOut& opt_out);

// Targets in the order of their first listing; one with a known id is merged into it. The parsers use it too.
class TargetSet {
 public:
  // True when the target was new.
  bool add(Target target);
  const std::vector<Target>& targets() const noexcept { return targets_; }
  std::vector<Target> take() && { return std::move(targets_); }
  std::size_t size() const noexcept { return targets_.size(); }

 private:
  std::vector<Target> targets_;
  std::unordered_map<std::string, std::size_t> by_id_;  // id -> place in targets_
};

}  // namespace meetlat
