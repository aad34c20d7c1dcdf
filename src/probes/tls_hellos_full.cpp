// --tls full: everything that a server has, by taking away what it chose until it refuses. The versions are asked side
// by side, each by a chain of its own.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "probes/tls_signatures.h"

namespace meetlat::probes {

namespace {

bool any_suite(const TlsSuite&) {
  return true;
}

class FullPlan : public FindingPlan {
 public:
  explicit FullPlan(const TlsRegistry& registry) : registry_(registry) {
    ClientHello thirteen = hello_of_tls13(registry);
    std::vector<std::uint16_t> suites;
    std::vector<std::uint16_t> groups;
    suites.swap(thirteen.suites);
    groups.swap(thirteen.groups);
    tls13_ = add(std::make_unique<Tls13Series>(std::move(thirteen), std::move(suites), std::move(groups)));
    add_version(kTls12);
    add_version(kTls11);
  }

  // Every hello of TLS 1.2 also shows a signature: the ones that were not seen yet go first.
  std::optional<HelloStep> next() override {
    std::optional<HelloStep> step = FindingPlan::next();
    if (!step) return step;
    if (step->hello.signatures == common_signatures() && step->hello.versions.empty()) {
      step->hello.signatures = signatures_.turned();
    }
    // Closing is how many servers say that they do not speak it.
    if (step->hello.ssl2) step->repeat = false;
    return step;
  }
  void answered(const HelloStep& step, const HelloResult& result) override {
    const HelloReply reply = judge_reply(step.hello, result);
    if (reply.kind == HelloReply::Kind::kAgreed) {
      const std::optional<std::uint16_t> seen = signature_of(reply.answer, registry_);
      // Whether it was offered or not: the server does sign with it.
      if (seen) signatures_.take(*seen);
    }
    silent_since_ssl2_ = step.hello.ssl2 ? reply.unanswered : silent_since_ssl2_ && reply.unanswered;
    FindingPlan::answered(step, result);
  }
  HelloFindings findings() const override;

 protected:
  void advance() override {
    ask_older();
    const Version* curves = curve_version();
    if (curves != nullptr && curves_ == nullptr) curves_ = ask_curves(*curves);
    ask_orders();
    if (fallback_ == nullptr) ask_fallback();
    if (ssl2_ == nullptr && done(versions_.at(kTls12).series)) ask_ssl2();
    if (rest_ == nullptr) ask_signatures();
    // Once more where it may have been the server that fell silent, or the way to it.
    if (silent_since_ssl2_ && !ssl2_again_ && all_done()) {
      ssl2_again_ = true;
      ask_ssl2();
    }
  }

 private:
  struct Version {
    SuiteSeries* series = nullptr;
    SingleHello* turned = nullptr;  // the favourite offered last
  };

  void add_version(std::uint16_t version) {
    ClientHello base = version == kTls12 ? hello_of_tls12(registry_) : hello_of_legacy(registry_, version);
    std::vector<std::uint16_t> suites = classic_suites(registry_, any_suite);
    if (version == kTls12) {
      signing_ = add(std::make_unique<SigningSuiteSeries>(std::move(base), std::move(suites), &signatures_, registry_));
      versions_[version].series = signing_;
    } else {
      versions_[version].series = add(std::make_unique<SuiteSeries>(std::move(base), std::move(suites), false));
    }
  }

  // A hello of an old version is answered with the highest that the server has up to it, and its refusal proves that
  // there is none: so the next one to be asked is the one below what was agreed on.
  void ask_older() {
    const auto lowest = versions_.begin();
    const SuiteSeries& series = *lowest->second.series;
    if (!done(lowest->second.series) || series.taken().empty()) return;
    const std::uint16_t agreed = series.taken().front().answer.version;
    if (agreed < lowest->first) {
      auto entry = versions_.extract(lowest);
      entry.key() = agreed;
      versions_.insert(std::move(entry));
    }
    if (agreed > kSsl3) add_version(static_cast<std::uint16_t>(agreed - 1));
  }

  // Where a curve can be told from: TLS 1.2, else the newest old version with ECDHE.
  const Version* curve_version() const {
    for (const std::uint16_t version : {kTls12, kTls11, kTls10}) {
      const auto at = versions_.find(version);
      if (at == versions_.end()) continue;
      if (!done(at->second.series)) return nullptr;
      if (!ecdhe_suites(at->first, at->second).empty()) return &at->second;
    }
    return nullptr;
  }

