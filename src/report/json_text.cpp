#include "report/json_text.h"

#include <array>
#include <string_view>

#include "base/json.h"
#include "report/mask.h"

namespace meetlat {
namespace {

// A report is read in terminals too: what could drive one or turn text round stays as an escape. Outside of strings a
// dump holds nothing but plain ASCII, so an escape is right wherever such bytes are.
std::string escape_controls(std::string_view dump) {
  struct Run {
    std::string_view lead;  // all bytes but the last
    unsigned char first;
    unsigned char last;
    unsigned code;  // of `first`
  };
  constexpr std::array<Run, 6> kRuns = {{{"\xc2", 0x80, 0x9f, 0x80},          // C1
                                         {"\xd8", 0x9c, 0x9c, 0x61c},         // Arabic letter mark
                                         {"\xe2\x80", 0x8e, 0x8f, 0x200e},    // direction marks
                                         {"\xe2\x80", 0xa8, 0xae, 0x2028},    // separators, bidi embeddings
                                         {"\xe2\x81", 0xa6, 0xa9, 0x2066},    // bidi isolates
                                         {"\xef\xbb", 0xbf, 0xbf, 0xfeff}}};  // byte order mark
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(dump.size());
  const auto escape = [&](unsigned code) {
    out += "\\u";
    for (const unsigned shift : {12U, 8U, 4U, 0U}) out += kHex[(code >> shift) & 0xFU];
  };
  for (std::size_t at = 0; at < dump.size();) {
    if (dump[at] == '\x7f') {
      escape(0x7f);
      ++at;
      continue;
    }
    std::size_t used = 0;
    for (const Run& run : kRuns) {
      if (!dump.substr(at).starts_with(run.lead) || at + run.lead.size() >= dump.size()) continue;
      const auto tail = static_cast<unsigned char>(dump[at + run.lead.size()]);
      if (tail < run.first || tail > run.last) continue;
      escape(run.code + tail - run.first);
      used = run.lead.size() + 1;
      break;
    }
    if (used == 0) {
      out += dump[at];
      used = 1;
    }
    at += used;
  }
  return out;
}

}  // namespace

std::string json_text(const Json& json) {
  return escape_controls(dump_json(json, 2)) + "\n";
}

std::string json_line(const Json& json) {
  return escape_controls(dump_json(json)) + "\n";
}

Json correction_json(const Correction& correction) {
  const auto or_null = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  return {{"item", correction.item},
          {"was", mask_personal(correction.was)},
          {"now", mask_personal(correction.now)},
          {"by", correction.by},
          {"date", correction.date},
          {"until", or_null(correction.until)},
          {"reason", mask_personal(correction.reason)},
          {"evidence", or_null(mask_mail(correction.evidence))}};
}

}  // namespace meetlat
