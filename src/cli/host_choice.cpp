#include "cli/host_choice.h"

#include <algorithm>

#include "model/target.h"

namespace meetlat {

Result<std::vector<std::string>> hosts_meant(std::string_view named, const std::vector<std::string>& ids) {
  const auto target = parse_server(named);
  if (!target) return fail(target.error());
  std::vector<std::string> out;
  if (std::find(ids.begin(), ids.end(), target->id) != ids.end()) {
    out.push_back(target->id);
    return out;
  }
  if (target->id != target->base.host()) return out;
  for (const std::string& id : ids) {
    const auto each = parse_server(id);
    const bool known = std::find(out.begin(), out.end(), id) != out.end();
    if (each && !known && each->base.host() == target->base.host()) out.push_back(id);
  }
  return out;
}

}  // namespace meetlat
