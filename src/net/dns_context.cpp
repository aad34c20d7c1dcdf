#include "net/dns_context.h"

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
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include "base/text.h"

namespace meetlat {

namespace {

constexpr int kClassIn = 1;
constexpr int kNxDomain = 3;
constexpr std::size_t kMaxRecords = 16;
constexpr int kMaxRecordBytes = 2048;

// One call of ask(). Lives on the caller's stack; callbacks reach it through a Ticket only.
struct Lookup {
  std::vector<DnsReply> replies;
  std::condition_variable_any changed;
  bool done() const noexcept { return std::ranges::all_of(replies, &DnsReply::done); }
  bool any_record() const noexcept {
    return std::ranges::any_of(replies, [](const DnsReply& reply) { return !reply.records.empty(); });
  }
};

std::string rcode_words(int rcode) {
  constexpr std::array<std::string_view, 6> kNames = {"NOERROR",  "FORMERR", "SERVFAIL",
                                                      "NXDOMAIN", "NOTIMP",  "REFUSED"};
  if (rcode >= 0 && static_cast<std::size_t>(rcode) < kNames.size()) {
    return std::string(kNames[static_cast<std::size_t>(rcode)]);
  }
  return fmt::format("response code {}", rcode);
}

std::string without_last_dot(const char* name) {
  std::string text = name == nullptr ? std::string() : to_lower(name);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

void read_records(const ub_result& result, DnsReply& reply) {
  for (int i = 0; result.havedata != 0 && result.data[i] != nullptr; ++i) {
    if (result.len[i] < 0 || result.len[i] > kMaxRecordBytes || reply.records.size() == kMaxRecords) continue;
    reply.records.emplace_back(result.data[i], static_cast<std::size_t>(result.len[i]));
  }
  std::ranges::sort(reply.records);
}

DnsReply read_reply(int error, const ub_result* result) {
  DnsReply reply;
  reply.done = true;
  if (error != 0 || result == nullptr) {
    reply.error = Error{ErrorCode::kResolverFailed, ub_strerror(error)};
    return reply;
  }
  read_records(*result, reply);
  reply.canonical = without_last_dot(result->canonname);
  reply.secure = result->secure != 0;
  reply.bogus = result->bogus != 0;
  if (result->why_bogus != nullptr) reply.why_bogus = result->why_bogus;
  if (!reply.records.empty()) return reply;
  if (result->nxdomain != 0 || result->rcode == kNxDomain) {
    reply.name_exists = false;
  } else if (result->rcode != 0 && !reply.bogus) {
    reply.error = Error{ErrorCode::kResolverFailed, rcode_words(result->rcode)};
  }
  return reply;
}

}  // namespace

struct DnsContext::Impl {
  // What libunbound hands back. Owned by `tickets` until its callback ran or was cancelled for certain.
  struct Ticket {
    Impl* impl;
    Lookup* lookup;  // nullptr once nobody waits any more
    std::size_t which;
    int async_id = 0;
  };

  Impl() = default;
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> start(const DnsContextOptions& options);
  Result<void> configure(const DnsContextOptions& options) const;
  void pump() const;
  static void on_answer(void* ticket, int error, ub_result* result);
  Ticket* ask(const DnsQuestion& question, Lookup& lookup, std::size_t which);
  void abandon(Ticket* ticket, int async_id);
  std::vector<DnsReply> ask_all(std::span<const DnsQuestion> questions, const Patience& patience,
                                const std::stop_token& stop);

