// Tokens of the JavaScript that configuration files hold, with what web servers and templates leave in them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meetlat::detail {

struct JsToken {
  enum class Kind : std::uint8_t {
    kEnd,
    kName,  // identifiers and keywords
    kPunct,
    kNumber,
    kString,
    kTemplate,  // `...`, whole; text holds the source between the back-ticks
    kRegex,
    kOpaque,  // an expression that only a server or template engine could fill in; why says so
    kBad,     // not a token
  };
  Kind kind = Kind::kEnd;
  bool newline_before = false;
  bool conditional = false;  // between a template's {% if %} and {% endif %}
  std::uint32_t begin = 0;   // byte offsets
  std::uint32_t end = 0;
  std::int32_t match = -1;  // index of the matching bracket, -1 when there is none
  double number = 0;
  // Decoded content of kString; shared with the values made from it.
  std::shared_ptr<const std::string> string;
  const char* why = nullptr;  // kOpaque, and a kString whose value is not known
  std::string_view text;      // as written
};

struct JsTokens {
  std::vector<JsToken> tokens;                // ends with kEnd
  std::vector<std::uint32_t> line_starts;     // byte offsets
  std::vector<std::uint32_t> left_overs;      // offsets of unprocessed server or template markup between tokens
  std::optional<std::uint32_t> open_comment;  // where a /* begins that is not closed
  int line_of(std::uint32_t offset) const;
};

// Never fails; linear. `source` must be valid UTF-8 and outlive the tokens.
JsTokens tokenize_js(std::string_view source);

// Where the } is that closes a template literal's ${, whose expression begins at `at`; source.size() when there is
// none. Braces are counted; strings and templates inside are left out.
std::size_t template_hole_end(std::string_view source, std::size_t at);

}  // namespace meetlat::detail
