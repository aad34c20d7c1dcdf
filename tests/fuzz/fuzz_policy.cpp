// A document of any form but PDF (that reader is a child process), opened and read. The first byte chooses what it is
// called. What must hold for every document: snippets are short and come from the text, a document that could not be
// read lacks nothing and is no policy.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/json.h"
#include "policy/document.h"
#include "policy/markdown.h"
#include "policy/marks.h"
#include "policy/reading.h"
#include "policy/render.h"
#include "policy/sentences.h"
#include "policy/text_lines.h"
#include "policy/words.h"

namespace {

using meetlat::policy::Wrapping;

void require(bool holds) {
  if (!holds) std::abort();
}

// The finders alone, which in a document only ever see text that was cleaned.
void check_finders(std::string_view bytes) {
  std::size_t end = 0;
  for (const meetlat::policy::Span& span : meetlat::policy::sentences_of(bytes)) {
    require(span.begin >= end && span.begin < span.end && span.end <= bytes.size());
    end = span.end;
  }
  const meetlat::policy::Words words = meetlat::policy::words_of(bytes);
  for (std::size_t i = 0; i < words.size(); ++i) {
    require(words.words[i].begin < words.words[i].end && words.words[i].end <= bytes.size() && !words[i].empty());
  }
  for (const auto& found : {meetlat::policy::find_contact(bytes), meetlat::policy::find_postal_address(bytes)}) {
    require(!found || (found->begin < found->end && found->end <= bytes.size()));
  }
  require(meetlat::policy::placeholders_in(bytes).size() <= 20);
  for (const meetlat::policy::TextLine& line : meetlat::policy::lines_of(bytes).lines) require(line.width <= line.size);
}

void check(const meetlat::policy::Reading& reading) {
  using meetlat::policy::Kind;
  using meetlat::policy::State;
  const bool blind = reading.kind == Kind::kNotReadable || reading.kind == Kind::kUnknownLanguage;
  require(!blind || reading.is_policy != meetlat::policy::Answer::kYes);
  for (const meetlat::policy::ItemReading& item : reading.items) {
    require(item.snippet.size() <= 4 * 210);
    require(item.offset <= reading.text.size());
    require(item.state != State::kNotMeasured || !item.reason.empty());
    require(item.state != State::kFound || !item.snippet.empty() || item.item == "contact");
  }
  require(meetlat::dump_json(meetlat::policy::to_json(reading), 0).starts_with('{'));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::array<Wrapping, 8> kWrappings{{{"", ""},
                                                   {"text/html", ""},
                                                   {"", "policy.md"},
                                                   {"text/plain; charset=utf-8", ""},
                                                   {"", "main.json"},
                                                   {"text/html; charset=utf-16le", ""},
                                                   {"text/plain; charset=windows-1252", ""},
                                                   {"text/markdown; charset=shift_jis", ""}}};
  if (size == 0) return 0;
  const Wrapping& wrapping = kWrappings[data[0] % kWrappings.size()];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  require(meetlat::policy::without_shortcodes(bytes).size() <= bytes.size());
  check_finders(bytes);
  if (bytes.substr(0, 1024).find("%PDF-") != std::string_view::npos) return 0;
  auto document = meetlat::policy::open_document(bytes, wrapping);
  if (!document) document = meetlat::policy::refused(document.error(), wrapping);
  const auto reading =
      meetlat::policy::read_policy(*document, {"meet.sample.test", "sample.test", "Sample", "Privacy"});
  require(reading.has_value());
  check(*reading);
  return 0;
}
