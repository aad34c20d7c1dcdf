// Supervisory authorities: whom to complain to (data/supervisory-authorities.yml).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace meetlat {

struct SupervisoryAuthority {
  std::string country;  // ISO 3166-1, upper case
  std::string region;   // ISO 3166-2 ("DE-BE"), or ""
  std::string name;
  std::vector<std::string> address;  // line by line
  std::string email;                 // "" when it takes complaints by other ways only
  std::string web;
  std::string form;                    // URL of the complaint form, or ""
  std::vector<std::string> languages;  // ISO 639-1
  std::string record;                  // date of the record in its source, YYYY-MM-DD
  bool doubt = false;                  // the postal address may have changed since
};

class SupervisoryAuthorities {
 public:
  static Result<SupervisoryAuthorities> parse(std::string_view yaml);  // kParse, kSchema with the line

  // Of "NL" or "DE-BE"; nullptr when there is none, or several of which none is for the whole country.
  const SupervisoryAuthority* find(std::string_view country) const noexcept;
  // Those for regions of a country, in file order.
  std::vector<const SupervisoryAuthority*> regions_of(std::string_view country) const;
  const std::vector<SupervisoryAuthority>& all() const noexcept { return all_; }

 private:
  std::vector<SupervisoryAuthority> all_;
};

}  // namespace meetlat
