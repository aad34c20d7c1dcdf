#include "lists/loader.h"

#include <fmt/core.h>

#include <iostream>
#include <optional>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "lists/list_fetch.h"
#include "net/redact.h"

namespace meetlat {
namespace {

// A stored copy: one line of JSON about it, then the body. One file, so that it is replaced as a whole or not at all.
struct StoredCopy {
  std::string body;
  std::string etag;
  std::string last_modified;
  std::string base;  // final URL after redirects
  Instant fetched{};
};

std::filesystem::path copy_path(const LoadOptions& options, const Url& url) {
  const std::filesystem::path folder = options.cache_dir.empty() ? cache_dir() / "lists" : options.cache_dir;
  return folder / (sha256_hex(url.str()).substr(0, 32) + ".list");
}

// nullopt when there is none or it is damaged: then it is fetched again.
std::optional<StoredCopy> read_copy(const LoadOptions& options, const Url& url) {
  auto bytes = read_file(copy_path(options, url), kMaxListBytes + 65'536);
  if (!bytes) return std::nullopt;
  const std::size_t end = bytes->find('\n');
  if (end == std::string::npos) return std::nullopt;
  const auto about = parse_json(std::string_view(*bytes).substr(0, end));
  if (!about) return std::nullopt;
  StoredCopy copy;
  copy.body = bytes->substr(end + 1);
  const auto fetched = parse_instant(json_string(*about, "fetched"));
  if (!fetched || json_string(*about, "sha256") != sha256_hex(copy.body)) return std::nullopt;
  copy.fetched = *fetched;
  copy.etag = json_string(*about, "etag");
  copy.last_modified = json_string(*about, "last_modified");
  copy.base = json_string(*about, "base");
  return copy;
}

Result<void> write_copy(const LoadOptions& options, const Url& url, const StoredCopy& copy) {
  const Json about{{"url", url.str()},
                   {"base", copy.base},
                   {"etag", copy.etag},
                   {"last_modified", copy.last_modified},
                   {"fetched", format_instant(copy.fetched)},
                   {"sha256", sha256_hex(copy.body)}};
  return write_file_atomically(copy_path(options, url), dump_json(about) + "\n" + copy.body);
}

const Clock& clock_of(const LoadOptions& options) {
  return options.clock != nullptr ? *options.clock : Clock::system();
}

bool is_utf8(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    const std::size_t length = byte < 0x80 ? 1 : byte >> 5 == 6 ? 2 : byte >> 4 == 14 ? 3 : byte >> 3 == 30 ? 4 : 0;
    if (length == 0 || i + length > bytes.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(bytes[i + k]) & 0xc0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

// Parses and fills the record. `retrieved` is when these bytes were read or fetched.
Result<LoadedList> parse_loaded(std::string_view bytes, ListOrigin origin, Instant retrieved) {
  if (origin.date.empty()) origin.date = format_date(retrieved);
  auto parsed = parse_list(bytes, origin);
  if (!parsed) return fail(parsed.error());
  LoadedList out;
  out.record.name = origin.name;
  out.record.format = parsed->format;
  out.record.sha256 = sha256_hex(bytes);
  out.record.retrieved = format_instant(retrieved);
  out.record.date = parsed->date.empty() ? origin.date : parsed->date;
  out.record.targets = parsed->targets.size();
  out.record.placeholders = parsed->placeholders;
  out.record.other_software = parsed->other_software;
  if (!is_utf8(bytes)) {
    out.warnings.push_back(
        fmt::format("{}: not valid UTF-8; names in it may be damaged, save it as UTF-8", origin.name));
  }
  out.parsed = std::move(*parsed);
  return out;
}

Result<LoadedList> parse_copy(const StoredCopy& copy, const Url& url, const LoadOptions& options) {
  ListOrigin origin{redact_url(url.str()), url, date_of_http(copy.last_modified)};
  if (const auto base = Url::parse(copy.base)) origin.url = *base;
  auto out = parse_loaded(copy.body, std::move(origin), copy.fetched);
  if (!out) return out;
  out->record.from_cache = true;
  out->record.cache_age_days = std::max(0L, days_between(copy.fetched, clock_of(options).now()));
  return out;
}

std::string age_of(const StoredCopy& copy, const LoadOptions& options) {
  const long days = std::max(0L, days_between(copy.fetched, clock_of(options).now()));
  return fmt::format("stored copy of {} ({} days old)", format_date(copy.fetched), days);
}

// The stored copy, because of `why`.
Result<LoadedList> fall_back(const Url& url, const StoredCopy& copy, const Error& why, const LoadOptions& options) {
  auto out = parse_copy(copy, url, options);
  if (!out) return out;
  out->warnings.insert(out->warnings.begin(), fmt::format("{}: {}; using the {}", redact_url(url.str()), describe(why),
                                                          age_of(copy, options)));
  return out;
}

Result<LoadedList> load_offline(const Url& url, const LoadOptions& options) {
  const auto copy = read_copy(options, url);
  if (!copy) {
    return fail(ErrorCode::kOffline,
                fmt::format("{}: no stored copy of this list; run once without --offline", redact_url(url.str())));
  }
  auto out = parse_copy(*copy, url, options);
  if (out) {
    out->warnings.insert(out->warnings.begin(),
                         fmt::format("{}: offline, using the {}", redact_url(url.str()), age_of(*copy, options)));
  }
  return out;
}

Result<LoadedList> load_url(const Url& url, const LoadOptions& options) {
  if (options.offline) return load_offline(url, options);
  if (options.network == nullptr) {
    return fail(ErrorCode::kOffline, fmt::format("{}: there is no network to fetch it with", redact_url(url.str())));
  }
  auto stored = read_copy(options, url);
  const Ticks deadline = std::chrono::steady_clock::now() + options.timeout;
  auto fetched = fetch_list(url, stored ? stored->etag : std::string{}, stored ? stored->last_modified : std::string{},
                            kMaxListBytes, *options.network, deadline, options.stop);
  if (!fetched) {
    const bool own_will = fetched.error().code == ErrorCode::kCancelled;
    if (stored && !own_will) return fall_back(url, *stored, fetched.error(), options);
    return fail(fetched.error().code, fmt::format("the list {}: {}", redact_url(url.str()), fetched.error().context));
  }
  StoredCopy copy;
  if (fetched->not_modified && stored) {
    copy = *stored;
  } else {
    copy.body = std::move(fetched->body);
    copy.etag = std::move(fetched->etag);
    copy.last_modified = std::move(fetched->last_modified);
    copy.base = fetched->final_url.str();
  }
  copy.fetched = clock_of(options).now();
  auto out = parse_copy(copy, url, options);
  if (!out) {
    // A login page or an error page with status 200 must not replace a list that was good.
    if (stored) return fall_back(url, *stored, out.error(), options);
    return out;
  }
  out->record.from_cache = false;
  if (auto kept = write_copy(options, url, copy); !kept) {
    out->warnings.push_back("no copy of the list was kept: " + describe(kept.error()));
  }
  return out;
}

Result<LoadedList> load_input(const LoadOptions& options) {
  std::istream& in = options.input != nullptr ? *options.input : std::cin;
  std::string bytes;
  std::string block(65'536, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    bytes.append(block, 0, static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > kMaxListBytes) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("standard input: more than {} MiB is no list of hosts", kMaxListBytes >> 20));
    }
  }
  return parse_loaded(bytes, ListOrigin{"standard input", {}, {}}, clock_of(options).now());
}

Result<LoadedList> load_file(const std::filesystem::path& path, std::string_view name, const LoadOptions& options) {
  const auto bytes = read_file(path, kMaxListBytes);
  if (!bytes) {
    if (bytes.error().code == ErrorCode::kTooLarge) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("{}: more than {} MiB is no list of hosts", path.string(), kMaxListBytes >> 20));
    }
    return fail(bytes.error().code, fmt::format("the list {}; a source is a file, an http(s) URL, - or {}",
                                                bytes.error().context, kBundledList));
  }
  return parse_loaded(*bytes, ListOrigin{std::string(name), {}, {}}, clock_of(options).now());
}

}  // namespace

bool is_list_url(std::string_view spec) noexcept {
  return starts_with_i(spec, "https://") || starts_with_i(spec, "http://");
}

Result<LoadedList> load_list(std::string_view spec, const LoadOptions& options) {
  if (spec == "-") return load_input(options);
  if (spec == kBundledList) return load_file(data_path("data/known-instances.json"), kBundledList, options);
  if (is_list_url(spec)) {
    const auto url = Url::parse(spec);
    if (!url) return fail(ErrorCode::kInvalidArgument, describe(url.error()));
    return load_url(*url, options);
  }
  if (spec.empty() || spec.find("://") != std::string_view::npos) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is no source of lists; give a file, an http(s) URL, - or {}", excerpt(spec, 80),
                            kBundledList));
  }
  return load_file(std::filesystem::path(spec), spec, options);
}

}  // namespace meetlat
