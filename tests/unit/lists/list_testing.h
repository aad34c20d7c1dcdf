// Helpers of the list tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "lists/list_source.h"

namespace meetlat {

inline std::string fixture(std::string_view name) {
  const auto bytes = read_file(std::string(MEETLAT_TESTS_DIR) + "/fixtures/lists/" + std::string(name));
  EXPECT_TRUE(bytes.has_value()) << name;
  return bytes.value_or("");
}

inline Result<ParsedList> parse_text(std::string_view text, std::string_view name = "list") {
  return parse_list(text, ListOrigin{std::string(name), {}, "2026-01-31"});
}

inline std::vector<std::string> ids_of(const Result<ParsedList>& list) {
  std::vector<std::string> out;
  if (!list) return {"error: " + list.error().context};
  for (const Target& target : list->targets) out.push_back(target.id);
  return out;
}

inline const Target* target_of(const Result<ParsedList>& list, std::string_view id) {
  if (!list) return nullptr;
  for (const Target& target : list->targets) {
    if (target.id == id) return &target;
  }
  return nullptr;
}

// "key=value" of all claims but those that every target of a list has.
inline std::vector<std::string> claims_of(const Result<ParsedList>& list, std::string_view id) {
  const Target* target = target_of(list, id);
  if (target == nullptr) return {"no such target"};
  std::vector<std::string> out;
  for (const Claim& claim : target->claims) {
    out.push_back(claim.key + "=" + claim.value + (claim.remark.empty() ? "" : " (" + claim.remark + ")"));
  }
  return out;
}

}  // namespace meetlat