  std::vector<std::uint16_t> ecdhe_suites(std::uint16_t version, const Version& of) const {
    // The certificate's own curve must stay on offer for ECDSA (RFC 8422, 5.1), so RSA is asked when there is any.
    std::vector<std::uint16_t> rsa;
    std::vector<std::uint16_t> all;
    for (const TakenSuite& taken : of.series->taken()) {
      const TlsSuite* suite = registry_.suite(taken.suite);
      if (suite == nullptr || !suite->ecdhe || taken.answer.version != version) continue;
      all.push_back(taken.suite);
      if (suite->name.find("ECDHE_RSA") != std::string::npos) rsa.push_back(taken.suite);
    }
    return rsa.empty() ? all : rsa;
  }

  CurveSeries* ask_curves(const Version& of) {
    const auto at = std::ranges::find_if(versions_, [&](const auto& one) { return &one.second == &of; });
    curves_at_ = at->first;
    ClientHello hello = curves_at_ == kTls12 ? hello_of_tls12(registry_) : hello_of_legacy(registry_, curves_at_);
    hello.suites = turned_suites(ecdhe_suites(curves_at_, of));
    std::vector<std::uint16_t> groups = hello.groups;
    const bool on_curve = registry_.suite_name(hello.suites.front()).find("ECDHE_ECDSA") != std::string::npos;
    const bool signs = curves_at_ == kTls12 && signing_->ended_signer() != signer_of(hello.suites.front(), registry_);
    return add(
        std::make_unique<CurveSeries>(std::move(hello), std::move(groups), on_curve, signs ? &signatures_ : nullptr));
  }

  void ask_ssl2() {
    ClientHello hello;
    hello.ssl2 = true;
    ssl2_ = add(std::make_unique<SingleHello>(std::move(hello)));
  }

  // The entries of the lists so far, and ten more: what everything may cost.
  int planned() const {
    std::size_t entries = tls13_->suites().size() + tls13_->groups().size();
    for (const auto& [version, of] : versions_) entries += taken_suites(version, of).size();
    if (curves_ != nullptr) entries += curves_->taken().size();
    return static_cast<int>(entries) + 10;
  }

  // After everything else: most of the list was seen by then, and what is left of the hellos can be spent on the rest.
  void ask_signatures() {
    if (!all_done()) return;
    ClientHello hello = hello_of_tls12(registry_);
    hello.suites = signing_suites(versions_.at(kTls12).series->taken(), registry_);
    if (hello.suites.empty()) return;
    const std::string ended = curves_ != nullptr && curves_->signatures_ended()
                                  ? signer_of(curves_->suites().front(), registry_)
                                  : std::string();
    std::erase_if(hello.suites, [&](std::uint16_t suite) {
      const std::string signer = signer_of(suite, registry_);
      return signer == ended || signer == signing_->ended_signer();
    });
    rest_ = add(
        std::make_unique<SignatureSeries>(std::move(hello), &signatures_, registry_, std::max(planned() - sent(), 1)));
  }

  // Of the versions before 1.3 the newest one is asked: servers have one switch for all of them.
  void ask_order_below13() {
    for (auto at = versions_.rbegin(); at != versions_.rend(); ++at) {
      auto& [version, of] = *at;
      if (!done(of.series)) return;
      const std::vector<std::uint16_t> suites = taken_suites(version, of);
      if (suites.empty()) continue;
      if (of.turned != nullptr || suites.size() < 2 || !of.series->ordered()) return;
      if (curves_ != nullptr && curves_at_ == version && curves_->suites().size() >= 2) {
        if (!done(curves_) || curves_->chosen()) return;  // its hellos show it
      }
      ClientHello hello = version == kTls12 ? hello_of_tls12(registry_) : hello_of_legacy(registry_, version);
      std::vector<std::uint16_t> signals = std::move(hello.suites);
      hello.suites = turned_suites(suites);
      hello.suites.insert(hello.suites.end(), signals.begin(), signals.end());
      of.turned = add(std::make_unique<SingleHello>(std::move(hello)));
      return;
    }
  }

  void ask_orders() {
    ask_order_below13();
    if (turned13_ != nullptr || !done(tls13_) || tls13_->suites().size() < 2 || tls13_->chosen_turned()) return;
    ClientHello hello = hello_of_tls13(registry_);
    hello.suites = turned_suites(tls13_->suites());
    hello.groups = tls13_->groups();
    turned13_ = add(std::make_unique<SingleHello>(std::move(hello)));
  }

