// Changing the file of reviews: under a lock, in place where its layout allows that.
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "history/review.h"

namespace meetlat {
namespace {

constexpr std::string_view kHead = "schema: meetlat-review/1\nrecords:\n";
constexpr std::size_t kUsualIndent = 2;

// A JSON text is a YAML text too, whatever stands in it.
std::string json_text(std::string_view text) {
  return dump_json(Json(text));
}

std::string value_yaml(const Value& value) {
  return dump_json(std::visit([](const auto& held) { return Json(held); }, value));
}

bool equal(const std::vector<Review>& a, const std::vector<Review>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Review& x, const Review& y) { return review_yaml(x, 0) == review_yaml(y, 0); });
}

std::string whole_file(const std::vector<Review>& reviews) {
  std::string out(kHead);
  for (const Review& review : reviews) out += review_yaml(review, kUsualIndent);
  return out;
}

bool reads_as(std::string_view text, const std::vector<Review>& wanted) {
  const auto read = parse_reviews(text, "");
  return read && equal(*read, wanted);
}

// Held until the end of its life. A file of its own, since the reviews' file is replaced while it is held. Whoever
// holds it removes it at the end; so whoever waited for it looks whether the name still means the file that was waited
// for.
class Lock {
 public:
  static Result<Lock> take(const std::filesystem::path& path) {
    const std::string name = path.string() + ".lock";
    std::error_code ignored;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
    for (;;) {
      const int fd = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
      if (fd < 0) return fail(error_from_errno(errno, name));
      while (::flock(fd, LOCK_EX) != 0) {
        if (errno == EINTR) continue;
        const int error = errno;
        ::close(fd);
        return fail(error_from_errno(error, name));
      }
      if (is_named(fd, name)) return Lock(fd, name);
      ::close(fd);
    }
  }
  Lock(Lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)), name_(std::move(other.name_)) {}
  Lock& operator=(Lock&&) = delete;
  ~Lock() {
    if (fd_ < 0) return;
    ::unlink(name_.c_str());
    ::close(fd_);
  }

 private:
  Lock(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
  static bool is_named(int fd, const std::string& name) {
    struct stat held {};
    struct stat named {};
    return ::fstat(fd, &held) == 0 && ::stat(name.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
  }
  int fd_;
  std::string name_;
};

struct OpenFile {
  std::filesystem::path path;  // where links lead to, so that a link stays one
  Lock lock;
  std::string text;
  std::vector<Review> reviews;
};

Result<OpenFile> open_for_change(const std::filesystem::path& named) {
  std::error_code missing;
  std::filesystem::path path = std::filesystem::canonical(named, missing);
  if (missing) path = named;
  auto lock = Lock::take(path);
  if (!lock) return fail(lock.error());
  auto text = read_file(path);
  if (!text && text.error().code != ErrorCode::kNotFound) return fail(text.error());
  auto reviews = parse_reviews(text ? *text : "", path.string());
  if (!reviews) return fail(reviews.error());
  return OpenFile{std::move(path), *std::move(lock), text ? *std::move(text) : std::string{}, *std::move(reviews)};
}

// Writes `in_place` if it says what is wanted, else everything anew.
Result<bool> replace(const OpenFile& file, const std::string& in_place, const std::vector<Review>& wanted) {
  const bool rewrite = !reads_as(in_place, wanted);
  const std::string text = rewrite ? whole_file(wanted) : in_place;
  if (!reads_as(text, wanted)) return fail(ErrorCode::kIo, "the reviews could not be written in a readable form");
  if (auto written = write_file_atomically(file.path, text); !written) return fail(written.error());
  return rewrite && !trim(file.text).empty();
}

std::string with_another(const OpenFile& file, const Review& review) {
  std::string text = trim(file.text).empty() ? std::string(kHead) : file.text;
  if (!text.ends_with('\n')) text += '\n';
  std::size_t indent = kUsualIndent;
  // The mark of a record is that of its first key, behind the dash and a blank.
  if (!file.reviews.empty() && file.reviews.back().mark.column > 2) {
    indent = static_cast<std::size_t>(file.reviews.back().mark.column) - 3;
  }
  return text + review_yaml(review, indent);
}

// Without the lines from that record to the next one; comments right above the next one stay with it.
std::string without(const OpenFile& file, std::size_t index) {
  std::vector<std::string> lines = split(file.text, '\n');
  const auto line_of = [&](std::size_t i) {
    const int line = i < file.reviews.size() ? file.reviews[i].mark.line : 0;
    return line > 0 ? static_cast<std::size_t>(line) - 1 : lines.size();
  };
  const std::size_t begin = std::min(line_of(index), lines.size());
  std::size_t end = std::min(line_of(index + 1), lines.size());
  while (end > begin && (trim(lines[end - 1]).empty() || trim(lines[end - 1]).starts_with('#'))) --end;
  if (end > begin) {
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(begin), lines.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return join(lines, "\n");
}

// Eight digits of a digest over the content: the same record gets the same id.
std::string make_id(const Review& review) {
  Review bare = review;
  bare.id.clear();
  return sha256_hex(review_yaml(bare, 0)).substr(0, 8);
}

}  // namespace

std::string review_yaml(const Review& review, std::size_t indent) {
  std::string out;
  const std::string blanks(indent, ' ');
  const auto line = [&](std::string_view key, const std::string& value) {
    out += fmt::format("{}{} {}: {}\n", blanks, out.empty() ? "-" : " ", key, value);
  };
  line("id", json_text(review.id));
  line("kind", std::string(to_string(review.kind)));
  line("host", json_text(review.host));
  if (!review.item.empty()) line("item", json_text(review.item));
  if (review.value) line("value", value_yaml(*review.value));
  line("reason", json_text(review.reason));
  if (!review.evidence.empty()) line("evidence", json_text(review.evidence));
  line("by", json_text(review.by));
  line("date", json_text(review.date));
  if (!review.until.empty()) line("until", json_text(review.until));
  if (!review.seen.empty()) line("seen", json_text(review.seen));
  return out;
}

Result<ReviewEdit> add_review(const std::filesystem::path& path, const Review& review) {
  auto good = checked(review);
  if (!good) return fail(good.error());
  auto file = open_for_change(path);
  if (!file) return fail(file.error());
  if (good->id.empty()) good->id = make_id(*good);
  const bool is_there =
      std::any_of(file->reviews.begin(), file->reviews.end(), [&](const Review& each) { return each.id == good->id; });
  if (is_there) {
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("this record is in {} already, as {}", path.string(), good->id));
  }
  std::vector<Review> wanted = file->reviews;
  wanted.push_back(*good);
  const auto rewritten = replace(*file, with_another(*file, *good), wanted);
  if (!rewritten) return fail(rewritten.error());
  return ReviewEdit{*std::move(good), *rewritten};
}

Result<ReviewEdit> remove_review(const std::filesystem::path& path, std::string_view id) {
  auto file = open_for_change(path);
  if (!file) return fail(file.error());
  const auto at =
      std::find_if(file->reviews.begin(), file->reviews.end(), [&](const Review& each) { return each.id == id; });
  if (at == file->reviews.end()) {
    return fail(ErrorCode::kNotFound, fmt::format("no record '{}' in {}", excerpt(id, 60), path.string()));
  }
  const auto index = static_cast<std::size_t>(at - file->reviews.begin());
  ReviewEdit edit{*at, false};
  std::vector<Review> wanted = file->reviews;
  wanted.erase(wanted.begin() + static_cast<std::ptrdiff_t>(index));
  const auto rewritten = replace(*file, without(*file, index), wanted);
  if (!rewritten) return fail(rewritten.error());
  edit.rewritten = *rewritten;
  return edit;
}

}  // namespace meetlat
