// With which algorithms a server signs its key exchange in TLS 1.2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "probes/tls_hellos.h"

namespace meetlat::probes {

// The algorithm in a ServerKeyExchange of TLS 1.2; nullopt: it has none, or cannot be read.
std::optional<std::uint16_t> signature_of(const HelloAnswer& answer, const TlsRegistry& registry);
// SHA-1 or MD5.
bool has_weak_hash(std::uint16_t signature);
// The suites of TLS 1.2 in which something is signed.
std::vector<std::uint16_t> signing_suites(const std::vector<TakenSuite>& taken, const TlsRegistry& registry);

// The kind of key that signs in a suite, as in its name ("RSA", "ECDSA", "DSS"); "": nothing is signed.
std::string signer_of(std::uint16_t suite, const TlsRegistry& registry);

// Suites of TLS 1.2, and signatures with the same hellos: once the server was seen to have an order of its own, which
// shows the same signature again and again, what was seen of it is not offered any more. That is safe as long as it
// chooses suites that the same kind of key signs, since it can choose all of these or none. When it does anything else,
// the same hello with all signatures tells what it was for, and is the one that counts.
class SigningSuiteSeries : public SuiteSeries {
 public:
  // `list` and `registry` outlive the series; its owner keeps the list up to date, before learnt().
  SigningSuiteSeries(ClientHello base, std::vector<std::uint16_t> suites, const SignatureList* list,
                     const TlsRegistry& registry);
  std::optional<ClientHello> next() override;
  void learnt(const ClientHello& of, const HelloReply& reply) override;

  // The kind of key that signs with nothing of the list that was not seen; "": not known of any.
  const std::string& ended_signer() const noexcept { return ended_signer_; }

 private:
  bool goes_on_as_before(const HelloReply& reply) const;
  void watch(const HelloReply& reply);

  const SignatureList* list_;
  const TlsRegistry* registry_;
  std::string signer_;  // of what was chosen last
  std::vector<std::uint16_t> shown_;
  bool thins_ = false;
  bool doubted_ = false;   // fewer signatures were not agreed to: asked again with all
  bool answered_ = false;  // what is doubted was an answer, not silence
  bool given_up_ = false;
  std::string ended_signer_;
};

// Offers the algorithms that were not seen yet until the server refuses. In TLS 1.3 the signature is encrypted, and
// servers may sign with an algorithm there that they do not have in TLS 1.2: nothing is said about it.
class SignatureSeries : public HelloSeries {
 public:
  // `base` with suites that sign, none where all is known; `list` outlives the series and is kept up to date by its
  // owner; at most `most` hellos.
  SignatureSeries(ClientHello base, const SignatureList* list, const TlsRegistry& registry, int most);
  std::optional<ClientHello> next() override;
  void learnt(const ClientHello& of, const HelloReply& reply) override;

  // nullopt: what the list has is all; otherwise why more may be accepted.
  std::optional<Error> unsure() const;
  // SHA-1 and MD5 were refused, or passed over for an algorithm that was not offered.
  bool no_weak_hash() const noexcept { return weak_refused_; }

 private:
  bool asks_weak_alone() const;

  ClientHello base_;
  const SignatureList* list_;
  const TlsRegistry* registry_;
  int most_;
  bool complete_ = false;
  bool weak_refused_ = false;
  std::optional<Error> unsure_;
};

// The facts of the algorithms; `why_none` when no suite of TLS 1.2 signs.
void read_signatures(const SignatureSeries* series, const SignatureList& list, const TlsRegistry& registry,
                     const Error& why_none, HelloFindings& out);

}  // namespace meetlat::probes
