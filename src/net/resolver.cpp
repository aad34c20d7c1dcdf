#include "net/resolver.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unbound.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include "net/local_names.h"
#include "net/rdata.h"

namespace meetlat {

namespace {

constexpr int kTypeA = 1;
constexpr int kTypePtr = 12;
constexpr int kTypeTxt = 16;
constexpr int kTypeAaaa = 28;
constexpr int kClassIn = 1;
constexpr int kNxDomain = 3;
constexpr std::size_t kMaxAddresses = 16;
constexpr std::size_t kMaxRecords = 16;
constexpr int kMaxRecordBytes = 2048;
// How much longer the second question may take when the first one already gave addresses: some name servers never
// answer AAAA at all.
constexpr std::chrono::seconds kGrace{3};

struct Answer {
  bool done = false;
  bool name_exists = true;
  std::vector<Address> addresses;    // of A and AAAA
  std::vector<std::string> records;  // RDATA of any other type
  std::optional<Error> error;        // why nothing is known
};

// One call of resolve(), or a single question. Lives on the caller's stack; callbacks reach it through a Ticket only.
struct Lookup {
  std::array<int, 2> types{kTypeA, kTypeAaaa};
  std::array<Answer, 2> answers;
  std::condition_variable_any changed;
  bool done() const noexcept { return answers[0].done && answers[1].done; }
  bool any_address() const noexcept { return !answers[0].addresses.empty() || !answers[1].addresses.empty(); }
};

std::string rcode_words(int rcode) {
  constexpr std::array<std::string_view, 6> kNames = {"NOERROR",  "FORMERR", "SERVFAIL",
                                                      "NXDOMAIN", "NOTIMP",  "REFUSED"};
  if (rcode >= 0 && static_cast<std::size_t>(rcode) < kNames.size()) {
    return std::string(kNames[static_cast<std::size_t>(rcode)]);
  }
  return fmt::format("response code {}", rcode);
}

void read_addresses(const ub_result& result, bool v6, Answer& answer) {
  const std::size_t length = v6 ? 16 : 4;
  for (int i = 0; result.havedata != 0 && result.data[i] != nullptr; ++i) {
    if (result.len[i] != static_cast<int>(length) || answer.addresses.size() == kMaxAddresses) continue;
    Address address;
    address.v6 = v6;
    std::memcpy(address.bytes.data(), result.data[i], length);
    answer.addresses.push_back(address);
  }
  // Name servers turn the order at every answer; ours should not change a report.
  std::ranges::sort(answer.addresses);
}

void read_records(const ub_result& result, Answer& answer) {
  for (int i = 0; result.havedata != 0 && result.data[i] != nullptr; ++i) {
    if (result.len[i] < 0 || result.len[i] > kMaxRecordBytes || answer.records.size() == kMaxRecords) continue;
    answer.records.emplace_back(result.data[i], static_cast<std::size_t>(result.len[i]));
  }
  std::ranges::sort(answer.records);
}

Answer read_answer(int error, const ub_result* result, int type) {
  Answer answer;
  answer.done = true;
  if (error != 0 || result == nullptr) {
    answer.error = Error{ErrorCode::kResolverFailed, ub_strerror(error)};
    return answer;
  }
  if (type == kTypeA || type == kTypeAaaa) {
    read_addresses(*result, type == kTypeAaaa, answer);
  } else {
    read_records(*result, answer);
  }
  if (!answer.addresses.empty() || !answer.records.empty()) return answer;
  if (result->nxdomain != 0 || result->rcode == kNxDomain) {
    answer.name_exists = false;
  } else if (result->rcode != 0) {
    answer.error = Error{ErrorCode::kResolverFailed, rcode_words(result->rcode)};
  }
  return answer;
}

// What both answers together say.
Result<Resolved> combine(const std::string& host, Lookup& lookup, bool cancelled) {
  auto& [a, aaaa] = lookup.answers;
  for (Answer* answer : {&a, &aaaa}) {
    if (answer->done) continue;
    answer->error = cancelled ? Error{ErrorCode::kCancelled, host}
                              : Error{ErrorCode::kTimedOut, fmt::format("{}: no answer from the name server", host)};
  }
  if (lookup.any_address()) {
    Resolved resolved;
    resolved.host = host;
    resolved.v4 = std::move(a.addresses);
    resolved.v6 = std::move(aaaa.addresses);
    resolved.v4_unknown = std::move(a.error);
    resolved.v6_unknown = std::move(aaaa.error);
    return resolved;
  }
  if (cancelled) return fail(ErrorCode::kCancelled, fmt::format("while looking up {}", host));
  if (!a.name_exists || !aaaa.name_exists) {
    return fail(ErrorCode::kNameNotFound, fmt::format("{}: NXDOMAIN", host));
  }
  for (const Answer* answer : {&a, &aaaa}) {
    if (answer->error) return fail(answer->error->code, fmt::format("{}: {}", host, answer->error->context));
  }
  return fail(ErrorCode::kNoAddress, fmt::format("{}: neither A nor AAAA", host));
}

}  // namespace

struct Resolver::Impl {
  // What libunbound hands back. Owned by `tickets` until its callback ran or was cancelled for certain.
  struct Ticket {
    Impl* impl;
    Lookup* lookup;  // nullptr once nobody waits any more
    std::size_t which;
    int type;
    int async_id = 0;
  };

