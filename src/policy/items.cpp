#include "policy/items.h"

#include <algorithm>
#include <array>

namespace meetlat::policy {

namespace {

// The order is that of reports. Articles as in Regulation (EU) 2016/679.
constexpr std::array kItems{
    ItemSpec{"controller", "controller", "GDPR 13(1)(a)"},
    ItemSpec{"contact", "contact", "GDPR 13(1)(a)"},
    ItemSpec{"dpo", "data protection officer", "GDPR 13(1)(b)"},
    ItemSpec{"purposes", "purposes", "GDPR 13(1)(c)"},
    ItemSpec{"legal_basis", "legal basis", "GDPR 13(1)(c)", true},
    ItemSpec{"legit_interest", "legitimate interest", "GDPR 13(1)(d)", false, "legit_interest"},
    ItemSpec{"recipients", "recipients", "GDPR 13(1)(e)"},
    ItemSpec{"transfer", "transfer to third countries", "GDPR 13(1)(f)"},
    ItemSpec{"retention", "how long data are kept", "GDPR 13(2)(a)"},
    ItemSpec{"access", "right of access", "GDPR 13(2)(b), 15"},
    ItemSpec{"rectification", "right to rectification", "GDPR 13(2)(b), 16"},
    ItemSpec{"erasure", "right to erasure", "GDPR 13(2)(b), 17"},
    ItemSpec{"restriction", "right to restriction", "GDPR 13(2)(b), 18"},
    ItemSpec{"objection", "right to object", "GDPR 13(2)(b), 21"},
    ItemSpec{"portability", "right to data portability", "GDPR 13(2)(b), 20"},
    ItemSpec{"withdraw", "withdrawal of consent", "GDPR 13(2)(c)", false, "consent"},
    ItemSpec{"complaint", "complaint to a supervisory authority", "GDPR 13(2)(d)"},
    ItemSpec{"mandatory", "whether data must be given", "GDPR 13(2)(e)"},
    ItemSpec{"automated", "automated decisions", "GDPR 13(2)(f)"},
    ItemSpec{"source", "where data come from", "GDPR 14(2)(f)", false, "source"},
    ItemSpec{"categories", "which data", "GDPR 14(1)(d)"},
    ItemSpec{"date", "date of the policy", ""},
    ItemSpec{"security", "security measures", "GDPR 32"},
    ItemSpec{"cookies", "cookies", "ePrivacy 5(3)"},
    ItemSpec{"video", "video meetings", ""},
    ItemSpec{"logs", "what is logged", ""},
    ItemSpec{"recordings", "recordings", ""},
    ItemSpec{"media_access", "whether the operator can see or hear", ""},
    ItemSpec{"stun_turn", "STUN and TURN servers", ""},
    ItemSpec{"e2ee", "end-to-end encryption", ""},
};

constexpr std::array kClaims{
    ClaimSpec{"claim_no_third_parties", "says that nothing goes to third parties"},
    ClaimSpec{"claim_no_google", "says that Google is not used"},
    ClaimSpec{"claim_eu_only", "says that data stay in the EU, the EEA or one of their countries"},
    ClaimSpec{"claim_e2ee", "says that meetings are end-to-end encrypted"},
    ClaimSpec{"claim_no_recordings", "says that meetings are not recorded"},
    ClaimSpec{"claim_no_tracking", "says that there is no analysis or tracking"},
    ClaimSpec{"claim_no_cookies", "says that no cookies are set"},
};

}  // namespace

std::span<const ItemSpec> items() noexcept {
  return kItems;
}

const ItemSpec* find_item(std::string_view id) noexcept {
  const auto* found = std::find_if(kItems.begin(), kItems.end(), [&](const ItemSpec& item) { return item.id == id; });
  return found == kItems.end() ? nullptr : found;
}

std::span<const ClaimSpec> claims() noexcept {
  return kClaims;
}

std::string_view short_id(const ClaimSpec& claim) noexcept {
  return claim.id.substr(std::string_view("claim_").size());
}

}  // namespace meetlat::policy
