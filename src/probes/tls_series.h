// Series of raw hellos: offers from which what the server chose is taken away, until it refuses. What can be learnt
// so is asked with as few connections as there are answers, plus one refusal.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "net/session.h"
#include "proto/tls_hello_reader.h"
#include "proto/tls_registry.h"

namespace meetlat::probes {

// The tables of data/tls; an error that names the file when they cannot be read. Read once.
const Result<TlsRegistry>& tls_registry();

// What an answer says to what was offered.
struct HelloReply {
  enum class Kind {
    kAgreed,   // the server would go on with it
    kRefused,  // it has nothing of it: an alert about parameters or versions
    kUnknown,  // anything else; `why` says what
  };
  Kind kind = Kind::kUnknown;
  HelloAnswer answer;  // of kAgreed and kRefused
  Error why;
  bool unanswered = false;  // silence or a reset
};
HelloReply judge_reply(const ClientHello& hello, const HelloResult& result);

// Hellos of which one is under way at a time.
class HelloSeries {
 public:
  virtual ~HelloSeries() = default;
  // nullopt: done.
  virtual std::optional<ClientHello> next() = 0;
  // `of` what next() gave last.
  virtual void learnt(const ClientHello& of, const HelloReply& reply) = 0;
};

// What the server took, in its order.
struct TakenSuite {
  std::uint16_t suite = 0;
  HelloAnswer answer;
};

// Offers suites at one version and takes away what was chosen. Falls back to parts of 64 suites where more are not
// answered: old appliances stumble over long hellos. Where the first part is not answered either, the rest is not asked.
class SuiteSeries : public HelloSeries {
 public:
  // `first_only`: one that is chosen is enough.
  SuiteSeries(ClientHello base, std::vector<std::uint16_t> suites, bool first_only);
  std::optional<ClientHello> next() override;
  void learnt(const ClientHello& of, const HelloReply& reply) override;

  const std::vector<TakenSuite>& taken() const noexcept { return taken_; }
  // Why it cannot be told whether there are more; nullopt: a refusal ended the series, so there are none.
  const std::optional<Error>& unsure() const noexcept { return unsure_; }
  // Everything was asked in one hello each time, so the order is the server's or follows ours.
  bool ordered() const noexcept { return !in_parts_; }
  // Alert of the first refusal.
  std::optional<std::uint8_t> alert() const noexcept { return alert_; }

 private:
  ClientHello base_;
  bool first_only_;
  bool in_parts_ = false;
  bool failed_inside_ = false;                     // once, with the part that is asked again
  std::vector<std::vector<std::uint16_t>> parts_;  // the last one is asked next
  std::vector<TakenSuite> taken_;
  std::optional<Error> unsure_;
  std::optional<std::uint8_t> alert_;
};

// Offers suites and groups of TLS 1.3 together, and takes away what was chosen of both: as many hellos as the longer of
// both lists has entries, and two or three refusals. An empty key share makes the server answer with a
// HelloRetryRequest that names the group, so that no key of that group has to be made.
// A refusal may be for want of suites or of groups: one of both with what was taken before tells which.
class Tls13Series : public HelloSeries {
 public:
  Tls13Series(ClientHello base, std::vector<std::uint16_t> suites, std::vector<std::uint16_t> groups);
  std::optional<ClientHello> next() override;
  void learnt(const ClientHello& of, const HelloReply& reply) override;

  const std::vector<std::uint16_t>& suites() const noexcept { return suites_.taken; }
  const std::vector<std::uint16_t>& groups() const noexcept { return groups_.taken; }
  const std::optional<Error>& unsure() const noexcept { return unsure_; }
  std::optional<std::uint8_t> alert() const noexcept { return alert_; }
  // What was chosen of all suites with the favourite offered last; nullopt: no hello for groups showed it.
  std::optional<std::uint16_t> chosen_turned() const noexcept { return chosen_turned_; }

 private:
  struct Part {
    std::vector<std::uint16_t> left;
    std::vector<std::uint16_t> taken;
    bool ended = false;  // what is left is known to be refused
    void take(std::uint16_t value);
  };
  // Of which list only what was taken before is offered, to learn which of both was refused.
  enum class Doubt { kNone, kSuites, kGroups };
  void refused();

  ClientHello base_;
  Part suites_;
  Part groups_;
  Doubt doubt_ = Doubt::kNone;
  std::optional<std::uint16_t> chosen_turned_;
  std::optional<Error> unsure_;
  std::optional<std::uint8_t> alert_;
};

// Signature algorithms that a server was seen to sign with in TLS 1.2, where its ServerKeyExchange says so.
class SignatureList {
 public:
  explicit SignatureList(std::vector<std::uint16_t> all) : left_(std::move(all)) {}
  // Not seen yet.
  const std::vector<std::uint16_t>& left() const noexcept { return left_; }
  const std::vector<std::uint16_t>& taken() const noexcept { return taken_; }  // in the order they were seen
  // All of them, the unseen ones first: a server that follows the client's order shows another one, and no server
  // refuses that would not have refused anyway.
  std::vector<std::uint16_t> turned() const;
  // Ignored when it is none of the list, or was seen before.
  void take(std::uint16_t value);

