#include "probes/tls_hellos.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "probes/support.h"

namespace meetlat::probes {

namespace {

const Error kNoClassic{ErrorCode::kNotAttempted, "a thing of TLS 1.2 and older, which are not spoken"};

// Never sent: the server had said enough, or too little.
Error not_needed(std::string_view what) {
  return {ErrorCode::kNotAttempted, std::string(what)};
}

// The seven questions. They stand in the order of what depends on them, so that two at once waste no time.
constexpr std::int64_t kShortPrime = 2048;  // bits; a shorter one decides, whatever the others are

class VerdictPlan : public FindingPlan {
 public:
  explicit VerdictPlan(const TlsRegistry& registry) : registry_(registry) {
    ClientHello thirteen = hello_of_tls13(registry);
    std::vector<std::uint16_t> suites;
    suites.swap(thirteen.suites);
    tls13_ = add(std::make_unique<SuiteSeries>(std::move(thirteen), std::move(suites), true));
    strong_ = add(ask12([](const TlsSuite& suite) { return suite.ecdhe && suite.aead && !suite.broken; }));
  }

  HelloFindings findings() const override {
    HelloFindings out;
    read_tls13(out);
    read_tls12(out);
    read_legacy(out);
    read_weak(out);
    read_dh(out);
    read_versions(out);
    read_signal(out);
    return out;
  }

 protected:
  void advance() override {
    if (done(strong_) && other_ == nullptr && !no_tls12(*strong_)) {
      other_ = add(ask12([](const TlsSuite& suite) { return !(suite.ecdhe && suite.aead) || suite.broken; }));
    }
    if (other_ != nullptr && done(other_) && !other_->taken().empty()) {
      const TlsSuite* chosen = registry_.suite(other_->taken().front().suite);
      if (chosen != nullptr && !is_weak(*chosen) && weak_ == nullptr) weak_ = add(ask12(is_weak));
      if (chosen != nullptr && !chosen->dhe && dhe_ == nullptr) {
        dhe_ = add(ask12([](const TlsSuite& suite) { return suite.dhe && !suite.anonymous; }));
      }
    }
    if (done(tls13_) && !tls13_->taken().empty() && post_quantum_ == nullptr) {
      ClientHello hello = hello_of_tls13(registry_);
      hello.groups = groups_of_kind(registry_, true);
      post_quantum_ = add(std::make_unique<SingleHello>(std::move(hello)));
    }
    // Nothing depends on it, so it waits until the longer way has begun.
    if (done(strong_) && legacy_ == nullptr) {
      legacy_ = add(std::make_unique<SuiteSeries>(
          hello_of_legacy(registry_, kTls11),
          classic_suites(registry_, [](const TlsSuite& suite) { return !suite.needs_credentials; }), true));
    }
    if (fallback_ == nullptr) ask_fallback();
  }

 private:
  template <class Wanted>
  std::unique_ptr<SuiteSeries> ask12(const Wanted& wanted) const {
    return std::make_unique<SuiteSeries>(
        hello_of_tls12(registry_),
        classic_suites(registry_, [&](const TlsSuite& suite) { return !suite.needs_credentials && wanted(suite); }),
        true);
  }

  // protocol_version: other suites would make no difference.
  static bool no_tls12(const SuiteSeries& series) {
    return series.taken().empty() && (series.alert() == 70 || (series.unsure() && !series.alert()));
  }

  const TakenSuite* taken12() const {
    for (const SuiteSeries* series : {strong_, other_}) {
      if (series != nullptr && !series->taken().empty()) return &series->taken().front();
    }
    return nullptr;
  }

  // The signal means something only where there is a lower version to fall back to. It is the least of the questions,
  // so it is left out where the others were more than usual.
  void ask_fallback() {
    constexpr int kMost = 7;
    if (legacy_ == nullptr || !done(tls13_) || (other_ != nullptr && !done(other_))) return;
    if (size() >= kMost || asked() >= kMost) return;
    const TakenSuite* at12 = taken12();
    if (at12 != nullptr && !tls13_->taken().empty()) {
      fallback_ = add(std::make_unique<SingleHello>(fallback_hello(hello_of_tls12(registry_), at12->suite)));
    } else if (at12 != nullptr && done(legacy_) && !legacy_->taken().empty()) {
      const TakenSuite& old = legacy_->taken().front();
      fallback_ =
          add(std::make_unique<SingleHello>(fallback_hello(hello_of_legacy(registry_, old.answer.version), old.suite)));
    }
  }