  explicit Impl(const ResolverOptions& options) : names(options.hosts), query_special(options.query_special_names) {}
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> start(const ResolverOptions& options);
  void pump() const;
  static void on_answer(void* ticket, int error, ub_result* result);
  Ticket* ask(const std::string& host, Lookup& lookup, std::size_t which);
  void abandon(Ticket* ticket, int async_id);
  Result<Resolved> query(const std::string& host, Ticks deadline, const std::stop_token& stop);
  Result<std::vector<std::string>> records(const std::string& name, int type, Ticks deadline,
                                           const std::stop_token& stop);

  const LocalNames names;
  const bool query_special;
  ub_ctx* context = nullptr;
  int wake_fd = -1;
  std::thread pump_thread;
  std::mutex mutex;  // of the tickets and of every Lookup that they point to
  std::unordered_map<Ticket*, std::unique_ptr<Ticket>> tickets;
};

Resolver::Impl::~Impl() {
  if (pump_thread.joinable()) {
    const std::uint64_t one = 1;
    while (write(wake_fd, &one, sizeof one) < 0 && errno == EINTR) {
    }
    pump_thread.join();
  }
  if (context != nullptr) ub_ctx_delete(context);  // ends libunbound's own thread; no callback comes after this
  if (wake_fd >= 0) close(wake_fd);
}

Result<void> Resolver::Impl::start(const ResolverOptions& options) {
  context = ub_ctx_create();
  if (context == nullptr) return fail(ErrorCode::kIo, "the resolver (libunbound) cannot start");
  ub_ctx_debugout(context, nullptr);  // its own words must not appear among ours
  ub_ctx_async(context, 1);           // a thread instead of a child process
  const std::array<std::pair<const char*, const char*>, 5> settings = {{
      {"module-config:", "iterator"},
      {"do-not-query-localhost:", "no"},  // a caching name server on this machine is common
      {"outgoing-range:", "256"},
      {"num-queries-per-thread:", "1024"},
      {"outgoing-num-tcp:", "10"},
  }};
  for (const auto& [option, value] : settings) {
    if (const int error = ub_ctx_set_option(context, option, value); error != 0) {
      return fail(ErrorCode::kIo, fmt::format("libunbound refused {} {}: {}", option, value, ub_strerror(error)));
    }
  }
  if (!options.forward_to.empty()) {
    if (const int error = ub_ctx_set_fwd(context, options.forward_to.c_str()); error != 0) {
      return fail(ErrorCode::kIo, fmt::format("name server {}: {}", options.forward_to, ub_strerror(error)));
    }
  } else {
    // Without a usable resolv.conf libunbound walks down from the root servers by itself.
    (void)ub_ctx_resolvconf(context, nullptr);
  }
  if (query_special) {
    for (const char* zone : {"test.", "invalid."}) ub_ctx_zone_remove(context, zone);
  }
  wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_fd < 0) return fail(ErrorCode::kIo, fmt::format("eventfd: {}", std::strerror(errno)));
  pump_thread = std::thread([this] { pump(); });
  return {};
}

