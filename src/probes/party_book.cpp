#include "probes/party_book.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

constexpr std::size_t kMostParties = 200;
constexpr std::size_t kMostSources = 12;
constexpr std::size_t kMostReasons = 20;

}  // namespace

void PartyBook::add(std::string_view mechanism_id, const std::string& host, const Provenance& seen) {
  const Mechanism& how = mechanism(mechanism_id);
  if (host.empty() || host.ends_with('.')) return;
  const Owner owner = settings_.owner_of(host);
  if (owner == Owner::kUnclear) {
    add_unknown(how.kind, Error{ErrorCode::kNotUnderstood, host + ": an address tells no owner"});
    return;
  }
  if (owner != Owner::kOther) return;
  auto found = parties_.find(host);
  if (found == parties_.end()) {
    if (parties_.size() >= kMostParties) {
      add_unknown(how.kind, Error{ErrorCode::kTooLarge, fmt::format("more than {} parties", kMostParties)});
      return;
    }
    found = parties_.emplace(host, Party{how.kind, {}, {}, seen}).first;
  }
  Party& party = found->second;
  party.kind = std::min(party.kind, how.kind);
  if (std::find(party.mechanisms.begin(), party.mechanisms.end(), &how) == party.mechanisms.end()) {
    party.mechanisms.push_back(&how);
  }
  std::string source = fmt::format("{}: {}", how.name, excerpt(seen.excerpt.empty() ? seen.where : seen.excerpt, 160));
  if (party.sources.size() < kMostSources &&
      std::find(party.sources.begin(), party.sources.end(), source) == party.sources.end()) {
    party.sources.push_back(std::move(source));
  }
}

void PartyBook::add(const Gathered& gathered, PartyClass kind) {
  for (const Contact& contact : gathered.contacts) add(contact.mechanism, contact.host, settings_.seen(contact.note));
  if (gathered.unknown) add_unknown(kind, *gathered.unknown);
}

void PartyBook::add_unknown(PartyClass kind, const Error& why) {
  std::vector<Error>& reasons = unknown_[static_cast<std::size_t>(kind)];
  const auto same = [&](const Error& known) { return known.code == why.code && known.context == why.context; };
  if (reasons.size() >= kMostReasons || std::any_of(reasons.begin(), reasons.end(), same)) return;
  reasons.push_back(why);
}

void PartyBook::allow_everybody(const Provenance& seen) {
  if (!everybody_) everybody_ = seen;
}

}  // namespace meetlat::probes