  std::vector<std::uint16_t> taken_suites(std::uint16_t version, const Version& of) const {
    std::vector<std::uint16_t> out;
    for (const TakenSuite& taken : of.series->taken()) {
      if (taken.answer.version == version) out.push_back(taken.suite);
    }
    return out;
  }

  // The versions that agreed on something, newest first, TLS 1.3 apart.
  std::vector<std::uint16_t> spoken() const {
    std::vector<std::uint16_t> out;
    for (auto at = versions_.rbegin(); at != versions_.rend(); ++at) {
      if (!taken_suites(at->first, at->second).empty()) out.push_back(at->first);
    }
    return out;
  }

  void ask_fallback() {
    if (!done(tls13_)) return;
    for (const auto& [version, of] : versions_) {
      if (!done(of.series)) return;
    }
    const std::vector<std::uint16_t> old = spoken();
    const bool has13 = !tls13_->suites().empty();
    if (old.empty() || (!has13 && old.size() < 2)) return;
    const std::uint16_t version = has13 ? old.front() : old[1];
    ClientHello base = version == kTls12 ? hello_of_tls12(registry_) : hello_of_legacy(registry_, version);
    fallback_ = add(std::make_unique<SingleHello>(
        fallback_hello(std::move(base), taken_suites(version, versions_.at(version)).front())));
  }

  void read_offers(HelloFindings& out) const;
  void read_lists(HelloFindings& out) const;
  void read_weak(HelloFindings& out) const;
  void read_dh(HelloFindings& out) const;
  void read_signed(HelloFindings& out) const;
  std::optional<Error> unsure_below(std::uint16_t limit) const;
  std::string order_below13(std::uint16_t version, const Version& of) const;
  std::string order_of_tls13() const;

