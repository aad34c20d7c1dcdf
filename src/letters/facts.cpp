#include "letters/facts.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace meetlat {
namespace {

using By = LetterFactUse;

constexpr std::array kUsed{
    LetterFactUse{"policy.verdict", By::kBoth},
    LetterFactUse{"policy.url", By::kLetters},
    LetterFactUse{"policy.dated", By::kLetters},
    LetterFactUse{"policy.languages", By::kLetters},
    LetterFactUse{"policy.controller", By::kBoth},
    LetterFactUse{"policy.contact", By::kBoth},
    LetterFactUse{"policy.dpo_contact", By::kBoth},
    LetterFactUse{"policy.states.*", By::kLetters},
    LetterFactUse{"policy.imprint_url", By::kLetters},
    LetterFactUse{"jitsi.operator.stated", By::kBoth},
    LetterFactUse{"parties.loaded", By::kBoth},
    LetterFactUse{"jitsi.stun.third_party", By::kBoth},
    LetterFactUse{"jitsi.analytics", By::kBoth},
    LetterFactUse{"jitsi.avatars.third_party", By::kBoth},
    LetterFactUse{"jitsi.integrations.third_party", By::kBoth},
    LetterFactUse{"jitsi.signalling.third_party", By::kBoth},
    LetterFactUse{"jitsi.login.third_party", By::kBoth},
    LetterFactUse{"xmpp.login.needed", By::kBoth},
    LetterFactUse{"jitsi.recording.server", By::kBoth},
    LetterFactUse{"jitsi.livestreaming", By::kBoth},
    LetterFactUse{"jitsi.transcription", By::kBoth},
    LetterFactUse{"jitsi.p2p.enabled", By::kDraft},
    LetterFactUse{"e2ee.offered", By::kDraft},
    LetterFactUse{"http.cookies", By::kDraft},
    LetterFactUse{"http.intermediary", By::kBoth},
};

constexpr std::string_view kStates = "policy.states.";

// Reads through the table alone: a path that is not in it gives nothing, which the tests notice.
class Reader {
 public:
  explicit Reader(const Evidence& evidence) : evidence_(evidence) {}

  template <class T>
  std::optional<T> get(std::string_view path) const {
    const bool listed =
        std::any_of(kUsed.begin(), kUsed.end(), [&](const LetterFactUse& use) { return use.path == path; });
    const T* value = listed ? evidence_.get<T>(path) : nullptr;
    return value == nullptr ? std::nullopt : std::optional<T>(*value);
  }

  SeenText text(std::string_view path) const {
    const auto value = get<std::string>(path);
    if (!value || trim(*value).empty()) return {};
    for (const Fact& fact : evidence_.find(path)) {
      if (fact.measured()) return {*value, fact.provenance.where, fact.provenance.at};
    }
    return {};
  }

