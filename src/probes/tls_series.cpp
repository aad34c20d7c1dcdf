#include "probes/tls_series.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/file.h"

namespace meetlat::probes {

namespace {

constexpr std::uint8_t kProtocolVersion = 70;
constexpr std::uint8_t kInternalError = 80;
constexpr std::size_t kPart = 64;  // suites of one hello that everything known answers

Result<TlsRegistry> load() {
  std::array<std::string, 4> tables;
  constexpr std::array<const char*, 4> kNames = {"data/tls/suites.tsv", "data/tls/groups.tsv", "data/tls/primes.tsv",
                                                 "data/tls/signatures.tsv"};
  for (std::size_t i = 0; i < tables.size(); ++i) {
    Result<std::string> bytes = read_file(data_path(kNames[i]));
    if (!bytes) return fail(bytes.error());
    tables[i] = *std::move(bytes);
  }
  return TlsRegistry::parse(tables[0], tables[1], tables[2], tables[3]);
}

// Alerts by which servers say that nothing of the offer suits them; measured with several stacks. Others (a name that
// is not known, an access that is denied, trouble inside) say nothing about the offer.
bool is_refusal(std::uint8_t alert) {
  constexpr std::array<std::uint8_t, 5> kRefusals = {40, 47, 70, 71, 86};
  return std::ranges::find(kRefusals, alert) != kRefusals.end();
}

void remove(std::vector<std::uint16_t>& from, std::uint16_t value) {
  std::erase(from, value);
}

// In turns, so that each part has something of every kind.
std::vector<std::vector<std::uint16_t>> in_turns(const std::vector<std::uint16_t>& suites) {
  std::vector<std::vector<std::uint16_t>> parts((suites.size() + kPart - 1) / kPart);
  for (std::size_t i = 0; i < suites.size(); ++i) parts[i % parts.size()].push_back(suites[i]);
  return parts;
}

}  // namespace

const Result<TlsRegistry>& tls_registry() {
  static const Result<TlsRegistry> registry = load();
  return registry;
}

HelloReply judge_reply(const ClientHello& hello, const HelloResult& result) {
  HelloReply reply;
  if (!result) {
    reply.why = result.error();
    reply.unanswered = reply.why.code == ErrorCode::kTimedOut || reply.why.code == ErrorCode::kConnectionReset;
    return reply;
  }
  reply.answer = *result;
  const std::string lie = contradiction(hello, *result);
  switch (result->kind) {
    case HelloAnswer::Kind::kServerHello:
    case HelloAnswer::Kind::kHelloRetry:
    case HelloAnswer::Kind::kSsl2Hello:
      if (lie.empty()) {
        reply.kind = HelloReply::Kind::kAgreed;
      } else {
        reply.why = {ErrorCode::kNotUnderstood, "the server " + lie};
      }
      return reply;
    case HelloAnswer::Kind::kAlert:
      if (is_refusal(result->alert)) {
        reply.kind = HelloReply::Kind::kRefused;
      } else {
        reply.why = {ErrorCode::kTlsFailed, describe(*result)};
        // close_notify is hanging up; decode_error is what appliances say that cannot read a long hello.
        reply.unanswered = result->alert == 0 || result->alert == 50;
      }
      return reply;
    default:
      reply.why = {ErrorCode::kNotUnderstood, describe(*result)};
      return reply;
  }
}

SuiteSeries::SuiteSeries(ClientHello base, std::vector<std::uint16_t> suites, bool first_only)
    : base_(std::move(base)), first_only_(first_only) {
  if (!suites.empty()) parts_.push_back(std::move(suites));
}

std::optional<ClientHello> SuiteSeries::next() {
  while (!parts_.empty() && parts_.back().empty()) parts_.pop_back();
  if (parts_.empty() || (first_only_ && !taken_.empty())) return std::nullopt;
  ClientHello hello = base_;
  // Signals that the base brings along stay at the end.
  hello.suites = parts_.back();
  hello.suites.insert(hello.suites.end(), base_.suites.begin(), base_.suites.end());
  return hello;
}

void SuiteSeries::learnt(const ClientHello&, const HelloReply& reply) {
  std::vector<std::uint16_t>& part = parts_.back();
  switch (reply.kind) {
    case HelloReply::Kind::kAgreed:
      if (base_.version == kTls12 && base_.versions.empty() && reply.answer.version < kTls12) {
        // It would rather speak something older, which is asked about by itself: TLS 1.2 it has not.
        alert_ = kProtocolVersion;
        parts_.clear();
        return;
      }
      taken_.push_back({reply.answer.suite, reply.answer});
      // What is left has to get less: a signal is offered, but nothing to choose.
      if (std::erase(part, reply.answer.suite) == 0) {
        unsure_ = Error{ErrorCode::kNotUnderstood, "the server chose a signal for a suite"};
        parts_.clear();
      }
      return;
    case HelloReply::Kind::kRefused:
      if (!alert_) alert_ = reply.answer.alert;
      parts_.pop_back();
      return;
    case HelloReply::Kind::kUnknown:
      break;
  }
  // Where signatures with SHA-1 are forbidden (Debian's OpenSSL), an old version that is enabled fails inside for every
  // client. When it does so twice, it is of no more use than one that is refused.
  if (base_.version < kTls12 && reply.answer.kind == HelloAnswer::Kind::kAlert &&
      reply.answer.alert == kInternalError) {
    if (std::exchange(failed_inside_, true)) {
      parts_.pop_back();
      failed_inside_ = false;
    }
    return;
  }
  if (reply.unanswered && part.size() > kPart) {
    in_parts_ = true;
    std::vector<std::vector<std::uint16_t>> smaller = in_turns(part);
    parts_.pop_back();
    parts_.insert(parts_.end(), std::make_move_iterator(smaller.begin()), std::make_move_iterator(smaller.end()));
    return;
  }
  if (!unsure_) unsure_ = reply.why;
  parts_.pop_back();
  // Silence to a short hello too is about the version: coturn says nothing of those that it was told to leave out.
  const bool never_answered = taken_.empty() && !alert_;
  if (!in_parts_ || never_answered) parts_.clear();
}

void Tls13Series::Part::take(std::uint16_t value) {
  if (std::ranges::find(taken, value) == taken.end()) taken.push_back(value);
  remove(left, value);
  if (left.empty()) ended = true;
}

Tls13Series::Tls13Series(ClientHello base, std::vector<std::uint16_t> suites, std::vector<std::uint16_t> groups)
    : base_(std::move(base)) {
  suites_.left = std::move(suites);
  groups_.left = std::move(groups);
}

std::optional<ClientHello> Tls13Series::next() {
  if (unsure_ || (suites_.ended && groups_.ended)) return std::nullopt;
  ClientHello hello = base_;
  const bool known_suites = suites_.ended || doubt_ == Doubt::kSuites;
  hello.suites = known_suites ? turned_suites(suites_.taken) : suites_.left;
  const bool known_groups = groups_.ended || doubt_ == Doubt::kGroups;
  hello.groups = known_groups ? std::vector{groups_.taken.front()} : groups_.left;
  return hello;
}

void Tls13Series::refused() {
  constexpr std::size_t kUsual = 3;  // suites of TLS 1.3 that most servers have, and no more
  const Doubt doubt = std::exchange(doubt_, Doubt::kNone);
  if (suites_.taken.empty()) {  // no TLS 1.3 at all
    suites_.ended = groups_.ended = true;
  } else if (suites_.ended || doubt == Doubt::kSuites) {
    groups_.ended = true;
  } else if (groups_.ended || doubt == Doubt::kGroups) {
    suites_.ended = true;
  } else {
    doubt_ = suites_.taken.size() >= kUsual ? Doubt::kSuites : Doubt::kGroups;
  }
}

void Tls13Series::learnt(const ClientHello&, const HelloReply& reply) {
  switch (reply.kind) {
    case HelloReply::Kind::kAgreed:
      // What was left of the other list was on offer in the refused hello too.
      if (doubt_ == Doubt::kSuites) suites_.ended = true;
      if (doubt_ == Doubt::kGroups) groups_.ended = true;
      doubt_ = Doubt::kNone;
      if (suites_.ended) chosen_turned_ = reply.answer.suite;
      suites_.take(reply.answer.suite);
      groups_.take(reply.answer.group.value_or(0));
      return;
    case HelloReply::Kind::kRefused:
      if (!alert_) alert_ = reply.answer.alert;
      refused();
      return;
    case HelloReply::Kind::kUnknown:
      unsure_ = reply.why;
  }
}

std::vector<std::uint16_t> SignatureList::turned() const {
  std::vector<std::uint16_t> out = left_;
  out.insert(out.end(), taken_.begin(), taken_.end());
  return out;
}

void SignatureList::take(std::uint16_t value) {
  if (std::erase(left_, value) != 0) taken_.push_back(value);
}

CurveSeries::CurveSeries(ClientHello base, std::vector<std::uint16_t> groups, bool on_curve,
                         const SignatureList* signatures)
    : base_(std::move(base)), on_curve_(on_curve), signatures_(signatures), left_(std::move(groups)) {}

bool CurveSeries::thins_signatures() const {
  if (signatures_ == nullptr || all_signatures_ || signatures_->left().empty()) return false;
  // SHA-1 is the last of all orders: the next refusal had better say something about groups.
  const std::uint16_t last = on_curve_ ? 0x0203 : 0x0201;
  if (std::ranges::find(signatures_->taken(), last) != signatures_->taken().end()) return false;
  // A refusal for want of the certificate's curve has to be seen by itself; nobody signs with X25519 or X448.
  constexpr std::uint16_t kX25519 = 29;
  constexpr std::uint16_t kX448 = 30;
  return !on_curve_ || kept_ ||
         std::ranges::all_of(taken_, [](std::uint16_t group) { return group == kX25519 || group == kX448; });
}

// Orders of servers, and ours, end with SHA-512 and older hashes. Which of both is more likely saves a hello, and
// nothing else depends on it.
bool CurveSeries::signatures_are_likely_over() const {
  return std::ranges::any_of(signatures_->taken(), [&](std::uint16_t signature) {
    const unsigned hash = signature >> 8;  // RFC 5246, 7.4.1.4.1, as is the kind of key
    return (hash == 6 || hash == 3 || hash == 2) && (signature & 0xff) == (on_curve_ ? 3 : 1);
  });
}

std::optional<ClientHello> CurveSeries::next() {
  if (ended_ || left_.empty()) return std::nullopt;
  ClientHello hello = base_;
  if (signatures_ != nullptr) {
    const bool all =
        doubt_ == Doubt::kSignatures || (doubt_ == Doubt::kNone && !thins_signatures()) || signatures_->left().empty();
    hello.signatures = all ? signatures_->turned() : signatures_->left();
  }
  if (doubt_ == Doubt::kGroups) return hello;
  hello.groups = left_;
  if (kept_) hello.groups.push_back(*kept_);
  return hello;
}

void CurveSeries::refused_groups() {
  ended_ = kept_ || taken_.empty() || !on_curve_;
  if (!ended_) kept_ = taken_.back();
}

void CurveSeries::refused(const ClientHello& of) {
  switch (std::exchange(doubt_, Doubt::kNone)) {
    case Doubt::kSignatures:
      return refused_groups();
    case Doubt::kGroups:
      signatures_ended_ = all_signatures_ = true;
      return;
    case Doubt::kNone:
      break;
  }
  if (signatures_ == nullptr || of.signatures.size() == signatures_->turned().size()) return refused_groups();
  if (taken_.empty()) {  // all groups, with which these suites were taken before
    signatures_ended_ = all_signatures_ = true;
    return;
  }
  doubt_ = signatures_are_likely_over() ? Doubt::kSignatures : Doubt::kGroups;
}

void CurveSeries::agreed(const HelloReply& reply) {
  if (!chosen_) chosen_ = reply.answer.suite;
  const Doubt doubt = std::exchange(doubt_, Doubt::kNone);
  if (doubt == Doubt::kGroups) return refused_groups();  // the signatures were good enough
  if (doubt == Doubt::kSignatures) signatures_ended_ = all_signatures_ = true;
  const std::optional<KeyExchange> exchange =
      parse_key_exchange(reply.answer.key_exchange, KeyExchange::Kind::kEcdhe, reply.answer.version);
  if (exchange && exchange->group && std::ranges::find(left_, *exchange->group) != left_.end()) {
    taken_.push_back(*exchange->group);
    remove(left_, *exchange->group);
    return;
  }
  ended_ = true;
  if (exchange && exchange->group && exchange->group == kept_) return;
  unsure_ = Error{ErrorCode::kNotUnderstood, "the server chose a curve that was not offered"};
}

void CurveSeries::learnt(const ClientHello& of, const HelloReply& reply) {
  switch (reply.kind) {
    case HelloReply::Kind::kAgreed:
      return agreed(reply);
    case HelloReply::Kind::kRefused:
      return refused(of);
    case HelloReply::Kind::kUnknown:
      break;
  }
  if (signatures_ != nullptr && of.signatures.size() < signatures_->turned().size()) {
    // Groups come first: on with hellos as they are asked anyway.
    all_signatures_ = true;
    doubt_ = Doubt::kNone;
    return;
  }
  ended_ = true;
  unsure_ = reply.why;
}

std::optional<HelloStep> SeriesPlan::next() {
  advance();
  for (std::size_t i = 0; i < running_.size(); ++i) {
    Running& one = running_[i];
    if (one.under_way || one.done) continue;
    std::optional<ClientHello> hello = one.series->next();
    if (!hello) {
      one.done = true;
      advance();
      continue;
    }
    one.under_way = true;
    ++asked_;
    HelloStep step;
    step.id = static_cast<int>(i);
    step.repeat = hello->suites.size() <= kPart + 1;  // a longer one is asked in parts instead
    step.hello = *std::move(hello);
    return step;
  }
  return std::nullopt;
}

void SeriesPlan::answered(const HelloStep& step, const HelloResult& result) {
  Running& one = running_[static_cast<std::size_t>(step.id)];
  one.under_way = false;
  if (step.repeated) ++repeated_;
  one.series->learnt(step.hello, judge_reply(step.hello, result));
  if (!one.series->next()) one.done = true;
}

bool SeriesPlan::all_done() const {
  return std::ranges::all_of(running_, &Running::done);
}

bool SeriesPlan::done(const HelloSeries* series) const {
  const auto found = std::ranges::find_if(running_, [&](const Running& one) { return one.series.get() == series; });
  return found != running_.end() && found->done;
}

std::vector<std::uint16_t> turned_suites(std::vector<std::uint16_t> suites) {
  if (!suites.empty()) std::rotate(suites.begin(), suites.begin() + 1, suites.end());
  return suites;
}

std::vector<std::uint16_t> groups_of_kind(const TlsRegistry& registry, bool post_quantum) {
  std::vector<std::uint16_t> out;
  for (const TlsGroup& group : registry.groups()) {
    const bool is = group.kind == GroupKind::kPostQuantum || group.kind == GroupKind::kPostQuantumDraft;
    if (is == post_quantum) out.push_back(group.value);
  }
  return out;
}

namespace {

// Groups of ECDHE below TLS 1.3 (RFC 8422, RFC 7027): none of finite fields, so that a server shows the prime that it
// would use with clients that know no groups of them (RFC 7919, 4).
std::vector<std::uint16_t> classic_groups(const TlsRegistry& registry) {
  constexpr std::uint16_t kX448 = 30;
  std::vector<std::uint16_t> out = {29, 23, 24, 25, 30};  // the usual ones first
  for (const TlsGroup& group : registry.groups()) {
    if (group.value <= kX448 && std::ranges::find(out, group.value) == out.end()) out.push_back(group.value);
  }
  return out;
}

}  // namespace

ClientHello hello_of_tls12(const TlsRegistry& registry) {
  ClientHello hello;
  hello.groups = classic_groups(registry);
  hello.signatures = common_signatures();
  hello.point_formats = hello.extended_master_secret = hello.renegotiation_info = true;
  hello.session_ticket = hello.heartbeat = true;
  hello.compressions = {1, 0};
  return hello;
}

ClientHello hello_of_legacy(const TlsRegistry& registry, std::uint16_t version) {
  ClientHello hello;
  hello.version = version;
  if (version == kSsl3) {  // knows no extensions
    hello.suites = {kRenegotiationScsv};
    hello.compressions = {1, 0};
    return hello;
  }
  hello = hello_of_tls12(registry);
  hello.version = version;
  hello.signatures.clear();  // an extension of TLS 1.2
  return hello;
}

ClientHello hello_of_tls13(const TlsRegistry& registry) {
  ClientHello hello;
  hello.versions = {kTls13};
  hello.signatures = common_signatures();
  hello.empty_key_share = hello.grease = true;
  for (const TlsSuite& suite : registry.suites()) {
    if (suite.tls13) hello.suites.push_back(suite.value);
  }
  hello.groups = groups_of_kind(registry, true);
  const std::vector<std::uint16_t> classic = groups_of_kind(registry, false);
  hello.groups.insert(hello.groups.end(), classic.begin(), classic.end());
  return hello;
}

}  // namespace meetlat::probes
