#include "bench/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "base/file.h"
#include "policy/reading.h"
#include "policy/vocabulary.h"
#include "proto/html.h"

namespace meetlat {

namespace {

constexpr double kAim = 10;  // milliseconds a 5,000-word page

double cpu_milliseconds() {
  std::timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// The text of the body, again and again, as one page.
std::string grown(const std::string& page, std::size_t have, std::size_t words) {
  const std::size_t body = page.find("<body");
  const std::size_t begin = body == std::string::npos ? 0 : page.find('>', body) + 1;
  const std::size_t end = std::min(page.find("</body", begin), page.size());
  std::string out = page.substr(0, begin);
  for (std::size_t count = 0; count < words; count += std::max<std::size_t>(have, 1)) {
    out += page.substr(begin, end - begin);
  }
  return out + "</body></html>";
}

Result<policy::Reading> read_once(const std::string& page) {
  const Result<policy::Document> document = policy::open_document(page, {"text/html", ""});
  if (!document) return fail(document.error());
  return policy::read_policy(*document);
}

Result<PolicyBenchRow> measure(const std::filesystem::path& file, const PolicyBenchOptions& options) {
  const Result<std::string> bytes = read_file(file, std::size_t{2} << 20);
  if (!bytes) return fail(bytes.error());
  const Result<policy::Reading> first = read_once(*bytes);
  if (!first) return fail(first.error());
  const std::string page = grown(*bytes, static_cast<std::size_t>(first->readability.words), options.words);
  PolicyBenchRow row;
  row.name = file.filename().string();
  row.lang = first->languages.empty() ? "?" : first->languages.front().lang;
  const double start = cpu_milliseconds();
  for (std::size_t i = 0; i < options.repeats; ++i) {
    const Result<policy::Reading> reading = read_once(page);
    if (!reading) return fail(reading.error());
    row.words = static_cast<std::size_t>(reading->readability.words);
  }
  const double middle = cpu_milliseconds();
  for (std::size_t i = 0; i < options.repeats; ++i) {
    const Result<HtmlDocument> tree = parse_html(page);
    if (!tree) return fail(tree.error());
    policy::languages_of(policy::document_of(*tree));
  }
  const auto repeats = static_cast<double>(options.repeats);
  row.milliseconds = (middle - start) / repeats;
  row.floor = (cpu_milliseconds() - middle) / repeats;
  return row;
}

}  // namespace

Result<PolicyBenchResult> bench_policy(const PolicyBenchOptions& options) {
  std::vector<std::filesystem::path> files = options.files;
  if (files.empty()) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(data_path("data/personas/policies"), error)) {
      if (entry.path().extension() == ".html") files.push_back(entry.path());
    }
    if (files.empty()) return fail(ErrorCode::kNotFound, "data/personas/policies holds no policies; name files");
    std::sort(files.begin(), files.end());
  }
  PolicyBenchResult result;
  const double start = cpu_milliseconds();
  for (const std::string& lang : policy::Vocabulary::languages()) {
    if (const auto loaded = policy::Vocabulary::of(lang); !loaded) return fail(loaded.error());
  }
  result.load_milliseconds = cpu_milliseconds() - start;
  for (const std::filesystem::path& file : files) {
    Result<PolicyBenchRow> row = measure(file, options);
    if (!row) return fail(row.error());
    result.rows.push_back(std::move(*row));
  }
  return result;
}

void print(const PolicyBenchOptions& options, const PolicyBenchResult& result, std::ostream& out) {
  out << fmt::format("{:28} {:4} {:>7} {:>12} {:>14} {:>7}\n", "document", "lang", "words", "CPU a policy",
                     "tree+language", "ratio");
  double worst = 0;
  for (const PolicyBenchRow& row : result.rows) {
    const double ratio = row.floor > 0 ? row.milliseconds / row.floor : 0;
    out << fmt::format("{:28} {:4} {:7} {:9.2f} ms {:11.2f} ms {:7.2f}\n", row.name, row.lang, row.words,
                       row.milliseconds, row.floor, ratio);
    worst = std::max(worst, row.words > 0 ? row.milliseconds * 5000 / static_cast<double>(row.words) : 0);
  }
  out << fmt::format(
      "\nthe dearest language: {:.2f} ms for 5,000 words (aim: under {:.0f} ms); all vocabularies: {:.1f} ms, "
      "once per process\n",
      worst, kAim, result.load_milliseconds);
  out << fmt::format("repeat with: meetlat bench policy --words {} --repeats {}", options.words, options.repeats);
  for (const std::filesystem::path& file : options.files) out << " --file " << file.string();
  out << '\n';
}

}  // namespace meetlat