  void read_tls13(HelloFindings& out) const {
    if (tls13_->taken().empty() && tls13_->unsure()) {
      out.tls13.unknown(*tls13_->unsure());
      out.post_quantum.unknown(*tls13_->unsure());
      return;
    }
    const bool offered = !tls13_->taken().empty();
    out.tls13.set(offered, offered ? agreed_words(registry_, tls13_->taken().front().answer) : "", " -tls1_3");
    if (!offered) {
      out.post_quantum.set(false, "no TLS 1.3");
      return;
    }
    const std::optional<HelloReply>& reply = post_quantum_->reply();
    if (!reply || reply->kind == HelloReply::Kind::kUnknown) {
      out.post_quantum.unknown(reply ? reply->why : not_needed("the hellos ended before"));
    } else if (reply->kind == HelloReply::Kind::kRefused) {
      out.post_quantum.set(false, describe(reply->answer), kPostQuantumCheck);
    } else {
      out.post_quantum.set(true, agreed_words(registry_, reply->answer), kPostQuantumCheck);
    }
  }

  void read_tls12(HelloFindings& out) const {
    const TakenSuite* taken = taken12();
    if (strong_->taken().empty() && strong_->unsure()) {
      out.ecdhe_aead.unknown(*strong_->unsure());
    } else {
      out.ecdhe_aead.set(!strong_->taken().empty(),
                         strong_->taken().empty() ? "" : agreed_words(registry_, strong_->taken().front().answer),
                         " -tls1_2");
    }
    if (taken != nullptr) {
      out.tls12.set(true, agreed_words(registry_, taken->answer), " -tls1_2");
    } else if (strong_->unsure() || (other_ != nullptr && other_->unsure())) {
      out.tls12.unknown(strong_->unsure() ? *strong_->unsure() : *other_->unsure());
    } else {
      out.tls12.set(false, "", " -tls1_2");
    }
    if (other_ == nullptr) {
      if (out.tls12.value) {
        out.other_suite.set("", "no TLS 1.2");
      } else {
        out.other_suite.unknown(out.tls12.value.error());
      }
    } else if (!other_->taken().empty()) {
      out.other_suite.set(registry_.suite_name(other_->taken().front().suite),
                          agreed_words(registry_, other_->taken().front().answer), " -tls1_2");
    } else if (other_->unsure()) {
      out.other_suite.unknown(*other_->unsure());
    } else {
      out.other_suite.set("");
    }
  }

  void read_legacy(HelloFindings& out) const {
    if (legacy_ == nullptr || (legacy_->taken().empty() && legacy_->unsure())) {
      const Error why = legacy_ == nullptr ? not_needed("the hellos ended before") : *legacy_->unsure();
      out.legacy.unknown(why);
      out.legacy_version.unknown(why);
      out.legacy_suite.unknown(why);
    } else if (legacy_->taken().empty()) {
      out.legacy.set(false, "", " -tls1_1 -cipher ALL:@SECLEVEL=0");
      out.legacy_version.set("");
      out.legacy_suite.set("");
    } else {
      const TakenSuite& taken = legacy_->taken().front();
      const std::string seen = agreed_words(registry_, taken.answer);
      out.legacy.set(true, seen, " -tls1_1 -cipher ALL:@SECLEVEL=0");
      out.legacy_version.set(tls_version_name(taken.answer.version), seen);
      out.legacy_suite.set(registry_.suite_name(taken.suite), seen);
    }
    const TakenSuite* at12 = taken12();
    if (at12 != nullptr) {
      read_extensions(at12->answer, out);
    } else if (legacy_ != nullptr && !legacy_->taken().empty()) {
      read_extensions(legacy_->taken().front().answer, out);
    } else if (out.tls12.value && out.legacy.value) {
      no_classic(out);
    } else {
      const Error why = out.tls12.value ? out.legacy.value.error() : out.tls12.value.error();
      for (Learnt<bool>* one : {&out.extended_master_secret, &out.secure_renegotiation, &out.heartbeat,
                                &out.session_ticket, &out.compression}) {
        one->unknown(why);
      }
    }
  }

