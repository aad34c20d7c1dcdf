#include "base/charset.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ucnv_err.h>
#include <unicode/ucsdet.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"

namespace meetlat {
namespace {

struct Encoding {
  std::string_view name;
  const char* converter;    // ICU's name; "" for UTF-8, which needs none; nullptr: decodes to one U+FFFD
  std::string_view labels;  // separated by spaces, the name included
};

// The labels of https://encoding.spec.whatwg.org/#names-and-labels, and UTF-32, which that standard leaves out.
constexpr Encoding kEncodings[] = {
    {"utf-8", "", "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8"},
    {"windows-1252", "windows-1252",
     "ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 iso88591 iso_8859-1 "
     "iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252"},
    {"ibm866", "ibm866", "866 cp866 csibm866 ibm866"},
    {"iso-8859-2", "iso-8859-2",
     "csisolatin2 iso-8859-2 iso-ir-101 iso8859-2 iso88592 iso_8859-2 iso_8859-2:1987 l2 latin2"},
    {"iso-8859-3", "iso-8859-3",
     "csisolatin3 iso-8859-3 iso-ir-109 iso8859-3 iso88593 iso_8859-3 iso_8859-3:1988 l3 latin3"},
    {"iso-8859-4", "iso-8859-4",
     "csisolatin4 iso-8859-4 iso-ir-110 iso8859-4 iso88594 iso_8859-4 iso_8859-4:1988 l4 latin4"},
    {"iso-8859-5", "iso-8859-5",
     "csisolatincyrillic cyrillic iso-8859-5 iso-ir-144 iso8859-5 iso88595 iso_8859-5 iso_8859-5:1988"},
    {"iso-8859-6", "iso-8859-6",
     "arabic asmo-708 csiso88596e csiso88596i csisolatinarabic ecma-114 iso-8859-6 iso-8859-6-e iso-8859-6-i "
     "iso-ir-127 iso8859-6 iso88596 iso_8859-6 iso_8859-6:1987"},
    {"iso-8859-7", "iso-8859-7",
     "csisolatingreek ecma-118 elot_928 greek greek8 iso-8859-7 iso-ir-126 iso8859-7 iso88597 iso_8859-7 "
     "iso_8859-7:1987 sun_eu_greek"},
    {"iso-8859-8", "iso-8859-8",
     "csiso88598e csisolatinhebrew hebrew iso-8859-8 iso-8859-8-e iso-ir-138 iso8859-8 iso88598 iso_8859-8 "
     "iso_8859-8:1988 visual"},
    {"iso-8859-8-i", "iso-8859-8", "csiso88598i iso-8859-8-i logical"},
    {"iso-8859-10", "iso-8859-10", "csisolatin6 iso-8859-10 iso-ir-157 iso8859-10 iso885910 l6 latin6"},
    {"iso-8859-13", "iso-8859-13", "iso-8859-13 iso8859-13 iso885913"},
    {"iso-8859-14", "iso-8859-14", "iso-8859-14 iso8859-14 iso885914"},
    {"iso-8859-15", "iso-8859-15", "csisolatin9 iso-8859-15 iso8859-15 iso885915 iso_8859-15 l9"},
    {"koi8-r", "koi8-r", "cskoi8r koi koi8 koi8-r koi8_r"},
    {"koi8-u", "koi8-u", "koi8-ru koi8-u"},
    {"macintosh", "macintosh", "csmacintosh mac macintosh x-mac-roman"},
    {"windows-874", "windows-874", "dos-874 iso-8859-11 iso8859-11 iso885911 tis-620 windows-874"},
    {"windows-1250", "windows-1250", "cp1250 windows-1250 x-cp1250"},
    {"windows-1251", "windows-1251", "cp1251 windows-1251 x-cp1251"},
    {"windows-1253", "windows-1253", "cp1253 windows-1253 x-cp1253"},
    {"windows-1254", "windows-1254",
     "cp1254 csisolatin5 iso-8859-9 iso-ir-148 iso8859-9 iso88599 iso_8859-9 iso_8859-9:1989 l5 latin5 windows-1254 "
     "x-cp1254"},
    {"windows-1255", "windows-1255", "cp1255 windows-1255 x-cp1255"},
    {"windows-1256", "windows-1256", "cp1256 windows-1256 x-cp1256"},
    {"windows-1257", "windows-1257", "cp1257 windows-1257 x-cp1257"},
    {"windows-1258", "windows-1258", "cp1258 windows-1258 x-cp1258"},
    {"x-mac-cyrillic", "x-mac-cyrillic", "x-mac-cyrillic x-mac-ukrainian"},
    {"gbk", "gb18030", "chinese csgb2312 csiso58gb231280 gb2312 gb_2312 gb_2312-80 gbk iso-ir-58 x-gbk"},
    {"gb18030", "gb18030", "gb18030"},
    {"big5", "big5-hkscs", "big5 big5-hkscs cn-big5 csbig5 x-x-big5"},
    {"euc-jp", "euc-jp", "cseucpkdfmtjapanese euc-jp x-euc-jp"},
    {"iso-2022-jp", "iso-2022-jp", "csiso2022jp iso-2022-jp"},
    {"shift_jis", "windows-31j", "csshiftjis ms932 ms_kanji shift-jis shift_jis sjis windows-31j x-sjis"},
    {"euc-kr", "windows-949",
     "cseuckr csksc56011987 euc-kr iso-ir-149 korean ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 windows-949"},
    {"replacement", nullptr, "csiso2022kr hz-gb-2312 iso-2022-cn iso-2022-cn-ext iso-2022-kr replacement"},
    {"utf-16be", "utf-16be", "unicodefffe utf-16be"},
    {"utf-16le", "utf-16le", "csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le"},
    {"utf-32be", "utf-32be", "utf-32be"},
    {"utf-32le", "utf-32le", "utf-32 utf-32le"},
};
constexpr const Encoding* kUtf8 = &kEncodings[0];
constexpr const Encoding* kWindows1252 = &kEncodings[1];

constexpr std::size_t kPrescan = 1024;          // bytes, of the HTML standard
constexpr std::size_t kGuessSample = 32 << 10;  // bytes for ICU's detector
constexpr int kMinConfidence = 25;              // of 100; below it ICU names whatever is least unlikely

bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct CloseConverter {
  void operator()(UConverter* converter) const noexcept { ucnv_close(converter); }
};
struct CloseDetector {
  void operator()(UCharsetDetector* detector) const noexcept { ucsdet_close(detector); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

// Only names from the table above reach ICU.
Converter open_converter(const Encoding& encoding) {
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open(encoding.converter, &status));
  return U_FAILURE(status) != 0 ? nullptr : std::move(converter);
}

bool can_decode(const Encoding& encoding) {
  return encoding.converter == nullptr || *encoding.converter == '\0' || open_converter(encoding) != nullptr;
}

const Encoding* encoding_of(std::string_view label) {
  while (!label.empty() && (is_space(label.front()) || label.front() == '"' || label.front() == '\'')) {
    label.remove_prefix(1);
  }
  while (!label.empty() && (is_space(label.back()) || label.back() == '"' || label.back() == '\'')) {
    label.remove_suffix(1);
  }
  if (label.empty() || label.size() > 32 || label.find(' ') != std::string_view::npos) return nullptr;
  const std::string wanted = to_lower(label);
  for (const Encoding& encoding : kEncodings) {
    std::string_view labels = encoding.labels;
    while (!labels.empty()) {
      const std::size_t end = std::min(labels.find(' '), labels.size());
      if (labels.substr(0, end) == wanted) return can_decode(encoding) ? &encoding : nullptr;
      labels.remove_prefix(std::min(end + 1, labels.size()));
    }
  }
  return nullptr;
}

// --- Byte order marks

const Encoding* named(std::string_view name) {
  const auto* found = std::find_if(std::begin(kEncodings), std::end(kEncodings),
                                   [&](const Encoding& encoding) { return encoding.name == name; });
  return found == std::end(kEncodings) ? nullptr : found;
}

struct Mark {
  std::string_view bytes;
  std::string_view encoding;
};
// UTF-32LE begins like UTF-16LE. The standard knows no UTF-32; but no text begins with a zero character.
constexpr Mark kMarks[] = {
    {std::string_view("\xEF\xBB\xBF", 3), "utf-8"},    {std::string_view("\xFF\xFE\0\0", 4), "utf-32le"},
    {std::string_view("\0\0\xFE\xFF", 4), "utf-32be"}, {std::string_view("\xFF\xFE", 2), "utf-16le"},
    {std::string_view("\xFE\xFF", 2), "utf-16be"},
};

// --- The prescan

// One attribute of a start tag, name in lower case. False at the end of the tag or of the bytes.
bool next_attribute(std::string_view& tag, std::string& name, std::string& value) {
  name.clear();
  value.clear();
  while (!tag.empty() && (is_space(tag.front()) || tag.front() == '/')) tag.remove_prefix(1);
  if (tag.empty() || tag.front() == '>') return false;
  while (!tag.empty() && tag.front() != '>' && tag.front() != '/' && !is_space(tag.front()) &&
         (tag.front() != '=' || name.empty())) {
    name += tag.front();
    tag.remove_prefix(1);
  }
  name = to_lower(name);
  std::string_view rest = tag;
  while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
  if (rest.empty() || rest.front() != '=') return true;
  rest.remove_prefix(1);
  while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
  std::size_t end = 0;
  if (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) {
    const char quote = rest.front();
    rest.remove_prefix(1);
    end = rest.find(quote);
    if (end == std::string_view::npos) return false;  // cut off: nothing that follows can be trusted
    value = rest.substr(0, end);
    tag = rest.substr(end + 1);
    return true;
  }
  while (end < rest.size() && rest[end] != '>' && !is_space(rest[end])) ++end;
  value = rest.substr(0, end);
  tag = rest.substr(end);
  return true;
}

// "text/html; charset=x" to "x".
std::string_view charset_parameter(std::string_view content) {
  for (std::size_t at = 0; at + 7 <= content.size(); ++at) {
    if (!starts_with_i(content.substr(at), "charset")) continue;
    std::string_view rest = content.substr(at + 7);
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    if (rest.empty() || rest.front() != '=') continue;
    rest.remove_prefix(1);
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    if (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) {
      const std::size_t end = rest.find(rest.front(), 1);
      return end == std::string_view::npos ? std::string_view() : rest.substr(1, end - 1);
    }
    std::size_t end = 0;
    while (end < rest.size() && !is_space(rest[end]) && rest[end] != ';') ++end;
    return rest.substr(0, end);
  }
  return {};
}

// What one <meta ...> says; `tag` begins after "<meta" and is left behind the tag's attributes.
const Encoding* meta_encoding(std::string_view& tag) {
  bool pragma = false;
  const Encoding* from_charset = nullptr;
  const Encoding* from_content = nullptr;
  for (std::string name, value; next_attribute(tag, name, value);) {
    if (name == "http-equiv") pragma = pragma || iequals(value, "content-type");
    if (name == "charset" && from_charset == nullptr) from_charset = encoding_of(value);
    if (name == "content" && from_content == nullptr) from_content = encoding_of(charset_parameter(value));
  }
  const Encoding* found = from_charset != nullptr ? from_charset : (pragma ? from_content : nullptr);
  // A <meta> that could be read as ASCII is not in UTF-16 or UTF-32, whatever it says.
  if (found != nullptr && (found->name.starts_with("utf-16") || found->name.starts_with("utf-32"))) return kUtf8;
  return found;
}

const Encoding* xml_encoding(std::string_view head) {
  if (!head.starts_with("<?xml")) return nullptr;
  head = head.substr(0, head.find('>'));
  const std::size_t at = head.find("encoding");
  if (at == std::string_view::npos) return nullptr;
  head.remove_prefix(at + 8);
  while (!head.empty() && (is_space(head.front()) || head.front() == '=')) head.remove_prefix(1);
  if (head.empty() || (head.front() != '"' && head.front() != '\'')) return nullptr;
  const std::size_t end = head.find(head.front(), 1);
  return end == std::string_view::npos ? nullptr : encoding_of(head.substr(1, end - 1));
}

const Encoding* prescan(std::string_view bytes) {
  std::string_view head = bytes.substr(0, kPrescan);
  const Encoding* const declared = xml_encoding(head);
  while (true) {
    const std::size_t at = head.find('<');
    if (at == std::string_view::npos) return declared;
    head.remove_prefix(at);
    if (head.starts_with("<!--")) {
      const std::size_t end = head.find("-->", 2);  // "<!-->" is a whole comment
      if (end == std::string_view::npos) return declared;
      head.remove_prefix(end + 3);
    } else if (starts_with_i(head, "<meta") && head.size() > 5 && (is_space(head[5]) || head[5] == '/')) {
      head.remove_prefix(5);
      if (const Encoding* found = meta_encoding(head)) return found;
    } else if (head.size() > 1 && (head[1] == '!' || head[1] == '?')) {
      head.remove_prefix(std::min(head.find('>'), head.size() - 1) + 1);
    } else {  // another tag: its attributes may hold a '<'
      const bool is_tag = head.size() > 1 && (is_letter(head[1]) || head[1] == '/');
      std::size_t end = 1;
      while (is_tag && end < head.size() && head[end] != '>' && !is_space(head[end])) ++end;
      head.remove_prefix(end);
      for (std::string name, value; is_tag && next_attribute(head, name, value);) {
      }
    }
  }
}

// --- The bytes themselves

// UTF-16 and UTF-32 without a mark: mostly Western text, so that the zeros show.
const Encoding* by_zeros(std::string_view bytes) {
  const std::string_view sample = bytes.substr(0, std::min<std::size_t>(bytes.size() & ~std::size_t{3}, 1024));
  if (sample.size() < 16) return nullptr;
  std::array<double, 4> zeros{};
  for (std::size_t i = 0; i < sample.size(); ++i) zeros[i % 4] += sample[i] == '\0' ? 1 : 0;
  for (double& share : zeros) share /= static_cast<double>(sample.size()) / 4;
  const auto most = [](double share) { return share > 0.7; };
  const auto few = [](double share) { return share < 0.05; };
  if (most(zeros[0]) && most(zeros[1]) && most(zeros[2]) && few(zeros[3])) return named("utf-32be");
  if (few(zeros[0]) && most(zeros[1]) && most(zeros[2]) && most(zeros[3])) return named("utf-32le");
  if (most(zeros[0]) && few(zeros[1]) && most(zeros[2]) && few(zeros[3])) return named("utf-16be");
  if (few(zeros[0]) && most(zeros[1]) && few(zeros[2]) && most(zeros[3])) return named("utf-16le");
  return nullptr;
}

const Encoding* by_detector(std::string_view bytes, bool is_html) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UCharsetDetector, CloseDetector> detector(ucsdet_open(&status));
  if (U_FAILURE(status) != 0) return nullptr;
  const std::string_view sample = bytes.substr(0, kGuessSample);
  ucsdet_setText(detector.get(), sample.data(), static_cast<std::int32_t>(sample.size()), &status);
  ucsdet_enableInputFilter(detector.get(), is_html ? 1 : 0);  // leave tags out
  const UCharsetMatch* match = ucsdet_detect(detector.get(), &status);
  if (U_FAILURE(status) != 0 || match == nullptr) return nullptr;
  if (ucsdet_getConfidence(match, &status) < kMinConfidence) return nullptr;
  const char* name = ucsdet_getName(match, &status);
  if (U_FAILURE(status) != 0 || name == nullptr) return nullptr;
  const Encoding* found = encoding_of(name);
  // The bytes are no valid UTF-8, and the zeros would have shown the others.
  if (found == nullptr || found->converter == nullptr || found->name.starts_with("utf-")) return nullptr;
  return found;
}

// --- Decoding

// Copies, with U+FFFD for what is not UTF-8. False when something was replaced.
bool copy_utf8(std::string_view bytes, std::string& out) {
  bool clean = true;
  out.reserve(out.size() + bytes.size());
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  for (std::size_t at = 0; at < bytes.size();) {
    if (data[at] < 0x80) {
      out += bytes[at++];
      continue;
    }
    const auto length = static_cast<std::int32_t>(std::min<std::size_t>(bytes.size() - at, 8));
    std::int32_t used = 0;
    UChar32 c = 0;
    U8_NEXT(data + at, used, length, c);
    clean = clean && c >= 0;
    append_utf8(out, c < 0 ? 0xFFFD : c);
    at += static_cast<std::size_t>(std::max(used, 1));
  }
  return clean;
}

bool is_utf8(std::string_view bytes) {
  const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
  for (std::size_t at = 0; at < bytes.size();) {
    if (data[at] < 0x80) {
      ++at;
      continue;
    }
    const auto length = static_cast<std::int32_t>(std::min<std::size_t>(bytes.size() - at, 8));
    std::int32_t used = 0;
    UChar32 c = 0;
    U8_NEXT(data + at, used, length, c);
    if (c < 0) return false;
    at += static_cast<std::size_t>(used);
  }
  return true;
}

// ICU calls this for bytes that have no character: U+FFFD, and remember it. Other reasons (reset, close) pass.
void replace_invalid(const void* context, UConverterToUnicodeArgs* arguments, const char* /*units*/,
                     std::int32_t /*length*/, UConverterCallbackReason reason, UErrorCode* status) {
  if (reason > UCNV_IRREGULAR) return;
  *static_cast<bool*>(const_cast<void*>(context)) = true;
  const UChar replacement = 0xFFFD;
  *status = U_ZERO_ERROR;
  ucnv_cbToUWriteUChars(arguments, &replacement, 1, 0, status);
}

void decode_by_icu(const Encoding& encoding, std::string_view bytes, Decoded& out) {
  const Converter converter = open_converter(encoding);
  if (!converter) {  // not reached: can_decode() asked before
    out.replaced = !copy_utf8(bytes, out.utf8);
    return;
  }
  UErrorCode status = U_ZERO_ERROR;
  ucnv_setToUCallBack(converter.get(), replace_invalid, &out.replaced, nullptr, nullptr, &status);
  std::array<UChar, 4096> buffer{};
  UChar32 lead = 0;  // a high surrogate at the end of the last buffer
  const char* from = bytes.data();
  const char* const end = bytes.data() + bytes.size();
  out.utf8.reserve(bytes.size());
  do {
    status = U_ZERO_ERROR;
    UChar* to = buffer.data();
    ucnv_toUnicode(converter.get(), &to, buffer.data() + buffer.size(), &from, end, nullptr, 1, &status);
    for (const UChar* unit = buffer.data(); unit != to; ++unit) {
      if (U16_IS_LEAD(*unit)) {
        lead = *unit;
        continue;
      }
      append_utf8(out.utf8, U16_IS_TRAIL(*unit) && lead != 0 ? U16_GET_SUPPLEMENTARY(lead, *unit) : UChar32{*unit});
      lead = 0;
    }
  } while (status == U_BUFFER_OVERFLOW_ERROR);
  if (U_FAILURE(status) != 0) out.replaced = true;
}

struct Decision {
  const Encoding* encoding = nullptr;
  std::string_view by;
  std::size_t mark = 0;  // bytes to pass over
};

Decision decide(std::string_view bytes, std::string_view http_charset, bool is_html) {
  for (const Mark& mark : kMarks) {
    if (bytes.starts_with(mark.bytes)) return {named(mark.encoding), "bom", mark.bytes.size()};
  }
  if (const Encoding* found = encoding_of(http_charset)) return {found, "header"};
  if (is_html) {
    if (const Encoding* found = prescan(bytes)) return {found, "meta"};
  }
  if (const Encoding* found = by_zeros(bytes)) return {found, "guess"};
  if (is_utf8(bytes)) return {kUtf8, "guess"};
  if (const Encoding* found = by_detector(bytes, is_html)) return {found, "guess"};
  return {kWindows1252, "default"};
}

}  // namespace

Decoded to_utf8(std::string_view bytes, std::string_view http_charset, bool is_html) {
  const Decision decision = decide(bytes, http_charset, is_html);
  Decoded out;
  out.charset = decision.encoding->name;
  out.decided_by = decision.by;
  bytes.remove_prefix(decision.mark);
  if (decision.encoding->converter == nullptr) {
    out.utf8 = bytes.empty() ? "" : "\xEF\xBF\xBD";
    out.replaced = !bytes.empty();
  } else if (*decision.encoding->converter == '\0') {
    out.replaced = !copy_utf8(bytes, out.utf8);
  } else {
    decode_by_icu(*decision.encoding, bytes, out);
  }
  return out;
}

}  // namespace meetlat
