#include "policy/pdf_text.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <semaphore>
#include <thread>
#include <utility>
#include <vector>

#include "base/confined.h"
#include "base/text.h"
#include "policy/paragraphs.h"

namespace meetlat::policy {
namespace {

constexpr std::size_t kHeaderWithin = 1024;  // readers accept junk before "%PDF-"
constexpr std::size_t kLettersOfAPage = 200;

// Keeps the sum of the children's memory and CPU within what the machine has, however many hosts are audited at once.
using Turns = std::counting_semaphore<1024>;
Turns& turns() {
  static Turns instance(static_cast<std::ptrdiff_t>(std::clamp(std::thread::hardware_concurrency(), 2U, 64U)));
  return instance;
}

class Turn {
 public:
  // Waits in slices, so that a stop request is seen.
  Turn(std::chrono::milliseconds patience, const std::stop_token& stop) {
    constexpr std::chrono::milliseconds kSlice(100);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    do {
      mine_ = turns().try_acquire_for(kSlice);
    } while (!mine_ && !stop.stop_requested() && std::chrono::steady_clock::now() < deadline);
  }
  ~Turn() {
    if (mine_) turns().release();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  explicit operator bool() const noexcept { return mine_; }

 private:
  bool mine_ = false;
};

PdfText without_text(PdfText::State state, std::string why) {
  PdfText out;
  out.state = state;
  out.why = std::move(why);
  return out;
}

PdfText of_error(const Error& error) {
  switch (error.code) {
    case ErrorCode::kTimedOut:
    case ErrorCode::kTooLarge:
    case ErrorCode::kCancelled:
      return without_text(PdfText::kTooCostly, error.context);
    case ErrorCode::kNotFound:
      return without_text(PdfText::kNotInstalled, "pdftotext is not installed (Debian package poppler-utils)");
    default:
      return without_text(PdfText::kNotInstalled, error.context);  // this machine's fault, whatever it was
  }
}

// The reader's first complaint.
std::string complaint(const ConfinedResult& run) {
  const std::string_view messages = run.messages;
  const std::string line = excerpt(trim(messages.substr(0, messages.find('\n'))), 120);
  if (run.signal != 0) return fmt::format("the PDF reader died of signal {}", run.signal);
  return line.empty() ? fmt::format("the PDF reader gave up (exit {})", run.exit_status) : line;
}

PdfText of_failure(const ConfinedResult& run) {
  const bool out_of_memory = icontains(run.messages, "out of memory") || icontains(run.messages, "bad_alloc");
  if (out_of_memory) return without_text(PdfText::kTooCostly, "it needs more memory than a document should");
  if (icontains(run.messages, "incorrect password")) {
    return without_text(PdfText::kEncrypted, "it is encrypted and needs a password");
  }
  if (run.signal == 0 && run.exit_status == 3) {
    return without_text(PdfText::kEncrypted, "it forbids taking its text, and this reader obeys");
  }
  return without_text(PdfText::kBroken, complaint(run));
}

std::size_t count_letters(std::string_view page) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(page.data());
  const auto size = static_cast<std::int32_t>(std::min<std::size_t>(page.size(), INT32_MAX));
  std::size_t letters = 0;
  for (std::int32_t at = 0; at < size;) {
    UChar32 c = 0;
    U8_NEXT(data, at, size, c);
    if (c >= 0 && u_isalpha(c) != 0) ++letters;
  }
  return letters;
}

// pdftotext ends each page with "\f".
std::vector<std::string_view> pages_of(std::string_view output) {
  std::vector<std::string_view> pages;
  for (std::size_t end = output.find('\f'); end != std::string_view::npos; end = output.find('\f')) {
    pages.push_back(output.substr(0, end));
    output.remove_prefix(end + 1);
  }
  if (!trim(output).empty()) pages.push_back(output);
  return pages;
}

// Of two pages the fuller one counts: a last page is often nearly empty.
std::size_t median_letters(const std::vector<std::string_view>& pages) {
  std::vector<std::size_t> letters;
  letters.reserve(pages.size());
  for (const std::string_view page : pages) letters.push_back(count_letters(page));
  const auto middle = letters.begin() + static_cast<std::ptrdiff_t>(letters.size() / 2);
  std::nth_element(letters.begin(), middle, letters.end());
  return *middle;
}

PdfText of_output(const ConfinedResult& run, const PdfLimits& limits) {
  std::vector<std::string_view> pages = pages_of(run.output);
  if (pages.empty()) return without_text(PdfText::kBroken, "it has no pages");
  PdfText out;
  const bool more = pages.size() > static_cast<std::size_t>(limits.pages);
  if (more) pages.resize(static_cast<std::size_t>(limits.pages));
  out.pages = static_cast<int>(pages.size());
  out.text = paragraphs_of(
      std::string_view(run.output)
          .substr(0, static_cast<std::size_t>(pages.back().data() - run.output.data()) + pages.back().size()));
  const bool damaged = icontains(run.messages, "syntax error");
  const bool has_text = median_letters(pages) >= kLettersOfAPage;
  if (has_text) {
    out.state = PdfText::kText;
    if (damaged) out.why = "the file is damaged, some of it may be missing";
  } else {
    out.state = damaged ? PdfText::kBroken : PdfText::kNoTextLayer;
    out.why = damaged ? complaint(run) : "its pages hold hardly any text: pictures, most likely";
  }
  if (more) {
    out.state = PdfText::kTooCostly;
    out.why = fmt::format("it has more than {} pages; the rest was not read", limits.pages);
  }
  return out;
}

}  // namespace

PdfText read_pdf(std::string_view bytes, const PdfLimits& limits, const std::stop_token& stop) {
  if (bytes.substr(0, kHeaderWithin).find("%PDF-") == std::string_view::npos) {
    return without_text(PdfText::kBroken, "it does not begin as a PDF");
  }
  if (bytes.size() > limits.bytes) {
    return without_text(PdfText::kTooCostly, fmt::format("it is larger than {} bytes", limits.bytes));
  }
  ConfinedJob job;
  job.program = "pdftotext";
  // One page more than is wanted, to know whether there is one.
  job.arguments = {"-raw", "-enc", "UTF-8", "-eol", "unix", "-l", std::to_string(limits.pages + 1), "-", "-"};
  job.input = bytes;
  job.may_read = {"/usr/share/poppler"};  // tables of Asian encodings, of the package poppler-data
  job.limits = {limits.wall, limits.cpu_seconds, limits.address_space, limits.text};
  job.needs_landlock = limits.needs_landlock;

  const Turn turn(limits.queue, stop);
  if (!turn) return without_text(PdfText::kTooCostly, "too many other PDFs were being read");
  const Result<ConfinedResult> run = run_confined(job, stop);
  if (!run) return of_error(run.error());
  if (run->signal != 0 || run->exit_status != 0) return of_failure(*run);
  return of_output(*run, limits);
}

}  // namespace meetlat::policy
