#include "probes/tls_signatures.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "base/text.h"

namespace meetlat::probes {

namespace {

// The kind of key that makes a signature, as suites call it.
std::string_view signer_of_signature(std::uint16_t signature) {
  const unsigned hash = signature >> 8;
  const unsigned key = signature & 0xff;
  if (hash == 8) return (key >= 4 && key <= 6) || (key >= 9 && key <= 11) ? "RSA" : "ECDSA";  // RFC 8446, 4.2.3
  return key == 1 ? "RSA" : key == 2 ? "DSS" : "ECDSA";                                       // RFC 5246, 7.4.1.4.1
}

}  // namespace

std::optional<std::uint16_t> signature_of(const HelloAnswer& answer, const TlsRegistry& registry) {
  if (answer.version != kTls12 || signer_of(answer.suite, registry).empty()) return std::nullopt;
  const auto kind = registry.suite(answer.suite)->dhe ? KeyExchange::Kind::kDhe : KeyExchange::Kind::kEcdhe;
  const std::optional<KeyExchange> exchange = parse_key_exchange(answer.key_exchange, kind, answer.version);
  return exchange ? exchange->signature : std::nullopt;
}

bool has_weak_hash(std::uint16_t signature) {
  const unsigned hash = signature >> 8;  // RFC 5246, 7.4.1.4.1
  return hash == 1 || hash == 2;
}

std::vector<std::uint16_t> signing_suites(const std::vector<TakenSuite>& taken, const TlsRegistry& registry) {
  std::vector<std::uint16_t> out;
  for (const TakenSuite& one : taken) {
    if (one.answer.version == kTls12 && !signer_of(one.suite, registry).empty()) out.push_back(one.suite);
  }
  return out;
}

std::string signer_of(std::uint16_t value, const TlsRegistry& registry) {
  const TlsSuite* suite = registry.suite(value);
  if (suite == nullptr || suite->anonymous || !(suite->ecdhe || suite->dhe)) return {};
  // RFC 5246, A.5: TLS_<exchange>_<signer>_WITH_<cipher>.
  const std::string before = suite->name.substr(0, suite->name.find("_WITH_"));
  return before.substr(before.rfind('_') + 1);
}

SigningSuiteSeries::SigningSuiteSeries(ClientHello base, std::vector<std::uint16_t> suites, const SignatureList* list,
                                       const TlsRegistry& registry)
    : SuiteSeries(std::move(base), std::move(suites), false), list_(list), registry_(&registry) {}

std::optional<ClientHello> SigningSuiteSeries::next() {
  std::optional<ClientHello> hello = SuiteSeries::next();
  if (!hello || !thins_ || doubted_ || given_up_ || !ordered() || list_->left().empty()) return hello;
  hello->signatures = list_->left();
  // Keys of other kinds keep all of theirs, so that no suite of theirs goes away.
  for (const std::uint16_t signature : list_->taken()) {
    if (signer_of_signature(signature) != signer_) hello->signatures.push_back(signature);
  }
  return hello;
}

bool SigningSuiteSeries::goes_on_as_before(const HelloReply& reply) const {
  return reply.kind == HelloReply::Kind::kAgreed && reply.answer.version == kTls12 &&
         signer_of(reply.answer.suite, *registry_) == signer_;
}

// The same signature twice, although others went first, for the same kind of key.
void SigningSuiteSeries::watch(const HelloReply& reply) {
  if (reply.kind != HelloReply::Kind::kAgreed) return;
  const std::string signer = signer_of(reply.answer.suite, *registry_);
  const std::optional<std::uint16_t> signature = signature_of(reply.answer, *registry_);
  if (!signature) {
    thins_ = false;
  } else if (std::ranges::find(shown_, *signature) == shown_.end()) {
    shown_.push_back(*signature);
  } else {
    thins_ = signer == signer_ && !signer.empty();
  }
  signer_ = signer;
}

void SigningSuiteSeries::learnt(const ClientHello& of, const HelloReply& reply) {
  const bool thinned = of.signatures.size() < list_->turned().size();
  if (thinned && !goes_on_as_before(reply)) {
    doubted_ = given_up_ = true;
    answered_ = reply.kind != HelloReply::Kind::kUnknown;
    return;
  }
  if (std::exchange(doubted_, false) && answered_ && goes_on_as_before(reply)) ended_signer_ = signer_;
  watch(reply);
  SuiteSeries::learnt(of, reply);
}

SignatureSeries::SignatureSeries(ClientHello base, const SignatureList* list, const TlsRegistry& registry, int most)
    : base_(std::move(base)), list_(list), registry_(&registry), most_(most), complete_(base_.suites.empty()) {}

// With the last hello that is allowed, SHA-1 counts for more than the end of the list.
bool SignatureSeries::asks_weak_alone() const {
  return most_ == 1 && std::ranges::none_of(list_->taken(), has_weak_hash);
}

std::optional<ClientHello> SignatureSeries::next() {
  if (complete_ || unsure_ || weak_refused_ || most_ <= 0 || list_->left().empty()) return std::nullopt;
  ClientHello hello = base_;
  hello.signatures = list_->left();
  if (asks_weak_alone()) std::erase_if(hello.signatures, [](std::uint16_t value) { return !has_weak_hash(value); });
  return hello;
}

void SignatureSeries::learnt(const ClientHello& of, const HelloReply& reply) {
  --most_;
  if (reply.kind == HelloReply::Kind::kRefused) {
    weak_refused_ = true;
    complete_ = of.signatures.size() == list_->left().size();
    return;
  }
  if (reply.kind == HelloReply::Kind::kUnknown) {
    unsure_ = reply.why;
    return;
  }
  const std::optional<std::uint16_t> chosen = signature_of(reply.answer, *registry_);
  if (!chosen) {
    unsure_ = Error{ErrorCode::kNotUnderstood, describe(reply.answer)};
  } else if (std::ranges::find(of.signatures, *chosen) == of.signatures.end()) {
    // Some servers agree and then sign with what they like.
    weak_refused_ = !has_weak_hash(*chosen);
    unsure_ = Error{ErrorCode::kNotUnderstood,
                    fmt::format("the server signs with {}, which was not offered", registry_->signature_name(*chosen))};
  }
}

std::optional<Error> SignatureSeries::unsure() const {
  if (complete_ || list_->left().empty()) return std::nullopt;
  if (unsure_) return unsure_;
  return Error{ErrorCode::kBudgetExhausted, "more hellos than were planned for are needed to see all"};
}

void read_signatures(const SignatureSeries* series, const SignatureList& list, const TlsRegistry& registry,
                     const Error& why_none, HelloFindings& out) {
  const std::string how = " -tls1_2 -sigalgs RSA+SHA1:ECDSA+SHA1 -cipher DEFAULT:@SECLEVEL=0";
  const std::optional<Error> why = series == nullptr ? why_none : series->unsure();
  const auto weak = std::ranges::find_if(list.taken(), has_weak_hash);
  if (weak != list.taken().end()) {
    out.sha1_signatures.set(true, "signed with " + registry.signature_name(*weak), how);
  } else if (!why || (series != nullptr && series->no_weak_hash())) {
    out.sha1_signatures.set(false, "", how);
  } else {
    out.sha1_signatures.unknown(*why);
  }
  // In the order of our own list: the server's cannot be told where hellos of several kinds showed one each.
  std::vector<std::string> names;
  for (const std::uint16_t value : common_signatures()) {
    if (std::ranges::find(list.taken(), value) != list.taken().end()) names.push_back(registry.signature_name(value));
  }
  if (!why) {
    for (std::string& name : names) name.insert(0, "TLSv1.2 ");
    out.signatures.set(std::move(names), "", " -tls1_2 -sigalgs NAME");
  } else if (names.empty()) {
    out.signatures.unknown(*why);
  } else {
    out.signatures.unknown({why->code, fmt::format("{}; seen: {}", why->context, join(names, ", "))});
  }
}

}  // namespace meetlat::probes
