#include "history/run_store.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::size_t kMaxRunBytes = std::size_t{4} << 30;
constexpr std::chrono::seconds kSyncEvery{1};

Result<void> write_all(int fd, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail(error_from_errno(errno, path.string()));
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

// How much of the file is whole lines of readable records. A crash can leave half a line, or a last line of zeros where
// the length was written before the data.
std::size_t whole_length(std::string_view bytes) {
  const std::size_t last = bytes.rfind('\n');
  if (last == std::string_view::npos) return 0;
  const std::size_t before = last == 0 ? std::string_view::npos : bytes.rfind('\n', last - 1);
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  return parse_json(bytes.substr(begin, last - begin)) ? last + 1 : begin;
}

class RunReader {
 public:
  Result<void> line(const Json& json) {
    const std::string type = json_string(json, "type");
    if (!has_header_) {
      auto header = run_header_from_json(json);
      if (!header) return fail(header.error());
      run_.header = std::move(*header);
      has_header_ = true;
      return {};
    }
    if (type == "host") return host(json);
    if (type == "recheck") return recheck(json);
    if (type == "end") return end(json);
    if (type == "look") return look(json);
    return fail(ErrorCode::kSchema, fmt::format("a record of unknown type '{}'", excerpt(type)));
  }
  bool has_header() const { return has_header_; }
  Run take() { return std::move(run_); }
  std::vector<HostRecord> take_looks() { return std::move(looks_); }

 private:
  Result<void> host(const Json& json) {
    auto record = host_record_from_json(json);
    if (!record) return fail(record.error());
    // What follows an end record belongs to a resumed run, which is not at its end.
    run_.finished = {};
    run_.stopped.clear();
    const auto [at, is_new] = index_.try_emplace(record->host, run_.hosts.size());
    if (is_new) {
      run_.hosts.push_back(std::move(*record));
    } else {
      run_.hosts[at->second] = std::move(*record);
    }
    return {};
  }
  Result<void> recheck(const Json& json) {
    const auto at = index_.find(json_string(json, "host"));
    if (at == index_.end()) return fail(ErrorCode::kSchema, "a second look at a host that the Run does not hold");
    auto facts = evidence_from_json(json_member(json, "evidence"));
    if (!facts) return fail(facts.error());
    for (const Fact& fact : facts->all()) run_.hosts[at->second].evidence.insert(fact);
    return {};
  }
  // Another measurement of the host: kept for whoever asks for it, and never mixed with the first one.
  Result<void> look(const Json& json) {
    auto record = host_record_from_json(json);
    if (!record) return fail(record.error());
    if (!index_.contains(record->host)) {
      return fail(ErrorCode::kSchema, "a further look at a host that the Run does not hold");
    }
    looks_.push_back(std::move(*record));
    return {};
  }
  Result<void> end(const Json& json) {
    const auto finished = parse_instant(json_string(json, "finished"));
    if (!finished) return fail(finished.error());
    run_.finished = *finished;
    run_.stopped = json_string(json, "stopped");
    drop_unfounded(run_);
    index_.clear();
    for (std::size_t i = 0; i < run_.hosts.size(); ++i) index_.emplace(run_.hosts[i].host, i);
    return {};
  }

  Run run_;
  std::vector<HostRecord> looks_;
  bool has_header_ = false;
  std::map<std::string, std::size_t> index_;
};

}  // namespace

struct RunWriter::Impl {
  int fd = -1;
  std::filesystem::path path;
  std::chrono::steady_clock::time_point last_sync = std::chrono::steady_clock::now();
  bool dirty = false;

  ~Impl() {
    if (fd < 0) return;
    if (dirty) ::fdatasync(fd);
    ::close(fd);
  }

  Result<void> put(const Json& json) {
    auto written = write_all(fd, dump_json(json) + "\n", path);
    dirty = true;
    return written;
  }
};

RunWriter::RunWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RunWriter::RunWriter(RunWriter&&) noexcept = default;
RunWriter& RunWriter::operator=(RunWriter&&) noexcept = default;
RunWriter::~RunWriter() = default;

namespace {

Result<int> open_locked(const std::filesystem::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  if (fd < 0) return fail(error_from_errno(errno, path.string()));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(fd);
    return fail(ErrorCode::kIo, fmt::format("{} is being written by another meetlat", path.string()));
  }
  return fd;
}

}  // namespace

