#include "report/mask.h"

#include <set>
#include <utility>

#include "base/text.h"

namespace meetlat {
namespace {

constexpr std::string_view kPerson = "[a private person]";

}  // namespace

Fact masked(const Fact& fact) {
  Fact copy = fact;
  if (copy.is_text && copy.measured()) {
    copy.value = Value{value_words(fact)};
    copy.is_text = false;
  } else if (!copy.value.has_value()) {
    copy.value = fail(copy.value.error().code, mask_mail(copy.value.error().context));
  } else if (auto* text = std::get_if<std::string>(&*copy.value)) {
    *text = mask_personal(*text);
  } else if (auto* list = std::get_if<std::vector<std::string>>(&*copy.value)) {
    for (std::string& item : *list) item = mask_personal(item);
  }
  copy.subject.name = mask_mail(copy.subject.name);
  copy.provenance.where = mask_mail(copy.provenance.where);
  copy.provenance.check = mask_mail(copy.provenance.check);
  copy.provenance.excerpt = mask_personal(copy.provenance.excerpt);
  return copy;
}

std::vector<Claim> masked(const std::vector<Claim>& claims) {
  std::set<std::string> sources_of_persons;
  for (const Claim& claim : claims) {
    if (claim.key == "operator-kind" && icontains(claim.value, "person")) sources_of_persons.insert(claim.source);
  }
  std::vector<Claim> out = claims;
  for (Claim& claim : out) {
    const bool names_somebody = claim.key == "operator" || claim.key == "operator-url" || claim.key == "hoster";
    if (names_somebody && sources_of_persons.count(claim.source) > 0) {
      claim.value = kPerson;
      claim.remark.clear();
    }
    claim.value = mask_personal(claim.value);
    claim.remark = mask_personal(claim.remark);
  }
  return out;
}

}  // namespace meetlat
