// gzip by Boost.Beast's deflate.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace meetlat {

std::string gzip(std::string_view bytes);
// A valid gzip file of that many megabytes of zeros, about a thousandth of that in size.
std::string gzip_of_zeros(int megabytes);

}  // namespace meetlat
