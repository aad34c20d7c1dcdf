// What raw hellos tell about a server's TLS: a few yes-or-no questions for a verdict, or everything it has.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probes/tls_facts.h"
#include "probes/tls_series.h"

namespace meetlat::probes {

// Options of s_client for the one question that not every OpenSSL can ask.
inline constexpr const char* kPostQuantumCheck = " -tls1_3 -groups X25519MLKEM768";

// A thing that was learnt, with what was there to see; or why it was not.
template <class T>
struct Learnt {
  Result<T> value = fail(ErrorCode::kNotAttempted, "asked only with --tls full");
  std::string excerpt;
  std::string check;  // options of `openssl s_client` that show it by hand

  void set(T what, std::string seen = {}, std::string how = {}) {
    value = std::move(what);
    excerpt = std::move(seen);
    check = std::move(how);
  }
  void unknown(Error why) { value = fail(std::move(why)); }
};

// The facts of tls_facts.h that come from hellos.
struct HelloFindings {
  Learnt<bool> tls13, tls12, legacy;
  Learnt<std::vector<std::string>> versions;
  Learnt<std::string> legacy_version, legacy_suite;
  Learnt<bool> post_quantum;
  Learnt<bool> ecdhe_aead;
  Learnt<std::string> other_suite;
  Learnt<bool> weak, broken;
  Learnt<std::string> weak_suite;
  Learnt<std::int64_t> dh_bits;
  Learnt<std::string> dh_prime;
  Learnt<bool> extended_master_secret, secure_renegotiation, heartbeat, session_ticket, compression;
  Learnt<bool> fallback_scsv;
  // Only with --tls full.
  Learnt<std::vector<std::string>> suites, order, groups, signatures;
  Learnt<bool> sha1_signatures;
};

// A plan that can say what it found once Session::hellos is over.
class FindingPlan : public SeriesPlan {
 public:
  virtual HelloFindings findings() const = 0;
};

// At most seven hellos (more where long ones are not answered, or some are repeated).
std::unique_ptr<FindingPlan> verdict_plan(const TlsRegistry& registry);
// Every version, suite and group: at most suites + groups + 10 hellos.
std::unique_ptr<FindingPlan> full_plan(const TlsRegistry& registry);

// What both plans read the same way.

// From an answer of TLS 1.2 or older: the extensions that it confirms, and its compression.
void read_extensions(const HelloAnswer& answer, HelloFindings& out);
// Nothing older than TLS 1.3 is spoken: what there is only in older versions is not there.
void no_classic(HelloFindings& out);
// Size and name of the prime of a ServerKeyExchange; false when it has none.
bool read_prime(const HelloAnswer& answer, const TlsRegistry& registry, HelloFindings& out);
// "TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
std::string agreed_words(const TlsRegistry& registry, const HelloAnswer& answer);
// Broken, or without forward secrecy.
bool is_weak(const TlsSuite& suite);
// Options of `openssl s_client` that offer the weak ones alone, as far as OpenSSL has them: a handshake that succeeds
// proves one, and only that.
inline constexpr std::string_view kOnlyWeak = " -no_tls1_3 -cipher kRSA:aNULL:eNULL:3DES:RC4:@SECLEVEL=0";
// The reason for what a series could not tell.
Error reason_of(const SuiteSeries& series);
// Asks for a version below the highest with the signal of RFC 7507.
ClientHello fallback_hello(ClientHello base, std::uint16_t suite);
void read_fallback(const HelloReply& reply, HelloFindings& out);

}  // namespace meetlat::probes