Result<RunWriter> RunWriter::create(const std::filesystem::path& path, const RunHeader& header) {
  std::error_code ignored;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
  const auto fd = open_locked(path, O_WRONLY | O_CREAT | O_APPEND);
  if (!fd) return fail(fd.error());
  auto impl = std::make_unique<Impl>();
  impl->fd = *fd;
  impl->path = path;
  struct stat info {};
  if (::fstat(*fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} exists already; go on with it by --resume, or name another file", path.string()));
  }
  if (auto put = impl->put(to_json(header)); !put) return fail(put.error());
  return RunWriter(std::move(impl));
}

Result<RunWriter> RunWriter::append_to(const std::filesystem::path& path) {
  const auto fd = open_locked(path, O_RDWR | O_APPEND);
  if (!fd) return fail(fd.error());
  auto impl = std::make_unique<Impl>();
  impl->fd = *fd;
  impl->path = path;
  const auto bytes = read_file(path, kMaxRunBytes);
  if (!bytes) return fail(bytes.error());
  const std::size_t whole = whole_length(*bytes);
  if (whole != bytes->size() && ::ftruncate(*fd, static_cast<off_t>(whole)) != 0) {
    return fail(error_from_errno(errno, path.string()));
  }
  return RunWriter(std::move(impl));
}

Result<void> RunWriter::add(const HostRecord& record) {
  if (auto put = impl_->put(to_json(record)); !put) return put;
  return std::chrono::steady_clock::now() - impl_->last_sync >= kSyncEvery ? sync() : Result<void>{};
}

Result<void> RunWriter::add_recheck(const std::string& host, const Evidence& facts) {
  return impl_->put(Json{{"type", "recheck"}, {"host", host}, {"evidence", to_json(facts)}});
}

Result<void> RunWriter::add_look(const HostRecord& record) {
  Json json = to_json(record);
  json["type"] = "look";
  return impl_->put(json);
}

Result<void> RunWriter::finish(Instant finished, const std::string& stopped) {
  auto put = impl_->put(Json{{"type", "end"}, {"finished", format_instant(finished)}, {"stopped", stopped}});
  return put ? sync() : put;
}

Result<void> RunWriter::sync() {
  impl_->last_sync = std::chrono::steady_clock::now();
  if (!impl_->dirty) return {};
  // A pipe or device has nothing to make durable.
  if (::fdatasync(impl_->fd) != 0 && errno != EINVAL && errno != EROFS) {
    return fail(error_from_errno(errno, impl_->path.string()));
  }
  impl_->dirty = false;
  return {};
}

namespace {

tl::unexpected<Error> not_a_run(const std::filesystem::path& path) {
  return fail(ErrorCode::kSchema, path.string() + " is no meetlat Run (--run of rank and audit writes one)");
}

Result<RunReader> read_lines(const std::filesystem::path& path) {
  const auto file = read_file(path, kMaxRunBytes);
  if (!file) return fail(file.error());
  const std::string_view bytes = std::string_view(*file).substr(0, whole_length(*file));
  RunReader reader;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const std::size_t end = bytes.find('\n', begin);
    ++number;
    const auto located = [&](const Error& error) {
      return fail(error.code, fmt::format("{}:{}: {}", path.string(), number, describe(error)));
    };
    const auto json = parse_json(bytes.substr(begin, end - begin));
    if (number == 1 && (!json || json_string(*json, "type") != "header")) return not_a_run(path);
    if (!json) return located(json.error());
    if (auto ok = reader.line(*json); !ok) return located(ok.error());
    begin = end + 1;
  }
  if (!reader.has_header()) {
    return not_a_run(path);
  }
  return reader;
}

}  // namespace

Result<Run> read_run(const std::filesystem::path& path) {
  auto reader = read_lines(path);
  return reader ? Result<Run>(reader->take()) : fail(reader.error());
}

Result<std::vector<HostRecord>> read_looks(const std::filesystem::path& path) {
  auto reader = read_lines(path);
  return reader ? Result<std::vector<HostRecord>>(reader->take_looks()) : fail(reader.error());
}

}  // namespace meetlat