  // Weak suites are looked for in TLS 1.2; what an old version agreed on counts as well.
  void read_weak(HelloFindings& out) const {
    const TakenSuite* weak = nullptr;
    bool refused = out.tls12.value && !*out.tls12.value;
    std::optional<Error> unsure;
    if (!out.tls12.value) unsure = out.tls12.value.error();
    for (const SuiteSeries* series : {other_, weak_}) {
      if (series == nullptr) continue;
      if (series->unsure()) unsure = *series->unsure();
      refused = series->taken().empty() && !series->unsure();
      if (!series->taken().empty()) weak = weak_one(series->taken().front());
    }
    if (weak == nullptr && legacy_ != nullptr && !legacy_->taken().empty()) weak = weak_one(legacy_->taken().front());
    if (weak != nullptr) {
      const TlsSuite& suite = *registry_.suite(weak->suite);
      const std::string seen = agreed_words(registry_, weak->answer);
      const std::string how(kOnlyWeak);
      out.weak.set(true, seen, how);
      out.weak_suite.set(suite.name, seen, how);
      if (suite.broken) out.broken.set(true, seen, how);
      return;
    }
    // An old version may have weak suites that it did not choose.
    const bool old_unknown = !out.legacy.value || *out.legacy.value;
    if (refused && !old_unknown) {
      out.weak.set(false, "", std::string(kOnlyWeak));
      out.broken.set(false, "", std::string(kOnlyWeak));
      out.weak_suite.set("");
      return;
    }
    const Error why = unsure              ? *unsure
                      : !out.legacy.value ? out.legacy.value.error()
                                          : not_needed(
                                                "an old version chose a suite that is not weak; whether it has "
                                                "weak ones is asked only with --tls full");
    out.weak.unknown(why);
    out.broken.unknown(why);
    out.weak_suite.unknown(why);
  }

  const TakenSuite* weak_one(const TakenSuite& taken) const {
    const TlsSuite* suite = registry_.suite(taken.suite);
    return suite != nullptr && is_weak(*suite) ? &taken : nullptr;
  }

  // Servers give anonymous and export suites primes of their own, as OpenSSL does.
  bool may_have_another_prime(const HelloFindings& out) const {
    const std::string weak = out.weak_suite.value ? *out.weak_suite.value : std::string();
    return weak.find("_anon_") != std::string::npos || weak.find("EXPORT") != std::string::npos;
  }

  void read_dh(HelloFindings& out) const {
    std::optional<Error> unsure;
    if (!out.tls12.value) unsure = out.tls12.value.error();
    for (const SuiteSeries* series : {other_, dhe_, legacy_}) {
      if (series == nullptr) continue;
      if (!series->taken().empty() && read_prime(series->taken().front().answer, registry_, out)) {
        if (!may_have_another_prime(out) || *out.dh_bits.value < kShortPrime) return;
        unsure = not_needed("the primes of anonymous and export suites are asked only with --tls full");
        break;
      }
      if (series->unsure()) unsure = *series->unsure();
    }
    if (unsure) {
      out.dh_bits.unknown(*unsure);
      out.dh_prime.unknown(*unsure);
    } else {
      out.dh_bits.set(0, "");
      out.dh_prime.set("");
    }
  }

  void read_versions(HelloFindings& out) const {
    for (const Learnt<bool>* one : {&out.tls13, &out.tls12, &out.legacy}) {
      if (!one->value) return out.versions.unknown(one->value.error());
    }
    // Below the old version that was chosen there may be others.
    if (*out.legacy.value && *out.legacy_version.value != "SSLv3") return;
    std::vector<std::string> versions;
    if (*out.legacy.value) versions.push_back(*out.legacy_version.value);
    if (*out.tls12.value) versions.emplace_back("TLSv1.2");
    if (*out.tls13.value) versions.emplace_back("TLSv1.3");
    out.versions.set(std::move(versions));
  }

