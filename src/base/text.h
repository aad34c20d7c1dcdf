// Text that comes from strangers, made fit for terminals, tables and comparison.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace meetlat {

std::string_view trim(std::string_view text) noexcept;          // ASCII white space and U+00A0, U+202F, U+FEFF
std::string to_lower(std::string_view ascii);                   // ASCII only
bool iequals(std::string_view a, std::string_view b) noexcept;  // ASCII only
bool icontains(std::string_view haystack, std::string_view needle) noexcept;  // ASCII only
bool starts_with_i(std::string_view text, std::string_view prefix) noexcept;  // ASCII only
std::vector<std::string> split(std::string_view text, char separator);        // keeps empty parts
std::string join(const std::vector<std::string>& parts, std::string_view separator);

// Full Unicode case folding and NFKC by ICU, soft hyphens and zero-width characters dropped, typographic
// apostrophes unified, runs of white space to one space. Invalid UTF-8 becomes U+FFFD.
std::string fold(std::string_view utf8);

// Valid UTF-8 without C0/C1 controls, bidi overrides and invalid sequences (each becomes U+FFFD; tab and newline
// become a space), so that a remote byte can never drive a terminal.
std::string printable(std::string_view bytes);

// Columns that a terminal uses for printable text (ICU East Asian width; combining marks are 0).
std::size_t display_width(std::string_view utf8);
// At most `columns` wide, with "…" when something was cut.
std::string fit(std::string_view utf8, std::size_t columns);
// At most `max_bytes` from the beginning, cut between characters.
std::string_view first_bytes(std::string_view utf8, std::size_t max_bytes) noexcept;
// At most `max_bytes` of printable text around, cut at a character; for evidence excerpts.
std::string excerpt(std::string_view bytes, std::size_t max_bytes = 200);

}  // namespace meetlat
