#include "probes/jitsi_operator.h"

#include <array>

#include "base/text.h"

namespace meetlat::probes {

namespace {

// In the ten languages that hosters of the lists write in. Each ends before the name.
constexpr std::array<std::string_view, 40> kPhrases{
    "operated by",        "run by",
    "provided by",        "hosted by",
    "a service of",       "a service by",
    "offered by",         "maintained by",
    "betrieben von",      "betrieben vom",
    "betrieben durch",    "bereitgestellt von",
    "bereitgestellt vom", "ein service von",
    "ein service der",    "ein service des",
    "ein dienst von",     "ein dienst der",
    "ein dienst des",     "ein angebot von",
    "ein angebot der",    "ein angebot des",
    "beheerd door",       "aangeboden door",
    "een dienst van",     "mogelijk gemaakt door",
    "opéré par",          "hébergé par",
    "proposé par",        "un service de",
    "gestito da",         "un servizio di",
    "offerto da",         "gestionado por",
    "operado por",        "un servicio de",
    "mantido por",        "provozuje",
    "drivs av",           "prowadzone przez",
};

constexpr std::size_t kTextPart = 50'000;
constexpr std::size_t kMaxName = 80;

// Where a name ends: at a separator, or at a full stop that ends a sentence (not one inside "e.V.").
std::size_t name_end(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '|' || c == '\n' || c == ',' || c == ';' || c == '(' || c == '!' || c == '?') return i;
    if (c == '.' && i + 2 < text.size() && text[i + 1] == ' ' && i >= 3 && text[i - 2] != '.' && text[i - 1] != ' ' &&
        text[i - 2] != ' ') {
      return i;
    }
    if (text.substr(i).starts_with("·") || text.substr(i).starts_with("–") || text.substr(i).starts_with(" - "))
      return i;
  }
  return text.size();
}

bool word_before(std::string_view text, std::size_t at) {
  if (at == 0) return false;
  const unsigned char c = static_cast<unsigned char>(text[at - 1]);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
}

}  // namespace

bool is_default_provider(std::string_view name) {
  const std::string folded = fold(name);
  return folded.empty() || folded == "jitsi" || folded == "jitsi meet" || folded == "jitsi.org" ||
         folded == "undefined" || folded == "8x8 / jitsi" || folded == "the jitsi community";
}

std::string operator_phrase(std::string_view whole) {
  const std::string_view text = whole.substr(0, kTextPart);
  // Only ASCII letters change, so positions stay those of the text.
  const std::string lower = to_lower(text);
  std::size_t best = std::string::npos;
  std::string name;
  for (const std::string_view phrase : kPhrases) {
    std::size_t at = lower.find(phrase);
    for (int tries = 0; at != std::string::npos && at < best && tries < 20; ++tries) {
      const std::size_t start = at + phrase.size();
      if (!word_before(lower, at) && start < lower.size() && (lower[start] == ' ' || lower[start] == ':')) {
        std::string_view rest = text.substr(start, 300);
        while (!rest.empty() && (rest.front() == ' ' || rest.front() == ':')) rest.remove_prefix(1);
        std::string_view candidate = trim(rest.substr(0, name_end(rest)));
        while (!candidate.empty() && candidate.back() == '.' && candidate.find('.') + 1 == candidate.size()) {
          candidate.remove_suffix(1);
        }
        const std::string shown = excerpt(candidate, kMaxName);
        // A sentence that runs on ("operated by us so that ...") names nobody.
        if (candidate.size() >= 2 && candidate.size() <= kMaxName && !is_default_provider(shown)) {
          best = at;
          name = shown;
          break;
        }
      }
      at = lower.find(phrase, at + 1);
    }
  }
  return name;
}

}  // namespace meetlat::probes
