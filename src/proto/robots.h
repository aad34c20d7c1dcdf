// robots.txt by RFC 9309: longest match, '*' and '$', our product token "meetlat" before "*".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace meetlat {

class Robots {
 public:
  static Robots allow_all();
  static Robots forbid_all(std::string why);    // 5xx, unreachable: stay out
  static Robots parse(std::string_view bytes);  // first 500 KiB count
  bool allows(std::string_view path_and_query) const;
  const std::string& why() const noexcept { return why_; }  // of forbid_all

 private:
  struct Line {
    bool allow = false;
    std::string pattern;
  };
  std::vector<Line> lines_;
  bool forbid_all_ = false;
  std::string why_;
};

}  // namespace meetlat
