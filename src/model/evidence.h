// All facts about one target. A fact is keyed by path and subject; putting it again replaces it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "model/fact.h"

namespace meetlat {

class Evidence {
 public:
  // Precondition (asserted): the value's alternative is the one that `spec.type` names; that of "text" is a string.
  void put(const FactSpec& spec, Subject subject, Value value, Provenance provenance);
  // Absence is recorded with its reason.
  void not_measured(const FactSpec& spec, Subject subject, Error error, Provenance provenance = {});

  // All facts with that path, ordered by subject. The span lives until the next put.
  std::span<const Fact> find(std::string_view path) const noexcept;
  // The first measured value of that path and type, or nullptr.
  template <class T>
  const T* get(std::string_view path) const noexcept {
    for (const Fact& fact : find(path)) {
      if (fact.measured()) {
        if (const T* value = std::get_if<T>(&*fact.value)) return value;
      }
    }
    return nullptr;
  }
  bool is_true(std::string_view path) const noexcept {
    const bool* value = get<bool>(path);
    return value != nullptr && *value;
  }
  std::string_view text(std::string_view path) const noexcept {  // "" when not measured
    const std::string* value = get<std::string>(path);
    return value == nullptr ? std::string_view{} : std::string_view{*value};
  }

  const std::vector<Fact>& all() const noexcept { return facts_; }  // sorted by path, then subject
  void insert(Fact fact);                                           // as put, for readers of stored Runs
  bool empty() const noexcept { return facts_.empty(); }

 private:
  std::vector<Fact> facts_;  // sorted by (path, subject)
};

Json to_json(const Evidence& evidence);
Result<Evidence> evidence_from_json(const Json& json);

}  // namespace meetlat