  const TlsRegistry& registry_;
  Tls13Series* tls13_ = nullptr;
  std::map<std::uint16_t, Version> versions_;
  SigningSuiteSeries* signing_ = nullptr;  // of TLS 1.2
  CurveSeries* curves_ = nullptr;
  std::uint16_t curves_at_ = 0;
  SignatureList signatures_{common_signatures()};
  SignatureSeries* rest_ = nullptr;  // those that no other hello showed
  SingleHello* turned13_ = nullptr;
  SingleHello* fallback_ = nullptr;
  SingleHello* ssl2_ = nullptr;
  bool ssl2_again_ = false;
  bool silent_since_ssl2_ = false;  // nothing was answered since the hello of SSL 2.0, itself included
};

// Why it is not known whether some version below `limit` is spoken, or what it has.
std::optional<Error> FullPlan::unsure_below(std::uint16_t limit) const {
  for (const auto& [version, of] : versions_) {
    if (version < limit && of.series->unsure()) return *of.series->unsure();
  }
  return std::nullopt;
}

void FullPlan::read_offers(HelloFindings& out) const {
  if (!tls13_->suites().empty()) {
    out.tls13.set(true, registry_.suite_name(tls13_->suites().front()), " -tls1_3");
  } else if (tls13_->unsure()) {
    out.tls13.unknown(*tls13_->unsure());
  } else {
    out.tls13.set(false, "", " -tls1_3");
  }
  const Version& twelve = versions_.at(kTls12);
  const std::vector<std::uint16_t> at12 = taken_suites(kTls12, twelve);
  if (!at12.empty()) {
    out.tls12.set(true, registry_.suite_name(at12.front()), " -tls1_2");
  } else if (twelve.series->unsure()) {
    out.tls12.unknown(*twelve.series->unsure());
  } else {
    out.tls12.set(false, "", " -tls1_2");
  }
  const bool strong = std::ranges::any_of(at12, [&](std::uint16_t value) {
    const TlsSuite* suite = registry_.suite(value);
    return suite != nullptr && suite->ecdhe && suite->aead && !suite->broken;
  });
  if (strong || !twelve.series->unsure()) {
    out.ecdhe_aead.set(strong, "", " -tls1_2");
  } else {
    out.ecdhe_aead.unknown(*twelve.series->unsure());
  }
  const bool ssl2 = ssl2_ != nullptr && ssl2_->reply() && ssl2_->reply()->kind == HelloReply::Kind::kAgreed;
  std::vector<std::uint16_t> old = spoken();
  std::erase(old, kTls12);
  if (!old.empty()) {
    const TakenSuite& taken = versions_.at(old.front()).series->taken().front();
    out.legacy_version.set(tls_version_name(old.front()), agreed_words(registry_, taken.answer));
    out.legacy_suite.set(registry_.suite_name(taken.suite), agreed_words(registry_, taken.answer));
    out.legacy.set(true, agreed_words(registry_, taken.answer), " -tls1_1 -cipher ALL:@SECLEVEL=0");
  } else if (const std::optional<Error> why = unsure_below(kTls12)) {
    out.legacy.unknown(*why);
    out.legacy_version.unknown(*why);
    out.legacy_suite.unknown(*why);
  } else {
    out.legacy.set(ssl2, ssl2 ? describe(ssl2_->reply()->answer) : "", " -tls1_1 -cipher ALL:@SECLEVEL=0");
    out.legacy_version.set(ssl2 ? "SSLv2" : "");
    out.legacy_suite.set("");
  }
  if (ssl2 && !out.legacy.value) out.legacy.set(true, describe(ssl2_->reply()->answer));
}

// "server" when it keeps its favourite although we would like it least.
std::string words_of_order(std::uint16_t favourite, std::optional<std::uint16_t> chosen) {
  return !chosen ? "" : *chosen == favourite ? "server" : "client";
}

std::optional<std::uint16_t> chosen_of(const SingleHello* turned) {
  if (turned == nullptr || !turned->reply() || turned->reply()->kind != HelloReply::Kind::kAgreed) return std::nullopt;
  return turned->reply()->answer.suite;
}

std::string FullPlan::order_below13(std::uint16_t version, const Version& of) const {
  if (of.turned != nullptr) return words_of_order(of.series->taken().front().suite, chosen_of(of.turned));
  if (curves_ == nullptr || curves_at_ != version || curves_->suites().size() < 2 || !of.series->ordered()) return {};
  return words_of_order(curves_->suites().back(), curves_->chosen());
}

std::string FullPlan::order_of_tls13() const {
  if (tls13_->suites().size() < 2) return {};
  const std::optional<std::uint16_t> chosen = tls13_->chosen_turned();
  return words_of_order(tls13_->suites().front(), chosen ? chosen : chosen_of(turned13_));
}

void FullPlan::read_lists(HelloFindings& out) const {
  std::vector<std::string> versions;
  std::vector<std::string> suites;
  std::vector<std::string> order;
  std::vector<std::string> groups;
  if (ssl2_ != nullptr && ssl2_->reply() && ssl2_->reply()->kind == HelloReply::Kind::kAgreed)
    versions.emplace_back("SSLv2");
  for (const auto& [version, of] : versions_) {
    const std::vector<std::uint16_t> taken = taken_suites(version, of);
    if (taken.empty()) continue;
    const std::string name = tls_version_name(version);
    versions.push_back(name);
    for (const std::uint16_t suite : taken) suites.push_back(fmt::format("{} {}", name, registry_.suite_name(suite)));
    if (const std::string whose = order_below13(version, of); !whose.empty())
      order.push_back(fmt::format("{} {}", name, whose));
    if (curves_ != nullptr && curves_at_ == version) {
      for (const std::uint16_t group : curves_->taken())
        groups.push_back(fmt::format("{} {}", name, registry_.group_name(group)));
    }
  }
  if (!tls13_->suites().empty()) {
    versions.emplace_back("TLSv1.3");
    for (const std::uint16_t suite : tls13_->suites()) suites.push_back("TLSv1.3 " + registry_.suite_name(suite));
    for (const std::uint16_t group : tls13_->groups()) groups.push_back("TLSv1.3 " + registry_.group_name(group));
    if (const std::string whose = order_of_tls13(); !whose.empty()) order.push_back("TLSv1.3 " + whose);
  }
  std::optional<Error> why = tls13_->unsure();
  if (!why) why = unsure_below(kTls13);
  if (why) {
    out.suites.unknown(*why);
    out.versions.unknown(*why);
  } else {
    out.suites.set(std::move(suites));
    out.versions.set(std::move(versions));
  }
  out.order.set(std::move(order));
  if (!why && curves_ != nullptr && curves_->unsure()) why = curves_->unsure();
  if (why) {
    out.groups.unknown(*why);
  } else {
    out.groups.set(std::move(groups));
  }
  const bool post_quantum = std::ranges::any_of(tls13_->groups(), [&](std::uint16_t value) {
    const TlsGroup* group = registry_.group(value);
    return group != nullptr && (group->kind == GroupKind::kPostQuantum || group->kind == GroupKind::kPostQuantumDraft);
  });
  if (post_quantum || !tls13_->unsure()) {
    out.post_quantum.set(post_quantum, "", kPostQuantumCheck);
  } else {
    out.post_quantum.unknown(*tls13_->unsure());
  }
}

void FullPlan::read_weak(HelloFindings& out) const {
  const TlsSuite* weak = nullptr;
  const TlsSuite* broken = nullptr;
  std::string other;
  for (auto at = versions_.rbegin(); at != versions_.rend(); ++at) {
    for (const std::uint16_t value : taken_suites(at->first, at->second)) {
      const TlsSuite* suite = registry_.suite(value);
      if (suite == nullptr) continue;
      if (at->first == kTls12 && other.empty() && !(suite->ecdhe && suite->aead && !suite->broken)) other = suite->name;
      if (broken == nullptr && suite->broken) broken = suite;
      if (weak == nullptr && is_weak(*suite)) weak = suite;
    }
  }
  const std::string how(kOnlyWeak);
  const std::optional<Error> why = unsure_below(kTls13);
  if (broken != nullptr || !why) {
    out.broken.set(broken != nullptr, broken == nullptr ? "" : broken->name, how);
  } else {
    out.broken.unknown(*why);
  }
  if (weak != nullptr || !why) {
    out.weak.set(weak != nullptr, weak == nullptr ? "" : weak->name, how);
    out.weak_suite.set(broken != nullptr ? broken->name : weak != nullptr ? weak->name : "");
  } else {
    out.weak.unknown(*why);
    out.weak_suite.unknown(*why);
  }
  if (!other.empty() || !why) {
    out.other_suite.set(other);
  } else {
    out.other_suite.unknown(*why);
  }
}

// The shortest prime of all that were shown.
void FullPlan::read_dh(HelloFindings& out) const {
  std::int64_t shortest = 0;
  for (const auto& [version, of] : versions_) {
    for (const TakenSuite& taken : of.series->taken()) {
      HelloFindings one;
      if (!read_prime(taken.answer, registry_, one) || (shortest != 0 && *one.dh_bits.value >= shortest)) continue;
      shortest = *one.dh_bits.value;
      out.dh_bits = one.dh_bits;
      out.dh_prime = one.dh_prime;
    }
  }
  if (shortest != 0) return;
  if (const std::optional<Error> why = unsure_below(kTls13)) {
    out.dh_bits.unknown(*why);
    out.dh_prime.unknown(*why);
  } else {
    out.dh_bits.set(0);
    out.dh_prime.set("");
  }
}

void FullPlan::read_signed(HelloFindings& out) const {
  const SuiteSeries& twelve = *versions_.at(kTls12).series;
  const bool signs = !signing_suites(twelve.taken(), registry_).empty();
  const Error none = twelve.unsure() && !signs ? *twelve.unsure()
                                               : Error{ErrorCode::kNotAttempted,
                                                       "no suite of TLS 1.2 that signs its key exchange, or it was "
                                                       "not reached"};
  read_signatures(rest_, signatures_, registry_, none, out);
  if (!done(versions_.at(kTls12).series) || twelve.unsure() || signs) return;
  out.sha1_signatures.set(false, "TLS 1.2 signs no key exchange here");
  if (!twelve.taken().empty()) out.signatures.set({}, "TLS 1.2 signs no key exchange here");
}

HelloFindings FullPlan::findings() const {
  HelloFindings out;
  read_offers(out);
  read_lists(out);
  read_weak(out);
  read_dh(out);
  read_signed(out);
  const std::vector<std::uint16_t> old = spoken();
  if (!old.empty()) {
    read_extensions(versions_.at(old.front()).series->taken().front().answer, out);
  } else if (out.tls12.value && out.legacy.value) {
    no_classic(out);
  } else {
    const Error why = out.tls12.value ? out.legacy.value.error() : out.tls12.value.error();
    for (Learnt<bool>* one : {&out.extended_master_secret, &out.secure_renegotiation, &out.heartbeat,
                              &out.session_ticket, &out.compression}) {
      one->unknown(why);
    }
  }
  if (fallback_ != nullptr && fallback_->reply()) {
    read_fallback(*fallback_->reply(), out);
  } else {
    out.fallback_scsv.unknown({ErrorCode::kNotAttempted, "there is no lower version that one could fall back to"});
  }
  return out;
}

}  // namespace

std::unique_ptr<FindingPlan> full_plan(const TlsRegistry& registry) {
  return std::make_unique<FullPlan>(registry);
}

}  // namespace meetlat::probes
