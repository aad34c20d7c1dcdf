#include "net/resolver.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "net/rdata.h"

namespace meetlat {

namespace {

// How much longer the second question may take when the first one already gave addresses: some name servers never
// answer AAAA at all.
constexpr std::chrono::seconds kGrace{3};

Error unanswered(const std::string& name, bool cancelled) {
  if (cancelled) return Error{ErrorCode::kCancelled, name};
  return Error{ErrorCode::kTimedOut, fmt::format("{}: no answer from the name server", name)};
}

// What both answers together say.
Result<Resolved> combine(const std::string& host, std::vector<DnsReply>& replies, bool cancelled) {
  for (DnsReply& reply : replies) {
    if (!reply.done) reply.error = unanswered(host, cancelled);
  }
  Resolved resolved;
  resolved.host = host;
  resolved.v4 = addresses_in(replies[0].records, false);
  resolved.v6 = addresses_in(replies[1].records, true);
  if (!resolved.v4.empty() || !resolved.v6.empty()) {
    resolved.v4_unknown = std::move(replies[0].error);
    resolved.v6_unknown = std::move(replies[1].error);
    return resolved;
  }
  if (cancelled) return fail(ErrorCode::kCancelled, fmt::format("while looking up {}", host));
  if (!replies[0].name_exists || !replies[1].name_exists) {
    return fail(ErrorCode::kNameNotFound, fmt::format("{}: NXDOMAIN", host));
  }
  for (const DnsReply& reply : replies) {
    if (reply.error) return fail(reply.error->code, fmt::format("{}: {}", host, reply.error->context));
  }
  return fail(ErrorCode::kNoAddress, fmt::format("{}: neither A nor AAAA", host));
}

}  // namespace

Resolver::Resolver(const ResolverOptions& options, std::unique_ptr<DnsContext> context)
    : names_(options.hosts), query_special_(options.query_special_names), context_(std::move(context)) {}

Result<std::unique_ptr<Resolver>> Resolver::create(const ResolverOptions& options) {
  Result<std::unique_ptr<DnsContext>> context =
      DnsContext::create({options.forward_to, {}, options.query_special_names});
  if (!context) return fail(context.error());
  return std::unique_ptr<Resolver>(new Resolver(options, *std::move(context)));
}

Result<Resolved> Resolver::resolve(const std::string& host, Ticks deadline, const std::stop_token& stop) {
  if (std::optional<Resolved> known = names_.find(host)) return *std::move(known);
  if (!query_special_ && is_special_use_name(host)) {
    return fail(ErrorCode::kNameNotFound, fmt::format("{}: a special-use name that no public name server knows", host));
  }
  if (stop.stop_requested()) return fail(ErrorCode::kCancelled, host);
  const std::array<DnsQuestion, 2> questions{{{host, DnsType::kA}, {host, DnsType::kAaaa}}};
  std::vector<DnsReply> replies = context_->ask(questions, {deadline, kGrace}, stop);
  return combine(host, replies, stop.stop_requested());
}

Result<std::vector<std::string>> Resolver::records(const std::string& name, int type, Ticks deadline,
                                                   const std::stop_token& stop) {
  const std::array<DnsQuestion, 1> question{{{name, type}}};
  DnsReply reply = std::move(context_->ask(question, {deadline, {}}, stop).front());
  if (!reply.done) return fail(unanswered(name, stop.stop_requested()));
  if (reply.error) return fail(reply.error->code, fmt::format("{}: {}", name, reply.error->context));
  return std::move(reply.records);
}

Result<std::vector<std::string>> Resolver::reverse(const Address& address, Ticks deadline,
                                                   const std::stop_token& stop) {
  if (std::optional<std::string> known = names_.reverse(address)) return std::vector{*std::move(known)};
  if (!query_special_ && !AddressGuard::special_purpose(address).empty()) {
    return fail(ErrorCode::kNotAttempted, fmt::format("{}: no public name server knows this address", address.str()));
  }
  if (stop.stop_requested()) return fail(ErrorCode::kCancelled, address.str());
  const auto found = records(reverse_name(address), DnsType::kPtr, deadline, stop);
  if (!found) return fail(found.error());
  std::vector<std::string> names;
  for (const std::string& record : *found) {
    if (std::optional<std::string> name = name_in_rdata(record)) names.push_back(*std::move(name));
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  names.resize(std::min(names.size(), kMaxNames));
  return names;
}

Result<std::vector<std::string>> Resolver::texts(const std::string& name, Ticks deadline, const std::stop_token& stop) {
  if (!query_special_ && is_special_use_name(name)) return std::vector<std::string>{};
  if (stop.stop_requested()) return fail(ErrorCode::kCancelled, name);
  const auto found = records(name, DnsType::kTxt, deadline, stop);
  if (!found) return fail(found.error());
  std::vector<std::string> texts;
  for (const std::string& record : *found) texts.push_back(text_in_rdata(record));
  return texts;
}

}  // namespace meetlat
