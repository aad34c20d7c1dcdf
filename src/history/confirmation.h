// N of M: what got worse than the baseline counts only when it was seen in N of at most M looks at the host. One look
// can meet a server that is being changed, or one of several that answer for a name. Pure; who looks is cli/confirm.h.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "history/baseline.h"
#include "model/report.h"

namespace meetlat {

struct Confirmation {
  int needed = 2;  // 2..most
  int most = 3;    // looks in all, the first one among them; at most kMostLooks
};
inline constexpr int kMostLooks = 10;

// "2/3". kInvalidArgument.
Result<Confirmation> confirmation_from(std::string_view text);

// One thing that got worse, and how often that was seen.
struct Doubt {
  std::string host;
  std::string rule;      // empty: it is the letter
  char before = 'A';     // of the letter, in the baseline
  int seen = 1;          // in the first look it was
  int looks = 1;         // how often the host was looked at
  int not_measured = 0;  // looks that say neither
};

enum class Decision {
  kConfirmed,
  kNotConfirmed,  // too few of the looks saw it, and those that are left cannot make up for it
  kOpen,          // the looks that are left decide
};
Decision decision(const Doubt& doubt, const Confirmation& confirmation) noexcept;
// "1 of 3", "1 of 3, 1 not measured"
std::string looks_words(const Doubt& doubt);

// Everything for which a gate with --baseline would fail.
std::vector<Doubt> doubts_of(const BaselineDiff& diff);
// Counts one further look at a host in all doubts about it. A worse letter is any that is worse than the baseline's.
void count_look(std::span<Doubt> doubts, const HostReport& look);

// What came of it. Empty doubts: nothing had got worse.
struct Confirmed {
  Confirmation confirmation;
  std::vector<Doubt> doubts;
  const Doubt* find(std::string_view host, std::string_view rule) const noexcept;
  bool any_open() const noexcept;  // it was interrupted
};

}  // namespace meetlat
