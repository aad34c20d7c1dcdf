#include "net/validator.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "base/text.h"

namespace meetlat {

namespace {

constexpr std::size_t kAnchorBytes = std::size_t{256} << 10;
constexpr std::size_t kMostAnchors = 8;
constexpr std::chrono::seconds kPathPatience{10};
constexpr int kPathTries = 2;  // a lost datagram should not decide about a whole run

bool at_or_below(std::string_view name, std::string_view zone) {
  if (zone == "." || name == zone) return true;
  return name.size() > zone.size() && name.ends_with(zone) && name[name.size() - zone.size() - 1] == '.';
}

std::string bare(std::string_view name) {
  std::string text = to_lower(name);
  if (text.size() > 1 && text.ends_with('.')) text.pop_back();
  return text;
}

DnsContextOptions context_options(const ValidatorOptions& options) {
  return {options.forward_to, options.trust_anchors.string(), !options.forward_to.empty()};
}

std::vector<std::string> names_of(const std::vector<HostsEntry>& hosts) {
  std::vector<std::string> names;
  names.reserve(hosts.size());
  for (const HostsEntry& entry : hosts) names.push_back(entry.host);
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

DnsRecords to_records(DnsReply reply, const std::string& by) {
  DnsRecords records;
  records.trust = reply.secure ? DnsTrust::kSecure : reply.bogus ? DnsTrust::kBogus : DnsTrust::kInsecure;
  records.why_bogus = excerpt(reply.why_bogus, 300);
  records.name_exists = reply.name_exists;
  records.rdata = std::move(reply.records);
  records.canonical = std::move(reply.canonical);
  records.validated_by = by;
  return records;
}

}  // namespace

Result<std::vector<std::string>> trust_anchor_names(const std::filesystem::path& file) {
  const Result<std::string> bytes = read_file(file, kAnchorBytes);
  if (!bytes) return fail(bytes.error());
  std::vector<std::string> names;
  for (const std::string& line : split(*bytes, '\n')) {
    const std::string_view text = std::string_view(line).substr(0, line.find(';'));
    if (text.empty() || text.front() == ' ' || text.front() == '\t') continue;  // of the record above
    std::vector<std::string> words;
    for (const std::string& word : split(text, text.find('\t') == std::string_view::npos ? ' ' : '\t')) {
      for (const std::string& part : split(word, ' ')) {
        if (!trim(part).empty()) words.emplace_back(trim(part));
      }
    }
    const bool anchor = std::ranges::any_of(
        words, [](const std::string& word) { return iequals(word, "DNSKEY") || iequals(word, "DS"); });
    if (!anchor || names.size() == kMostAnchors) continue;
    std::string name = bare(words.front());
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  }
  if (names.empty()) return fail(ErrorCode::kParse, fmt::format("{}: no DNSKEY or DS record", file.string()));
  return names;
}

Validator::Validator(const ValidatorOptions& options, std::vector<std::string> anchors,
                     std::unique_ptr<DnsContext> context)
    : own_server_(!options.forward_to.empty()),
      hosts_(names_of(options.hosts)),
      anchors_(std::move(anchors)),
      by_(fmt::format("this program, from {}{}", options.trust_anchors.filename().string(),
                      own_server_ ? ", through the name server of --resolver" : "")),
      context_options_(context_options(options)),
      context_(std::move(context)) {}

Result<std::unique_ptr<Validator>> Validator::create(const ValidatorOptions& options) {
  Result<std::vector<std::string>> anchors = trust_anchor_names(options.trust_anchors);
  if (!anchors) return fail(anchors.error());
  Result<std::unique_ptr<DnsContext>> context = DnsContext::create(context_options(options));
  if (!context) return fail(context.error());
  return std::unique_ptr<Validator>(new Validator(options, *std::move(anchors), *std::move(context)));
}

// Why nobody is asked about this name; nothing when somebody can be.
std::optional<Error> Validator::refusal(const std::string& name) const {
  const auto not_asked = [&](std::string_view why) {
    return Error{ErrorCode::kNotAttempted, fmt::format("{}: {}", name, why)};
  };
  if (!own_server_) {
    for (std::string_view part = name; !part.empty();) {
      if (std::ranges::binary_search(hosts_, part)) {
        return not_asked("the hosts file has its address, and no --resolver was given that may know more");
      }
      const std::size_t dot = part.find('.');
      part.remove_prefix(dot == std::string_view::npos ? part.size() : dot + 1);
    }
    // A top-level domain is a single label as well, and public unless names below it are not.
    if (is_special_use_name(name.find('.') == std::string::npos ? "x." + name : name)) {
      return not_asked("a special-use name that no public name server knows");
    }
  }
  if (std::ranges::none_of(anchors_, [&](const std::string& anchor) { return at_or_below(name, anchor); })) {
    return not_asked("no trust anchor is above this name");
  }
  return std::nullopt;
}

Result<void> Validator::try_path(const std::stop_token& stop) {
  std::vector<DnsQuestion> questions;
  for (const std::string& anchor : anchors_) questions.push_back({anchor, DnsType::kDnskey});
  const std::vector<DnsReply> replies =
      context_->ask(questions, {std::chrono::steady_clock::now() + kPathPatience, {}}, stop);
  if (std::ranges::any_of(replies, &DnsReply::secure)) return {};
  if (stop.stop_requested()) return fail(ErrorCode::kCancelled, "while trying DNSSEC");
  std::string why = "no answer";
  for (const DnsReply& reply : replies) {
    if (!reply.done) continue;
    why = reply.error ? reply.error->context : reply.bogus ? excerpt(reply.why_bogus, 200) : "no signatures";
    break;
  }
  return fail(ErrorCode::kResolverFailed,
              fmt::format("DNSSEC cannot be validated on the way to the name servers here ({}); "
                          "--resolver can name another one",
                          why));
}

// Validation needs a path that lets signatures through, an anchor that is still right and a clock that is not wrong.
// The first thread that asks finds out for all.
Result<void> Validator::path_works(const std::stop_token& stop) {
  const std::scoped_lock lock(path_mutex_);
  if (path_) return *path_;
  Result<void> works = try_path(stop);
  if (stop.stop_requested() && !works) return works;
  if (works || ++path_tries_ == kPathTries) path_ = works;
  return works;
}

// Bogus is a grave word, and a datagram lost on the way to a key looks the same: it has to come out of a second context
// too, which remembers nothing of the first.
void Validator::confirm_bogus(std::span<const DnsQuestion> questions, std::vector<DnsReply>& replies, Ticks deadline,
                              const std::stop_token& stop) const {
  std::vector<DnsQuestion> doubtful;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (replies[i].bogus) doubtful.push_back(questions[i]);
  }
  if (doubtful.empty()) return;
  Result<std::unique_ptr<DnsContext>> fresh = DnsContext::create(context_options_);
  std::vector<DnsReply> again(doubtful.size());
  if (fresh) again = (*fresh)->ask(doubtful, {deadline, {}}, stop);
  std::size_t next = 0;
  for (DnsReply& reply : replies) {
    if (reply.bogus) reply = std::move(again[next++]);
  }
}

std::vector<Result<DnsRecords>> Validator::ask(std::span<const DnsQuestion> questions, Ticks deadline,
                                               const std::stop_token& stop) {
  std::vector<Result<DnsRecords>> answers;
  std::vector<DnsQuestion> asked;
  for (const DnsQuestion& question : questions) {
    if (std::optional<Error> why = refusal(question.name)) {
      answers.emplace_back(fail(*std::move(why)));
    } else {
      answers.emplace_back(fail(ErrorCode::kTimedOut, question.name + ": no answer from the name server"));
      asked.push_back(question);
    }
  }
  if (asked.empty()) return answers;
  const Result<void> works = path_works(stop);
  std::vector<DnsReply> replies(asked.size());
  if (works) {
    replies = context_->ask(asked, {deadline, {}}, stop);
    confirm_bogus(asked, replies, deadline, stop);
  }
  std::size_t next = 0;
  for (std::size_t i = 0; i < questions.size(); ++i) {
    if (refusal(questions[i].name)) continue;
    DnsReply& reply = replies[next++];
    if (!works) {
      answers[i] = fail(works.error());
    } else if (reply.error) {
      answers[i] = fail(reply.error->code, fmt::format("{}: {}", questions[i].name, reply.error->context));
    } else if (reply.done) {
      answers[i] = to_records(std::move(reply), by_);
    } else if (stop.stop_requested()) {
      answers[i] = fail(ErrorCode::kCancelled, questions[i].name);
    }
  }
  return answers;
}

}  // namespace meetlat
