// Bytes of a web page or text file to UTF-8, the way a browser decides (WHATWG Encoding and HTML standards).
#pragma once

#include <string>
#include <string_view>

namespace meetlat {

struct Decoded {
  std::string utf8;        // valid UTF-8 without a byte order mark; U+FFFD where the bytes made no sense
  std::string charset;     // the encoding's WHATWG name in lower case: "utf-8", "windows-1252"; also "utf-32le/be"
  std::string decided_by;  // "bom", "header", "meta" (or an XML declaration), "guess" (the bytes), "default"
  bool replaced = false;   // was anything replaced by U+FFFD?
};

// What decides, in this order: a byte order mark; `http_charset`, the charset parameter of Content-Type ("" when there
// is none); for HTML a <meta> in the first 1024 bytes (the standard's prescan, without its rarest corners); the bytes
// themselves (UTF-16/32 by their zeros, valid UTF-8, then ICU's detector); windows-1252. Labels mean what browsers take
// them for: iso-8859-1 is windows-1252, gb2312 is gbk. A label that is unknown, or that ICU has no table for
// (iso-8859-16), decides nothing. Encodings that browsers refuse as dangerous (iso-2022-kr ...) give one U+FFFD.
// Never fails; linear in time, and at most three bytes out for one in (and a few).
Decoded to_utf8(std::string_view bytes, std::string_view http_charset, bool is_html);

}  // namespace meetlat
