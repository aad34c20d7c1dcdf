// Things in a policy that are recognised by their form and not by words: ways to reach somebody, dates, spans of time,
// blanks of a template that nobody filled in.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/sentences.h"
#include "policy/words.h"

namespace meetlat::policy {

// The first mail address (also "name (at) example.org", "[email protected]"), or telephone number after a word or sign
// that says so. A blanked one ("info@...") is none.
std::optional<Span> find_contact(std::string_view text);
// The mail address in it as one would write it, "" when it is none.
std::string mail_address(std::string_view text);

// The first postal address: a street with a number, then a postal code with a town. Forms of most of Europe.
std::optional<Span> find_postal_address(std::string_view text);
// Mail addresses, telephone numbers and postal addresses replaced, for snippets.
std::string mask_private(std::string_view text);

// A year from 2000 on, as a word of its own or in a date ("15.02.2021", "2021-02-15").
bool has_year(const Words& words, std::size_t begin, std::size_t end);

// Blanks: "{{name}}", "[Your company]", "<insert date>", "XXX", "info@....", "lorem ipsum", "example.com". At most 20.
std::vector<std::string> placeholders_in(std::string_view text);

}  // namespace meetlat::policy
