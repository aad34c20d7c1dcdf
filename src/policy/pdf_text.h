// The text of a PDF, read by pdftotext (poppler-utils) in a confined child (base/confined.h): PDF readers have had many
// holes, and the file comes from whoever runs the audited host.
#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>

namespace meetlat::policy {

struct PdfLimits {
  std::size_t bytes = std::size_t{10} << 20;  // of the file
  std::size_t text = std::size_t{4} << 20;    // bytes of the text, before lines are joined
  int pages = 200;                            // policies have three
  std::chrono::milliseconds wall{10'000};     // once it runs
  int cpu_seconds = 5;
  std::size_t address_space = std::size_t{384} << 20;  // bytes; usual documents need less than 80 MB
  std::chrono::milliseconds queue{60'000};  // for a turn: as many readers run at once as there are processors
  bool needs_landlock = true;               // see ConfinedJob
};

struct PdfText {
  enum State {
    kText,         // `text` is what a reader sees. With a `why` the file is damaged, and more may stand in it
    kNoTextLayer,  // pictures of text, most likely: half of the pages have fewer than 200 letters; `text` has those
    kEncrypted,    // needs a password to be opened (one that only restricts printing and copying is no obstacle)
    kBroken,       // no PDF, or damaged beyond reading, or the reader crashed on it
    kTooCostly,    // a limit was passed, or it was cancelled. Beyond `pages`, `text` has the pages before
    kNotInstalled  // this machine cannot read PDFs: no pdftotext, or no way to confine it. Says nothing about the file
  };

  std::string text;  // UTF-8 paragraphs as paragraphs_of() gives them, pages separated by "\f"
  int pages = 0;     // that were read
  State state = kBroken;
  std::string why;  // for people, no full stop; empty when all is well. May quote the reader (made printable)
};

// Takes up to `queue` + `wall`. Never fails otherwise than by its state; safe to call from any number of threads.
// The order of the text is that of the file (pdftotext -raw): it keeps table rows and columns of text together for the
// usual producers and leaves hyphens alone, which poppler's own guess at the reading order does not.
PdfText read_pdf(std::string_view bytes, const PdfLimits& limits = {}, const std::stop_token& stop = {});

}  // namespace meetlat::policy
