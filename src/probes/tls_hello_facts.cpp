// Asks by raw hellos and writes what they tell as facts.
#include "base/text.h"
#include "probes/support.h"
#include "probes/tls_hellos.h"

namespace meetlat::probes {

namespace {

class Writer {
 public:
  Writer(TlsWriter& out, const Target& target, std::string peer, Instant at)
      : out_(out), target_(target), peer_(std::move(peer)), at_(at) {}

  template <class T>
  void put(TlsWriter::Ref fact, const Learnt<T>& learnt) const {
    if (learnt.value) {
      out_.put(fact, *learnt.value, seen(peer_, learnt.excerpt, s_client(target_, learnt.check), at_));
    } else {
      out_.missing(fact, learnt.value.error());
    }
  }

 private:
  TlsWriter& out_;
  const Target& target_;
  const std::string peer_;
  const Instant at_;
};

void put_all(const HelloFindings& found, const Writer& out) {
  out.put("tls.offers.tls13", found.tls13);
  out.put("tls.offers.tls12", found.tls12);
  out.put("tls.offers.legacy", found.legacy);
  out.put("tls.offers.versions", found.versions);
  out.put("tls.offers.post_quantum", found.post_quantum);
  out.put("tls.offers.ecdhe_aead", found.ecdhe_aead);
  out.put("tls.offers.suites", found.suites);
  out.put("tls.offers.order", found.order);
  out.put("tls.offers.groups", found.groups);
  out.put("tls.offers.signature_algorithms", found.signatures);
  out.put("tls.legacy.version", found.legacy_version);
  out.put("tls.legacy.suite", found.legacy_suite);
  out.put("tls.accepts.other_suite", found.other_suite);
  out.put("tls.accepts.weak", found.weak);
  out.put("tls.accepts.weak_suite", found.weak_suite);
  out.put("tls.accepts.broken", found.broken);
  out.put("tls.accepts.sha1_signature", found.sha1_signatures);
  out.put("tls.dh.bits", found.dh_bits);
  out.put("tls.dh.prime", found.dh_prime);
  out.put("tls.extended_master_secret", found.extended_master_secret);
  out.put("tls.secure_renegotiation", found.secure_renegotiation);
  out.put("tls.heartbeat", found.heartbeat);
  out.put("tls.session_ticket", found.session_ticket);
  out.put("tls.compression", found.compression);
  out.put("tls.fallback_scsv", found.fallback_scsv);
}

// Every fact of hellos for one reason.
void all_missing(const Error& why, TlsWriter& out) {
  for (const FactSpec& spec : kTlsFacts) {
    if (!is_hello_fact(spec.path)) continue;
    if (const auto fact = TlsWriter::Ref::find(spec.path)) out.missing(*fact, why);
  }
}

}  // namespace

void put_hello_facts(const Target& target, Session& session, TlsWriter& out) {
  const Result<TlsRegistry>& registry = tls_registry();
  if (!registry) return all_missing(registry.error(), out);
  const std::unique_ptr<FindingPlan> plan = session.depth().whole_tls ? full_plan(*registry) : verdict_plan(*registry);
  const Instant at = session.now();
  const Result<std::string> peer = session.hellos(*plan);
  // What was learnt before the end is not lost; a plan that learnt nothing says so in each finding.
  if (!peer && plan->asked() == 0) return all_missing(peer.error(), out);
  put_all(plan->findings(), Writer(out, target, peer ? *peer : out.subject().name, at));
}

}  // namespace meetlat::probes