 private:
  const Evidence& evidence_;
};

PolicyFound policy_from(const std::optional<std::string>& verdict) {
  if (!verdict) return PolicyFound::kUnknown;
  if (*verdict == "own") return PolicyFound::kOwn;
  if (*verdict == "unsure") return PolicyFound::kUnsure;
  if (*verdict == "someone-elses") return PolicyFound::kSomeoneElses;
  return *verdict == "not-found" ? PolicyFound::kNotFound : PolicyFound::kUnknown;
}

PointState state_from(std::string_view word) {
  if (word == "found") return PointState::kFound;
  if (word == "stated_none") return PointState::kStatedNone;
  if (word == "not_found") return PointState::kNotFound;
  return word == "not_applicable" ? PointState::kNotApplicable : PointState::kUnknown;
}

void read_policy(const Reader& reader, const Evidence& evidence, LetterFacts& facts) {
  facts.policy = policy_from(reader.get<std::string>("policy.verdict"));
  facts.policy_url = reader.text("policy.url");
  if (!facts.policy_url && facts.policy != PolicyFound::kNotFound) facts.policy = PolicyFound::kUnknown;
  if (facts.policy != PolicyFound::kOwn && facts.policy != PolicyFound::kUnsure) return;
  facts.policy_dated = reader.text("policy.dated");
  facts.controller = reader.text("policy.controller");
  facts.contact = reader.text("policy.contact");
  facts.dpo = reader.text("policy.dpo_contact");
  facts.languages = reader.get<std::vector<std::string>>("policy.languages").value_or(std::vector<std::string>{});
  for (const Fact& fact : evidence.all()) {
    if (!fact.path.starts_with(kStates) || !fact.measured()) continue;
    if (const auto* word = std::get_if<std::string>(&*fact.value)) {
      facts.points[fact.path.substr(kStates.size())] = {state_from(*word), fact.provenance.excerpt};
    }
  }
}

void read_parties(const Reader& reader, LetterFacts& facts) {
  using Names = std::vector<std::string>;
  facts.page = reader.get<Names>("parties.loaded");
  facts.stun = reader.get<Names>("jitsi.stun.third_party");
  facts.analytics = reader.get<Names>("jitsi.analytics");
  facts.avatars = reader.get<Names>("jitsi.avatars.third_party");
  facts.integrations = reader.get<Names>("jitsi.integrations.third_party");
  facts.signalling = reader.get<Names>("jitsi.signalling.third_party");
  facts.login = reader.get<Names>("jitsi.login.third_party");
  facts.cookies = reader.get<Names>("http.cookies");
  facts.intermediary = reader.get<std::string>("http.intermediary");
}

// Lists that differ say nothing.
void read_country(const Target& target, LetterFacts& facts) {
  for (const Claim& claim : target.claims) {
    if (claim.key != "country" || claim.value.size() != 2) continue;
    if (!facts.claimed_country.empty() && facts.claimed_country != claim.value) {
      facts.claimed_country.clear();
      facts.claimed_country_by.clear();
      return;
    }
    facts.claimed_country = claim.value;
    facts.claimed_country_by = claim.source;
  }
}

std::string host_words(const Target& target) {
  std::string words = display_host(target.base.host());
  if (target.base.port() != (target.base.is_https() ? 443 : 80)) words += ":" + std::to_string(target.base.port());
  if (target.base.path() != "/") words += target.base.path().substr(0, target.base.path().size() - 1);
  return words;
}

}  // namespace

std::span<const LetterFactUse> letter_facts_used() noexcept {
  return kUsed;
}

LetterFacts read_letter_facts(const Target& target, const Evidence& evidence) {
  LetterFacts facts;
  facts.host = host_words(target);
  facts.url = target.base.str();
  read_country(target, facts);
  for (const Fact& fact : evidence.all()) {
    if (!fact.measured()) continue;
    const bool listed = std::any_of(kUsed.begin(), kUsed.end(), [&](const LetterFactUse& use) {
      return use.path.ends_with('*') ? fact.path.starts_with(use.path.substr(0, use.path.size() - 1))
                                     : fact.path == use.path;
    });
    if (!listed) continue;
    facts.measured = true;
    facts.seen = std::max(facts.seen, fact.provenance.at);
  }
  const Reader reader(evidence);
  read_policy(reader, evidence, facts);
  read_parties(reader, facts);
  facts.operator_stated = reader.text("jitsi.operator.stated");
  facts.imprint = reader.text("policy.imprint_url");
  facts.login_kind = reader.get<std::string>("xmpp.login.needed").value_or("");
  facts.recording = reader.get<bool>("jitsi.recording.server");
  facts.streaming = reader.get<bool>("jitsi.livestreaming");
  facts.transcription = reader.get<bool>("jitsi.transcription");
  facts.p2p = reader.get<bool>("jitsi.p2p.enabled");
  facts.e2ee = reader.get<bool>("e2ee.offered");
  return facts;
}

}  // namespace meetlat