  ub_ctx* context = nullptr;
  int wake_fd = -1;
  std::thread pump_thread;
  std::mutex mutex;  // of the tickets and of every Lookup that they point to
  std::unordered_map<Ticket*, std::unique_ptr<Ticket>> tickets;
};

DnsContext::Impl::~Impl() {
  if (pump_thread.joinable()) {
    const std::uint64_t one = 1;
    while (write(wake_fd, &one, sizeof one) < 0 && errno == EINTR) {
    }
    pump_thread.join();
  }
  if (context != nullptr) ub_ctx_delete(context);  // ends libunbound's own thread; no callback comes after this
  if (wake_fd >= 0) close(wake_fd);
}

Result<void> DnsContext::Impl::configure(const DnsContextOptions& options) const {
  const bool validate = !options.trust_anchors.empty();
  const std::array<std::pair<const char*, const char*>, 6> settings = {{
      {"module-config:", validate ? "validator iterator" : "iterator"},
      {"do-not-query-localhost:", "no"},  // a caching name server on this machine is common
      {"outgoing-range:", "256"},
      {"num-queries-per-thread:", "1024"},
      {"outgoing-num-tcp:", "10"},
      {"trust-anchor-signaling:", "no"},  // nobody needs to hear which root key this machine has
  }};
  for (const auto& [option, value] : settings) {
    if (const int error = ub_ctx_set_option(context, option, value); error != 0) {
      return fail(ErrorCode::kIo, fmt::format("libunbound refused {} {}: {}", option, value, ub_strerror(error)));
    }
  }
  if (validate) {
    if (const int error = ub_ctx_add_ta_file(context, options.trust_anchors.c_str()); error != 0) {
      return fail(ErrorCode::kIo, fmt::format("trust anchors {}: {}", options.trust_anchors, ub_strerror(error)));
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
  if (options.query_special_names) {
    // Last of all: it closes the context to every other setting.
    for (const char* zone : {"test.", "invalid."}) ub_ctx_zone_remove(context, zone);
  }
  return {};
}

Result<void> DnsContext::Impl::start(const DnsContextOptions& options) {
  context = ub_ctx_create();
  if (context == nullptr) return fail(ErrorCode::kIo, "the resolver (libunbound) cannot start");
  ub_ctx_debugout(context, nullptr);  // its own words must not appear among ours
  ub_ctx_async(context, 1);           // a thread instead of a child process
  if (Result<void> done = configure(options); !done) return done;
  wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (wake_fd < 0) return fail(ErrorCode::kIo, fmt::format("eventfd: {}", std::strerror(errno)));
  pump_thread = std::thread([this] { pump(); });
  return {};
}

// Carries answers from libunbound's thread to those who wait.
void DnsContext::Impl::pump() const {
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

void DnsContext::Impl::on_answer(void* data, int error, ub_result* result) {
  auto* ticket = static_cast<Ticket*>(data);
  Impl* impl = ticket->impl;
  DnsReply reply = read_reply(error, result);
  ub_resolve_free(result);
  const std::scoped_lock lock(impl->mutex);
  if (ticket->lookup != nullptr) {
    ticket->lookup->replies[ticket->which] = std::move(reply);
    ticket->lookup->changed.notify_all();
  }
  impl->tickets.erase(ticket);
}

// nullptr when libunbound takes no question; the reply then says why.
DnsContext::Impl::Ticket* DnsContext::Impl::ask(const DnsQuestion& question, Lookup& lookup, std::size_t which) {
  auto owned = std::make_unique<Ticket>(Ticket{this, &lookup, which});
  Ticket* ticket = owned.get();
  {
    const std::scoped_lock lock(mutex);
    tickets.emplace(ticket, std::move(owned));
  }
  int async_id = 0;
  const int error =
      ub_resolve_async(context, question.name.c_str(), question.type, kClassIn, ticket, &Impl::on_answer, &async_id);
  const std::scoped_lock lock(mutex);
  DnsReply& reply = lookup.replies[which];
  if (error != 0) {
    tickets.erase(ticket);
    reply.done = true;
    reply.error = Error{ErrorCode::kResolverFailed, ub_strerror(error)};
    return nullptr;
  }
  if (reply.done) return nullptr;  // answered already, the ticket is gone
  ticket->async_id = async_id;
  return ticket;
}

// Nobody waits for this question any more. `mutex` is not held, and the ticket's lookup was taken off it.
void DnsContext::Impl::abandon(Ticket* ticket, int async_id) {
  // 0: its callback will never come. Otherwise it is on its way and takes the ticket with it.
  if (ub_cancel(context, async_id) == 0) {
    const std::scoped_lock lock(mutex);
    tickets.erase(ticket);
  }
}

std::vector<DnsReply> DnsContext::Impl::ask_all(std::span<const DnsQuestion> questions, const Patience& patience,
                                                const std::stop_token& stop) {
  Lookup lookup;
  lookup.replies.resize(questions.size());
  std::vector<Ticket*> asked;
  for (std::size_t i = 0; i < questions.size(); ++i) asked.push_back(ask(questions[i], lookup, i));
  std::vector<std::pair<Ticket*, int>> open;
  {
    std::unique_lock lock(mutex);
    const bool hurry = patience.after_first.has_value();
    const auto enough = [&] { return lookup.done() || (hurry && lookup.any_record()); };
    if (lookup.changed.wait_until(lock, stop, patience.deadline, enough) && !lookup.done()) {
      const Ticks grace = std::min(patience.deadline, std::chrono::steady_clock::now() + *patience.after_first);
      lookup.changed.wait_until(lock, stop, grace, [&lookup] { return lookup.done(); });
    }
    // From here on no callback touches the lookup.
    for (std::size_t i = 0; i < asked.size(); ++i) {
      if (lookup.replies[i].done) continue;
      asked[i]->lookup = nullptr;
      open.emplace_back(asked[i], asked[i]->async_id);
    }
  }
  for (const auto& [ticket, async_id] : open) abandon(ticket, async_id);
  return std::move(lookup.replies);
}

DnsContext::DnsContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
DnsContext::~DnsContext() = default;

Result<std::unique_ptr<DnsContext>> DnsContext::create(const DnsContextOptions& options) {
  auto impl = std::make_unique<Impl>();
  if (Result<void> started = impl->start(options); !started) return fail(started.error());
  return std::unique_ptr<DnsContext>(new DnsContext(std::move(impl)));
}

std::vector<DnsReply> DnsContext::ask(std::span<const DnsQuestion> questions, const Patience& patience,
                                      const std::stop_token& stop) {
  return impl_->ask_all(questions, patience, stop);
}

}  // namespace meetlat
