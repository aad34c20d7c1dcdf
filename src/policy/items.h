// What a privacy policy has to say (Articles 13 and 14 GDPR) and what matters for meetings: the closed list of items.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace meetlat::policy {

struct ItemSpec {
  std::string_view id;       // as in vocabularies, facts and JSON: "legal_basis"
  std::string_view title;    // for people: "legal basis"
  std::string_view article;  // "GDPR 13(1)(c)", "" for what only meetings need
  // A heading alone promises it and does not state it, even with text below ("Legal basis: we process your name").
  bool heading_is_no_statement = false;
  // Only due when something else is said: then the id of that kind of words, "" = always asked.
  std::string_view only_with = {};
};

std::span<const ItemSpec> items() noexcept;
const ItemSpec* find_item(std::string_view id) noexcept;

// Statements that can be held against what was measured. A policy is quoted with them.
struct ClaimSpec {
  std::string_view id;     // "claim_no_third_parties"
  std::string_view title;  // "says that no third parties are involved"
};
std::span<const ClaimSpec> claims() noexcept;
// Its id without "claim_", as facts are called: "no_third_parties".
std::string_view short_id(const ClaimSpec& claim) noexcept;

// Why an item is not measured when there are only weak signs of it. Part of the facts: reports tell hints apart by it.
inline constexpr std::string_view kOnlyHint = "only a hint";

}  // namespace meetlat::policy