  void read_signal(HelloFindings& out) const {
    if (fallback_ != nullptr && fallback_->reply()) return read_fallback(*fallback_->reply(), out);
    int spoken = 0;
    for (const Learnt<bool>* one : {&out.tls13, &out.tls12, &out.legacy}) {
      if (!one->value) return out.fallback_scsv.unknown(one->value.error());
      spoken += *one->value ? 1 : 0;
    }
    if (spoken >= 2) return;
    // Of the old versions, the highest is seen here; what is below it only an enumeration tells.
    const bool lower_unknown = *out.legacy.value && (!out.legacy_version.value || *out.legacy_version.value != "SSLv3");
    out.fallback_scsv.unknown(lower_unknown ? Error{ErrorCode::kNotAttempted, "asked only with --tls full"}
                                            : not_needed("there is no lower version that one could fall back to"));
  }

  const TlsRegistry& registry_;
  SuiteSeries* tls13_ = nullptr;
  SuiteSeries* strong_ = nullptr;  // TLS 1.2 with ECDHE and AEAD
  SuiteSeries* other_ = nullptr;   // TLS 1.2 with everything else
  SuiteSeries* weak_ = nullptr;
  SuiteSeries* dhe_ = nullptr;
  SuiteSeries* legacy_ = nullptr;
  SingleHello* post_quantum_ = nullptr;
  SingleHello* fallback_ = nullptr;
};

}  // namespace

bool is_weak(const TlsSuite& suite) {
  return suite.broken || !suite.forward_secret;
}

std::string agreed_words(const TlsRegistry& registry, const HelloAnswer& answer) {
  std::string text = fmt::format("{} {}", tls_version_name(answer.version), registry.suite_name(answer.suite));
  if (answer.group) text += " " + registry.group_name(*answer.group);
  return text;
}

void read_extensions(const HelloAnswer& answer, HelloFindings& out) {
  const std::string seen = describe(answer);
  const std::string how = " -tls1_2 -tlsextdebug";
  out.extended_master_secret.set(answer.extended_master_secret, seen, how);
  out.secure_renegotiation.set(answer.renegotiation_info, seen, how);
  out.heartbeat.set(answer.heartbeat, seen, how);
  out.session_ticket.set(answer.session_ticket, seen, how);
  out.compression.set(answer.compression != 0, seen, how);
}

void no_classic(HelloFindings& out) {
  out.extended_master_secret.unknown(kNoClassic);
  out.secure_renegotiation.unknown(kNoClassic);
  out.heartbeat.unknown(kNoClassic);
  out.session_ticket.unknown(kNoClassic);
  out.compression.set(false, "TLS 1.3 has none");
}

bool read_prime(const HelloAnswer& answer, const TlsRegistry& registry, HelloFindings& out) {
  const TlsSuite* suite = registry.suite(answer.suite);
  if (suite == nullptr || !suite->dhe) return false;
  const auto exchange = parse_key_exchange(answer.key_exchange, KeyExchange::Kind::kDhe, answer.version);
  if (!exchange) return false;
  const DhPrime* known = registry.prime(sha256_hex(exchange->prime));
  const std::string how = " -no_tls1_3 -cipher kDHE:@SECLEVEL=0";
  out.dh_bits.set(bits_of(exchange->prime), suite->name, how);
  out.dh_prime.set(known == nullptr ? "" : known->name, suite->name, how);
  return true;
}

Error reason_of(const SuiteSeries& series) {
  return series.unsure() ? *series.unsure() : not_needed("the server refused");
}

ClientHello fallback_hello(ClientHello base, std::uint16_t suite) {
  base.suites = {suite, kFallbackScsv};
  return base;
}

void read_fallback(const HelloReply& reply, HelloFindings& out) {
  const std::string how = " -fallback_scsv -no_tls1_3";
  if (reply.kind == HelloReply::Kind::kAgreed) {
    out.fallback_scsv.set(false, describe(reply.answer), how);
  } else if (reply.kind == HelloReply::Kind::kRefused && reply.answer.alert == 86) {
    out.fallback_scsv.set(true, describe(reply.answer), how);
  } else {
    out.fallback_scsv.unknown(reply.kind == HelloReply::Kind::kUnknown
                                  ? reply.why
                                  : Error{ErrorCode::kNotUnderstood, describe(reply.answer)});
  }
}

std::unique_ptr<FindingPlan> verdict_plan(const TlsRegistry& registry) {
  return std::make_unique<VerdictPlan>(registry);
}

}  // namespace meetlat::probes