 private:
  std::vector<std::uint16_t> left_;
  std::vector<std::uint16_t> taken_;
};

// Offers groups for ECDHE suites of TLS 1.2 and older, and takes away what was chosen. A certificate on a curve can be
// used only while its curve is on offer (RFC 8422, 5.1): when taking a curve away makes the server refuse, it is put
// back at the end. A server with an order of its own may then choose it again, and what it has beyond that stays
// hidden.
// With a list of signatures its hellos offer only what was not seen of these, so that each shows a group and a
// signature. When one of them is refused, either these signatures with all groups, or these groups with all signatures,
// tell what it was for.
class CurveSeries : public HelloSeries {
 public:
  // `on_curve`: the suites of `base` need a certificate on a curve. `signatures` outlives the series and is kept up to
  // date by its owner; nullptr: below TLS 1.2.
  CurveSeries(ClientHello base, std::vector<std::uint16_t> groups, bool on_curve, const SignatureList* signatures);
  std::optional<ClientHello> next() override;
  void learnt(const ClientHello& of, const HelloReply& reply) override;
  const std::vector<std::uint16_t>& taken() const noexcept { return taken_; }
  const std::optional<Error>& unsure() const noexcept { return unsure_; }
  const std::vector<std::uint16_t>& suites() const noexcept { return base_.suites; }
  // What was chosen of them first; nullopt: nothing yet.
  std::optional<std::uint16_t> chosen() const noexcept { return chosen_; }
  // With these suites the server signs with nothing of the list that was not seen.
  bool signatures_ended() const noexcept { return signatures_ended_; }

 private:
  enum class Doubt { kNone, kGroups, kSignatures };  // which of both is on offer as a whole, to learn what was refused
  bool thins_signatures() const;
  bool signatures_are_likely_over() const;
  void agreed(const HelloReply& reply);
  void refused(const ClientHello& of);
  void refused_groups();

  ClientHello base_;
  bool on_curve_;
  const SignatureList* signatures_;
  bool all_signatures_ = false;  // fewer of them tell nothing more
  bool signatures_ended_ = false;
  Doubt doubt_ = Doubt::kNone;
  std::vector<std::uint16_t> left_;
  std::vector<std::uint16_t> taken_;
  std::optional<std::uint16_t> kept_;  // the curve of the certificate, perhaps
  std::optional<std::uint16_t> chosen_;
  std::optional<Error> unsure_;
  bool ended_ = false;
};

// One hello and its answer.
class SingleHello : public HelloSeries {
 public:
  explicit SingleHello(ClientHello hello) : hello_(std::move(hello)) {}
  std::optional<ClientHello> next() override { return reply_ ? std::nullopt : std::optional(hello_); }
  void learnt(const ClientHello&, const HelloReply& reply) override { reply_ = reply; }
  const std::optional<HelloReply>& reply() const noexcept { return reply_; }

 private:
  ClientHello hello_;
  std::optional<HelloReply> reply_;
};

// Runs series side by side; a derived plan adds more of them when earlier ones are done.
class SeriesPlan : public HelloPlan {
 public:
  std::optional<HelloStep> next() override;
  void answered(const HelloStep& step, const HelloResult& result) override;
  int asked() const noexcept { return asked_; }
  int sent() const noexcept { return asked_ + repeated_; }
  int size() const noexcept { return static_cast<int>(running_.size()); }  // series so far

 protected:
  // Earlier series go first. The pointer lives as long as the plan.
  template <class Series>
  Series* add(std::unique_ptr<Series> series) {
    Series* raw = series.get();
    running_.push_back({std::move(series), false, false});
    return raw;
  }
  // Nothing more will come of it.
  bool done(const HelloSeries* series) const;
  bool all_done() const;
  // Called whenever something may have been learnt: add what can be asked now.
  virtual void advance() = 0;

 private:
  struct Running {
    std::unique_ptr<HelloSeries> series;
    bool under_way = false;
    bool done = false;
  };
  std::vector<Running> running_;
  int asked_ = 0;
  int repeated_ = 0;  // of these, because they were not answered
};

// The favourite last: a server that still chooses it has an order of its own.
std::vector<std::uint16_t> turned_suites(std::vector<std::uint16_t> suites);

// Hellos to begin with. TLS 1.2 with all that is asked of its ServerHello; one without supported_versions that servers
// of TLS 1.1, 1.0 and SSL 3.0 answer with what they have; TLS 1.3 that makes the server name suite and group.
ClientHello hello_of_tls12(const TlsRegistry& registry);
ClientHello hello_of_legacy(const TlsRegistry& registry, std::uint16_t version);
ClientHello hello_of_tls13(const TlsRegistry& registry);
std::vector<std::uint16_t> groups_of_kind(const TlsRegistry& registry, bool post_quantum);
// The suites that `wanted` accepts, those of TLS 1.3 never among them.
template <class Wanted>
std::vector<std::uint16_t> classic_suites(const TlsRegistry& registry, const Wanted& wanted) {
  std::vector<std::uint16_t> out;
  for (const TlsSuite& suite : registry.suites()) {
    if (!suite.tls13 && wanted(suite)) out.push_back(suite.value);
  }
  return out;
}

}  // namespace meetlat::probes
