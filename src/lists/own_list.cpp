// What `meetlat list --format json` writes, read back with every claim and its origin.
#include "base/json.h"
#include "base/text.h"
#include "lists/formats.h"
#include "lists/merge.h"
#include "lists/table.h"

namespace meetlat {
namespace {

class OwnListSource final : public ListSource {
 public:
  std::string_view format() const noexcept override { return "meetlat-list"; }

  bool sniff(std::string_view bytes, std::string_view) const noexcept override {
    return trim(bytes.substr(0, 4096)).starts_with('{') && bytes.find("\"meetlat-list/1\"") != std::string_view::npos;
  }

  Result<ParsedList> parse(std::string_view bytes, const ListOrigin& origin) const override {
    const auto root = parse_json(bytes);
    if (!root) return fail(root.error());
    if (json_string(*root, "schema") != "meetlat-list/1") {
      return fail(ErrorCode::kSchema, "schema is not meetlat-list/1");
    }
    ParsedList out;
    out.format = format();
    TargetSet set;
    for (const Json& item : json_member(*root, "instances")) {
      auto target = target_from_json(item);
      if (!target) return fail(target.error());
      drop_private_persons(target->claims);
      if (target->sources.empty()) target->sources.push_back(origin.name);
      set.add(std::move(*target));
    }
    out.targets = std::move(set).take();
    return out;
  }
};

}  // namespace

const ListSource& own_list_source() noexcept {
  static const OwnListSource source;
  return source;
}

}  // namespace meetlat
