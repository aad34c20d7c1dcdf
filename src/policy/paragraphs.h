// Text that was broken into lines for paper or a terminal, as paragraphs again.
#pragma once

#include <string>
#include <string_view>

namespace meetlat::policy {

// Each paragraph on one line, paragraphs separated by one blank line ("\n\n"), white space in runs of one.
//
// Lines that were wrapped are joined: a line goes on when the first word of the next would not have fitted behind it,
// or when it does not end a sentence and the next begins in lower case. Blank lines, bullets, numbers, headings,
// indented first lines, table rows and lines much shorter than their neighbours begin anew; so list items, headings and
// the lines of an address stay apart, and a text of one line a paragraph comes out as it was. Rulers ("-----") are
// dropped. A word divided at a line's end is made whole ("verwer-/king"); the hyphen stays where the parts are words
// ("IP-/adres", "end-to-/end"), where the same text writes it so elsewhere, and before "und", "or" ... ("Log- und
// Sitzungsdaten").
//
// "\f" ends a page, and each one is kept: before the first paragraph of the next page, or in place of a space inside a
// paragraph that goes on there. Page numbers at the edges of pages are dropped; lines that recur there stay once (a
// header on its first page, a footer on its last).
//
// `text` should be UTF-8; other bytes pass unchanged. Control characters become spaces. Linear time (n log n in the
// number of words when something was hyphenated), about 16 bytes of memory a line.
std::string paragraphs_of(std::string_view text);

}  // namespace meetlat::policy