// Carries answers from libunbound's thread to those who wait.
void Resolver::Impl::pump() const {
  std::array<pollfd, 2> fds = {{{ub_fd(context), POLLIN, 0}, {wake_fd, POLLIN, 0}}};
  while (true) {
    if (poll(fds.data(), fds.size(), -1) < 0 && errno != EINTR) return;
    if (fds[1].revents != 0) return;
    if ((fds[0].revents & POLLIN) != 0) {
      if (ub_process(context) != 0) return;  // its thread is gone: all further answers time out
    } else if (fds[0].revents != 0) {
      return;
    }
  }
}

void Resolver::Impl::on_answer(void* data, int error, ub_result* result) {
  auto* ticket = static_cast<Ticket*>(data);
  Impl* impl = ticket->impl;
  Answer answer = read_answer(error, result, ticket->type);
  ub_resolve_free(result);
  const std::scoped_lock lock(impl->mutex);
  if (ticket->lookup != nullptr) {
    ticket->lookup->answers[ticket->which] = std::move(answer);
    ticket->lookup->changed.notify_all();
  }
  impl->tickets.erase(ticket);
}

// nullptr when libunbound takes no question; the answer then says why.
Resolver::Impl::Ticket* Resolver::Impl::ask(const std::string& host, Lookup& lookup, std::size_t which) {
  auto owned = std::make_unique<Ticket>(Ticket{this, &lookup, which, lookup.types[which]});
  Ticket* ticket = owned.get();
  {
    const std::scoped_lock lock(mutex);
    tickets.emplace(ticket, std::move(owned));
  }
  int async_id = 0;
  const int error =
      ub_resolve_async(context, host.c_str(), lookup.types[which], kClassIn, ticket, &Impl::on_answer, &async_id);
  const std::scoped_lock lock(mutex);
  if (error != 0) {
    tickets.erase(ticket);
    lookup.answers[which].done = true;
    lookup.answers[which].error = Error{ErrorCode::kResolverFailed, ub_strerror(error)};
    return nullptr;
  }
  if (lookup.answers[which].done) return nullptr;  // answered already, the ticket is gone
  ticket->async_id = async_id;
  return ticket;
}

// Nobody waits for this question any more. `mutex` is not held, and the ticket's lookup was taken off it.
void Resolver::Impl::abandon(Ticket* ticket, int async_id) {
  // 0: its callback will never come. Otherwise it is on its way and takes the ticket with it.
  if (ub_cancel(context, async_id) == 0) {
    const std::scoped_lock lock(mutex);
    tickets.erase(ticket);
  }
}

Result<Resolved> Resolver::Impl::query(const std::string& host, Ticks deadline, const std::stop_token& stop) {
  Lookup lookup;
  const std::array<Ticket*, 2> asked = {ask(host, lookup, 0), ask(host, lookup, 1)};
  std::vector<std::pair<Ticket*, int>> open;
  {
    std::unique_lock lock(mutex);
    const auto enough = [&lookup] { return lookup.done() || lookup.any_address(); };
    if (lookup.changed.wait_until(lock, stop, deadline, enough) && !lookup.done()) {
      const Ticks grace = std::min(deadline, std::chrono::steady_clock::now() + kGrace);
      lookup.changed.wait_until(lock, stop, grace, [&lookup] { return lookup.done(); });
    }
    // From here on no callback touches the lookup.
    for (std::size_t i = 0; i < 2; ++i) {
      if (lookup.answers[i].done) continue;
      asked[i]->lookup = nullptr;
      open.emplace_back(asked[i], asked[i]->async_id);
    }
  }
  for (const auto& [ticket, async_id] : open) abandon(ticket, async_id);
  return combine(host, lookup, stop.stop_requested());
}

