// Country names and flags in headings and cells, by ICU's region names in several languages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace meetlat {

// ISO 3166-1 alpha-2 codes that `text` names, in order, no repeats: "Germany", "Deutschland", "DE", "UK / GB", a flag,
// "Germany/France". Empty when the text as a whole is something else than names of countries.
std::vector<std::string> countries_in(std::string_view text);

// The countries named anywhere in a short text, such as "Jitsi servers in Germany (Hamburg)"; at most 12 words are
// looked at. Names only, no bare codes.
std::vector<std::string> countries_within(std::string_view text);

// "Europe", "South America", "Africa": a part of the world, which says where but names no country.
bool is_world_region(std::string_view text);

}  // namespace meetlat
