#include "bench/replay.h"

#include <curl/curl.h>

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/text.h"
#include "base/url.h"
#include "bench/usage.h"

namespace meetlat {
namespace {

constexpr std::string_view kGet = "GET ";

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct SlistDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// One host in flight.
struct Slot {
  std::unique_ptr<curl_slist, SlistDeleter> resolve;  // outlives the handle that points to it
  std::unique_ptr<CURL, EasyDeleter> easy;
  const std::vector<ReplayRequest>* requests = nullptr;
  std::size_t next = 0;
  ReplayResult* result = nullptr;
};

std::size_t drop(char*, std::size_t size, std::size_t count, void* slot) {
  static_cast<Slot*>(slot)->result->bytes += size * count;
  return size * count;
}

class Replay {
 public:
  Replay(const ReplayPlan& plan, const std::string& ca_file) : plan_(plan), ca_file_(ca_file) {}

  Result<ReplayResult> run(std::size_t jobs) {
    if (!multi_) return fail(ErrorCode::kIo, "libcurl gave no multi handle");
    // As many kept connections as the crawl has; the default would close and reopen them.
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, static_cast<long>(jobs * 4));
    slots_.resize(std::min(jobs, plan_.size()));
    for (Slot& slot : slots_) {
      slot.result = &result_;
      slot.easy.reset(curl_easy_init());
      if (!slot.easy) return fail(ErrorCode::kIo, "libcurl gave no handle");
      set_up(slot);
      start_next(slot);
    }
    int running = 1;
    while (active_ > 0) {
      if (curl_multi_perform(multi_.get(), &running) != CURLM_OK) return fail(ErrorCode::kIo, "curl_multi_perform");
      const bool more = take_finished();
      if (!more && active_ > 0) curl_multi_poll(multi_.get(), nullptr, 0, 1000, nullptr);
    }
    return result_;
  }

 private:
  void set_up(Slot& slot) {
    CURL* easy = slot.easy.get();
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file_.c_str());
    curl_easy_setopt(easy, CURLOPT_CAPATH, nullptr);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 15'000L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &slot);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, &slot);
  }

  // The slot's next request, or the first of the next host that has any; false when all is done.
  bool start_next(Slot& slot) {
    while (slot.requests == nullptr || slot.next == slot.requests->size()) {
      if (next_host_ == plan_.size()) return false;
      slot.requests = &plan_[next_host_++];
      slot.next = 0;
    }
    const ReplayRequest& request = (*slot.requests)[slot.next++];
    const auto url = Url::parse(request.url);
    const std::string address = request.peer.substr(0, request.peer.rfind(':'));
    const std::string pinned = (url ? url->host() + ":" + std::to_string(url->port()) : "") + ":" + address;
    slot.resolve.reset(curl_slist_append(nullptr, pinned.c_str()));
    curl_easy_setopt(slot.easy.get(), CURLOPT_RESOLVE, slot.resolve.get());
    curl_easy_setopt(slot.easy.get(), CURLOPT_URL, request.url.c_str());
    curl_multi_add_handle(multi_.get(), slot.easy.get());
    ++active_;
    ++result_.requests;
    return true;
  }

  bool take_finished() {
    bool any = false;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      if (message->data.result != CURLE_OK) ++result_.failed;
      char* owner = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
      curl_multi_remove_handle(multi_.get(), message->easy_handle);
      --active_;
      any = start_next(*reinterpret_cast<Slot*>(owner)) || any;
    }
    return any;
  }

  const ReplayPlan& plan_;
  const std::string ca_file_;
  std::unique_ptr<CURLM, MultiDeleter> multi_{curl_multi_init()};
  std::vector<Slot> slots_;  // after multi_: handles go first
  std::size_t next_host_ = 0;
  std::size_t active_ = 0;
  ReplayResult result_;
};

}  // namespace

ReplayPlan replay_plan(const Run& run) {
  ReplayPlan plan;
  for (const HostRecord& host : run.hosts) {
    std::vector<ReplayRequest> requests;
    for (const TranscriptEntry& entry : host.transcript) {
      if (entry.kind != "http" || entry.peer.empty() || !entry.request.starts_with(kGet)) continue;
      requests.push_back({entry.peer, entry.request.substr(kGet.size())});
    }
    if (!requests.empty()) plan.push_back(std::move(requests));
  }
  return plan;
}

std::string to_text(const ReplayPlan& plan) {
  std::string text;
  for (const auto& requests : plan) {
    for (const ReplayRequest& request : requests) text += request.peer + "\t" + request.url + "\n";
    text += "\n";
  }
  return text;
}

Result<ReplayPlan> replay_plan_from_text(std::string_view text) {
  ReplayPlan plan;
  std::vector<ReplayRequest> requests;
  for (const std::string& line : split(text, '\n')) {
    if (line.empty()) {
      if (!requests.empty()) plan.push_back(std::exchange(requests, {}));
      continue;
    }
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos)
      return fail(ErrorCode::kParse, "a line of the replay plan has no tab: " + excerpt(line));
    requests.push_back({line.substr(0, tab), line.substr(tab + 1)});
  }
  if (!requests.empty()) plan.push_back(std::move(requests));
  return plan;
}

Result<ReplayResult> replay(const ReplayPlan& plan, std::size_t jobs, const std::filesystem::path& ca_file) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) return fail(ErrorCode::kIo, "libcurl could not be started");
  const auto start = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  auto result = Replay(plan, ca_file.string()).run(std::max<std::size_t>(jobs, 1));
  if (!result) return result;
  result->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  result->cpu = cpu_seconds() - cpu;
  return result;
}

}  // namespace meetlat