Result<std::vector<std::string>> Resolver::Impl::records(const std::string& name, int type, Ticks deadline,
                                                         const std::stop_token& stop) {
  Lookup lookup;
  lookup.types[0] = type;
  Ticket* ticket = ask(name, lookup, 0);
  int open = 0;
  {
    std::unique_lock lock(mutex);
    lookup.changed.wait_until(lock, stop, deadline, [&lookup] { return lookup.answers[0].done; });
    if (!lookup.answers[0].done) {
      ticket->lookup = nullptr;  // from here on no callback touches the lookup
      open = ticket->async_id;
    }
  }
  Answer& answer = lookup.answers[0];
  if (!answer.done) {
    abandon(ticket, open);
    if (stop.stop_requested()) return fail(ErrorCode::kCancelled, name);
    return fail(ErrorCode::kTimedOut, fmt::format("{}: no answer from the name server", name));
  }
  if (answer.error) return fail(answer.error->code, fmt::format("{}: {}", name, answer.error->context));
  return std::move(answer.records);
}

Resolver::Resolver(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Resolver::~Resolver() = default;

Result<std::unique_ptr<Resolver>> Resolver::create(const ResolverOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  if (Result<void> started = impl->start(options); !started) return fail(started.error());
  return std::unique_ptr<Resolver>(new Resolver(std::move(impl)));
}

Result<Resolved> Resolver::resolve(const std::string& host, Ticks deadline, const std::stop_token& stop) {
  if (std::optional<Resolved> known = impl_->names.find(host)) return *std::move(known);
  if (!impl_->query_special && is_special_use_name(host)) {
    return fail(ErrorCode::kNameNotFound, fmt::format("{}: a special-use name that no public name server knows", host));
  }
  if (stop.stop_requested()) return fail(ErrorCode::kCancelled, host);
  return impl_->query(host, deadline, stop);
}

Result<std::vector<std::string>> Resolver::reverse(const Address& address, Ticks deadline,
                                                   const std::stop_token& stop) {
  if (std::optional<std::string> known = impl_->names.reverse(address)) return std::vector{*std::move(known)};
  if (!impl_->query_special && !AddressGuard::special_purpose(address).empty()) {
    return fail(ErrorCode::kNotAttempted, fmt::format("{}: no public name server knows this address", address.str()));
  }
  if (stop.stop_requested()) return fail(ErrorCode::kCancelled, address.str());
  const auto records = impl_->records(reverse_name(address), kTypePtr, deadline, stop);
  if (!records) return fail(records.error());
  std::vector<std::string> names;
  for (const std::string& record : *records) {
    if (std::optional<std::string> name = name_in_rdata(record)) names.push_back(*std::move(name));
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  names.resize(std::min(names.size(), kMaxNames));
  return names;
}

Result<std::vector<std::string>> Resolver::texts(const std::string& name, Ticks deadline, const std::stop_token& stop) {
  if (!impl_->query_special && is_special_use_name(name)) return std::vector<std::string>{};
  if (stop.stop_requested()) return fail(ErrorCode::kCancelled, name);
  const auto records = impl_->records(name, kTypeTxt, deadline, stop);
  if (!records) return fail(records.error());
  std::vector<std::string> texts;
  for (const std::string& record : *records) texts.push_back(text_in_rdata(record));
  return texts;
}

}  // namespace meetlat
